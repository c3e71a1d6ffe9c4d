"""Class tables as JSON: of a job, or files for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import JobError, ModelFileError
from core.wire.plainjson import parse


def load_table(path: str) -> tuple[ClassTable, Mapping[str, Sequence[str]]]:
    """Read a JSON list of ``{"id": 3, "name": "vegetation", "colour": "#a6d96a"}``.

    An entry may tell ``"from": ["low vegetation", "tree"]``, the base model's names of the class.

    Raises:
        JobError: The file cannot be read or is no such list.
    """
    try:
        entries = parse(Path(path).read_text("utf-8"))
    except OSError as error:
        raise JobError(f"The classes {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise _no_list(path, error) from error
    return parse_table(entries, path)


def parse_table(entries: Any, name: str) -> tuple[ClassTable, Mapping[str, Sequence[str]]]:
    """Make a class table, and what its classes are made of, of parsed JSON.

    Args:
        entries: Should be the list above.
        name: What messages call it.

    Raises:
        JobError: It is no such list, or the classes do not make a table.
    """
    classes = parse_classes(entries, name)
    try:
        origins = {
            str(entry["name"]): [str(part) for part in entry["from"]]
            for entry in entries
            if "from" in entry
        }
    except TypeError as error:
        raise _no_list(name, error) from error
    return classes, origins


def parse_classes(entries: Any, name: str) -> ClassTable:
    """Make a class table of parsed JSON.

    Args:
        entries: Should be the list above.
        name: What messages call it.

    Raises:
        JobError: It is no such list, or the classes do not make a table.
    """
    try:
        classes = [
            LandCoverClass(int(entry["id"]), str(entry["name"]), str(entry["colour"]))
            for entry in entries
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise _no_list(name, error) from error
    try:
        return ClassTable(classes)
    except ModelFileError as error:
        raise JobError(f"{name}: {error.message}", error.hint) from error


def _no_list(name: str, error: Exception) -> JobError:
    return JobError(
        f"{name} is no list of classes ({type(error).__name__}: {str(error)[:200]}).",
        'Write [{"id": 0, "name": "water", "colour": "#0000ff"}, ...].',
    )
