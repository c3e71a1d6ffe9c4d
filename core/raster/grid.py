"""Grid: where the pixels of a raster lie, and the arithmetic between extents and windows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

from core.wire.errors import NoOverlap

Extent = tuple[float, float, float, float]
"""(xmin, ymin, xmax, ymax) in the units of a grid's CRS."""

PixelWindow = tuple[int, int, int, int]
"""(column, row, width, height) in pixels."""

Number = TypeVar("Number", float, NDArray[Any])

NO_GEOREFERENCE = Affine(1, 0, 0, 0, -1, 0)
"""x is the column, y is minus the row: QGIS shows rasters without georeference like this, while
GDAL and rasterio call their transform the identity."""

SNAP = 1e-6
"""An edge of an extent, or a point, this close to a pixel's edge (in pixels) lies on it."""


@dataclass(frozen=True)
class Grid:
    """Size and georeference of a raster.

    Attributes:
        width: Columns.
        height: Rows.
        transform: From (column, row) to (x, y); may be rotated or south-up. With control points
            it is only their best affine fit.
        crs: Coordinate reference system, or None.
        georeferenced: False when the raster says nothing about where it lies; the transform is
            then ``NO_GEOREFERENCE``.
        gcps: Ground control points, where they are all the georeference there is.
    """

    width: int
    height: int
    transform: Affine = NO_GEOREFERENCE
    crs: CRS | None = None
    georeferenced: bool = False
    gcps: tuple[GroundControlPoint, ...] = ()

    @property
    def extent(self) -> Extent:
        """Bounding box of the whole grid."""
        corners = [(0, 0), (self.width, 0), (0, self.height), (self.width, self.height)]
        return _bounds([apply(self.transform, *corner) for corner in corners])

    def window(self, extent: Extent, name: str = "the raster") -> PixelWindow:
        """Pixels that an extent touches, within the grid.

        Args:
            extent: In the units of the CRS, edges in order (xmin < xmax, ymin < ymax).
            name: The raster's name, for the message.

        Returns:
            The smallest window that covers the extent's part of the grid: it is snapped outward
            to whole pixels. On a rotated grid that is the window around the extent's corners.

        Raises:
            NoOverlap: The extent lies outside, or touches the grid only along an edge.
        """
        xmin, ymin, xmax, ymax = extent
        inverse = ~self.transform
        corners = [(xmin, ymin), (xmax, ymin), (xmin, ymax), (xmax, ymax)]
        left, top, right, bottom = _bounds([apply(inverse, *corner) for corner in corners])
        col, end_col = _snap(left, right, self.width)
        row, end_row = _snap(top, bottom, self.height)
        if col >= end_col or row >= end_row:
            raise NoOverlap(
                f"The extent {_show(extent)} does not touch {name}, "
                f"which covers {_show(self.extent)}.",
                "Choose an extent within the raster, in the raster's own coordinate system.",
            )
        return col, row, end_col - col, end_row - row

    def pixels_at(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Column and row of the pixel that each point lies in, whole numbers; may be outside.

        A point on an edge between pixels, or within ``SNAP`` of one, lies in the pixel to the east
        and south of it, as in QGIS, whichever way columns and rows run. So the west and the north
        edge of a grid belong to it, the east and the south edge do not.

        Args:
            x: In the units of the CRS, (n,).
            y: Likewise.
        """
        a, b, c, d, e, f = self.transform[:6]
        size = a * e - b * d
        with np.errstate(invalid="ignore"):  # what cannot be reprojected lies at infinity
            right, down = x - c, y - f  # before scaling, which would round large coordinates
            column, row = (e * right - b * down) / size, (a * down - d * right) / size
            # East and half as much south, in columns and rows: no usual rotation runs along it.
            return (
                _pixel(column, forwards=(e + b / 2) / size > 0),
                _pixel(row, forwards=-(d + a / 2) / size > 0),
            )

    def merged(self, pixels: int) -> Grid:
        """The grid whose pixels are as wide as so many of this one; the last may reach beyond."""
        return self._of_pixels(pixels, -(-self.width // pixels), -(-self.height // pixels))

    def split(self, pixels: int) -> Grid:
        """The grid that has so many pixels, along a side, for one of this grid."""
        return self._of_pixels(1 / pixels, self.width * pixels, self.height * pixels)

    def _of_pixels(self, times: float, width: int, height: int) -> Grid:
        """The grid of pixels so many times as wide that begins at the same corner."""
        a, b, x, d, e, y = self.transform[:6]
        return replace(
            self,
            width=width,
            height=height,
            transform=Affine(a * times, b * times, x, d * times, e * times, y),
            gcps=(),
            georeferenced=self.georeferenced or times != 1,
        )

    def part(self, window: PixelWindow) -> Grid:
        """The grid of a window of this grid.

        Of a grid without georeference, a part that does not begin at its corner has one (and no
        CRS): QGIS would show it at the corner else.
        """
        col, row, width, height = window
        gcps = tuple(
            GroundControlPoint(point.row - row, point.col - col, point.x, point.y, point.z)
            for point in self.gcps
        )
        a, b, _, d, e, _ = self.transform[:6]
        x, y = apply(self.transform, col, row)
        transform = Affine(a, b, x, d, e, y)
        return replace(
            self,
            width=width,
            height=height,
            transform=transform,
            gcps=gcps,
            georeferenced=self.georeferenced or (col, row) != (0, 0),
        )


def spread_windows(
    width: int, height: int, side: int, rng: np.random.Generator, most: int
) -> list[PixelWindow]:
    """Square windows spread over a raster, drawn without repetition, in the order of the draw.

    They lie side by side or overlap a little, so that all of them would cover the raster; in one
    that is smaller than a window there is one, which reaches beyond.

    Args:
        width: Of the raster, in pixels.
        height: Of the raster, in pixels.
        side: Of a window, in pixels.
        rng: What is drawn by.
        most: Windows wanted; there may be fewer.
    """
    columns, rows = (
        np.unique(np.linspace(0, max(end - side, 0), -(-end // side)).astype(int)).tolist()
        for end in (width, height)
    )
    order = rng.permutation(len(rows) * len(columns))[:most].tolist()
    places = (divmod(number, len(columns)) for number in order)
    return [(columns[column], rows[row], side, side) for row, column in places]


def apply(transform: Affine, x: Number, y: Number) -> tuple[Number, Number]:
    """Transform points, given as numbers or arrays."""
    a, b, c, d, e, f = transform[:6]
    return a * x + b * y + c, d * x + e * y + f


def _pixel(place: NDArray[np.float64], *, forwards: bool) -> NDArray[np.float64]:
    """The pixel of each place along an axis; of one on an edge, the next or the last."""
    edge = np.round(place)
    return np.where(abs(place - edge) < SNAP, edge if forwards else edge - 1, np.floor(place))


def _snap(low: float, high: float, size: int) -> tuple[int, int]:
    low, high = (min(max(value, -1.0), size + 1.0) for value in (low, high))
    first = math.floor(low + SNAP)
    end = max(math.ceil(high - SNAP), first + 1)
    return max(first, 0), min(end, size)


def _bounds(points: list[tuple[float, float]]) -> Extent:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _show(extent: Extent) -> str:
    return "(" + ", ".join(f"{value:.10g}" for value in extent) + ")"
