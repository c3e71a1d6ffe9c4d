"""Any dataset with a folder of images and a folder of labels of the same names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.datasets.layouts.layout import Found, Layout
from core.wire.errors import DatasetError

SUFFIXES = frozenset((".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2", ".img", ".bmp", ".vrt"))
"""Suffixes of what counts as a raster; what else lies there is passed over."""


def _find(folder: Path, settings: Mapping[str, str]) -> Found:
    return Found(_rasters(folder / settings["images"]), _rasters(folder / settings["masks"]))


def _rasters(folder: Path) -> dict[str, Path]:
    rasters: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            if other := rasters.get(path.stem):
                raise DatasetError(
                    f"{other} and {path.name} bear the same name.", "Take one of them away."
                )
            rasters[path.stem] = path
    return rasters


FOLDER = Layout(
    _find,
    expected=(
        "a folder of images and a folder of labels, images/ and labels/ unless the set says "
        "others, where an image and its label bear the same name but for the suffix"
    ),
    settings={"images": "images", "masks": "labels"},
)
"""Settings ``images`` and ``masks`` name the two folders; label values are those of the files."""
