"""The scenes that a recipe or a dataset's TOML names, opened for one use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.classes import ClassTable
from core.datasets.scenes import Scene, open_scene


def open_scenes(
    fields: Mapping[str, Any], data: Path, use: str, classes: ClassTable, inputs: int
) -> tuple[Scene, ...]:
    """Open the scenes that are meant for a use; there may be none.

    Args:
        fields: The TOML's tables, of which ``[labels.*]`` and ``[[scene]]`` are looked at.
        data: Folder that relative paths start from.
        use: "train", "validate" or "test".
        classes: The model's classes.
        inputs: Number of the model's inputs.

    Raises:
        DatasetError: A scene is missing or is not what the TOML says.
    """
    return tuple(
        open_scene(data, entry, fields.get("labels", {}), classes, inputs)
        for entry in fields.get("scene", ())
        if entry.get("use") == use
    )
