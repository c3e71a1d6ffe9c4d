"""Inria Aerial Image Labeling: tiles of 5000 x 5000 pixels, building or not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.datasets.decoding import Values
from core.datasets.layouts.layout import Found, Layout, files


def _find(folder: Path, _: Mapping[str, str]) -> Found:
    return Found(files(folder / "images", ".tif"), files(folder / "gt", ".tif"))


INRIA = Layout(
    _find,
    origin=(
        "Inria Aerial Image Labeling is published by Inria (project.inria.fr/aerialimagelabeling); "
        "its part with masks is called train."
    ),
    expected="images/<tile>.tif and gt/<tile>.tif",
    decode=Values((0, 255)),
)
"""Label values are 0 not building, 255 building."""
