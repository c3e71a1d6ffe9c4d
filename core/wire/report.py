"""The report of a run: its job and its result as one JSON file, without credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.wire.destination import replacing
from core.wire.job import Job, redacted


def write_report(job: Job, path: str, result: Mapping[str, Any]) -> None:
    """Write the job (which repeats the result) and the result, replacing the file when whole.

    Raises:
        OutputError: It cannot be written.
    """
    write_json(Path(path), {"job": redacted(job), **result}, "report")


def write_json(path: Path, fields: Mapping[str, Any], what: str) -> None:
    """Write JSON for people too, replacing the file when whole.

    Args:
        path: Where to.
        fields: The values; NaN and infinity are none of JSON's.
        what: What messages call it.

    Raises:
        OutputError: It cannot be written.
    """
    with replacing(path, what) as part:
        part.write_text(_text(fields), "utf-8")


def report_text(job: Job, result: Mapping[str, Any]) -> str:
    """The report's content."""
    return _text({"job": redacted(job), **result})


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
