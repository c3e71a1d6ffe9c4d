"""DeepGlobe Land Cover: satellite images of 2448 x 2448 pixels, masks in seven colours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.datasets.decoding import ThresholdedColours
from core.datasets.layouts.layout import Found, Layout, files


def _find(folder: Path, _: Mapping[str, str]) -> Found:
    return Found(
        {**files(folder, "_sat.jpg"), **files(folder / "images", "_sat.jpg")},
        {**files(folder, "_mask.png"), **files(folder / "labels", "_mask.png")},
    )


DEEPGLOBE = Layout(
    _find,
    origin=(
        "DeepGlobe Land Cover is published by the DeepGlobe 2018 challenge (deepglobe.org); "
        "its part with masks is called train."
    ),
    expected="<id>_sat.jpg and <id>_mask.png, together or in images/ and labels/",
    decode=ThresholdedColours(
        (
            (False, False, False),  # 0 unknown
            (False, True, True),  # 1 urban
            (True, True, False),  # 2 agriculture
            (True, False, True),  # 3 rangeland
            (False, True, False),  # 4 forest
            (False, False, True),  # 5 water
            (True, True, True),  # 6 barren
        )
    ),
)
"""Label values are 0 to 6 in the order above."""
