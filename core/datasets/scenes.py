"""Scenes: pairs of an image raster and a label raster, each label value one class or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from core.classes import ClassTable
from core.errors import DatasetError


@dataclass(frozen=True)
class Scene:
    """One labelled scene, in memory.

    Attributes:
        name: For messages and scores.
        image: (H, W, bands) uint8.
        allowed: (H, W) bit masks of the classes that a pixel may have, in the smallest unsigned
            type that holds them; 0 is unlabelled.
        groups: For each class the index of the label set it falls in, -1 where it is in none;
            None where the scene's label sets overlap, which no confusion matrix can count.
        weight: How often the scene is drawn, relative to the others.
    """

    name: str
    image: NDArray[np.uint8]
    allowed: NDArray[np.unsignedinteger]
    groups: tuple[int, ...] | None
    weight: float


def group_truth(
    allowed: NDArray[np.integer], groups: Sequence[int]
) -> tuple[NDArray[np.int64], int]:
    """True groups of pixels, where a label that may be several classes makes these one group.

    Args:
        allowed: Bit masks of allowed classes, any shape.
        groups: As in ``Scene.groups``.

    Returns:
        Group of each pixel, -1 where it is unlabelled; and the number of groups.
    """
    count = max(groups) + 1
    truth = np.full(allowed.shape, -1)
    for group in range(count):
        mask = sum(1 << channel for channel, member in enumerate(groups) if member == group)
        truth[allowed == mask] = group
    return truth, count


def load_scene(
    folder: Path,
    entry: Mapping[str, Any],
    labels: Mapping[str, Mapping[str, Sequence[str]]],
    classes: ClassTable,
    inputs: int = 3,
) -> Scene:
    """Read one scene of a recipe.

    Args:
        folder: Where the recipe's relative paths start.
        entry: The recipe's table: ``name``, ``image``, ``label``, ``labels`` (a key of the next
            argument), optional ``weight`` and ``window`` (column, row, width, height).
        labels: For each labelling scheme, label value -> names of the classes it may mean.
        classes: The model's classes.
        inputs: Number of the model's inputs: the image's first bands.

    Raises:
        DatasetError: A file is missing, unreadable or does not fit, or a name is unknown.
    """
    try:
        scheme = labels[entry["labels"]]
        image_path, label_path = folder / entry["image"], folder / entry["label"]
        name = entry["name"]
    except KeyError as error:
        raise DatasetError(f"The recipe lacks {error} in a scene or among its labels.") from error
    image = _read(image_path, entry.get("window"))[:inputs]
    values = _read(label_path, entry.get("window"))[0]
    if len(image) < inputs:
        raise DatasetError(f"{image_path} has {len(image)} bands; the model takes {inputs}.")
    if image.dtype != np.uint8:
        raise DatasetError(f"{image_path} is {image.dtype}; training reads uint8.")
    if image.shape[1:] != values.shape:
        raise DatasetError(f"{label_path} is not of the size of {image_path}.")
    masks, groups = _label_sets(scheme, classes)
    if int(values.max()) >= masks.size:
        raise DatasetError(f"{label_path} holds {values.max()}; label values go up to 255.")
    allowed = masks[values]
    if not allowed.any():
        raise DatasetError(f"{label_path} holds none of the labels {', '.join(scheme)}.")
    return Scene(
        name=name,
        image=np.ascontiguousarray(np.moveaxis(image, 0, -1)),
        allowed=allowed,
        groups=groups,
        weight=float(entry.get("weight", 1.0)),
    )


def _read(path: Path, window: Sequence[int] | None) -> NDArray[Any]:
    if not path.exists():
        raise DatasetError(
            f"{path} does not exist.", "The head of the recipe says how its data is laid out."
        )
    try:
        with rasterio.open(path) as source:
            return np.asarray(source.read(window=Window(*window) if window else None))
    except rasterio.errors.RasterioError as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from error


def _label_sets(
    scheme: Mapping[str, Sequence[str]], classes: ClassTable
) -> tuple[NDArray[np.unsignedinteger], tuple[int, ...] | None]:
    masks = np.zeros(256, np.min_scalar_type(2 ** len(classes) - 1))
    try:
        for value, names in scheme.items():
            masks[int(value)] = sum(1 << classes.channel(name) for name in names)
    except (KeyError, ValueError, IndexError) as error:
        raise DatasetError(f"Label {value!r} of the recipe: {error}.") from error
    sets = sorted({int(mask) for mask in masks if mask})
    groups = []
    for channel in range(len(classes)):
        holders = [index for index, mask in enumerate(sets) if mask >> channel & 1]
        if len(holders) > 1:
            return masks, None
        groups.append(holders[0] if holders else -1)
    return masks, tuple(groups)
