"""How much of a result its model is unsure of."""

from __future__ import annotations

from osgeo import gdal

LOW = 50
"""Per cent: below it the class is less likely than all others together."""


def low_share(path: str) -> float | None:
    """Per cent of a confidence raster's pixels that are below ``LOW``.

    It is counted in all pixels, for overviews are averages. GDAL lets other threads run meanwhile.

    Args:
        path: Raster of the probability of each pixel's class, in per cent.

    Returns:
        None where the raster cannot be read or has no pixels with data.
    """
    try:
        dataset = gdal.Open(path)
        counts = dataset.GetRasterBand(1).GetHistogram(-0.5, 100.5, 101, 0, 0)
    except (AttributeError, RuntimeError):  # GDAL may be set to raise or not; that is QGIS's choice
        return None
    total = sum(counts)
    return 100 * sum(counts[:LOW]) / total if total else None
