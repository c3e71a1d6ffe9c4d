"""Strips: tiles as wide as their file, each of which has pixels for a whole row of blocks."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np

from core.gdal import GDAL_ERRORS, keep_bytes, open_dataset
from core.paths import is_remote

WIDE = 4096
"""Columns from which on it matters: narrower files are one or two blocks wide."""


def keep_strips(dataset: Any, count: float) -> None:
    """Let GDAL keep what is unpacked for one block until the others of its row have had it.

    GDAL's block cache forgets first what was used least recently: where it is smaller than a row of
    blocks, each strip is unpacked anew for each of them. It is bounded, see ``keep_bytes``.

    Args:
        dataset: rasterio's, to be read block by block.
        count: Rows that a block needs, with its context.
    """
    pixel = sum(np.dtype(dtype).itemsize for dtype in dataset.dtypes)
    rows = math.ceil(1.1 * count) if in_strips(dataset) else 0  # GDAL counts its own needs as well
    keep_bytes(rows * dataset.width * pixel)


def in_strips(dataset: Any) -> bool:
    """Whether a file is stored in wide strips; a mosaic is judged by the first of its files."""
    if dataset.driver == "VRT":
        for path in dataset.files[1:2]:
            # One that is missing says so itself when it is read.
            with suppress(*GDAL_ERRORS, ValueError):
                if not is_remote(path):
                    with open_dataset(path) as first:
                        return in_strips(first)
        return False
    return bool(dataset.count and dataset.block_shapes[0][1] == dataset.width > WIDE)
