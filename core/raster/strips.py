"""Strips: tiles as wide as their file, each of which has pixels for a whole row of blocks."""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Any

import numpy as np
from rasterio.enums import MaskFlags

from core.raster.gdal import GDAL_ERRORS, keep_bytes, open_dataset
from core.wire.paths import is_remote

WIDE = 4096
"""Columns from which on it matters: narrower files are one or two blocks wide."""

NESTED = 4
"""Mosaics of mosaics that are looked into; they may lead back to themselves."""


def keep_strips(dataset: Any, count: float) -> None:
    """Size GDAL's block cache so that a strip is decompressed once for a whole row of blocks.

    GDAL's block cache forgets first what was used least recently: where it is smaller than a row of
    blocks, each strip is unpacked anew for each of them.

    Args:
        dataset: rasterio's, to be read block by block; for the whole process, until the next call.
        count: Rows that a block needs, with its context.
    """
    strip, pixel = strips_of(dataset)
    rows = min((math.ceil(count / strip) + 1) * strip, dataset.height) if strip else 0
    keep_bytes(math.ceil(1.1 * rows * dataset.width * pixel))  # GDAL counts its own needs as well


def strips_of(dataset: Any) -> tuple[int, int]:
    """Rows of a file's strips and bytes of its pixels.

    Returns:
        Both 0 where it is not stored in wide strips. A mosaic is judged by the first of its files.
    """
    with ExitStack() as opened:
        for _ in range(NESTED):
            if dataset.driver != "VRT":
                break
            # Its overviews and mask begin with its name.
            parts = [path for path in dataset.files if not path.startswith(dataset.name)]
            if not parts or is_remote(parts[0]):
                return 0, 0
            try:
                dataset = opened.enter_context(open_dataset(parts[0]))
            except (*GDAL_ERRORS, ValueError):  # says so itself when it is read
                return 0, 0
        rows, columns = dataset.block_shapes[0] if dataset.count else (0, 0)
        if dataset.driver == "VRT" or not columns == dataset.width > WIDE:
            return 0, 0
        flags = dataset.mask_flag_enums[0]
        masked = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
        return rows, masked + sum(_bytes(name) for name in dataset.dtypes)


def _bytes(dtype: str) -> int:
    return 4 if dtype == "complex_int16" else np.dtype(dtype).itemsize
