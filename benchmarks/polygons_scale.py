"""Measure polygons of sparse maps of 400 megapixels and 10 gigapixels.

    python -m benchmarks.polygons_scale MAP.tif FOLDER [--sides 20000 100000]

Each map holds 400 tiles of MAP, a classified raster, spread evenly, and nothing else. Told are
seconds of processor, on the clock, and peak memory, with a minimum mapping unit of 20 m2.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window

from benchmarks.polygons import timed

TILE = 512
TILES = 20
"""To a side."""


def make(path: Path, side: int, source: Path) -> None:
    """Write a sparse map, its pixels a metre wide."""
    random = np.random.default_rng(0)
    options = {"width": side, "height": side, "count": 1, "dtype": "uint8", "nodata": 255}
    place = {"crs": "EPSG:32633", "transform": Affine(1, 0, 3e5, 0, -1, 5e6)}
    layout = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "sparse_ok": True}
    with (
        rasterio.open(source) as given,
        rasterio.open(
            path,
            "w",
            driver="GTiff",
            compress="deflate",
            bigtiff="yes",
            **options,
            **place,
            **layout,
        ) as made,
    ):
        for number in np.ndindex(TILES, TILES):
            row, column = (int(each * side / TILES) // TILE * TILE for each in number)
            top, left = (random.integers(0, size - TILE) for size in given.shape)
            values = given.read(1, window=Window(left, top, TILE, TILE))
            made.write(values[None], window=Window(column, row, TILE, TILE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("map", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sides", type=int, nargs="+", default=[20_000, 100_000])
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for side in options.sides:
        raster, output = options.folder / f"{side}.tif", options.folder / f"{side}.gpkg"
        make(raster, side, options.map)
        job = [sys.executable, "-m", "core", "polygons", str(raster), str(output), "--overwrite"]
        print(side, json.dumps(timed([*job, "--minimum-area", "20"])), flush=True)


if __name__ == "__main__":
    main()
