"""Areas: how many square metres of ground each pixel covers, on the ellipsoid of its CRS."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyproj
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS

from core.grid import PixelWindow

SPACING = 20_000.0
"""Metres between points where the area is worked out; between them it is interpolated. Areal scale
of the usual projections changes by less than its square / 6e13, so the error stays below 1e-5."""

STEP = 1000.0
"""Metres over which a point's area is differenced: far above the noise of inverse projections
(some stop at 1e-10 rad, 0.6 mm), far below the Earth's radius."""


class PixelAreas:
    """Ellipsoidal areas of the pixels of a grid.

    Attributes:
        ground_resolution: Side in metres of a square as large as the pixel at the grid's centre
            (for right-angled pixels the geometric mean of both sides); None where the CRS is
            missing or not tied to the Earth.

    Args:
        transform: From (column, row) to (x, y).
        crs: Coordinate reference system, or None.
        width: Columns of the grid.
        height: Rows of the grid.
    """

    def __init__(self, transform: Affine, crs: CRS | None, width: int, height: int) -> None:
        """Prepare the way from pixels to longitude and latitude."""
        raise NotImplementedError

    def of_window(self, window: PixelWindow) -> NDArray[np.float64] | None:
        """Areas of a window's pixels.

        Args:
            window: (column, row, width, height).

        Returns:
            Square metres, an array that broadcasts to (height, width); 0 where a pixel lies off
            the Earth. None where the CRS is missing or not tied to the Earth.
        """
        raise NotImplementedError


def count(
    classes: NDArray[np.uint8], ids: Sequence[int], areas: NDArray[np.float64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
    """Pixels and square metres of each class.

    Args:
        classes: Class ids, (h, w).
        ids: Ids to count; others (nodata) are left out.
        areas: Square metres, broadcastable to (h, w); None counts pixels only.

    Returns:
        Pixel counts and summed areas in the order of ``ids``; no areas without ``areas``.
    """
    raise NotImplementedError
