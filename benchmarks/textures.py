"""Rasters to measure speed on: real texture or noise blobs repeated, with or without gaps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

STEP = 2048
"""Side of the squares that are filled or left out: that of a block of the bundled models."""


def make(
    path: Path,
    size: int,
    scene: Path | None,
    fill: Callable[[int, int], bool] | None = None,
    nodata: int | None = 0,
) -> int:
    """Write a size x size RGB raster.

    Args:
        path: Where.
        size: Its side in pixels.
        scene: Raster whose pixels are repeated; None takes noise blobs.
        fill: Which squares of STEP pixels hold data, by row and column; the others stay sparse.
            None: all.
        nodata: As declared.

    Returns:
        Number of pixels that hold data.
    """
    tile = texture(scene)
    filled = 0
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=3, dtype="uint8", nodata=nodata,
        tiled=True, blockxsize=512, blockysize=512, compress="deflate", sparse_ok=True,
        bigtiff="if_safer", crs=CRS.from_epsg(32612),
        transform=Affine(0.3, 0, 500000, 0, -0.3, 5000000),
    ) as target:  # fmt: skip
        for row in range(0, size, STEP):
            for col in range(0, size, STEP):
                if fill is None or fill(row // STEP, col // STEP):
                    height, width = min(STEP, size - row), min(STEP, size - col)
                    target.write(tile[:, :height, :width], window=Window(col, row, width, height))
                    filled += height * width
    return filled


def texture(scene: Path | None) -> np.ndarray:
    """(3, STEP, STEP), never 0."""
    if scene is None:
        coarse = np.random.default_rng(0).integers(0, 256, (3, STEP // 16, STEP // 16), np.uint8)
        pixels = coarse.repeat(16, 1).repeat(16, 2)
    else:
        with rasterio.open(scene) as source:
            pixels = source.read([1, 2, 3], window=Window(0, 0, STEP, STEP))
        down, across = (-(-STEP // side) for side in pixels.shape[1:])
        pixels = np.tile(pixels, (1, down, across))[:, :STEP, :STEP]
    return np.maximum(pixels, 1)
