"""Georeference: what a raster file says about where it lies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from affine import Affine
from rasterio.control import GroundControlPoint

from core.raster.grid import Grid


def grid_of(dataset: Any, name: str, warnings: list[str]) -> Grid:
    """Size and georeference of an open dataset.

    Args:
        dataset: rasterio's.
        name: For the warnings.
        warnings: What the user should know is added to these.
    """
    width, height, transform, crs = dataset.width, dataset.height, dataset.transform, dataset.crs
    gcps: tuple[GroundControlPoint, ...] = ()
    if transform == Affine.identity() and dataset.gcps[0]:
        gcps, crs = tuple(dataset.gcps[0]), dataset.gcps[1]
        transform = _fit(gcps)
    if transform == Affine.identity() and dataset.rpcs:
        warnings.append(
            f"{name} is georeferenced by rational polynomial coefficients only, which are not "
            "used: areas are counted in pixels only, and its ground resolution is unknown. "
            "Orthorectify it first, for example with gdalwarp -rpc."
        )
        return Grid(width, height)
    if transform == Affine.identity():
        warnings.append(
            f"{name} is not georeferenced: areas are counted in pixels only, and its ground "
            "resolution is unknown."
        )
        return Grid(width, height)
    if not (all(map(math.isfinite, transform)) and transform.determinant):
        warnings.append(
            f"The georeference of {name} maps it to a line or a point, or nowhere; it is ignored: "
            "areas are counted in pixels only, and its ground resolution is unknown."
        )
        return Grid(width, height)
    if gcps:
        warnings.append(
            f"{name} is georeferenced by control points only. The result keeps them; extents, "
            "areas and ground resolution come from their best affine fit."
        )
    if not crs:
        crs = None
        warnings.append(
            f"{name} has no coordinate reference system: areas are counted in pixels only, and "
            "its ground resolution is unknown."
        )
    return Grid(width, height, transform, crs, georeferenced=True, gcps=gcps)


def _fit(gcps: tuple[GroundControlPoint, ...]) -> Affine:
    """The least-squares transform; all zeros when the points lie on a line."""
    pixels = np.array([(point.col, point.row, 1) for point in gcps], np.float64)
    places = np.array([(point.x, point.y) for point in gcps], np.float64)
    middle = places.mean(axis=0)
    solution, _, rank, _ = np.linalg.lstsq(pixels, places - middle, rcond=None)
    if rank < 3:
        return Affine(0, 0, 0, 0, 0, 0)
    (a, d), (b, e), (c, f) = solution.tolist()
    return Affine(a, b, c + float(middle[0]), d, e, f + float(middle[1]))
