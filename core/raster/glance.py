"""A glance at a band: enough of its values to tell what it is."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from core.raster.gdal import GDAL_ERRORS

SIDES, SIDE = 3, 64
"""Windows each way, and their side in pixels."""


def glance(dataset: Any, band: int) -> NDArray[Any] | None:
    """Values of a few windows of a band, 1-d; None where they cannot be read."""
    width, height = min(SIDE, dataset.width), min(SIDE, dataset.height)
    corners = product(
        np.linspace(0, dataset.height - height, SIDES).astype(int),
        np.linspace(0, dataset.width - width, SIDES).astype(int),
    )
    windows = [Window(int(col), int(row), width, height) for row, col in corners]
    try:
        return np.concatenate([dataset.read(band, window=part).ravel() for part in windows])
    except GDAL_ERRORS:  # told where what is damaged is needed
        return None
