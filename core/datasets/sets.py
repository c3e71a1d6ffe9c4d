"""The scenes that a recipe or a dataset's TOML names, one by one or as whole datasets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.datasets.decoding import Decode, first_band
from core.datasets.layouts import LAYOUTS
from core.datasets.scenes import LabelledScene, open_scene
from core.wire.classes import ClassTable
from core.wire.errors import DatasetError

USES = ("train", "validate", "test")
SHARED = {"name", "use", "labels", "weight", "reduce", "scale"}
"""Settings of a scene and of a set alike."""


def open_scenes(
    fields: Mapping[str, Any], data: Path, use: str, classes: ClassTable, inputs: int
) -> tuple[LabelledScene, ...]:
    """Open the scenes of a split; there may be none.

    Args:
        fields: The TOML's tables, of which ``[labels.*]``, ``[[scene]]`` and ``[[set]]`` are
            looked at. A set stands for a scene of each of its images; they share its weight.
        data: Folder that relative paths start from.
        use: "train", "validate" or "test".
        classes: The model's classes.
        inputs: Number of the model's inputs.

    Raises:
        DatasetError: A scene or set is missing or is not what the TOML says.
    """
    check_tables(fields)
    labels = fields.get("labels", {})
    data = data.absolute()  # else a path that a set has found would begin with it twice
    scenes = [
        open_scene(data, entry, labels, classes, inputs, decode)
        for entry, decode in _entries(fields, data, use)
    ]
    names = [scene.name for scene in scenes]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DatasetError(
            f"Scenes to {use} bear the same name: {', '.join(sorted(twice))}.",
            "Give each scene, and each set, a name of its own.",
        )
    return tuple(scenes)


def list_files(fields: Mapping[str, Any], data: Path) -> list[Path]:
    """The list and table files that name the sets' images.

    Args:
        fields: The TOML's tables.
        data: Folder that relative paths start from.

    Raises:
        DatasetError: A setting is missing, not known or not of its kind.
    """
    check_tables(fields)
    found = []
    for entry in _tables(fields, "set"):
        if "list" in entry:
            found.append(data / entry["list"])
        if table := {**LAYOUTS[entry["layout"]].settings, **entry}.get("table"):
            found.append(data / entry["folder"] / table)
    return found


def check_tables(fields: Mapping[str, Any]) -> None:
    """Check the tables of scenes and sets as far as that goes without the data.

    Raises:
        DatasetError: A setting is missing, not known or not of its kind.
    """
    for entry in _tables(fields, "scene"):
        _check(f"The scene {entry.get('name')!r}", entry, {"image", "label", "name"}, {"window"})
    for entry in _tables(fields, "set"):
        layout = entry.get("layout")
        if layout not in LAYOUTS:
            raise DatasetError(f"The layout {layout!r} of a set is none of {', '.join(LAYOUTS)}.")
        settings = LAYOUTS[layout].settings
        must = {name for name, default in settings.items() if default is None}
        title = f"The set {_name(entry)!r}"
        _check(title, entry, {"layout", "folder", *must}, {"list", *settings})
        for name in ("folder", "list", *settings):
            if not isinstance(entry.get(name, ""), str):
                raise DatasetError(f"{title}: {name} is {entry[name]!r}, not a text.")


def _tables(fields: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    tables = fields.get(kind, [])
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        raise DatasetError(f"{kind} is no list of tables.", f"Write [[{kind}]] above each.")
    return tables


def _check(title: str, entry: Mapping[str, Any], must: set[str], may: set[str]) -> None:
    if unknown := sorted({*entry} - SHARED - must - may):
        raise DatasetError(f"{title}: unknown setting {', '.join(unknown)}.")
    if missing := sorted({*must, "labels", "use"} - {*entry}):
        raise DatasetError(f"{title} lacks {', '.join(missing)}.")
    scale = entry.get("scale", [1, 1])
    for name, fits, wanted in (
        ("use", entry["use"] in USES, f"one of {', '.join(USES)}"),
        ("weight", _positive(entry.get("weight", 1)), "a number above 0"),
        ("reduce", isinstance(entry.get("reduce", 1), int), "a whole number"),
        (
            "scale",
            isinstance(scale, list)
            and len(scale) == 2
            and all(map(_positive, scale))
            and scale[0] <= scale[1],
            "the least and the largest factor",
        ),
    ):
        if not fits:
            raise DatasetError(f"{title}: {name} is {entry[name]!r}, not {wanted}.")


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and 0 < value < float("inf")


def _entries(
    fields: Mapping[str, Any], data: Path, use: str
) -> Iterator[tuple[Mapping[str, Any], Decode]]:
    """Tables of single scenes, with what decodes their labels."""
    for entry in _tables(fields, "scene"):
        if entry["use"] == use:
            yield entry, first_band
    for entry in _tables(fields, "set"):
        if entry["use"] == use:
            decode = LAYOUTS[entry["layout"]].decode
            yield from ((scene, decode) for scene in _expand(entry, data))


def _expand(entry: Mapping[str, Any], data: Path) -> Iterator[Mapping[str, Any]]:
    layout = LAYOUTS[entry["layout"]]
    ids = _read_list(data / entry["list"]) if "list" in entry else None
    settings = {name: entry[name] for name in layout.settings if name in entry}
    found = layout.look(data / entry["folder"], settings, ids)
    common = {name: entry[name] for name in ("labels", "reduce", "scale") if name in entry}
    weight = float(entry.get("weight", 1.0)) / len(found)
    for name, image, label, window in found:
        scene = {**common, "image": image, "label": label, "weight": weight}
        scene["name"] = f"{_name(entry)} {name}"
        yield {**scene, "window": window} if window else scene


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name", entry["layout"]))


def _read_list(path: Path) -> list[str]:
    """Ids of a split list, one a line."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"The list {path} cannot be read: {error}.",
            "It is a text file of ids, one a line.",
        ) from error
    ids = [line.strip() for line in lines if line.strip()]
    if not ids:
        raise DatasetError(f"The list {path} is empty.", "It should hold ids, one a line.")
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise DatasetError(f"The list {path} names {twice[0]!r} twice.")
    return ids
