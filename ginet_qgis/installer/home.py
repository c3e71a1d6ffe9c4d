"""Where the engine is kept, and what the user has chosen for it: one small JSON file.

The file is outside QGIS's profile because the installer is also a script, and because several
profiles and versions of QGIS share one engine.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = "engine.json"


def root() -> Path:
    """The folder of that file: ``GINET_HOME``, else ``~/.ginet_qgis``."""
    return Path(os.environ.get("GINET_HOME") or Path.home() / ".ginet_qgis").absolute()


def choices() -> dict[str, Any]:
    """What was chosen; empty where nothing was, or where the file is damaged.

    Keys: ``folder`` for the environments, ``python`` to use instead of them, ``tried`` with what
    its trial told.
    """
    try:
        found = json.loads((root() / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def choose(**changes: Any) -> None:
    """Change some choices; None takes one back.

    Raises:
        OSError: The file cannot be written.
    """
    kept = {**choices(), **changes}
    root().mkdir(parents=True, exist_ok=True)
    write(root() / FILE, {k: v for k, v in kept.items() if v is not None})


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file that is whole or not there, even after a power cut.

    Raises:
        OSError: The file cannot be written.
    """
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def default_home() -> Path:
    """The folder for the environments and the log."""
    chosen = choices().get("folder")
    return Path(chosen) if isinstance(chosen, str) else root()
