"""Measure polygons of a classified map beside what QGIS users have: sieve, polygonize, simplify.

    python -m benchmarks.polygons MAP.tif FOLDER [--minimum-area M2] [--simplify M]

Each step is a process of its own, one after the other, on what stands in MAP. Printed are processor
seconds, wall-clock seconds and peak memory of each; of both results the features, their points,
how many are invalid, and by how much the sum of their areas exceeds that of their union, in square
metres and per cent. Needs QGIS with GDAL's programs; the checks run in its Python.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import rasterio

CHECK = """
import json, sys
from osgeo import ogr
from qgis.core import QgsGeometry
dataset, tolerance = ogr.Open(sys.argv[1]), float(sys.argv[2])
layer = dataset.GetLayer()
shapes, invalid, points = [], 0, 0
for feature in layer:
    shape = QgsGeometry()
    shape.fromWkb(bytes(feature.GetGeometryRef().ExportToWkb()))
    if tolerance:
        shape = shape.simplify(tolerance)  # as native:simplifygeometries does
    invalid += not shape.isGeosValid()
    points += shape.constGet().nCoordinates()
    shapes.append(shape if shape.isGeosValid() else shape.makeValid())
whole = QgsGeometry.unaryUnion(shapes)
area, total = whole.area(), sum(shape.area() for shape in shapes)
parts = whole.asGeometryCollection()
holes = sum(part.constGet().numInteriorRings() for part in parts)
print(json.dumps({"features": len(shapes), "points": points, "invalid": invalid,
                  "overlap_m2": round(total - area, 2), "covered_m2": round(area, 2),
                  "holes_in_union": holes}))
"""


def timed(command: list[str]) -> dict[str, float]:
    """Run a command; its processor seconds, wall-clock seconds and peak MiB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command}: {errors.decode(errors='replace')[-2000:]}")
    return {
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "clock_s": round(time.monotonic() - begin, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
    }


def check(path: Path, simplify: float = 0) -> dict[str, float]:
    done = subprocess.run(
        ["/usr/bin/python3", "-c", CHECK, str(path), str(simplify)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("map", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minimum-area", type=float, default=4.0)
    parser.add_argument("--simplify", type=float, default=0.1)
    options = parser.parse_args()
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with rasterio.open(options.map) as dataset:
        pixel = abs(dataset.transform.determinant)
        print(f"{dataset.width} x {dataset.height} pixels of {pixel**0.5:.4g} units")
    made = folder / "polygons.gpkg"
    ours = [sys.executable, "-m", "core", "polygons", str(options.map), str(made), "--overwrite"]
    asked = ["--minimum-area", str(options.minimum_area), "--simplify", str(options.simplify)]
    print("engine, exact", timed(ours), check(made))
    print("engine", timed([*ours, *asked]), check(made))
    sieved, raw = folder / "sieved.tif", folder / "raw.gpkg"
    for path in (sieved, raw):
        path.unlink(missing_ok=True)
    unit = str(max(round(options.minimum_area / pixel), 1))
    print("gdal_sieve", timed(["gdal_sieve.py", "-st", unit, "-4", str(options.map), str(sieved)]))
    polygonize = ["gdal_polygonize.py", str(sieved), "-f", "GPKG", str(raw), "polygons", "class"]
    print("gdal_polygonize", timed(polygonize), check(raw))
    print("native:simplifygeometries", check(raw, options.simplify))


if __name__ == "__main__":
    main()
