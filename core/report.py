"""The report of a classification: areas, settings and provenance as one JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import OutputError
from core.job import ClassifyJob, to_dict


def write_report(job: ClassifyJob, result: Mapping[str, Any]) -> None:
    """Write the job (which repeats the result) and the result, replacing the file when whole.

    Raises:
        OutputError: It cannot be written.
    """
    path = Path(job.report or "")
    part = path.with_name(path.name + ".part")
    text = json.dumps({"job": to_dict(job), **result}, ensure_ascii=False, indent=2)
    try:
        try:
            part.write_text(text + "\n", "utf-8")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"The report {path} cannot be written ({error.strerror}).",
            "Check that its folder is writable and the disk is not full.",
        ) from error
