"""Transparency: which band of a file it is, if any."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from core.raster.gdal import GDAL_ERRORS

SIDES, SIDE = 3, 64
"""Windows each way, and their side in pixels, in which a band is looked at."""

LEVELS = 16
"""Fewer different values are degrees of transparency, as a mosaic's seams have them."""


def alpha_band(dataset: Any) -> int | None:
    """The 1-based band that says where a file is transparent; None where there is none.

    GDAL takes the fourth band of bytes for transparency unless it is told not to, so that many
    files of red, green, blue and near infrared say they have it. What is opaque nearly nowhere and
    of many values is such a band.
    """
    if ColorInterp.alpha not in dataset.colorinterp:
        return None
    band = int(dataset.colorinterp.index(ColorInterp.alpha)) + 1
    dtype = np.dtype(dataset.dtypes[band - 1])
    if len(dataset.indexes) == 1 or dtype.kind != "u":
        return band
    width, height = min(SIDE, dataset.width), min(SIDE, dataset.height)
    corners = product(
        np.linspace(0, dataset.height - height, SIDES).astype(int),
        np.linspace(0, dataset.width - width, SIDES).astype(int),
    )
    windows = [Window(int(col), int(row), width, height) for row, col in corners]
    try:
        values = np.concatenate([dataset.read(band, window=part).ravel() for part in windows])
    except GDAL_ERRORS:  # told where what is damaged is needed
        return band
    seen = values[values > 0]
    between = seen[seen < np.iinfo(dtype).max]
    is_data = len(between) > len(seen) / 2 and len(np.unique(between)) > LEVELS
    return None if is_data else band
