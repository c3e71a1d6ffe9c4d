"""Evaluation: labelled scenes classified as users' rasters are, and scored at full resolution."""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from core.boundary import boundary_f1, default_tolerance
from core.classes import ClassTable
from core.classify import classify
from core.datasets.scenes import Scene, group_names, group_truth
from core.errors import Cancelled, DatasetError
from core.events import Emit, Progress, emit_start, silent
from core.gdal import open_dataset
from core.job import ClassifyJob
from core.metrics import confusion_matrix
from core.modelfile import Model
from core.score import Protocol, Score, pool

STRIP = 1 << 23
"""Pixels of a scene whose labels are read at once."""


@dataclass(frozen=True)
class Evaluation:
    """Scores of a model.

    Attributes:
        scenes: Of each scene.
        together: Of all pixels in one confusion matrix: one score, or several where scenes' labels
            tell other classes apart.
    """

    scenes: tuple[Score, ...]
    together: tuple[Score, ...]

    def to_dict(self) -> dict[str, Any]:
        """All scores as JSON values."""
        return {
            "together": [score.to_dict() for score in self.together],
            "scenes": [score.to_dict() for score in self.scenes],
        }


def evaluate(
    model: Model,
    scenes: Sequence[Scene],
    emit: Emit = silent,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    name: str = "together",
    protocol: Protocol = Protocol(),  # noqa: B008 - frozen
    device: str = "auto",
    threads: int | None = None,
    precision: str = "auto",
    resample: bool = False,
    tolerance: float | None = None,
) -> Evaluation:
    """Classify scenes, each image whole, and score the part that is the scene.

    Args:
        model: Is not changed.
        scenes: At least one; of their pixels only the labels are read from here.
        emit: Takes ``start``, ``warning`` and ``progress``.
        cancelled: Asked between patches.
        name: Of the scores of all scenes together.
        protocol: What is averaged.
        device: As in ``ClassifyJob``.
        threads: As in ``ClassifyJob``.
        precision: As in ``ClassifyJob``.
        resample: As in ``ClassifyJob``.
        tolerance: Of the boundary F1 in pixels; None is 0.75 % of each scene's diagonal.

    Raises:
        DatasetError: A scene cannot be scored, or the protocol does not fit; before work starts.
        GinetError: A scene cannot be classified.
        Cancelled: ``cancelled`` said so.
    """
    names = [_check(scene, model.card.classes, protocol) for scene in scenes]
    if not scenes:
        raise DatasetError("There is no scene to evaluate.")
    emit_start(emit, "evaluate", model=model.card.name, scenes=len(scenes))
    progress = Progress(emit, len(scenes), "scene")
    told: set[str] = set()

    def warn(image: str, event: str, **fields: Any) -> None:
        # The same for hundreds of images is told of the first of them.
        if event == "warning" and (kind := fields["message"].replace(image, "")) not in told:
            told.add(kind)
            emit(event, **fields)

    scores = []
    for scene, classes in zip(scenes, names, strict=True):
        with tempfile.TemporaryDirectory() as folder:
            job = ClassifyJob(
                input=str(scene.image),
                output=str(Path(folder, "classes.tif")),
                bands=tuple(range(1, scene.inputs + 1)),
                device=device,
                threads=threads,
                precision=precision,
                resample=resample,
            )
            # A copy, for classifying uses it up.
            own = replace(model, network=copy.deepcopy(model.network))
            classify(job, partial(warn, job.input), cancelled, own)
            scores.append(
                _score(scene, classes, job.output, model.card.classes, protocol, tolerance)
            )
        if cancelled():
            raise Cancelled
        progress.add(1, scene.width * scene.height)
    return Evaluation(tuple(scores), pool(name, scores))


def _check(scene: Scene, classes: ClassTable, protocol: Protocol) -> tuple[str, ...]:
    """Names of the classes that a scene's labels tell apart."""
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


def _score(
    scene: Scene,
    names: tuple[str, ...],
    result: str,
    classes: ClassTable,
    protocol: Protocol,
    tolerance: float | None,
) -> Score:
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
    scene: Scene, result: str
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
