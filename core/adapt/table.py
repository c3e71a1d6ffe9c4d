"""Class tables as files, for the command line."""

from __future__ import annotations

import json
from pathlib import Path

from core.adapt.network import Origins
from core.classes import ClassTable, LandCoverClass
from core.errors import JobError


def load_table(path: str) -> tuple[ClassTable, Origins]:
    """Read a JSON list of ``{"id": 3, "name": "vegetation", "colour": "#a6d96a"}``.

    An entry may tell ``"from": ["low vegetation", "tree"]``, the base model's names of the class.

    Raises:
        JobError: The file cannot be read or is no such list.
        ModelFileError: The classes do not make a table.
    """
    try:
        entries = json.loads(Path(path).read_text("utf-8"))
        classes = [
            LandCoverClass(int(entry["id"]), str(entry["name"]), str(entry["colour"]))
            for entry in entries
        ]
        origins = {
            str(entry["name"]): [str(name) for name in entry["from"]]
            for entry in entries
            if "from" in entry
        }
    except OSError as error:
        raise JobError(f"The classes {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise JobError(
            f"{path} is no list of classes ({type(error).__name__}: {error}).",
            'Write [{"id": 0, "name": "water", "colour": "#0000ff"}, ...].',
        ) from error
    return ClassTable(classes), origins
