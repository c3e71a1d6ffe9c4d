"""What the user changes about labels: names, colours, and the base classes they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qgis.PyQt.QtGui import QColor

from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import LabelClass, LabelClasses
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import original_class_name

COLUMNS = 4
SEPARATOR = ";"


@dataclass(frozen=True)
class LabelRow:
    """How one label becomes a class.

    Attributes:
        label: The field's value, or the raster's.
        name: Of the class; empty keeps the usual one.
        colour: ``#rrggbb``; empty keeps the usual one.
        origins: Classes of the base model that it is made of; none is new.
    """

    label: Any
    name: str
    colour: str
    origins: tuple[str, ...]


def to_cells(rows: Iterable[LabelRow]) -> list[str]:
    """Rows as the flat list of a matrix parameter."""
    return [
        cell
        for row in rows
        for cell in (str(row.label), row.name, row.colour, SEPARATOR.join(row.origins))
    ]


def from_cells(cells: Sequence[Any]) -> list[LabelRow]:
    """Rows of a matrix parameter's flat list; those without a label are left out.

    Raises:
        LayerError: A colour is none.
    """
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    rows = []
    for at in range(0, len(texts) - COLUMNS + 1, COLUMNS):
        label, name, colour, origins = texts[at : at + COLUMNS]
        if colour and not QColor(colour).isValid():
            raise LayerError(
                tr("{colour} is no colour. Write it as #rrggbb.").format(colour=colour)
            )
        parts = tuple(part.strip() for part in origins.split(SEPARATOR) if part.strip())
        if label:
            rows.append(LabelRow(label, name, colour and QColor(colour).name(), parts))
    return rows


def revise(
    found: LabelClasses, rows: Sequence[LabelRow], base: Sequence[LabelClass]
) -> tuple[list[LabelClass], dict[str, list[str]]]:
    """The classes as the user wants them, and which base classes each is made of.

    Args:
        found: What the labels are.
        rows: For some or all of them; rows of labels that do not occur are left out.
        base: The base model's classes.

    Returns:
        Classes in order of id, and names of base classes by class, for the classes of rows.

    Raises:
        LayerError: Two classes have one name, or there is no such base class.
    """
    wanted = {found.id_of(row.label): row for row in rows}
    classes, origins = [], {}
    for each in found.classes:
        row = wanted.get(each.id)
        if row is not None:
            name = original_class_name(row.name) or each.name
            each = replace(each, name=name, colour=row.colour or each.colour)
            origins[name] = [original_class_name(part) for part in row.origins]
        classes.append(each)
    check_names([each.name for each in classes])
    known = {each.name for each in base}
    for name in (each.name for each in classes if each.name not in origins):
        origins[name] = [name] if name in known else []
    check_origins(origins, known)
    return classes, origins


def check_names(names: Sequence[str]) -> None:
    """Each class has a name of its own.

    Raises:
        LayerError: Two have the same.
    """
    for name in names:
        if names.count(name) > 1:
            raise LayerError(
                tr("Two classes are named {name}. Give each its own name.").format(name=name)
            )


def check_origins(origins: dict[str, list[str]], known: set[str]) -> None:
    """Base classes exist; several classes may be made of one.

    Raises:
        LayerError: One does not exist.
    """
    for name, parts in origins.items():
        for part in parts:
            if part not in known:
                raise LayerError(
                    tr("{name} cannot be {part}: the base model has no such class.").format(
                        name=name, part=part
                    )
                )
