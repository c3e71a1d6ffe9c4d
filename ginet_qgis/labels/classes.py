"""From the values of labels to a model's classes: ids, names and colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    NULL,
    QgsCategorizedSymbolRenderer,
    QgsVectorLayer,
)

from ginet_qgis.core.wire.numerals import number_of
from ginet_qgis.i18n import tr
from ginet_qgis.labels.colours import unlike
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import original_class_name
from ginet_qgis.models.card import read_card

MOST = 255
"""Ids are 0 to 254; 255 is no data."""


@dataclass(frozen=True)
class Look:
    """What a layer says of a value.

    Attributes:
        name: Its label; empty where it has none.
        colour: ``#rrggbb``; empty where it has none.
    """

    name: str = ""
    colour: str = ""


@dataclass(frozen=True)
class LabelClass:
    """A class of the model to be: ``id`` in rasters, ``name`` in files, ``colour`` #rrggbb."""

    id: int
    name: str
    colour: str


def base_classes(model: str) -> list[LabelClass]:
    """The classes of a model's card; none where it has no card, which the engine will tell."""
    try:
        entries = read_card(model)["mlm:output"][0]["classification:classes"]
        return [LabelClass(e["value"], str(e["name"]), f"#{e['color_hint']}") for e in entries]
    except (KeyError, IndexError, TypeError):
        return []


def vector_symbology(layer: QgsVectorLayer, field: str) -> dict[int | str, Look]:
    """Names from the field's list of values, then names and colours from its categories."""
    looks: dict[int | str, Look] = {}
    setup = layer.editorWidgetSetup(layer.fields().lookupField(field))
    if setup.type() == "ValueMap":
        listed = setup.config().get("map") or []
        for each in [listed] if isinstance(listed, dict) else listed:
            for name, value in each.items():
                looks[key_of(value)] = Look(str(name))
    renderer = layer.renderer()
    if isinstance(renderer, QgsCategorizedSymbolRenderer) and (
        renderer.classAttribute().strip('"') == field
    ):
        for category in renderer.categories():
            grouped = isinstance(category.value(), list)
            for value in category.value() if grouped else [category.value()]:
                known = looks.get(key_of(value), Look())
                name = "" if grouped else category.label().strip()
                looks[key_of(value)] = Look(known.name or name, category.symbol().color().name())
    return looks


def key_of(value: Any) -> int | str | None:
    """A label without its wrapping: 3, 3.0 and "3" are one; None where there is no label.

    What text is a number, ``core.wire.numerals`` says.
    """
    if value is None or value == NULL or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    text = str(value).strip()
    number = number_of(text)
    return number if isinstance(number, int) else text or None


class LabelClasses:
    """The classes of labels.

    Attributes:
        classes: In order of id.

    Args:
        values: All values that labels have.
        looks: What the layer says of them, by key.
        base: The base model's classes.
        layer: The layer's name, for messages.

    Raises:
        LayerError: They are no classes.
    """

    def __init__(
        self,
        values: Iterable[Any],
        looks: dict[int | str, Look],
        base: list[LabelClass],
        layer: str,
    ) -> None:
        """Find out whether they are ids or names, and complete them."""
        self._layer = layer
        keys = {key_of(value) for value in values} - {None}
        if not keys:
            raise LayerError(
                tr("{name} has no labels. Give each polygon its class.").format(name=layer)
            )
        if len(keys) > MOST:
            raise LayerError(
                tr(
                    "{name} has {count} different labels, which is too many for classes. Choose "
                    "the field that holds the classes."
                ).format(name=layer, count=len(keys))
            )
        are_ids = all(isinstance(key, int) for key in keys)
        named = self._by_id(keys, looks, base) if are_ids else self._by_name(keys, base)
        self._ids = {key: place for key, (place, _) in named.items()}
        names = dict(sorted(named.values()))
        colours = {place: looks[key].colour for key, place in self._ids.items() if key in looks}
        self.classes = _coloured(names, colours, base)

    def id_of(self, value: Any) -> int | None:
        """The id of a label; None where there is none."""
        return self._ids.get(key_of(value))

    def _by_id(
        self, keys: set[Any], looks: dict[int | str, Look], base: list[LabelClass]
    ) -> dict[Any, tuple[int, str]]:
        wrong = [key for key in sorted(keys) if not 0 <= key < MOST]
        if wrong:
            raise LayerError(
                tr(
                    "{name} has the class number {number}; they must be from 0 to 254. Correct it, "
                    "or choose a field of names."
                ).format(name=self._layer, number=wrong[0])
            )
        own = {key: original_class_name(looks[key].name) for key in keys if key in looks}
        # QGIS labels a category with its value where the user has not named it.
        own = {key: name for key, name in own.items() if name not in ("", str(key))}
        spelled = {each.name.casefold(): each.name for each in base}
        own = {key: spelled.get(name.casefold(), name) for key, name in own.items()}
        known = {each.id: each.name for each in base}
        if not keys - own.keys() <= known.keys():
            known = {}  # the numbers are others than the base model's
        return {key: (key, own.get(key) or known.get(key) or f"class {key}") for key in keys}

    def _by_name(self, keys: set[Any], base: list[LabelClass]) -> dict[Any, tuple[int, str]]:
        """Names in any case of letters and in the user's language.

        Classes of the base model have its ids, the others come after in order of name.
        """
        known = {each.name.casefold(): each.name for each in base}
        ids = {each.name: each.id for each in base}
        names: dict[Any, str] = {}
        for key in sorted(keys, key=str):
            name = original_class_name(str(key))
            names[key] = known.setdefault(name.casefold(), name)
        order = sorted(set(names.values()), key=str.casefold)
        places = {name: ids[name] for name in order if name in ids}
        own = set(ids.values()) if places else set()
        first = max(own, default=-1) + 1
        free = [k for k in (*range(first, MOST), *range(first)) if k not in own]
        free += sorted(own - set(places.values()))
        places.update(zip((name for name in order if name not in ids), free))
        return {key: (places[name], name) for key, name in names.items()}


def _coloured(
    names: dict[int, str], colours: dict[int, str], base: list[LabelClass]
) -> list[LabelClass]:
    known = {each.name: each.colour for each in base}
    found = {place: colours.get(place) or known.get(name, "") for place, name in names.items()}
    for place in [place for place, colour in found.items() if not colour]:
        found[place] = unlike([*found.values(), *known.values()])
    return [LabelClass(place, name, found[place]) for place, name in names.items()]
