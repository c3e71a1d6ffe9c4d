"""Which classes have too few labels, as a sentence: before fine-tuning and after."""

from __future__ import annotations

from ginet_qgis.i18n import tr

FEW_PIXELS, FEW_POLYGONS = 200, 3
"""Of a class; with fewer it is learned badly, or cannot be validated."""


def what_is_short(polygons: int | None, pixels: float | None, is_apart: bool = True) -> str:
    """A hint; empty where enough is labelled.

    Args:
        polygons: Of the class; None where a raster holds the labels.
        pixels: Of the image that they cover; None where they are not known.
        is_apart: Whether they lie at two places that do not touch.
    """
    if polygons is not None and polygons < FEW_POLYGONS:
        return tr("Few polygons: draw at least {count}, at different places.").format(
            count=FEW_POLYGONS
        )
    if not is_apart:
        return tr("All in one place: label a second, well away from it.")
    if pixels is not None and pixels < FEW_PIXELS:
        return tr("Few pixels: label at least {count}.").format(count=FEW_PIXELS)
    return ""
