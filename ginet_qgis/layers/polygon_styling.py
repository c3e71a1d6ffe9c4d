"""Polygons -> styled, described layer: the classes' colours and names, and where they came from."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFillSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ginet_qgis.i18n import tr
from ginet_qgis.layers.styling import Description, class_name

FIELD = "class_id"
OUTLINE_MILLIMETRES = 0.15
DARKER = 160
"""Per cent: outlines show on neighbours of one colour, and on the image."""


class PolygonDescription(Description):
    """How a layer of polygons looks in QGIS and what its metadata say."""

    def open(self, path: str) -> QgsVectorLayer:
        """The layer of a file."""
        return QgsVectorLayer(path, self.title, "ogr")


def describe_polygons(
    classes: list[dict[str, Any]],
    provenance: dict[str, Any],
    name: str,
    crs: QgsCoordinateReferenceSystem,
) -> dict[str, PolygonDescription]:
    """How each layer of polygons looks, by its parameter in Processing.

    Args:
        classes: From the engine, each with ``id``, ``name``, ``colour`` and ``features``.
        provenance: Where they came from, from the engine: text by name.
        name: The class raster's layer's.
        crs: That layer's.
    """
    there = [each for each in classes if each["features"]]

    def style(layer: QgsVectorLayer) -> None:
        categories = [
            QgsRendererCategory(each["id"], _symbol(each["colour"]), class_name(each["name"]))
            for each in there
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer(FIELD, categories))

    names = ", ".join(class_name(each["name"]) for each in there)
    return {
        "OUTPUT": PolygonDescription(
            tr("Polygons of {name}").format(name=name),
            tr("Connected patches of one class: {classes}.").format(classes=names),
            style,
            provenance,
            crs,
        ),
        "FOOTPRINTS": PolygonDescription(
            tr("Footprints of {name}").format(name=name),
            tr("Outlines of buildings, with right angles where the pixels allow it."),
            style,
            provenance,
            crs,
        ),
    }


def _symbol(colour: str) -> QgsFillSymbol:
    return QgsFillSymbol.createSimple(
        {
            "color": colour,
            "outline_color": QColor(colour).darker(DARKER).name(),
            "outline_width": str(OUTLINE_MILLIMETRES),
        }
    )
