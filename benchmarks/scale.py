"""Time and memory from 25 megapixels to 10 gigapixels: python -m benchmarks.scale

    python -m benchmarks.scale [--scene FILE] [--sides 5000 20000 100000] [--blocks 400]

Sparse GeoTIFFs in which at most so many blocks of 2048 x 2048 pixels, spread evenly, hold real
texture. Prints, and adds to docs/bench.json, processor time for each megapixel of data and the
peak memory.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bench import RESULTS
from benchmarks.measure import engine, machine, run, summary
from benchmarks.textures import STEP, make


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="landcover")
    parser.add_argument("--scene", type=Path, help="raster whose pixels fill the blocks")
    parser.add_argument("--sides", type=int, nargs="+", default=[5000, 20000, 100_000])
    parser.add_argument("--blocks", type=int, default=400)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "sides": {}}
    with tempfile.TemporaryDirectory() as folder:
        for side in options.sides:
            raster = Path(folder, f"{side}.tif")
            count = math.ceil(side / STEP) ** 2
            every = max(-(-count // options.blocks), 1)
            across = math.ceil(side / STEP)
            data = make(
                raster,
                side,
                options.scene,
                lambda row, col, n=across, e=every: (row * n + col) % e == 0,
            )
            command = engine(raster, Path(folder, "classes.tif"), options.model)
            figures = summary([run(command) for _ in range(options.runs)])
            per = round(figures["cpu_s"]["median"] / (data / 1e6), 4)
            found["sides"][side] = {"data_pixels": data, "cpu_s_a_megapixel": per, **figures}
            print(
                f"{side}²: {side**2 / 1e6:.0f} megapixels, {data / 1e6:.0f} with data, "
                f"{figures['seconds']['median']:.1f} s, {per} s of a processor for each megapixel "
                f"of data, "
                f"peak {figures['peak_mib']['median']:.0f} MiB",
                flush=True,
            )
            raster.unlink()
    stored = json.loads(options.output.read_text("utf-8")) if options.output.exists() else {}
    options.output.write_text(json.dumps({**stored, "scale": found}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
