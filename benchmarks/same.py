"""Is a classification reproducible? python -m benchmarks.same RASTER [--side N]

Classifies the middle of a raster with a bundled model, once more with the same settings, and with
other threads and batch sizes. Prints whether all files are the same bytes (the date is held fixed
by SOURCE_DATE_EPOCH), and the share of pixels whose class differs from the first run's, with the
largest difference there, in per cent, between the probabilities of the two classes.
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
from rasterio.windows import Window

BASE = {"threads": 1, "batch-size": 1}
OTHERS = [BASE, {**BASE, "threads": 2}, {**BASE, "batch-size": 2}, {**BASE, "batch-size": 8}]
RASTERS = ("classes.tif", "confidence.tif", "probabilities.tif")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raster", type=Path)
    parser.add_argument("--side", type=int, default=2400, help="pixels")
    parser.add_argument("--model", default="landcover")
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder, "image.tif")
        middle(options.raster, options.side, image)
        for precision in options.precision:
            first = Path(folder, precision)
            classify(image, first, options.model, {**BASE, "precision": precision})
            for number, other in enumerate(OTHERS):
                again = Path(folder, f"{precision}_{number}")
                classify(image, again, options.model, {**other, "precision": precision})
                print(
                    json.dumps({"precision": precision, **other, **compare(first, again)}),
                    flush=True,
                )


def middle(raster: Path, side: int, path: Path) -> None:
    """Cut the middle out of a raster."""
    with rasterio.open(raster) as source:
        width, height = min(side, source.width), min(side, source.height)
        window = Window((source.width - width) // 2, (source.height - height) // 2, width, height)
        profile = {
            "driver": "GTiff", "width": width, "height": height, "count": 3,
            "dtype": source.dtypes[0], "crs": source.crs,
            "transform": source.window_transform(window),
        }  # fmt: skip
        with rasterio.open(path, "w", **profile) as target:
            target.write(source.read([1, 2, 3], window=window))


def classify(image: Path, folder: Path, model: str, settings: dict[str, object]) -> None:
    """Run the engine in a process of its own."""
    folder.mkdir()
    classes, confidence, probabilities = (str(folder / name) for name in RASTERS)
    arguments = [str(image), classes, "--confidence", confidence, "--probabilities", probabilities]
    arguments += ["--model", model, "--device", "cpu"]
    for name, value in settings.items():
        arguments += [f"--{name}", str(value)]
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "core", "classify", *arguments],
        check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
    )  # fmt: skip


def compare(first: Path, again: Path) -> dict[str, object]:
    """What differs between two runs' files."""
    names = {path.name for path in (*first.iterdir(), *again.iterdir())}
    same = all((first / name).read_bytes() == (again / name).read_bytes() for name in names)
    with rasterio.open(first / RASTERS[0]) as one, rasterio.open(again / RASTERS[0]) as two:
        differ = one.read(1) != two.read(1)
    with rasterio.open(first / RASTERS[2]) as dataset:
        shares = np.sort(dataset.read(), axis=0).astype(int)
    return {
        "same_bytes": same,
        "pixels": differ.size,
        "other_class": int(differ.sum()),
        "share": float(differ.mean()),
        "largest_gap_percent": int((shares[-1] - shares[-2])[differ].max(initial=0)),
    }


if __name__ == "__main__":
    main()
