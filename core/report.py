"""The report of a run: its job and all that came of it as one JSON file, without credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.job import Job, told
from core.place import replacing


def write_report(job: Job, path: str, result: Mapping[str, Any]) -> None:
    """Write the job (which repeats the result) and the result, replacing the file when whole.

    Raises:
        OutputError: It cannot be written.
    """
    with replacing(Path(path), "report") as part:
        part.write_text(report_text(job, result), "utf-8")


def report_text(job: Job, result: Mapping[str, Any]) -> str:
    """The report's content."""
    return json.dumps({"job": told(job), **result}, ensure_ascii=False, indent=2) + "\n"
