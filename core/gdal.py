"""GDAL: the settings under which the engine reads and writes."""

from __future__ import annotations

import warnings
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.env import set_gdal_config
from rasterio.errors import NotGeoreferencedWarning, RasterioError

CACHE_BYTES = 32 * 2**20
"""GDAL's block cache, for all threads together. Its default, 5 % of the machine's memory, would
make the engine's memory depend on the raster; reading block by block gains nothing from it."""


GDAL_ERRORS = (RasterioError, CPLE_BaseError, OSError)
"""What rasterio raises when a file is at fault. Most of GDAL's own errors it wraps in its own, some
it lets through."""


def open_dataset(path: str, mode: str = "r", **options: Any) -> Any:
    """Open a raster with rasterio, quietly, and bound GDAL's block cache.

    Args:
        path: The raster.
        mode: As rasterio's.
        options: As rasterio's.

    Returns:
        The dataset; the caller closes it.

    Raises:
        GDAL_ERRORS: It cannot be opened.
    """
    # Not through rasterio.Env: it puts the old size back when it is left.
    set_gdal_config("GDAL_CACHEMAX", CACHE_BYTES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, mode, **options)
