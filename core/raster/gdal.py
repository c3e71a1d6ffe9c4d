"""GDAL: the settings with which the engine reads and writes rasters."""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from typing import Any

import rasterio
from rasterio._env import del_gdal_config
from rasterio._err import CPLE_BaseError
from rasterio.env import set_gdal_config
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from core.wire.paths import is_remote, names_an_address

LEAST_CACHE_BYTES = 128 * 2**20
"""GDAL's block cache, for all threads together: what a block and its context have in common. Its
default, 5 % of the machine's memory, would make the engine's memory depend on the raster."""

MOST_CACHE_BYTES = 2**30
"""See ``keep_bytes``."""

FED_CORES = 4
"""Cores for which one thread unpacks tiles, JPEG's among them, in good time. Helpers cost a fourth
of that time more, and are wanted where there are twice as many."""

SAFE = {
    "GDAL_VRT_ENABLE_PYTHON": "NO",  # a VRT may not bring code
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "SIBLING_OR_CHILD_OF_VRT_PATH",  # GDAL 3.12 on
}
HTTP = {
    "GDAL_HTTP_MAX_RETRY": 3,
    "GDAL_HTTP_RETRY_DELAY": 1,
    "GDAL_HTTP_CONNECTTIMEOUT": 30,
    "GDAL_HTTP_LOW_SPEED_TIME": 60,
    "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
}
"""A server that falters is asked again, one that hangs is given up: GDAL itself does neither.
Variables of the environment of these names win."""

OFFLINE = {
    "GDAL_HTTP_PROXY": "127.0.0.1:9",  # where nobody listens
    "GDAL_HTTPS_PROXY": "127.0.0.1:9",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",  # /vsicurl? may name a proxy of its own
}
"""A local file, such as a VRT, can name addresses on the network. GDAL may not follow it there."""

_no_proxy = {name: os.environ.pop(name, None) for name in ("no_proxy", "NO_PROXY")}
_online = False

GDAL_ERRORS = (RasterioError, CPLE_BaseError, OSError)
"""What rasterio raises when a file is at fault. Most of GDAL's own errors it wraps in its own, some
it lets through."""


def forget_errors(dataset: Any) -> None:
    """Have GDAL forget what went wrong when a dataset was read.

    rasterio raises the first of several errors; the next call that asks for errors would raise
    another, whatever it is about.
    """
    with suppress(*GDAL_ERRORS):
        _ = dataset.colorinterp


def open_dataset(path: str, mode: str = "r", **options: Any) -> Any:
    """Open a raster with rasterio, quietly.

    The network stays closed to this process until a path is opened that itself is an address.

    Args:
        path: The raster.
        mode: As rasterio's.
        options: As rasterio's.

    Returns:
        The dataset; the caller closes it.

    Raises:
        GDAL_ERRORS: It cannot be opened.
    """
    if is_remote(path):
        _go_online()
    # Not through rasterio.Env: it puts the old values back when it is left.
    patience = {name: value for name, value in HTTP.items() if name not in os.environ}
    for name, value in {**SAFE, **(patience if _online else OFFLINE)}.items():
        set_gdal_config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, mode, **options)


def keep_bytes(wanted: int) -> None:
    """Set the size of GDAL's block cache, for the whole process.

    Args:
        wanted: Where it is more than ``MOST_CACHE_BYTES``, ``LEAST_CACHE_BYTES`` is taken: a cache
            that is too small for what is read in turns finds nothing, whatever its size.
    """
    fits = LEAST_CACHE_BYTES <= wanted <= MOST_CACHE_BYTES
    set_gdal_config("GDAL_CACHEMAX", wanted if fits else LEAST_CACHE_BYTES)


keep_bytes(0)  # at import: before any file is opened


def unpack_for(cores: int) -> None:
    """Set in how many threads GDAL unpacks tiles of files that are opened from now on.

    Args:
        cores: That are to be fed with pixels.
    """
    set_gdal_config("GDAL_NUM_THREADS", max(cores // FED_CORES, 1))


def was_kept_offline(error: str) -> bool:
    """Whether an error of GDAL's comes of a file that leads to the network, which is closed."""
    return not _online and (names_an_address(error) or " 127.0.0.1 port 9 " in error)


def opening_hint(error: Exception) -> str:
    """What to change where a raster cannot be opened."""
    if "not recognized as" in str(error.__cause__ or error):
        return (
            "Check the path and the file's format. What QGIS shows and the engine does not read, "
            "save as a GeoTIFF: Export > Save As in QGIS, or gdal_translate."
        )
    return "Check the path and the file's format."


def _go_online() -> None:
    """From now on, let GDAL reach the network, by the user's own proxy if there is one."""
    global _online
    if _online:
        return
    _online = True
    for name in OFFLINE:
        del_gdal_config(name)
    os.environ.update({name: value for name, value in _no_proxy.items() if value is not None})
