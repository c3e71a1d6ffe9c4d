"""Lengths: how many metres of ground a line on a grid is long, on the ellipsoid of its CRS."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.raster.areas import SPACING, PixelAreas
from core.wire.errors import JobError

Floats = NDArray[np.float64]


class PixelLengths:
    """Ellipsoidal lengths of straight pieces of lines on a grid.

    The metric of the grid, that is the lengths of a column's and a row's step and the angle between
    them, is worked out every 20 km and interpolated between; a piece of a line is measured by the
    metric at its middle.

    Args:
        areas: Of the grid's pixels.
        width: Columns of the grid.
        height: Rows of the grid.

    Attributes:
        known: Whether the CRS is there and tied to an ellipsoid.
        sides: Metres of a pixel's upper and left side at the grid's centre; 1 and 1 where unknown.
    """

    def __init__(self, areas: PixelAreas, width: int, height: int) -> None:
        """Work out the metric at the nodes."""
        resolution = areas.ground_resolution
        self.known, self.sides = resolution is not None, (1.0, 1.0)
        if resolution is None:
            return
        self._columns = np.linspace(0, width, max(math.ceil(width * resolution / SPACING), 1) + 1)
        self._rows = np.linspace(0, height, max(math.ceil(height * resolution / SPACING), 1) + 1)
        self._metric = areas.metric(*np.meshgrid(self._columns, self._rows))
        middle = self._at(np.array([width / 2]), np.array([height / 2]))
        self.sides = math.sqrt(middle[0, 0]), math.sqrt(middle[2, 0])

    def of(self, column: Floats, row: Floats, columns: Floats, rows: Floats) -> Floats:
        """Metres of pieces of lines.

        Args:
            column: Where each begins, (n,).
            row: Likewise.
            columns: How far each leads, (n,).
            rows: Likewise.
        """
        across, both, along = self._at(column + columns / 2, row + rows / 2)
        square = across * columns**2 + 2 * both * columns * rows + along * rows**2
        return np.asarray(np.sqrt(np.maximum(square, 0)))

    def _at(self, column: Floats, row: Floats) -> Floats:
        """The metric, (3, n), interpolated."""
        x = column / self._columns[-1] * (self._columns.size - 1)
        y = row / self._rows[-1] * (self._rows.size - 1)
        left = np.clip(x.astype(np.int64), 0, self._columns.size - 2)
        above = np.clip(y.astype(np.int64), 0, self._rows.size - 2)
        x, y = x - left, y - above
        nodes = self._metric
        upper = nodes[:, above, left] * (1 - x) + nodes[:, above, left + 1] * x
        lower = nodes[:, above + 1, left] * (1 - x) + nodes[:, above + 1, left + 1] * x
        return np.asarray(upper * (1 - y) + lower * y)


def unmeasured(name: str, asked: Sequence[str]) -> JobError:
    """The error of a raster whose pixels have no known size, where settings in metres are asked."""
    return JobError(
        f"{name} has no coordinate reference system that says how large its pixels are, so "
        f"{' and '.join(asked)} in metres cannot be told.",
        "Give the raster its coordinate reference system, or leave that out.",
    )
