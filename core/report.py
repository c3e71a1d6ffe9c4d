"""The report of a classification: areas, settings and provenance as one JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import OutputError, OutputExists
from core.job import ClassifyJob, to_dict


def check_report(path: str | None, overwrite: bool) -> None:
    """See before the work starts that the report can be written.

    Raises:
        OutputExists: It is there already and is not to be overwritten.
        OutputError: Its folder does not exist.
    """
    if path is None:
        return
    if Path(path).exists() and not overwrite:
        raise OutputExists(
            f"The report {path} exists already.", "Choose another name or allow overwriting."
        )
    if not Path(path).absolute().parent.is_dir():
        raise OutputError(
            f"The folder of the report {path} does not exist.", "Create it or choose another."
        )


def write_report(job: ClassifyJob, result: Mapping[str, Any]) -> None:
    """Write the job (which repeats the result) and the result, replacing the file when whole.

    Raises:
        OutputError: It cannot be written.
    """
    path = Path(job.report or "")
    part = path.with_name(path.name + ".part")
    try:
        text = json.dumps({"job": to_dict(job), **result}, ensure_ascii=False, indent=2)
        part.write_text(text + "\n", "utf-8")
        part.replace(path)
    except OSError as error:
        raise OutputError(f"The report {path} cannot be written: {error}.") from error
