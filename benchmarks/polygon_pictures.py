"""Draw polygons over an image with QGIS, for the manual; run in QGIS's Python.

    /usr/bin/python3 -m benchmarks.polygon_pictures OUTPUT.png WIDTH HEIGHT IMAGE POLYGONS... \
        [--extent XMIN YMIN XMAX YMAX] [--colours MAP.tif]

Pictures stand side by side: the image, then each layer of polygons over it, as the plugin styles it
with the colours of a map, or as lines only.
"""

from __future__ import annotations

import argparse

from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsFillSymbol,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage, QPainter

from ginet_qgis.layers.polygon_styling import describe_polygons

GAP = 6


def classes(layer: QgsVectorLayer, colours: str) -> list[dict]:
    dataset = gdal.Open(colours)  # kept: a band does not outlive it
    table = dataset.GetRasterBand(1).GetColorTable()
    found = {each["class_id"]: each["class"] for each in layer.getFeatures()}
    return [
        {
            "id": number,
            "name": name,
            "colour": QColor(*table.GetColorEntry(number)[:3]).name(),
            "features": 1,
        }
        for number, name in sorted(found.items())
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output")
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("image")
    parser.add_argument("polygons", nargs="+")
    parser.add_argument("--extent", nargs=4, type=float)
    parser.add_argument("--colours", metavar="MAP.tif")
    options = parser.parse_args()
    application = QgsApplication([], False)  # noqa: FBT003 - QGIS's signature
    application.initQgis()
    image = QgsRasterLayer(options.image, "image")
    shown = [[image]]
    for path in options.polygons:
        layer = QgsVectorLayer(path, "polygons", "ogr")
        if options.colours:
            describe_polygons(classes(layer, options.colours), {}, "", layer.crs())["OUTPUT"].apply(
                layer
            )
            layer.setOpacity(0.75)
        else:
            style = {"color": "255,255,0,40", "outline_color": "#ffee00", "outline_width": "0.5"}
            layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(style)))
        shown.append([layer, image])
    extent = QgsRectangle(*options.extent) if options.extent else image.extent()
    count = len(shown)
    whole = QImage(count * options.width + (count - 1) * GAP, options.height, QImage.Format_RGB32)
    whole.fill(QColor("white"))
    painter = QPainter(whole)
    for number, layers in enumerate(shown):
        settings = QgsMapSettings()
        settings.setLayers(layers)
        settings.setDestinationCrs(image.crs())
        settings.setOutputSize(QSize(options.width, options.height))
        settings.setExtent(extent)
        job = QgsMapRendererParallelJob(settings)
        job.start()
        job.waitForFinished()
        painter.drawImage(number * (options.width + GAP), 0, job.renderedImage())
    painter.end()
    whole.convertToFormat(QImage.Format_Indexed8).save(options.output)


if __name__ == "__main__":
    main()
