"""Recipes: one readable TOML file says all that a training needs, but for where the data lies."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from core.card import Card
from core.classes import ClassTable, LandCoverClass
from core.datasets.samples import SampleSize
from core.datasets.scenes import Scene, label_sets
from core.datasets.sets import check_tables, open_scenes
from core.errors import DatasetError, JobError

HELD = 3 << 30
"""Bytes of pixels and labels up to which a training holds its scenes in memory."""


@dataclass(frozen=True)
class Schedule:
    """How a model is trained.

    Attributes:
        steps: Optimiser steps.
        contexts: Contexts in a batch.
        learning_rate: Peak of the one-cycle schedule, for all but the encoders.
        encoder_learning_rate: Its peak for the pretrained encoders.
        weight_decay: Of AdamW.
        global_loss: Weight a of the global branch's cross-entropy.
        lad: Weight of local affinity distillation, warmed up over a tenth of the steps.
        lad_teacher: "local" as in the paper, or "global".
        lad_distance: "square" or "kl", see ``losses``.
        injection_dropout: Share of patches that train without injection.
        balance: Of rare labels in the cross-entropies, 0 to 1, see ``partial_cross_entropy``.
        clip: Largest gradient norm.
        ema: Decay of the averaged weights, which are the ones kept.
        validate_every: Steps between validations.
        validation_batches: Batches that a validation draws.
        save_every: Steps between writings of the state, from which a killed training goes on.
        precision: "bfloat16" (autocast), "float16" (autocast, on CUDA only) or "float32".
        pretrained: Start the encoders from their ImageNet weights.
        start: Model file or bundled model to start from instead; what fits is taken.
        seed: Of everything random.
    """

    steps: int
    contexts: int = 2
    learning_rate: float = 1e-3
    encoder_learning_rate: float = 5e-4
    weight_decay: float = 0.02
    global_loss: float = 0.4
    lad: float = 10.0
    lad_teacher: str = "local"
    lad_distance: str = "square"
    injection_dropout: float = 0.3
    balance: float = 0.0
    clip: float = 5.0
    ema: float = 0.998
    validate_every: int = 250
    validation_batches: int = 30
    save_every: int = 100
    precision: str = "bfloat16"
    pretrained: bool = True
    start: str = ""
    seed: int = 0


@dataclass(frozen=True)
class Recipe:
    """A training, read and checked."""

    card: Card
    schedule: Schedule
    sample: SampleSize
    train: tuple[Scene, ...]
    validation: tuple[Scene, ...]


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
    if schedule.precision not in ("bfloat16", "float16", "float32"):
        raise JobError(f"The recipe {path}: precision {schedule.precision!r} is not known.")
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
    if sum(scene.size for some in scenes.values() for scene in some) <= HELD:
        scenes = {use: tuple(scene.hold() for scene in some) for use, some in scenes.items()}
    return Recipe(card, schedule, sample, scenes["train"], scenes["validate"])


def load_scenes(
    path: Path, data: Path, use: str, classes: ClassTable, inputs: int = 3
) -> tuple[Scene, ...]:
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
    return Card(classes=classes, **values)


def _build(kind: type, fields: Mapping[str, Any]) -> Any:
    known = {entry.name for entry in dataclasses.fields(kind)}
    if unknown := sorted(set(fields) - known):
        raise TypeError(f"unknown setting {', '.join(unknown)}")
    return kind(**fields)
