"""Runs of an experiment: a JSON file that gets one entry each, so that it can go on later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.wire.destination import replacing


def read_runs(results: Path) -> list[dict[str, Any]]:
    """Entries so far; none where there is no file."""
    return json.loads(results.read_text("utf-8")) if results.exists() else []


def add_run(results: Path, run: dict[str, Any]) -> None:
    """Append an entry; the file is whole at any time."""
    runs = [*read_runs(results), run]
    with replacing(results, "results") as part:
        part.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
