"""Measure footprints against OpenStreetMap's polygons, beside two ways that QGIS users have.

    python -m benchmarks.footprints FOLDER MAP.tif POLYGONS.geojson [--tolerance M]

MAP holds classes, POLYGONS the buildings as they were drawn; of these count those whose middle lies
in MAP. Printed for each way: buildings, share of OpenStreetMap's that one of them matches at an
IoU of 0.5, the mean IoU of the matched, points to a building, the share of corners within 3
degrees of a right angle, and how many are invalid. The ways: the pixels' outlines; simplified
(QGIS, Douglas and Peucker); simplified and orthogonalized (QGIS); footprints of the engine. The
comparison runs in QGIS's Python.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, math, sys
from osgeo import gdal
from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform,
    QgsFeature, QgsGeometry, QgsProject, QgsSpatialIndex, QgsVectorLayer)
exact, footprints, osm, raster, tolerance, name = sys.argv[1:]
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
ways = {"pixels": pixels,
    "simplified (QGIS)": [s.simplify(tolerance / scale) for s in pixels],
    "simplified, orthogonalized (QGIS)":
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
    print(json.dumps({"way": way, "buildings": len(shapes), "osm": len(truth),
        "matched": round(len(matched) / max(len(truth), 1), 4),
        "mean_iou": round(sum(matched) / max(len(matched), 1), 4),
        "points": round(sums[2] / len(shapes), 1), "right_angles": round(sums[0] / sums[1], 3),
        "invalid": invalid}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("map", type=Path)
    parser.add_argument("osm", type=Path)
    parser.add_argument("--tolerance", default="1")
    parser.add_argument("--minimum-area", default="8")
    parser.add_argument("--building", default="building")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    exact, made = options.folder / "exact.gpkg", options.folder / "footprints.gpkg"
    job = [sys.executable, "-m", "core", "polygons", str(options.map), str(exact), "--overwrite"]
    asked = ["--minimum-area", options.minimum_area, "--tolerance", options.tolerance]
    kind = ["--footprints", str(made), "--buildings", options.building]
    subprocess.run([*job, *asked, *kind], check=True)
    paths = [str(path) for path in (exact, made, options.osm, options.map)]
    command = ["/usr/bin/python3", "-c", SCRIPT, *paths, options.tolerance, options.building]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
