"""Measure footprints against OpenStreetMap's polygons, beside two ways that QGIS users have.

    python -m benchmarks.footprints FOLDER DATA [--model NAME] [--tolerance M] [--neck-width M]
        [--masks]

DATA is the folder of OpenAerialMap's scenes (``images``, ``labels``); of these the three Nepalese
ones are classified into FOLDER, if they are not there yet, and turned into polygons. Of
OpenStreetMap's buildings those count whose middle lies in a scene. Told are, of each way: the
buildings, the share of OpenStreetMap's that one of them matches at an IoU of 0.5, the mean IoU of
the matched, points to a building, the share of corners within 3 degrees of a right angle, and how
many are invalid. The ways: the pixels' outlines; simplified (QGIS, Douglas and Peucker); simplified
and orthogonalized (QGIS); footprints of the engine. ``--masks``: of OpenStreetMap's own masks
instead of a model's maps. The comparison runs in QGIS's Python, and prints rows of the table in
docs/RESULTS.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import math, sys
from osgeo import gdal
from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform,
    QgsFeature, QgsGeometry, QgsProject, QgsSpatialIndex, QgsVectorLayer)
exact, footprints, osm, raster, tolerance, name, scene = sys.argv[1:]
tolerance = float(tolerance)
app = QgsApplication([], False); app.initQgis()
data = gdal.Open(raster)
left, wide, _, top, _, high = data.GetGeoTransform()
right, bottom = left + wide * data.RasterXSize, top + high * data.RasterYSize
crs = QgsCoordinateReferenceSystem(); crs.createFromWkt(data.GetProjection())
def read(path, to=None):
    layer = QgsVectorLayer(path, "l", "ogr"); found = []
    way = QgsCoordinateTransform(layer.crs(), to, QgsProject.instance()) if to else None
    names = [f.name() for f in layer.fields()]
    for feature in layer.getFeatures():
        if "class" in names and feature["class"] != name: continue
        shape = feature.geometry()
        if way: shape.transform(way)
        found.append(shape)
    return found
truth = [s for s in read(osm, crs) if left <= s.centroid().asPoint().x() <= right
         and bottom <= s.centroid().asPoint().y() <= top]
truth = [s if s.isGeosValid() else s.makeValid() for s in truth]
scale = math.cos(math.radians(27.63)) if crs.authid() == "EPSG:3857" else 1
pixels = read(exact)
scene += f" ({len(truth)})"
ways = {"the pixels' outlines": pixels,
    "QGIS: simplified": [s.simplify(tolerance / scale) for s in pixels],
    "QGIS: simplified, then orthogonalized":
        [s.simplify(tolerance / scale).orthogonalize(1e-8, 1000, 40) for s in pixels],
    "footprints": read(footprints)}
def corners(shape):
    right = count = points = 0
    for part in shape.asMultiPolygon() if shape.isMultipart() else [shape.asPolygon()]:
        for ring in part:
            ring = ring[:-1]; points += len(ring)
            for a, b, c in zip(ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1]):
                turn = math.degrees(math.atan2(a.y() - b.y(), a.x() - b.x())
                    - math.atan2(c.y() - b.y(), c.x() - b.x())) % 180
                count += 1; right += abs(turn - 90) <= 3
    return right, count, points
for way, shapes in ways.items():
    shapes = [s for s in shapes if not s.isEmpty()]
    invalid = sum(not s.isGeosValid() for s in shapes)
    sound = [s if s.isGeosValid() else s.makeValid() for s in shapes]
    index = QgsSpatialIndex()
    for number, shape in enumerate(sound):
        feature = QgsFeature(number); feature.setGeometry(shape); index.addFeature(feature)
    matched = []
    for shape in truth:
        best = 0
        for number in index.intersects(shape.boundingBox()):
            common = shape.intersection(sound[number]).area()
            best = max(best, common / max(shape.area() + sound[number].area() - common, 1e-9))
        if best >= 0.5: matched.append(best)
    sums = [sum(each) for each in zip(*map(corners, shapes))]
    figures = [scene, way, len(shapes), f"{100 * len(matched) / max(len(truth), 1):.1f} %",
        f"{sum(matched) / max(len(matched), 1):.3f}", f"{sums[2] / len(shapes):.1f}",
        f"{100 * sums[0] / sums[1]:.0f} %", invalid]
    print("|", " | ".join(map(str, figures)), "|", flush=True)
"""


SCENES = {"banepa_0": "banepa", "nepal_0": "area3", "nepal_1": "area3"}
"""And where OpenStreetMap's polygons of each are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="buildings")
    parser.add_argument("--tolerance", default="1")
    parser.add_argument("--minimum-area", default="8")
    parser.add_argument("--neck-width", default="3")
    parser.add_argument("--masks", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    engine = [sys.executable, "-m", "core"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for scene, place in SCENES.items():
        image, mask = (options.data / kind / f"{scene}.tif" for kind in ("images", "labels"))
        made = mask if options.masks else options.folder / f"{scene}_{options.model}.tif"
        if not made.exists():
            classify = [*engine, "classify", str(image), str(made), "--resample"]
            subprocess.run([*classify, "--model", options.model], **quiet)
        exact, footprints = (options.folder / f"{scene}_{name}.gpkg" for name in ("exact", "f"))
        name = "1" if options.masks else "building"
        least = "0" if options.masks else options.minimum_area
        job = [*engine, "polygons", str(made), str(exact), "--overwrite", "--minimum-area", least]
        kind = ["--footprints", str(footprints), "--buildings", name]
        how = ["--tolerance", options.tolerance, "--neck-width", options.neck_width]
        subprocess.run([*job, *kind, *how], **quiet)
        osm = options.data / "labels" / f"polygons_{place}.geojson"
        paths = [str(path) for path in (exact, footprints, osm, image)]
        command = ["/usr/bin/python3", "-c", SCRIPT, *paths, options.tolerance, name, scene]
        subprocess.run(command, check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})


if __name__ == "__main__":
    main()
