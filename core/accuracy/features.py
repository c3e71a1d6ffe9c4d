"""Reference features: points or polygons from GeoJSON, located in any window of a map.

Coordinates are longitude and latitude (RFC 7946), unless a member ``crs`` names another system
(GeoJSON 2008) or is null: they are then the map's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.features import is_valid_geom, rasterize
from rasterio.warp import transform_geom

from core.accuracy.class_index import ClassIndex
from core.raster.gdal import GDAL_ERRORS
from core.raster.grid import Grid, PixelWindow, apply
from core.wire.errors import LabelError

LONGITUDE_LATITUDE = "OGC:CRS84"
POINTS, POLYGONS = "points", "polygons"
FREE = -2
"""A pixel that no polygon holds."""
EMPTY: dict[str, Any] = {"type": "Point", "coordinates": []}
"""Stands for a geometry that is missing or has no coordinates of its own."""
KINDS = {"Point": POINTS, "MultiPoint": POINTS, "Polygon": POLYGONS, "MultiPolygon": POLYGONS}

Labels = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Flat positions of labelled pixels in a window, their classes' indices, their units; each (n,)."""
SHARED = -1
"""Class and unit of a pixel that polygons of different classes share."""


class Features:
    """Labelled points or polygons.

    Attributes:
        kind: "points" or "polygons".
        count: Features in the file; of points, each part of a multipoint is one.
        unlabelled: Those of them without a label.
        invalid: Others that were left out: without a valid geometry.
        reprojected: Whether they were in another CRS than the map.
        shapes: The labelled ones in the map's CRS, as GeoJSON has them.
        classes: (n,) the index of each one's class.
        warnings: What the user should know about how they are read.

    Args:
        path: GeoJSON file.
        field: Property that holds class ids or names.
        name: What messages call it.
        grid: The map's.
        class_index: Gives classes their indices.

    Raises:
        LabelError: It is no GeoJSON, holds lines or both points and polygons, lacks the field or
            has no label in it.
    """

    def __init__(
        self, path: str, field: str, name: str, grid: Grid, class_index: ClassIndex
    ) -> None:
        """Read the file and bring it onto the map's grid."""
        self.warnings: list[str] = []
        content = _parsed(path, name)
        crs = self._crs(content, name, grid)
        self.reprojected = crs is not None
        kinds, shapes, labels = set(), [], []
        self.count = self.unlabelled = self.invalid = 0
        for geometry, properties in _parts(content, name):
            if not _is_valid(geometry):
                self.invalid += 1
                continue
            self.count += 1
            kinds.add(KINDS[geometry["type"]])
            if field not in properties:
                raise LabelError(
                    f"{name} has no field {field!r}.",
                    f"It has: {', '.join(map(str, properties)) or 'none'}.",
                )
            index = class_index.of_label(properties[field])
            if index is None:
                self.unlabelled += 1
                continue
            shapes.append(geometry)
            labels.append(index)
        if len(kinds) > 1:
            raise LabelError(f"{name} holds both points and polygons.", "Use one kind at a time.")
        if self.invalid and not self.count:
            raise LabelError(f"{name} holds no valid geometry.", "Correct it, or draw it anew.")
        if not labels:
            raise LabelError(
                f"No feature of {name} has a label in {field!r}.",
                "Label them, or choose another field.",
            )
        self.kind = kinds.pop()
        if crs is not None:
            shapes = _transformed(shapes, crs, grid.crs, name)
        # Of overlapping polygons of one class the last has the pixels: sorted, so that the order
        # in the file does not matter.
        pairs = [pair for pair in zip(shapes, labels, strict=True) if _is_valid(pair[0])]
        if self.kind == POLYGONS:
            pairs.sort(key=lambda pair: json.dumps(pair[0]))
        lost = len(shapes) - len(pairs)
        self.count, self.invalid = self.count - lost, self.invalid + lost
        if self.invalid:
            self.warnings.append(
                f"{self.invalid} features of {name} have no valid geometry and are left out."
            )
        if not pairs:
            raise LabelError(f"{name} holds no valid geometry.", "Correct it, or draw it anew.")
        self.shapes = [shape for shape, _ in pairs]
        self.classes = np.array([label for _, label in pairs], np.int64)
        self.at: Callable[[PixelWindow], tuple[NDArray[np.int64], NDArray[np.int64]]] = (
            _Points(self.shapes, grid)
            if self.kind == POINTS
            else Polygons(self.shapes, self.classes, grid)
        )

    def labels(self, window: PixelWindow) -> Labels:
        """The labelled pixels of a window; a pixel with several points is there several times."""
        where, unit = self.at(window)
        return where, np.where(unit < 0, SHARED, self.classes[unit]), unit

    def _crs(self, content: dict[str, Any], name: str, grid: Grid) -> CRS | None:
        """The system to reproject from; None where the coordinates are the map's own."""
        given = content.get("crs", {"properties": {"name": LONGITUDE_LATITUDE}})
        if given is None:
            return None
        if grid.crs is None:
            self.warnings.append(
                f"The map has no coordinate reference system; {name} is taken to be in the same."
            )
            return None
        try:
            crs = CRS.from_user_input(given["properties"]["name"])
        except (CRSError, KeyError, TypeError) as error:
            raise LabelError(f"The coordinate reference system of {name} is not known.") from error
        return None if crs == grid.crs else crs


class _Points:
    """Points, sorted by row so that a window's are found quickly."""

    def __init__(self, shapes: list[dict[str, Any]], grid: Grid) -> None:
        places = np.array([shape["coordinates"][:2] for shape in shapes], np.float64)
        found = grid.pixels_at(places[:, 0], places[:, 1])
        # Far off the grid, or infinite after reprojection, is outside all the same.
        limits = np.iinfo(np.int32)
        columns, rows = (
            np.nan_to_num(np.clip(each, limits.min, limits.max), nan=-1).astype(np.int64)
            for each in found
        )
        self._unit = np.argsort(rows, kind="stable")
        self._columns, self._rows = columns[self._unit], rows[self._unit]

    def __call__(self, window: PixelWindow) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        column, row, width, height = window
        first, end = np.searchsorted(self._rows, (row, row + height))
        columns = self._columns[first:end] - column
        inside = (columns >= 0) & (columns < width)
        where = (self._rows[first:end] - row) * width + columns
        return where[inside], self._unit[first:end][inside]


class Polygons:
    """Polygons, of which each holds the pixels whose centres lie within it.

    A pixel that polygons of different classes share is none's.

    Attributes:
        bounds: Left, top, right and bottom of each in pixels, (polygons, 4).

    Args:
        shapes: In the grid's CRS, as GeoJSON has them.
        classes: (polygons,) the class of each.
        grid: The map's.
    """

    def __init__(
        self, shapes: list[dict[str, Any]], classes: NDArray[np.int64], grid: Grid
    ) -> None:
        """Find each one's bounds."""
        self._shapes, self._classes, self._grid = shapes, classes, grid
        self.bounds = np.array([_pixel_bounds(shape, grid) for shape in shapes])

    def __call__(self, window: PixelWindow) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Flat positions of a window's pixels in polygons, and which polygon, or ``SHARED``.

        Of several of one class it is the last.
        """
        column, row, width, height = window
        left, top, right, bottom = self.bounds.T
        near = (left < column + width) & (right > column) & (top < row + height) & (bottom > row)
        units = np.flatnonzero(near)
        if not units.size:
            return units, units
        transform = self._grid.part(window).transform
        burnt = np.full(height * width, FREE, np.int64)
        for index in np.unique(self._classes[units]):
            own = units[self._classes[units] == index]
            found = rasterize(
                [(self._shapes[unit], int(unit) + 1) for unit in own],
                out_shape=(height, width),
                transform=transform,
                dtype="int32",
            ).ravel()
            there = np.flatnonzero(found)
            burnt[there] = np.where(burnt[there] == FREE, found[there] - 1, SHARED)
        where = np.flatnonzero(burnt != FREE)
        return where, burnt[where]


def _pixel_bounds(shape: dict[str, Any], grid: Grid) -> tuple[float, float, float, float]:
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    places = np.array([place[:2] for rings in parts for place in rings[0]], np.float64)
    columns, rows = apply(~grid.transform, places[:, 0], places[:, 1])
    return columns.min(), rows.min(), columns.max(), rows.max()


def _parsed(path: str, name: str) -> dict[str, Any]:
    try:
        content = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise LabelError(f"{name} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{name} is not valid GeoJSON.") from error
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise LabelError(f"{name} is no GeoJSON feature collection.")
    return content


def _parts(content: dict[str, Any], name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Geometries, multipoints taken apart, and their properties."""
    for feature in content["features"]:
        if not isinstance(feature, dict):
            raise LabelError(f"{name} is not valid GeoJSON.")
        geometry, properties = feature.get("geometry"), feature.get("properties") or {}
        if not isinstance(geometry, dict) or not geometry.get("coordinates"):
            yield EMPTY, properties
            continue
        if geometry.get("type") not in KINDS:
            raise LabelError(
                f"{name} holds a geometry of type {geometry.get('type')}.",
                "Give points or polygons.",
            )
        if geometry["type"] == "MultiPoint" and _is_valid(geometry):
            for place in geometry["coordinates"]:
                yield {"type": "Point", "coordinates": place}, properties
        else:
            yield geometry, properties


def _is_valid(geometry: dict[str, Any]) -> bool:
    """Whether it has all the corners that its type needs, and each is a place."""
    try:
        json.dumps(geometry, allow_nan=False)
        return bool(is_valid_geom(geometry))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError):
        return False


def _transformed(
    shapes: list[dict[str, Any]], source: CRS, target: CRS | None, name: str
) -> list[dict[str, Any]]:
    try:
        return list(transform_geom(source, target, shapes))
    except GDAL_ERRORS as error:
        found = [_transformed_or_empty(shape, source, target) for shape in shapes]
        if all(shape is EMPTY for shape in found):
            raise LabelError(
                f"{name} cannot be brought into the map's coordinate reference system ({error})."
            ) from error
        return found


def _transformed_or_empty(shape: dict[str, Any], source: CRS, target: CRS | None) -> dict[str, Any]:
    try:
        return dict(transform_geom(source, target, shape))
    except GDAL_ERRORS:
        return EMPTY
