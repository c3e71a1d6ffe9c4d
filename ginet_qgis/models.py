"""Which models there are: those that come with the plugin by name, the user's own by file."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication

from ginet_qgis.paths import bundled_models

SUFFIX = ".safetensors"


def user_folder() -> Path:
    """Where the user's own models are kept, in the QGIS profile; it may not be there yet."""
    return Path(QgsApplication.qgisSettingsDirPath(), "ginet", "models")


def choices() -> list[tuple[str, str]]:
    """Each model's name to show and the value that stands for it: a bundled name, or a file."""
    own = sorted(user_folder().glob(f"*{SUFFIX}"))
    return [(name, name) for name in bundled_models()] + [(path.stem, str(path)) for path in own]


def unused_file() -> Path:
    """A file in the user's folder that is not there yet."""
    folder, number = user_folder(), 1
    while (path := folder / f"adapted_{number}{SUFFIX}").exists():
        number += 1
    return path
