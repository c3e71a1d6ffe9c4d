"""Speed and peak memory of a classification: python -m benchmarks.speed MODEL [--size N ...]

Makes sparse rasters, the first rows (--share) a scene (--scene) or noise blobs repeated, runs the
engine's command line on each in a process of its own, and prints megapixels a second (model loading
left out, as the engine's own clock has it) and the process's peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--size", type=int, nargs="+", default=[2448])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scene", type=Path, help="raster whose pixels fill the scene")
    parser.add_argument("--share", type=float, default=1.0, help="share of rows that hold data")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for size in options.size:
            raster = Path(folder) / f"{size}.tif"
            make(raster, size, options.scene, options.share)
            for _ in range(options.runs):
                print(json.dumps({"size": size, **measure(raster, options.model)}), flush=True)


def make(path: Path, size: int, scene: Path | None, share: float) -> None:
    """A size x size RGB raster; rows beyond the share stay sparse (and are zero, not nodata)."""
    tile = texture(scene)
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=3, dtype="uint8", tiled=True,
        compress="deflate", sparse_ok=True, bigtiff="if_safer", crs=CRS.from_epsg(32612),
        transform=Affine(0.3, 0, 500000, 0, -0.3, 5000000),
    ) as target:  # fmt: skip
        step = tile.shape[1]
        for row in range(0, round(size * share), step):
            for col in range(0, size, step):
                height, width = min(step, size - row), min(step, size - col)
                target.write(tile[:, :height, :width], window=Window(col, row, width, height))


def texture(scene: Path | None) -> np.ndarray:
    if scene:
        with rasterio.open(scene) as source:
            side = min(source.width, source.height) // 512 * 512
            return source.read([1, 2, 3], window=Window(0, 0, side, side))
    coarse = np.random.default_rng(0).integers(0, 256, (3, 64, 64), np.uint8)
    return coarse.repeat(16, 1).repeat(16, 2)


def measure(raster: Path, model: str) -> dict:
    output = raster.with_name("out.tif")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "core", "classify", str(raster), str(output)),
            *("--model", model, "--overwrite", "--json"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    last = [json.loads(line) for line in process.stdout][-1]
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the engine failed: {last}")
    return {
        "seconds": last["seconds"],
        "megapixels_a_second": round(last["rate"] / 1e6, 3),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "device": last["device"],
        "precision": last["provenance"]["precision"],
    }


if __name__ == "__main__":
    main()
