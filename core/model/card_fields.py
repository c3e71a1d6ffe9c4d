"""Fields of a model card: JSON values of the right kind, or an error that names the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import ModelFileError, shown

MAX_NAME = 200


def refuse(key: str, value: object, wanted: str) -> NoReturn:
    """Name the field that is not as it must be.

    Raises:
        ModelFileError: Always.
    """
    raise ModelFileError(f"The model's card: {key[:MAX_NAME]} is {shown(value)}, not {wanted}.")


def typed(fields: Mapping[str, Any], key: str, kind: type) -> Any:
    """A value of that type."""
    value = fields.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        refuse(key, value, f"a {kind.__name__}")
    return value


def flag(fields: Mapping[str, Any], key: str) -> bool:
    """A yes or no; no where it is missing, as in cards of earlier versions."""
    value = fields.get(key, False)
    if not isinstance(value, bool):
        refuse(key, value, "true or false")
    return value


def share(fields: Mapping[str, Any], key: str) -> float:
    """A number; 0 where it is missing, as in cards of earlier versions."""
    value = fields.get(key, 0.0)
    if not isinstance(value, int | float) or isinstance(value, bool):
        refuse(key, value, "a number from 0 to 1")
    return float(value)


def listed(value: object) -> list[Any]:
    """The pairs of one data type."""
    if not isinstance(value, list):
        refuse("ginet:value_scaling", value, "a list of pairs")
    return value


def first(fields: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The one object of a list."""
    value = fields.get(key)
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], dict):
        refuse(key, value, "a list of one object")
    return value[0]


def tables(fields: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    """A list of objects."""
    value = typed(fields, key, list)
    if not all(isinstance(entry, dict) for entry in value):
        refuse(key, value, "a list of objects")
    return tuple(value)


def pair(value: object, what: str) -> tuple[float, float]:
    """Two numbers."""
    if (
        not isinstance(value, list | tuple)
        or len(value) != 2
        or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    ):
        refuse(f"ginet:{what}", value, "two numbers")
    return float(value[0]), float(value[1])


def classes_of(output: Mapping[str, Any]) -> ClassTable:
    """The classes of the model's output."""
    entries = []
    for entry in typed(output, "classification:classes", list):
        if not isinstance(entry, dict):
            refuse("classification:classes", entry, "a list of objects")
        entries.append(
            LandCoverClass(
                id=typed(entry, "value", int),
                name=typed(entry, "name", str),
                colour=f"#{typed(entry, 'color_hint', str).lower()}",
            )
        )
    return ClassTable(entries)
