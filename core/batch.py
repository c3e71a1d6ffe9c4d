"""Classify many scenes, one after the other; one that fails does not stop the others."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.classify import classify
from core.model.digest import sha256_of
from core.model.modelfile import find_model
from core.results.apart import check_apart
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, GinetError, JobError, OutputError, ScenesFailed
from core.wire.events import Emit, emit_start
from core.wire.job import ClassifyJob, redacted
from core.wire.report import write_json
from core.wire.scene_list import Scene

SUMMARY = "summary.json"

DONE, SKIPPED, FAILED, CANCELLED = "done", "skipped", "failed", "cancelled"

SAME = (
    *("input", "model", "extent", "bands", "precision", "resample"),
    *("confidence", "probabilities", "minimum_area", "polygons"),
)
"""Fields of a job that decide what its results are."""


@dataclass(frozen=True)
class Outcome:
    """What became of one scene.

    Attributes:
        name: The scene's name.
        input: Its path.
        output: Its class raster.
        status: "done", "skipped" (an earlier batch did it), "failed" or "cancelled".
        message: Why it failed.
        pixels: Pixels that hold data.
        seconds: It took.
        areas: Pixels and area of each class, as in the report.
    """

    name: str
    input: str
    output: str
    status: str
    message: str = ""
    pixels: int = 0
    seconds: float = 0.0
    areas: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Scenes, and how each of them is classified.

    Attributes:
        scenes: From ``find_scenes``.
        folder: Where results go: for each scene NAME.tif and the report NAME.json; made if need be.
        settings: Fields of ``ClassifyJob`` for all of them.
        confidence: Write NAME_confidence.tif too.
        probabilities: Write NAME_probabilities.tif too.
        polygons: Write NAME_polygons.gpkg too.
        overwrite: Classify again what is there already.
        lists: Files that the scenes were found by.
    """

    scenes: Sequence[Scene]
    folder: Path
    settings: Mapping[str, Any]
    confidence: bool = False
    probabilities: bool = False
    polygons: bool = False
    overwrite: bool = False
    lists: Sequence[str] = ()

    def job(self, scene: Scene) -> ClassifyJob:
        """The job of one scene.

        Raises:
            JobError: A setting is wrong.
        """
        place = self.folder / scene.name
        return ClassifyJob(
            input=scene.input,
            output=f"{place}.tif",
            report=f"{place}.json",
            confidence=f"{place}_confidence.tif" if self.confidence else None,
            probabilities=f"{place}_probabilities.tif" if self.probabilities else None,
            polygons=f"{place}_polygons.gpkg" if self.polygons else None,
            overwrite=self.overwrite,
            **self.settings,
        )


def run_batch(
    batch: Batch, emit: Emit, cancelled: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Classify all scenes and write ``summary.json`` beside the results.

    A scene that an earlier batch finished in the same way is skipped, so the same command goes on
    after an interruption.

    Args:
        batch: Scenes and settings.
        emit: Takes ``start``, then ``scene`` before and after each and the scenes' own
            ``progress`` and ``warning``, then ``result``.
        cancelled: Asked as in ``classify``.

    Returns:
        The fields of the ``result`` event.

    Raises:
        ScenesFailed: Some failed; told after all have been tried and the summary is written.
        GinetError: Settings, model or folder are wrong: told before work starts.
        Cancelled: ``cancelled`` said so; the summary tells how far it came.
    """
    _check_folder(batch)
    jobs = [batch.job(scene) for scene in batch.scenes]
    model = find_model(batch.settings.get("model", ClassifyJob.model))
    outputs = [path for job in jobs for path in job.outputs.values()]
    summary = str(batch.folder / SUMMARY)
    check_apart([*outputs, summary], [str(model)], [*(job.input for job in jobs), *batch.lists])
    digest = sha256_of(model)
    _make(batch.folder)
    emit_start(emit, "batch", scenes=len(jobs))
    begin = time.monotonic()
    outcomes: list[Outcome] = []
    stopped = False
    for number, (scene, job) in enumerate(zip(batch.scenes, jobs, strict=True), 1):
        place = {"number": number, "of": len(jobs), "name": scene.name}
        if stopped or cancelled():
            stopped = True
            outcome = Outcome(scene.name, job.input, job.output, CANCELLED)
        else:
            emit("scene", **place, status="running")
            outcome = _classify(scene, job, digest, emit, cancelled)
            stopped = outcome.status == CANCELLED
        emit("scene", **place, status=outcome.status, message=outcome.message)
        outcomes.append(outcome)
    result = _summary(outcomes, time.monotonic() - begin)
    path = batch.folder / SUMMARY
    write_json(path, result, "summary")
    if stopped:
        raise Cancelled
    emit("result", outputs={"summary": str(path)}, **result)
    if failed := result["failed"]:
        raise ScenesFailed(f"{failed} of {len(jobs)} scenes failed.", f"See {path}.")
    return result


def _check_folder(batch: Batch) -> None:
    if not batch.scenes:
        raise JobError("There are no scenes to classify.")
    folder = batch.folder.resolve()
    if folder in {Path(scene.input).resolve().parent for scene in batch.scenes}:
        raise JobError(
            f"{batch.folder} holds scenes: results there would be taken for scenes.",
            "Choose another folder.",
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {folder} cannot be made ({error.strerror}).", "Choose another folder."
        ) from error
    check_destination(str(folder / SUMMARY), overwrite=True)


def _classify(
    scene: Scene, job: ClassifyJob, digest: str, emit: Emit, cancelled: Callable[[], bool]
) -> Outcome:
    def tell(event: str, **fields: Any) -> None:
        if event in ("progress", "warning"):
            emit(event, **fields)

    outcome = Outcome(scene.name, job.input, job.output, DONE)
    begin = time.monotonic()
    try:
        earlier = None if job.overwrite else _earlier(job, digest)
        if earlier and Path(job.output).exists():
            return dataclasses.replace(outcome, status=SKIPPED, **_figures(earlier))
        if earlier:  # it was interrupted while its results got their names
            job = dataclasses.replace(job, overwrite=True)
        result = classify(job, tell, cancelled)
    except Cancelled:
        return dataclasses.replace(outcome, status=CANCELLED)
    except GinetError as error:
        return dataclasses.replace(outcome, status=FAILED, message=str(error))
    except Exception as error:  # noqa: BLE001 - a fault in one scene is not one in the others
        traceback.print_exc(file=sys.stderr)
        message = f"{type(error).__name__}: {error}"
        return dataclasses.replace(outcome, status=FAILED, message=message)
    seconds = round(time.monotonic() - begin, 2)
    return dataclasses.replace(outcome, **{**_figures(result), "seconds": seconds})


def _earlier(job: ClassifyJob, digest: str) -> dict[str, Any] | None:
    """The report of an earlier run that did the same as a job, with the same weights."""
    try:
        report = json.loads(Path(job.report or "").read_text("utf-8"))
        made, asked = report["job"], json.loads(json.dumps(redacted(job)))
        same = all(made.get(name) == asked[name] for name in SAME)
        same = same and report["provenance"]["model_sha256"] == digest
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(report) if same else None


def _figures(report: Mapping[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("pixels", "seconds", "areas")}


def _summary(outcomes: Sequence[Outcome], seconds: float) -> dict[str, Any]:
    counts = {
        status: sum(outcome.status == status for outcome in outcomes)
        for status in (DONE, SKIPPED, FAILED, CANCELLED)
    }
    return {
        **counts,
        "seconds": round(seconds, 2),
        "pixels": sum(outcome.pixels for outcome in outcomes),
        "areas": _areas(outcomes),
        "scenes": [dataclasses.asdict(outcome) for outcome in outcomes],
    }


def _areas(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Pixels and area of each class over all scenes; no area where a scene has none."""
    total: dict[int, dict[str, Any]] = {}
    for row in (row for outcome in outcomes for row in outcome.areas):
        so_far = total.setdefault(
            row["id"], {"id": row["id"], "name": row["name"], "pixels": 0, "area_m2": 0.0}
        )
        so_far["pixels"] += row["pixels"]
        known = so_far["area_m2"] is not None and row["area_m2"] is not None
        so_far["area_m2"] = so_far["area_m2"] + row["area_m2"] if known else None
    pixels = sum(row["pixels"] for row in total.values())
    return [{**total[key], "percent": 100 * total[key]["pixels"] / pixels} for key in sorted(total)]
