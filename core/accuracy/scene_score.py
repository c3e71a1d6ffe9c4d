"""The score of one labelled scene: its class raster against its labels, strip by strip."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from core.accuracy.boundary import boundary_f1, default_tolerance
from core.accuracy.metrics import confusion_matrix
from core.accuracy.score import Protocol, Score
from core.datasets.scenes import LabelledScene, group_names, group_truth
from core.raster.gdal import open_dataset
from core.wire.classes import ClassTable
from core.wire.errors import DatasetError

STRIP = 1 << 23
"""Pixels of a scene whose labels are read at once."""


def check_scene(scene: LabelledScene, classes: ClassTable, protocol: Protocol) -> tuple[str, ...]:
    """Names of the classes that a scene's labels tell apart.

    Args:
        scene: Is to be scored.
        classes: Of the model.
        protocol: What is averaged.

    Raises:
        DatasetError: The scene cannot be scored, or the protocol does not fit.
    """
    if scene.groups is None:
        raise DatasetError(
            f"{scene.name}: its label sets overlap, so that no confusion matrix can count them.",
            "Give it labels of which each class has one at most.",
        )
    if scene.reduce != 1:
        raise DatasetError(
            f"{scene.name} is reduced {scene.reduce} times; scores are at full resolution.",
            "Leave 'reduce' out of scenes that are to be evaluated.",
        )
    names = group_names(scene.groups, classes)
    protocol.check(names)
    return names


def score_scene(
    scene: LabelledScene,
    names: tuple[str, ...],
    result: str,
    classes: ClassTable,
    protocol: Protocol,
    tolerance: float | None,
) -> Score:
    """Compare the class raster of a scene with its labels.

    Args:
        scene: Has the labels.
        names: Of the classes that they tell apart, see ``check_scene``.
        result: Path of the class raster, which covers the scene's whole image.
        classes: Of the class raster.
        protocol: What is averaged.
        tolerance: Of the boundary F1 in pixels; None is 0.75 % of the scene's diagonal.

    Raises:
        DatasetError: The scene holds none of the labels.
    """
    members = np.full(256, -1, np.int16)
    members[list(classes.ids)] = np.array(scene.groups or ())
    truth, found = np.empty((2, scene.height, scene.width), np.int16)
    confusion = np.zeros((len(names) + 1, len(names) + 1), np.int64)
    for rows, true, ids in _strips(scene, result):
        truth[rows], found[rows] = true, members[ids]
        confusion += confusion_matrix(truth[rows], found[rows], len(names), unlabelled=True)
    if not confusion[:-1].any():
        raise DatasetError(f"{scene.label} holds none of the labels that the dataset names.")
    if tolerance is None:
        tolerance = default_tolerance(scene.width, scene.height)
    boundary = boundary_f1(truth, found, len(names), tolerance)
    return Score(scene.name, names, confusion, boundary[None], protocol)


def _strips(
    scene: LabelledScene, result: str
) -> Iterator[tuple[slice, NDArray[np.integer], NDArray[np.uint8]]]:
    """Rows, true groups and predicted class ids of strips from the top."""
    step = max(1, STRIP // scene.width)
    left, top = scene.window[:2]
    with open_dataset(result) as dataset, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        for row in range(0, scene.height, step):
            end = min(row + step, scene.height)
            allowed = scene.read_labels((0, row, scene.width, end - row))
            window = ((top + row, top + end), (left, left + scene.width))
            truth, _ = group_truth(allowed, scene.groups or ())
            yield slice(row, end), truth, dataset.read(1, window=window)
