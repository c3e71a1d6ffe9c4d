"""The report of a run: its job and all that came of it as one JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.job import Job, to_dict
from core.place import replacing


def write_report(job: Job, path: str, result: Mapping[str, Any]) -> None:
    """Write the job (which repeats the result) and the result, replacing the file when whole.

    Raises:
        OutputError: It cannot be written.
    """
    text = json.dumps({"job": to_dict(job), **result}, ensure_ascii=False, indent=2)
    with replacing(Path(path), "report") as part:
        part.write_text(text + "\n", "utf-8")
