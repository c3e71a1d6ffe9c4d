"""Classes of a layer of labels, renamed and removed with their labels.

Each change is one step of the layer's own undo stack, and takes the legend, the field's list of
values and what is known of the class's origin with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsRendererCategory,
    QgsVectorLayer,
)

from ginet_qgis.compat import QUndoCommand
from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import key_of, vector_symbology
from ginet_qgis.labels.editing import open_for_editing
from ginet_qgis.labels.kept import name_of, removed_classes, set_removed_classes
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import class_name, original_class_name

ORIGINS = "ginet/origins"
"""Property of a layer: for classes that were renamed, what they were called first, as JSON."""

Choices = list[dict[str, Any]]


def rename_class(layer: QgsVectorLayer, field: str, key: Any, name: str) -> None:
    """Give a class and all its labels another name.

    Args:
        layer: Of the labels.
        field: Of the classes.
        key: Of the class, as ``key_of`` gives it.
        name: The new one; in the user's language, where it is a class that the plugin knows.

    Raises:
        LayerError: The name is empty or taken, the classes are numbers, or the layer cannot be
            edited.
    """
    new, index = original_class_name(name.strip()), layer.fields().lookupField(field)
    if key_of(new) == key:
        return
    _check_name(layer, field, key, new)
    open_for_editing(layer)
    layer.beginEditCommand(tr("Rename a class"))
    layer.undoStack().push(
        _Step(
            lambda: _exchange(layer, field, key, new),
            lambda: _exchange(layer, field, key_of(new), str(key)),
        )
    )
    for feature in labels_of(layer, field, key):
        layer.changeAttributeValue(feature, index, new)
    layer.endEditCommand()


def remove_class(layer: QgsVectorLayer, field: str, key: Any) -> None:
    """Remove a class with all its labels; where it is the base model's, it stays no more either.

    Args:
        layer: Of the labels.
        field: Of the classes.
        key: Of the class, as ``key_of`` gives it.

    Raises:
        LayerError: The layer cannot be edited.
    """
    open_for_editing(layer)
    choices, categories = _choices(layer, field), _categories(layer)
    places = [
        (at, QgsRendererCategory(each))
        for at, each in enumerate(categories)
        if key_of(each.value()) == key
    ]

    removed = removed_classes(layer)
    name = name_of(key, vector_symbology(layer, field).get(key))
    first = origins_of(layer).get(name, name)

    def remove() -> None:
        set_removed_classes(layer, [*removed, first])
        left = [each for each in choices if key not in map(key_of, each.values())]
        _set_choices(layer, field, left)
        _restyle(layer, lambda legend: [legend.deleteCategory(at) for at, _ in reversed(places)])

    def bring_back() -> None:
        set_removed_classes(layer, removed)
        _set_choices(layer, field, choices)
        _restyle(layer, lambda legend: _insert(legend, places))

    layer.beginEditCommand(tr("Remove a class"))
    layer.undoStack().push(_Step(remove, bring_back))
    layer.deleteFeatures(labels_of(layer, field, key))
    layer.endEditCommand()


def labels_of(layer: QgsVectorLayer, field: str, key: Any) -> list[int]:
    """Ids of the labels of a class."""
    return [each.id() for each in layer.getFeatures() if key_of(each[field]) == key]


def origins_of(layer: QgsVectorLayer) -> dict[str, str]:
    """What classes that were renamed were called first, by their names now."""
    try:
        found = json.loads(layer.customProperty(ORIGINS, "{}"))
    except (TypeError, ValueError):  # not ours
        return {}
    return found if isinstance(found, dict) else {}


def _check_name(layer: QgsVectorLayer, field: str, key: Any, name: str) -> None:
    definition = layer.fields().at(layer.fields().lookupField(field))
    if definition.isNumeric():
        raise LayerError(
            tr(
                "The classes of {name} are numbers. Give them names in the layer's symbology."
            ).format(name=layer.name())
        )
    if not name:
        raise LayerError(tr("A class needs a name."))
    if 0 < definition.length() < len(name):
        raise LayerError(
            tr("A class of {name} has a name of at most {most} letters.").format(
                name=layer.name(), most=definition.length()
            )
        )
    there = {key_of(each[field]) for each in layer.getFeatures()} | set(
        vector_symbology(layer, field)
    )
    taken = {original_class_name(str(each)).casefold() for each in there - {None, key}}
    if name.casefold() in taken:
        raise LayerError(tr("There is a class {name} already.").format(name=class_name(name)))


class _Step(QUndoCommand):
    """What the layer's own edit buffer does not know of.

    Args:
        do: Makes the change.
        undo: Takes it back.
    """

    def __init__(self, do: Callable[[], None], undo: Callable[[], None]) -> None:
        super().__init__()
        self._do, self._undo = do, undo

    def redo(self) -> None:
        self._do()

    def undo(self) -> None:
        self._undo()


def _exchange(layer: QgsVectorLayer, field: str, old: Any, new: str) -> None:
    """Name a class, given by its key, otherwise wherever the layer speaks of it."""
    entry = {class_name(new): new}
    _set_choices(
        layer,
        field,
        [entry if old in map(key_of, each.values()) else each for each in _choices(layer, field)],
    )
    origins = origins_of(layer)
    first = origins.pop(str(old), str(old))
    if first != new:
        origins[new] = first
    layer.setCustomProperty(ORIGINS, json.dumps(origins, ensure_ascii=False))

    def rename(legend: QgsCategorizedSymbolRenderer) -> None:
        for at, each in enumerate(legend.categories()):
            if key_of(each.value()) == old:
                legend.updateCategoryValue(at, new)
                legend.updateCategoryLabel(at, class_name(new))

    _restyle(layer, rename)


def _choices(layer: QgsVectorLayer, field: str) -> Choices:
    """The field's list of values; empty where it has none."""
    setup = layer.editorWidgetSetup(layer.fields().lookupField(field))
    listed = (setup.config().get("map") or []) if setup.type() == "ValueMap" else []
    return [{key: value} for key, value in listed.items()] if isinstance(listed, dict) else listed


def _set_choices(layer: QgsVectorLayer, field: str, choices: Choices) -> None:
    index = layer.fields().lookupField(field)
    setup = layer.editorWidgetSetup(index)
    if setup.type() == "ValueMap":
        config = {**setup.config(), "map": choices}
        layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("ValueMap", config))


def _categories(layer: QgsVectorLayer) -> list[QgsRendererCategory]:
    renderer = layer.renderer()
    return renderer.categories() if isinstance(renderer, QgsCategorizedSymbolRenderer) else []


def _restyle(
    layer: QgsVectorLayer, change: Callable[[QgsCategorizedSymbolRenderer], object]
) -> None:
    """Change a legend of categories; others stay as they are."""
    renderer = layer.renderer().clone()
    if isinstance(renderer, QgsCategorizedSymbolRenderer):
        change(renderer)
        layer.setRenderer(renderer)
        layer.triggerRepaint()


def _insert(
    legend: QgsCategorizedSymbolRenderer, places: list[tuple[int, QgsRendererCategory]]
) -> None:
    for at, category in places:
        legend.addCategory(QgsRendererCategory(category))
        legend.moveCategory(len(legend.categories()) - 1, at)
