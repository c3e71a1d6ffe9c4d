"""A layer to draw labels on: polygons whose form offers the model's classes, in their colours."""

from __future__ import annotations

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsFillSymbol,
    QgsMapLayer,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ginet_qgis.i18n import tr
from ginet_qgis.label_classes import LabelClass
from ginet_qgis.labels import DEFAULT_FIELD
from ginet_qgis.legend import class_name

OPACITY = 0.45
"""Of the polygons' fill: the image is seen through it."""


def label_layer(image: QgsMapLayer, classes: list[LabelClass]) -> QgsVectorLayer:
    """An empty layer in memory, in the image's CRS.

    Args:
        image: What will be labelled.
        classes: To choose from; the user may add others to the field's list of values.
    """
    name = tr("Labels of {name}").format(name=image.name())
    layer = QgsVectorLayer(f"Polygon?field={DEFAULT_FIELD}:string(80)", name, "memory")
    layer.setCrs(image.crs())
    choices = [{class_name(each.name): each.name} for each in classes]
    layer.setEditorWidgetSetup(0, QgsEditorWidgetSetup("ValueMap", {"map": choices}))
    layer.setRenderer(
        QgsCategorizedSymbolRenderer(DEFAULT_FIELD, [_category(each) for each in classes])
    )
    return layer


def _category(entry: LabelClass) -> QgsRendererCategory:
    symbol = QgsFillSymbol.createSimple({"outline_color": entry.colour, "outline_width": "0.5"})
    fill = QColor(entry.colour)
    fill.setAlphaF(OPACITY)
    symbol.setColor(fill)
    return QgsRendererCategory(entry.name, symbol, class_name(entry.name))
