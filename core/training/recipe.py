"""Recipes: one TOML file specifies a training, except for where its data lies."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from core.accuracy.score import Protocol
from core.datasets.samples import SampleSize
from core.datasets.scenes import LabelledScene, group_names, label_sets
from core.datasets.sets import check_tables, list_files, open_scenes
from core.model.card import Card
from core.training.schedule import Schedule
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import DatasetError, JobError

HELD = 6 << 30
"""Bytes of pixels and labels up to which a training holds its scenes in memory."""


@dataclass(frozen=True)
class Recipe:
    """A training, read and checked; the protocol is by which the best model is chosen."""

    card: Card
    schedule: Schedule
    sample: SampleSize
    train: tuple[LabelledScene, ...]
    validation: tuple[LabelledScene, ...]
    protocol: Protocol = field(default_factory=Protocol)


def read_recipe(path: Path) -> dict[str, Any]:
    """Read a recipe's TOML as it stands.

    Raises:
        JobError: It cannot be read or is not valid TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise JobError(f"The recipe {path} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise JobError(f"The recipe {path} is not valid TOML: {error}.") from error


def read_settings(path: Path) -> tuple[Card, Schedule, SampleSize]:
    """Read all of a recipe but its scenes, whose tables are checked; no data is needed.

    Raises:
        JobError: The recipe cannot be read or lacks something.
        ModelFileError: A class or the model is not as it must be.
        DatasetError: A scene, a set or a labelling scheme says what is not known.
    """
    fields = read_recipe(path)
    try:
        classes = ClassTable([LandCoverClass(**entry) for entry in fields["classes"]])
        card = _card(fields["model"], classes)
        schedule = _build(Schedule, fields["schedule"])
        sample = _build(SampleSize, {**fields["sample"], "scale": tuple(fields["sample"]["scale"])})
        for scheme in fields["labels"].values():
            label_sets(scheme, classes)
    except KeyError as error:
        raise JobError(f"The recipe {path} lacks {error}.") from error
    except TypeError as error:
        raise JobError(f"The recipe {path}: {error}.") from error
    except JobError as error:
        raise JobError(f"The recipe {path}: {error.message}", error.hint) from error
    check_tables(fields)
    return card, schedule, sample


def load_recipe(path: Path, data: Path) -> Recipe:
    """Read a recipe and its scenes.

    Args:
        path: The TOML file.
        data: Folder that the recipe's relative paths start from.

    Raises:
        JobError: The recipe cannot be read or lacks something.
        ModelFileError: A class or the model is not as it must be.
        DatasetError: A scene is missing or is not what the recipe says.
    """
    card, schedule, sample = read_settings(path)
    fields = read_recipe(path)
    scenes = {
        use: open_scenes(fields, data, use, card.classes, len(card.bands))
        for use in ("train", "validate")
    }
    if not scenes["train"]:
        raise DatasetError(f"The recipe {path} has no scene with use = 'train'.")
    for scene in scenes["train"]:
        if scene.scale and not sample.fills(scene.scale):
            raise DatasetError(
                f"{scene.name}: with a scale of {scene.scale[0]:g} a context of {sample.context} "
                f"is smaller than the global_size of {sample.global_size}.",
                "Set a larger scale.",
            )
    protocol = Protocol.from_fields(fields.get("protocol", {}))
    for scene in scenes["validate"]:
        if scene.groups is not None:
            protocol.check(group_names(scene.groups, card.classes))
    if sum(scene.size for some in scenes.values() for scene in some) <= HELD:
        scenes = {use: tuple(scene.hold() for scene in some) for use, some in scenes.items()}
    return Recipe(card, schedule, sample, scenes["train"], scenes["validate"], protocol)


def recipe_files(path: Path, data: Path) -> list[str]:
    """The files that a recipe, or a TOML of nothing but scenes and labels, is read from.

    Args:
        path: The TOML file.
        data: Folder that its relative paths start from.

    Raises:
        JobError: The file cannot be read.
        DatasetError: A scene or set is not as it must be.
    """
    return [str(path), *map(str, list_files(read_recipe(path), data))]


def load_scenes(
    path: Path, data: Path, use: str, classes: ClassTable, inputs: int = 3
) -> tuple[LabelledScene, ...]:
    """Read the scenes that a recipe, or a TOML of nothing but scenes and labels, has for a use.

    Args:
        path: The TOML file.
        data: Folder that its relative paths start from.
        use: "train", "validate" or "test".
        classes: The classes of the model that the scenes are for.
        inputs: Number of that model's inputs: the images' first bands.

    Raises:
        JobError: The file cannot be read.
        DatasetError: There is no scene for that use, or one is not what the file says.
    """
    scenes = open_scenes(read_recipe(path), data, use, classes, inputs)
    if not scenes:
        raise DatasetError(f"{path} has no scene with use = {use!r}.")
    return scenes


def _card(fields: Mapping[str, Any], classes: ClassTable) -> Card:
    values = dict(fields)
    for name in ("bands", "ground_resolution"):
        if name in values:
            values[name] = tuple(values[name])
    values["training_data"] = tuple(values.get("training_data", ()))
    values["value_scaling"] = {
        dtype: tuple((float(low), float(high)) for low, high in ranges)
        for dtype, ranges in values.get("value_scaling", {}).items()
    }
    card = Card(classes=classes, **values)
    if set(card.value_scaling.get("uint8", ())) != {(0.0, 255.0)}:
        raise JobError(
            "value_scaling of uint8 must be [0, 255] for each band: so a training reads its images."
        )
    return card


def _build(kind: type, fields: Mapping[str, Any]) -> Any:
    known = {entry.name for entry in dataclasses.fields(kind)}
    if unknown := sorted(set(fields) - known):
        raise TypeError(f"unknown setting {', '.join(unknown)}")
    return kind(**fields)
