"""A glance at bands: enough of their values to tell what they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from core.raster.gdal import GDAL_ERRORS, forget_errors
from core.raster.validity import valid_pixels

SIDES, SIDE = 4, 64
"""Windows each way, none at the edge of a large raster, and their side in pixels."""

LARGEST_BLOCK = 2**30
"""Bytes of a band that GDAL may have to read at once."""


def fits(dataset: Any, band: int) -> bool:
    """Whether a band's blocks, which GDAL reads whole, fit into memory."""
    rows, columns = dataset.block_shapes[band - 1]
    size = np.dtype(dataset.dtypes[band - 1]).itemsize
    return bool(rows * columns * size <= LARGEST_BLOCK)


def glance(dataset: Any, bands: Sequence[int], *, valid: bool = False) -> NDArray[Any] | None:
    """Values (bands, pixels) of a few windows; None where they cannot be read.

    Args:
        dataset: An opened raster.
        bands: Of one data type.
        valid: Only of pixels that hold data.
    """
    if not all(fits(dataset, band) for band in bands):
        return None
    width, height = min(SIDE, dataset.width), min(SIDE, dataset.height)
    places = (np.arange(SIDES) + 0.5) / SIDES
    corners = product(places * (dataset.height - height), places * (dataset.width - width))
    parts = []
    try:
        for row, col in corners:
            window = Window(int(col), int(row), width, height)
            stored = dataset.read(list(bands), window=window)
            held = valid_pixels(dataset, bands, stored, window) if valid else ...
            parts.append(stored[:, held].reshape(len(bands), -1))
    except GDAL_ERRORS:  # told where what is damaged is needed
        forget_errors(dataset)
        return None
    return np.concatenate(parts, axis=1)
