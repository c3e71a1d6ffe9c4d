"""The installer without QGIS: ``python3 installer build|use|python|info|diagnose|remove``."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # as a script: Python put this folder on the path, but the package is meant
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from ginet_qgis.installer.command import main

if __name__ == "__main__":
    sys.exit(main())
