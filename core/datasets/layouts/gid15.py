"""GID-15: Gaofen-2 scenes of 7200 x 6800 pixels, fifteen classes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.datasets.decoding import Values
from core.datasets.layouts.layout import Found, Layout, files


def _find(folder: Path, settings: Mapping[str, str]) -> Found:
    split = settings["split"]
    return Found(
        files(folder / "img_dir" / split, ".tif"),
        files(folder / "ann_dir" / split, "_15label.png"),
    )


GID15 = Layout(
    _find,
    origin=(
        "GID-15 is published by Wuhan University (the Gaofen Image Dataset, "
        "captain-whu.github.io/GID15); its parts with masks are called train and val."
    ),
    expected="img_dir/<split>/<id>.tif and ann_dir/<split>/<id>_15label.png",
    settings={"split": None},
    decode=Values(tuple(range(16))),
)
"""Label values are 0 unlabelled and 1 to 15; the setting ``split`` is "train" or "val"."""
