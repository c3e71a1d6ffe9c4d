"""Measure polygons of a classified map beside what QGIS users have, with the same in the end.

    python -m benchmarks.polygons MAP.tif FOLDER [--minimum-area M2] [--simplify M] [--ours]

The rival: *Sieve*, *Polygonize*, *Simplify* and *Refactor fields* (class, area and perimeter on the
ellipsoid) of QGIS's toolbox, one after the other in one process. Told are seconds of processor, on
the clock, and peak memory: of the engine with its start, of QGIS without it. Of the results: the
features, their points, how many are invalid, and by how much the sum of their areas exceeds that of
their union, in square metres. ``--ours`` leaves out the rival and the checks.
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

RIVAL = """
import json, os, resource, sys, time
sys.path.append("/usr/share/qgis/python/plugins")
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
app = QgsApplication([], False); app.initQgis()
import processing
from processing.core.Processing import Processing
Processing.initialize()
source, folder, unit, tolerance = sys.argv[1:]
layer = QgsRasterLayer(source, "map")
QgsProject.instance().setCrs(layer.crs()); QgsProject.instance().setEllipsoid("EPSG:7030")
def used():
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in each), max(one.ru_maxrss for one in each)
def step(name, **options):
    before, clock = used()[0], time.monotonic()
    made = processing.run(name, options)["OUTPUT"]
    print(name, json.dumps({"cpu_s": round(used()[0] - before, 1),
        "clock_s": round(time.monotonic() - clock, 1), "peak_mib": used()[1] // 1024}), flush=True)
    return made
start = used()[0]
sieved = step("gdal:sieve", INPUT=source, THRESHOLD=int(unit), EIGHT_CONNECTEDNESS=False,
    NO_MASK=False, MASK_LAYER=None, OUTPUT=os.path.join(folder, "sieved.tif"))
raw = step("gdal:polygonize", INPUT=sieved, BAND=1, FIELD="class_id", EIGHT_CONNECTEDNESS=False,
    OUTPUT=os.path.join(folder, "raw.gpkg"))
simple = step("native:simplifygeometries", INPUT=raw, METHOD=0, TOLERANCE=float(tolerance),
    OUTPUT=os.path.join(folder, "simple.gpkg"))
fields = [{"name": name, "type": kind, "length": 0, "precision": 0, "expression": expression}
    for name, kind, expression in (("class_id", 4, '"class_id"'), ("area_m2", 6, "$area"),
                                   ("perim_m", 6, "$perimeter"))]
step("native:refactorfields", INPUT=simple, FIELDS_MAPPING=fields,
    OUTPUT=os.path.join(folder, "qgis.gpkg"))
print("QGIS, all four", json.dumps({"cpu_s": round(used()[0] - start, 1),
    "peak_mib": used()[1] // 1024}))
"""

CHECK = """
import json, sys
from osgeo import ogr
from qgis.core import QgsGeometry
dataset = ogr.Open(sys.argv[1])
layer = dataset.GetLayer()
shapes, invalid, points = [], 0, 0
for feature in layer:
    shape = QgsGeometry()
    shape.fromWkb(bytes(feature.GetGeometryRef().ExportToWkb()))
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


def check(path: Path) -> dict[str, float]:
    done = subprocess.run(
        ["/usr/bin/python3", "-c", CHECK, str(path)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("map", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minimum-area", type=float, default=4.0)
    parser.add_argument("--simplify", type=float, default=0.1)
    parser.add_argument("--ours", action="store_true")
    options = parser.parse_args()
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with rasterio.open(options.map) as dataset:
        pixel = abs(dataset.transform.determinant)
        print(f"{dataset.width} x {dataset.height} pixels of {pixel**0.5:.4g} units")
    made = folder / "polygons.gpkg"
    ours = [sys.executable, "-m", "core", "polygons", str(options.map), str(made), "--overwrite"]
    asked = ["--minimum-area", str(options.minimum_area), "--simplify", str(options.simplify)]
    print("engine, the pixels' own outlines", timed(ours))
    print("engine, as asked", timed([*ours, *asked]))
    if options.ours:
        return
    print(check(made))
    for name in ("sieved.tif", "raw.gpkg", "simple.gpkg", "qgis.gpkg"):
        (folder / name).unlink(missing_ok=True)
    unit = str(max(round(options.minimum_area / pixel), 1))
    rival = [str(options.map), str(folder), unit, str(options.simplify)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(["/usr/bin/python3", "-c", RIVAL, *rival], check=True, env=environment)
    print(check(folder / "qgis.gpkg"))


if __name__ == "__main__":
    main()
