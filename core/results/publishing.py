"""Publishing: all outputs of a classification are complete before the first gets its final name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.results.geopackage import PartialLayer
from core.results.journal import Journal, is_own
from core.results.writing import OutputSet
from core.wire.destination import check_destination, replacing
from core.wire.job import ClassifyJob
from core.wire.report import report_text

Output = OutputSet | PartialLayer


@dataclass(frozen=True)
class Derived:
    """What else was made of a job's rasters, complete but not published.

    Attributes:
        outputs: They get their names together with the rasters.
        fields: Of the result, added or in place of those of classifying alone.
    """

    outputs: Sequence[Output] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


Derive = Callable[[OutputSet], AbstractContextManager[Derived]]
"""Makes more of the complete rasters; what is not published goes when the context is left."""


def nothing_derived(_: OutputSet) -> AbstractContextManager[Derived]:
    """Of jobs that ask for rasters alone; see ``Derive``."""
    return nullcontext(Derived())


def publish(
    job: ClassifyJob,
    outputs: Sequence[Output],
    result: Mapping[str, Any],
    journal: Journal,
    own: Mapping[str, list[int]],
) -> None:
    """Publish the report first and the class raster last: where that exists, all else does.

    Args:
        job: Whose outputs they are.
        outputs: Complete.
        result: For the report.
        journal: Notes before what is to be published, for the same job to know it as its own.
        own: See ``writing.check_outputs``.

    Raises:
        OutputExists: Somebody has put a file there since the work began.
        OutputError: A final name is held by another program.
    """
    outputs = sorted(outputs, key=lambda each: job.output in each.parts)
    parts = {path: part for each in outputs for path, part in each.parts.items()}
    for path in [*parts, *([job.report] if job.report else [])]:
        check_destination(path, overwrite=job.overwrite or is_own(path, own))
    with replacing(Path(job.report), "report") if job.report else nullcontext() as part:
        if part:
            part.write_text(report_text(job, result), "utf-8")
            parts[str(job.report)] = part
        journal.publishing(parts)
    for each in outputs:
        each.publish()
