"""A layer to draw labels on: polygons whose form offers the model's classes, in their colours."""

from __future__ import annotations

from typing import Any

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
from ginet_qgis.labels.classes import LabelClass, key_of
from ginet_qgis.labels.colours import unlike
from ginet_qgis.labels.kept import removed_classes, set_removed_classes
from ginet_qgis.labels.prepared import DEFAULT_FIELD
from ginet_qgis.layers.styling import class_name

LABELS_OF = "ginet/labels_of"
"""Property of a layer of labels: id of the image that they were drawn on."""
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
    layer.setCustomProperty(LABELS_OF, image.id())
    choices = [{class_name(each.name): each.name} for each in classes]
    layer.setEditorWidgetSetup(0, QgsEditorWidgetSetup("ValueMap", {"map": choices}))
    categories = [*(_category(each) for each in classes), _without_class()]
    layer.setRenderer(QgsCategorizedSymbolRenderer(DEFAULT_FIELD, categories))
    return layer


def offers_classes(layer: QgsVectorLayer, field: str) -> bool:
    """Whether the field is chosen from a list, to which a class can be added."""
    index = layer.fields().lookupField(field)
    return index >= 0 and layer.editorWidgetSetup(index).type() == "ValueMap"


def add_class(layer: QgsVectorLayer, field: str, name: str, colour: str = "") -> None:
    """Offer one more class in a layer's form and legend.

    Args:
        layer: Its field is chosen from a list, see ``offers_classes``.
        field: Of the classes.
        name: Of the new class; one that is there already changes nothing.
        colour: ``#rrggbb``; empty takes one unlike the others.
    """
    removed = removed_classes(layer)
    if name in removed:
        set_removed_classes(layer, [each for each in removed if each != name])
    index = layer.fields().lookupField(field)
    config = layer.editorWidgetSetup(index).config()
    listed = config.get("map") or []
    choices = (
        [{key: value} for key, value in listed.items()] if isinstance(listed, dict) else listed
    )
    taken = {str(value).casefold() for each in choices for value in each.values()}
    if name.casefold() in taken:
        return
    config["map"] = [*choices, {class_name(name): name}]
    layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("ValueMap", config))
    renderer = layer.renderer().clone()
    if isinstance(renderer, QgsCategorizedSymbolRenderer):
        named = [each for each in renderer.categories() if key_of(each.value()) is not None]
        used = [each.symbol().color().name() for each in named]
        renderer.addCategory(_category(LabelClass(0, name, colour or unlike(used))))
        layer.setRenderer(renderer)
        layer.triggerRepaint()


def recolour(layer: QgsVectorLayer, value: Any, colour: str) -> None:
    """Give a class of a layer with categories another colour.

    Args:
        layer: Of the labels.
        value: Of the class.
        colour: ``#rrggbb``.
    """
    renderer = layer.renderer().clone()
    for at, category in enumerate(renderer.categories()):
        if key_of(category.value()) == key_of(value):
            made = _category(LabelClass(0, str(value), colour))
            renderer.updateCategorySymbol(at, made.symbol().clone())
    layer.setRenderer(renderer)
    layer.triggerRepaint()


def _without_class() -> QgsRendererCategory:
    """For polygons whose class is not chosen yet: without it they would not be seen."""
    symbol = QgsFillSymbol.createSimple(
        {"style": "no", "outline_color": "#ff00ff", "outline_width": "0.5", "outline_style": "dash"}
    )
    return QgsRendererCategory(None, symbol, tr("without a class"))


def _category(entry: LabelClass) -> QgsRendererCategory:
    symbol = QgsFillSymbol.createSimple({"outline_color": entry.colour, "outline_width": "0.5"})
    fill = QColor(entry.colour)
    fill.setAlphaF(OPACITY)
    symbol.setColor(fill)
    return QgsRendererCategory(entry.name, symbol, class_name(entry.name))
