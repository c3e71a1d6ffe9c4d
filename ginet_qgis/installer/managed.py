"""The managed environment as it lies on disk: a folder named after the lock files."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ginet_qgis.installer.home import default_home
from ginet_qgis.installer.install import python_of
from ginet_qgis.paths import RESOURCES

LOCKS = RESOURCES / "engine"
OWN = re.compile("engine-[0-9a-f]{12}")
"""Names of environments, see ``ManagedEnvironment.folder``."""


@dataclass(frozen=True)
class ManagedEnvironment:
    """Where it is, and what is there of it; nothing here changes it.

    Attributes:
        home: Folder that holds the environments and the log.
        locks: Folder with ``torch.txt``, ``torch-cpu.txt``, ``cuda.txt`` and ``engine.txt``.
    """

    home: Path = field(default_factory=default_home)
    locks: Path = field(default_factory=lambda: LOCKS)

    @property
    def folder(self) -> Path:
        """Where the environment is, or will be."""
        digest = hashlib.sha256()
        for lock in sorted(self.locks.glob("*.txt")):
            digest.update(lock.name.encode() + lock.read_bytes().replace(b"\r\n", b"\n"))
        return self.home / f"engine-{digest.hexdigest()[:12]}"

    @property
    def folders(self) -> list[Path]:
        """All environments there are, begun ones and those of earlier locks."""
        # The home may be a folder of the user's, which holds an engine-something of their own.
        found = self.home.glob("engine-*")
        return sorted(each for each in found if OWN.fullmatch(each.name) and each.is_dir())

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return python_of(self.folder)

    @property
    def marker(self) -> Path:
        """The file that is written last: without it an environment is half-built."""
        return self.folder / "complete.json"

    @property
    def log(self) -> Path:
        """What the last installation's programs printed."""
        return self.home / "install.log"

    @property
    def made(self) -> dict[str, Any]:
        """What the marker says; empty where there is none, or a power cut has damaged it."""
        try:
            found = json.loads(self.marker.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def complete(self) -> bool:
        """Whether the environment was built to its end and its interpreter is still there."""
        return bool(self.made) and self.python.is_file()

    @property
    def begun(self) -> bool:
        """Whether an installation was begun and did not come to its end."""
        return self.folder.is_dir() and not self.complete

    def has(self, build: str) -> bool:
        """Whether the environment is complete, and of the build that is wanted."""
        if not self.complete:
            return False
        earlier = "cuda" if self.made.get("cuda") else "cpu"  # of a version that had one build
        return build in ("auto", self.made.get("build", earlier))
