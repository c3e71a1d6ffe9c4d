"""Areas: how many square metres of ground each pixel covers, on the ellipsoid of its CRS."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import CRSError

from core.raster.grid import PixelWindow, apply

Array = NDArray[np.float64]
Ids = NDArray[np.int64]

SPACING = 20_000.0
"""Metres between the points where areas are worked out; between them they are interpolated. The
areal scale of Mercator, the most uneven projection in use, bends by 4 / (Earth's radius)^2, so the
error stays below SPACING^2 / 8 * 4 / (6.4e6)^2 = 5e-6."""

STEP = 1000.0
"""Metres over which the area element is differenced: far above the error of inverse projections
(the worst stop at 1e-10 rad, 0.6 mm), far below the Earth's radius."""

KEPT_ROWS = 4096
"""Of what ``of_stretches`` has worked out, rows above those asked for: of the next block to the
right."""

GAUSS = (0.5 - math.sqrt(1 / 12), 0.5 + math.sqrt(1 / 12))
"""Where to sample a pixel's side so that the mean of two is the mean over the side."""


class PixelAreas:
    """Ellipsoidal areas of the pixels of a grid.

    In a geographic CRS they are exact, row by row (zones of the ellipsoid: Snyder 1987, Map
    Projections, USGS Professional Paper 1395, equation 3-12). Elsewhere the grid is mapped to
    Cartesian coordinates on the ellipsoid, where the area element is the length of the cross
    product of the derivatives along columns and rows; true also over poles and the antimeridian.

    Attributes:
        ground_resolution: Side in metres of a square as large as the pixel at the grid's centre
            (for right-angled pixels the geometric mean of both sides); None where the CRS is
            missing, not tied to an ellipsoid, or not defined there.

    Args:
        transform: From (column, row) to (x, y).
        crs: Coordinate reference system, or None.
        width: Columns of the grid.
        height: Rows of the grid.
    """

    def __init__(self, transform: Affine, crs: CRS | None, width: int, height: int) -> None:
        """Prepare the way from pixels to the ellipsoid."""
        self._transform = transform
        self._ellipsoid = _Ellipsoid.of(crs)
        self._step = 1e-3
        self.ground_resolution: float | None = None
        centre = np.array([width / 2]), np.array([height / 2])
        # The first look only tells how many pixels STEP metres are.
        if self._ellipsoid and (side := math.sqrt(self._element(self._ellipsoid, *centre)[0])) > 0:
            self._step = STEP / side
            self.ground_resolution = math.sqrt(self._element(self._ellipsoid, *centre)[0])
        self._width = width
        spacing = SPACING / (self.ground_resolution or SPACING)
        self._columns = np.linspace(0, width - 1, _node_count(width, spacing))
        self._rows = np.linspace(0, height - 1, _node_count(height, spacing))
        self._nodes_per_row = (self._rows.size - 1) / max(height - 1, 1)
        self._kept: dict[int, Array] = {}

    @property
    def _by_row(self) -> bool:
        """Whether all pixels of a row are alike, as degrees are."""
        known, grid = self._ellipsoid, self._transform
        return known is not None and known.inverse is None and grid.b == grid.d == 0

    def of_window(self, window: PixelWindow) -> Array | None:
        """Areas of a window's pixels.

        Args:
            window: (column, row, width, height).

        Returns:
            Square metres, an array that broadcasts to (height, width), exact to 1e-5; 0 where a
            pixel lies off the Earth. None where the CRS is missing or has no ellipsoid.
        """
        if (ellipsoid := self._ellipsoid) is None:
            return None
        col, row, width, height = window
        transform = self._transform
        if self._by_row:
            edges = transform.f + transform.e * np.arange(row, row + height + 1, dtype=np.float64)
            zones = np.abs(np.diff(ellipsoid.zone(edges)))
            return (zones * abs(transform.a) * ellipsoid.unit)[:, None]
        spacing = SPACING / (self.ground_resolution or SPACING)
        rows, row_weights = _nodes(row, height, spacing)
        cols, col_weights = _nodes(col, width, spacing)
        element = self._mean_element(ellipsoid, cols, rows)
        return np.asarray(row_weights @ element @ col_weights.T)

    def of_stretches(self, row: Ids, start: Ids, stop: Ids) -> Array | None:
        """Areas of stretches of rows, as exact as ``of_window``.

        Args:
            row: Of each, in order, (n,).
            start: Its first column.
            stop: The column after its last.

        Returns:
            Square metres, (n,); None where the CRS is missing or has no ellipsoid.
        """
        if self._ellipsoid is None or not row.size:
            return None if self._ellipsoid is None else np.zeros(0)
        top, bottom = int(row[0]), int(row[-1])
        if self._by_row:
            areas = self.of_window((0, top, 1, bottom - top + 1))
            return None if areas is None else areas[row - top, 0] * (stop - start)
        # As of_window, but with the same nodes for all of the grid, and summed up along the rows.
        place = row * self._nodes_per_row
        above = np.minimum(place.astype(np.int64), max(self._rows.size - 2, 0))
        first, last = int(above[0]), min(int(above[-1]) + 1, self._rows.size - 1)
        sums = np.stack([self._sums(self._ellipsoid, node) for node in range(first, last + 1)])
        upper, lower = above - first, np.minimum(above + 1 - first, last - first)
        weight = place - above

        def along(node: Ids) -> Array:
            before = node * sums.shape[1]
            return np.asarray(sums.take(before + stop) - sums.take(before + start))

        return along(upper) * (1 - weight) + along(lower) * weight

    def _sums(self, ellipsoid: _Ellipsoid, node: int) -> Array:
        """Areas of a row of nodes, summed up from the left, (width + 1,)."""
        if node not in self._kept:
            element = self._mean_element(ellipsoid, self._columns, self._rows[node : node + 1])[0]
            each = np.interp(np.arange(self._width), self._columns, element)
            oldest = node - 1 - math.ceil(KEPT_ROWS * self._nodes_per_row)
            self._kept = {key: self._kept[key] for key in self._kept if key >= oldest}
            self._kept[node] = np.concatenate([[0.0], np.cumsum(each)])
        return self._kept[node]

    def metric(self, col: Array, row: Array) -> Array:
        """How the grid's steps measure on the ellipsoid at points of the grid.

        Args:
            col: Of the points, of any shape.
            row: Likewise.

        Returns:
            (3, ...): the squared length of a column's step, the inner product of both steps, the
            squared length of a row's step, in square metres; 0 off the Earth.

        Raises:
            ValueError: The CRS is missing or has no ellipsoid.
        """
        if self._ellipsoid is None:
            raise ValueError("no ellipsoid to measure on")
        along, across = self._tangents(self._ellipsoid, col, row)
        products = [(one * other).sum(axis=-1) for one, other in
                    ((along, along), (along, across), (across, across))]  # fmt: skip
        return np.asarray(np.nan_to_num(np.stack(products), nan=0, posinf=0, neginf=0))

    def _mean_element(self, ellipsoid: _Ellipsoid, cols: Array, rows: Array) -> Array:
        """The areas of pixels, (rows, cols)."""
        grid_cols, grid_rows = np.meshgrid(cols, rows)
        return np.asarray(
            np.mean(
                [
                    self._element(ellipsoid, grid_cols + x, grid_rows + y)
                    for x in GAUSS
                    for y in GAUSS
                ],
                axis=0,
            )
        )

    def _element(self, ellipsoid: _Ellipsoid, col: Array, row: Array) -> Array:
        """Square metres of ground to a square pixel at points of the grid."""
        area = np.linalg.norm(np.cross(*self._tangents(ellipsoid, col, row)), axis=-1)
        return np.asarray(np.nan_to_num(area, nan=0, posinf=0))

    def _tangents(self, ellipsoid: _Ellipsoid, col: Array, row: Array) -> tuple[Array, Array]:
        """A column's and a row's step at points of the grid, in Cartesian metres, (..., 3)."""

        def point(col: Array, row: Array) -> Array:
            return ellipsoid.points(*apply(self._transform, col, row))

        half, step = self._step / 2, self._step
        along = (point(col + half, row) - point(col - half, row)) / step
        return along, (point(col, row + half) - point(col, row - half)) / step


@dataclass(frozen=True)
class _Ellipsoid:
    """The ellipsoid of a CRS and the way to it.

    Attributes:
        a: Semi-major axis in metres.
        e2: Squared eccentricity.
        unit: Radians to a unit of longitude and latitude.
        inverse: From the CRS to longitude and latitude; None where it is those.
    """

    a: float
    e2: float
    unit: float
    inverse: pyproj.Transformer | None

    @classmethod
    def of(cls, crs: CRS | None) -> _Ellipsoid | None:
        """The ellipsoid of a CRS; None where it has none."""
        if not crs:
            return None
        try:
            full: Any = pyproj.CRS.from_wkt(crs.to_wkt())
            while full.is_bound or full.is_compound:
                full = full.source_crs if full.is_bound else full.sub_crs_list[0]
            derived = full.is_geographic and full.is_derived
            geodetic = full.source_crs if derived else full.geodetic_crs
            geod = full.get_geod()
            if geodetic is None or geod is None or not geodetic.is_geographic:
                return None
            unit = geodetic.axis_info[0].unit_conversion_factor
            inverse = None
            if derived or not full.is_geographic:
                inverse = pyproj.Transformer.from_crs(full, geodetic, always_xy=True)
        except (CRSError, pyproj.exceptions.ProjError):
            return None
        return cls(geod.a, geod.es, unit, inverse)

    def zone(self, latitude: Array) -> Array:
        """Square metres between the equator and a latitude, for each radian of longitude."""
        sine = np.sin(np.clip(latitude * self.unit, -math.pi / 2, math.pi / 2))
        if not self.e2:
            return np.asarray(self.a**2 * sine)
        e = math.sqrt(self.e2)
        q = sine / (1 - self.e2 * sine**2) + np.arctanh(e * sine) / e
        return np.asarray(self.a**2 * (1 - self.e2) / 2 * q)

    def points(self, x: Array, y: Array) -> Array:
        """Cartesian coordinates in metres, (..., 3), of points in the CRS."""
        if self.inverse:
            x, y = self.inverse.transform(x, y)
        with np.errstate(invalid="ignore"):  # off the projection is infinite, hence NaN
            lon, lat = np.multiply(x, self.unit), np.multiply(y, self.unit)
            normal = self.a / np.sqrt(1 - self.e2 * np.sin(lat) ** 2)
            return np.stack(
                [
                    normal * np.cos(lat) * np.cos(lon),
                    normal * np.cos(lat) * np.sin(lon),
                    normal * (1 - self.e2) * np.sin(lat),
                ],
                axis=-1,
            )


def _node_count(size: int, spacing: float) -> int:
    """How many nodes a side of so many pixels has."""
    return min(math.ceil((size - 1) / spacing) + 1, size)


def _nodes(start: int, size: int, spacing: float) -> tuple[Array, Array]:
    """Pixels at which areas are worked out, and the weights (size, nodes) between them."""
    count = _node_count(size, spacing)
    nodes = np.linspace(start, start + size - 1, count)
    place = np.linspace(0, count - 1, size)[:, None]
    return nodes, np.maximum(1 - np.abs(place - np.arange(count)), 0)
