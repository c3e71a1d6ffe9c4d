"""Evaluate a model: labelled scenes classified as users' rasters are, and scored."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from core import __version__
from core.accuracy.scene_score import check_scene, score_scene
from core.accuracy.score import Protocol, Score, pool
from core.classify import classify
from core.datasets.scenes import LabelledScene
from core.model.device import choose_device
from core.model.modelfile import Model, find_model, load_model, save_card
from core.results.apart import check_apart
from core.training.recipe import load_scenes, read_recipe, recipe_files
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, DatasetError
from core.wire.events import Emit, Progress, emit_start, silent
from core.wire.job import ClassifyJob
from core.wire.report import write_json

REPORT_VERSION = 1


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
    model: str,
    dataset: Path,
    data: Path,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    use: str = "test",
    report: str | None = None,
    write_card: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    threads: int | None = None,
    resample: bool = False,
    tolerance: float | None = None,
) -> Evaluation:
    """Score a model by a benchmark's protocol.

    Args:
        model: A model file or the name of a bundled model.
        dataset: TOML with the tables of scenes and labels, and perhaps ``[protocol]``
            (``score.Protocol``): a recipe, or a file of its own.
        data: Folder that its relative paths start from.
        emit: Takes ``start``, ``warning``, ``progress`` and ``result``.
        cancelled: Asked between patches.
        use: Which of its scenes.
        report: JSON file to write.
        write_card: Put the scores into the model's card, in place of those of the same data.
        overwrite: Replace the report.
        device: As in ``ClassifyJob``.
        threads: As in ``ClassifyJob``.
        resample: As in ``ClassifyJob``.
        tolerance: Of the boundary F1, see ``evaluate_scenes``.

    Raises:
        GinetError: Bad input, told before work starts where it can be seen then.
        Cancelled: ``cancelled`` said so; nothing is written.
    """
    path = find_model(model)
    if report:
        check_destination(report, overwrite=overwrite)
    if write_card:
        check_destination(str(path), overwrite=True)
    loaded = load_model(model)
    card = loaded.card
    protocol = Protocol.from_fields(read_recipe(dataset).get("protocol", {}))
    scenes = load_scenes(dataset, data, use, card.classes, len(card.bands))
    files = [str(file) for scene in scenes for file in (scene.image, scene.label)]
    check_apart([report] if report else [], [str(path), *recipe_files(dataset, data)], files)
    choose_device(device)
    name = f"{dataset.stem} {use}"
    found = evaluate_scenes(
        loaded,
        scenes,
        emit,
        cancelled,
        name=name,
        protocol=protocol,
        device=device,
        threads=threads,
        resample=resample,
        tolerance=tolerance,
    )
    result = {
        "model": card.name,
        "model_sha256": loaded.sha256,
        "dataset": dataset.name,
        "use": use,
        "resampled": resample,
        "boundary_tolerance": tolerance or "0.75 % of the diagonal",
        **found.to_dict(),
    }
    if report:
        fields = {"version": REPORT_VERSION, "engine": __version__, **result}
        write_json(Path(report), fields, "report")
    if write_card:
        others = [entry for entry in card.scores if entry.get("data") != name]
        at = "at the model's ground resolution" if resample else "at full resolution"
        within = f", boundary within {tolerance:g} pixels" if tolerance else ""
        scores = (*others, *(score.to_card(at + within) for score in found.together))
        save_card(path, replace(card, scores=scores))
    emit("result", outputs={"report": report} if report else {}, **result)
    return found


def evaluate_scenes(
    model: Model,
    scenes: Sequence[LabelledScene],
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
    names = [check_scene(scene, model.card.classes, protocol) for scene in scenes]
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
                score_scene(scene, classes, job.output, model.card.classes, protocol, tolerance)
            )
        if cancelled():
            raise Cancelled
        progress.add(1, scene.width * scene.height)
    return Evaluation(tuple(scores), pool(name, scores))
