"""The base model's other classes: those that nobody has labelled, and that the map is to keep.

One rule: they stay if at least one labelled class is of the base model, by name, by number or by
what the user says of it. Labels of none of its classes are a scheme of their own, in which its
classes would only be strangers.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from qgis.core import QgsMapLayer

from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import MOST, LabelClass, Look
from ginet_qgis.labels.colours import unlike
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import class_name, original_class_name

KEEPS = "ginet/keep_base_classes"
"""Property of a layer of labels: whether the user wants them."""
REMOVED = "ginet/removed_classes"
"""Property of a layer of labels: names of classes that the user has removed, as JSON."""


def option() -> str:
    """What the choice is called."""
    return tr("Keep the base model's other classes")


def explained() -> str:
    """What the choice means."""
    return tr(
        "Classes of the base model without labels stay on the map, learned from where the base "
        "model is surest of them, if at least one label is of one of its classes. Labels that are "
        "all of classes of your own make a map of these alone."
    )


def kept_classes(
    labelled: Sequence[LabelClass],
    origins: Mapping[str, Sequence[str]],
    base: Sequence[LabelClass],
    looks: Mapping[Any, Look],
    removed: Collection[str] = (),
) -> list[LabelClass]:
    """Those that stay, with their own names; a number or colour that is taken becomes another.

    Args:
        labelled: The others.
        origins: Of these, the base model's classes that they are made of.
        base: The base model's classes.
        looks: What the layer says of its values; its colours come first.
        removed: Names of classes that the user does not want.

    Raises:
        LayerError: There are more than ``MOST`` in all.
    """
    used = {part for parts in origins.values() for part in parts}
    if not used:
        return []
    unwanted = {name.casefold() for name in [*used, *removed, *(own.name for own in labelled)]}
    left = [each for each in base if each.name.casefold() not in unwanted]
    if len(labelled) + len(left) > MOST:
        raise LayerError(
            tr(
                "{count} classes are labelled and {more} of the base model would be kept; {most} "
                "are the most. Do not keep them, or label fewer."
            ).format(count=len(labelled), more=len(left), most=MOST)
        )
    ids, colours = {each.id for each in labelled}, {each.colour.lower() for each in labelled}
    free = [place for place in range(MOST) if place not in ids | {each.id for each in left}]
    shown = {name_of(key, look).casefold(): look.colour for key, look in looks.items()}
    found = []
    for each in left:
        colour = shown.get(each.name.casefold()) or each.colour
        if colour.lower() in colours:
            colour = unlike([*colours, *(kept.colour for kept in [*left, *found])])
        found.append(replace(each, id=free.pop(0) if each.id in ids else each.id, colour=colour))
    return found


def check_enough(
    labelled: Sequence[LabelClass], kept: Sequence[LabelClass], layer: str, *, keep: bool
) -> None:
    """Two classes at least, labelled or kept.

    Args:
        labelled: At least one.
        kept: From ``kept_classes``.
        layer: Name of the layer of labels.
        keep: Whether classes were to be kept.

    Raises:
        LayerError: There are fewer.
    """
    if len(labelled) + len(kept) > 1:
        return
    fields = {"name": layer, "label": class_name(labelled[0].name)}
    raise LayerError(
        tr(
            "{name} has labels of one class only, {label}. Label a second class, or one of the "
            "base model's, whose other classes then stay on the map."
        ).format(**fields)
        if keep
        else tr(
            "{name} has labels of one class only, {label}. Label at least two classes: one "
            "teaches nothing about where it ends."
        ).format(**fields)
    )


def keeps_classes(layer: QgsMapLayer | None) -> bool:
    """Whether the user wants them with this layer of labels; so it is at first."""
    return layer is None or str(layer.customProperty(KEEPS, "1")) != "0"


def set_keeps_classes(layer: QgsMapLayer, *, keep: bool) -> None:
    """Remember with the layer, and so with the project, whether the user wants them."""
    layer.setCustomProperty(KEEPS, "1" if keep else "0")


def removed_classes(layer: QgsMapLayer) -> list[str]:
    """Names of classes that the user has removed."""
    try:
        found = json.loads(layer.customProperty(REMOVED, "[]"))
    except (TypeError, ValueError):  # not ours
        return []
    return [str(name) for name in found] if isinstance(found, list) else []


def set_removed_classes(layer: QgsMapLayer, names: Sequence[str]) -> None:
    """Remember which classes the user has removed."""
    layer.setCustomProperty(REMOVED, json.dumps(list(names), ensure_ascii=False))


def name_of(key: Any, look: Look | None) -> str:
    """The class that a value stands for, as files call it.

    Args:
        key: As ``key_of`` gives it.
        look: What the layer says of it, if anything.
    """
    named = look.name if look and isinstance(key, int) else ""
    return original_class_name(named or str(key))
