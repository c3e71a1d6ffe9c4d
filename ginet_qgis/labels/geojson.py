"""Geometry -> GeoJSON with the very coordinates; QGIS's own ``asJson`` rounds them."""

from __future__ import annotations

import json
from typing import Any

from qgis.core import QgsGeometry, QgsPointXY

from ginet_qgis.compat import POINTS, POLYGON


def as_geojson(geometry: QgsGeometry) -> dict[str, Any] | None:
    """Points or polygons as GeoJSON has them, curves in short straight lines, heights left out.

    Of a collection its polygons are kept. None where there is no geometry.
    """
    if geometry.isEmpty():
        return None
    shape = QgsGeometry(geometry.constGet().segmentize())
    if shape.type() not in (POINTS, POLYGON):
        shape.convertGeometryCollectionToSubclass(POLYGON)
    if shape.isEmpty():
        return None
    if shape.type() == POINTS:
        return {"type": "MultiPoint", "coordinates": [_place(each) for each in _points(shape)]}
    if shape.type() == POLYGON:
        parts = shape.asMultiPolygon() if shape.isMultipart() else [shape.asPolygon()]
        return {
            "type": "MultiPolygon",
            "coordinates": [[[_place(each) for each in ring] for ring in part] for part in parts],
        }
    return json.loads(shape.asJson())  # type: ignore[no-any-return]


def _points(shape: QgsGeometry) -> list[QgsPointXY]:
    return shape.asMultiPoint() if shape.isMultipart() else [shape.asPoint()]


def _place(point: QgsPointXY) -> tuple[float, float]:
    return point.x(), point.y()
