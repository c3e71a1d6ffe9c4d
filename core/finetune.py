"""Adapt a model to one raster with few labels, in minutes on a CPU: the same, new or other classes.

The labelled ground is dealt into folds. Each is held out once, with no trained pixel beside it, and
a training on the others finds how many steps help there, and by how much. The mean of the networks
is delivered. The held-out score tells of networks that had fewer labels each: what is delivered
should be no worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.adapt.clock import Clock
from core.adapt.crossvalidation import CACHE_BY, adapt
from core.adapt.folds import FOLDS, Fold, choose_pieces, deal_ground, find_folds
from core.adapt.labels import Cell, LabelRaster
from core.adapt.learn import Learner, count_pixels
from core.adapt.network import trace_classes
from core.adapt.places import Place, PlaceReader, most_places
from core.adapt.polygons import LabelPolygons
from core.adapt.record import adapted_card
from core.adapt.schedule import Schedule, schedule_for
from core.model.card import Card
from core.model.device import Device, choose_device
from core.model.ginet import GINet
from core.model.memory import to_channels_last
from core.model.modelfile import find_model, load_model, save_model
from core.model.precision import Precision
from core.raster.reading import Raster
from core.raster.scaling import choose_scaling
from core.results.apart import check_apart
from core.wire.destination import check_place
from core.wire.errors import JobError
from core.wire.events import Emit, emit_start
from core.wire.finetune_job import FinetuneJob
from core.wire.paths import display_name

NOT_VALIDATED = (
    "Too few places are labelled to hold any out: nothing is known about the adapted model's "
    "accuracy. Label at least two separate places of each class."
)
NO_GAIN = (
    "No training was better than the base model on the held-out labels, so its weights stay as "
    "they are. Check the labels, add more, or train for longer."
)


def finetune(
    job: FinetuneJob,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    schedule: Schedule | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Run a job.

    Args:
        job: What to adapt to what.
        emit: Takes the events ``start``, ``warning``, ``progress``, ``metrics`` and ``result``.
        cancelled: Asked after each step.
        schedule: Other settings than the usual ones, for experiments and tests.
        enough: Asked likewise: whether to end the training and deliver the best so far.

    Returns:
        The fields of the ``result`` event: ``validation`` holds the held-out mIoU ``before`` and
        ``after`` and the IoU of each class, or is None where too few places were labelled;
        ``label_polygons`` is None for a raster; ``all_labels`` tells whether each label
        taught one of the trainings, as it does unless they were cut short.

    Raises:
        GinetError: Bad input, told before work starts where it can be seen then.
        Cancelled: ``cancelled`` said so; nothing was written.
    """
    clock = Clock(job.seconds, emit, cancelled, enough)
    check_place(job.output, overwrite=job.overwrite)
    check_apart(job.outputs.values(), [job.image, job.labels, str(find_model(job.base))])
    model = load_model(job.base)
    traced = trace_classes(model.card.classes, job.classes, job.origins)
    device = choose_device(job.device, threads=job.threads)
    precision = Precision.of_finetuning(device.precision, device.kind)
    with (
        Raster(job.image, len(model.card.bands), job.bands, rgb=model.card.is_rgb) as raster,
        _open_labels(job, raster) as labels,
    ):
        _tell_start(emit, job, model.card, device, precision)
        counts = labels.count(clock.check)  # of a large raster that takes minutes
        for text in (device.warning, *raster.warnings, *labels.warnings):
            emit("warning", message=text)
        _check_counts(sum(counts.values(), np.zeros(len(traced), np.int64)), job)
        scaling, warning = choose_scaling(model.card.value_scaling, raster)
        if warning:
            emit("warning", message=warning)
        network = model.network.to(device.kind)
        to_channels_last(network)
        reader = PlaceReader(raster, labels, scaling, model.card)
        places, folds = _read(reader, counts, job.seed, network, clock)
        pixels = count_pixels(places, len(traced)).numpy()
        _check_counts(pixels, job)
        if not folds:
            emit("warning", message=NOT_VALIDATED)
        learner = Learner(
            network,
            traced,
            reader.size,
            schedule or schedule_for(traced),
            job.seed,
            device.kind,
            precision=precision,
        )
        outcome = adapt(learner, places, folds, job.classes, job.seed, clock)
        if outcome.validation and not outcome.steps:
            emit("warning", message=NO_GAIN)
        card = adapted_card(job, model, raster, scaling, outcome, pixels)
    clock.check()
    save_model(Path(job.output), outcome.network, card)
    clock.reach(1.0)
    result = {
        "outputs": {"model": job.output},
        "validation": outcome.validation,
        "label_pixels": card.training["label_pixels"],
        "label_polygons": labels.used,
        "steps": outcome.steps,
        "all_labels": outcome.all_labels,
        "seconds_used": round(clock.elapsed, 1),
        "device": device.kind,
    }
    emit("result", **result)
    return result


def _open_labels(job: FinetuneJob, raster: Raster) -> LabelRaster | LabelPolygons:
    if job.field is None:
        return LabelRaster(job.labels, raster, job.classes, job.unknown)
    return LabelPolygons(job.labels, job.field, _labels_name(job), raster, job.classes)


def _labels_name(job: FinetuneJob) -> str:
    return job.labels_name or display_name(job.labels)


def _check_counts(pixels: NDArray[np.int64], job: FinetuneJob) -> None:
    there = [entry.name for entry, count in zip(job.classes, pixels, strict=True) if count]
    labels = _labels_name(job)
    if not there:
        raise JobError(
            f"No pixel of {labels} is labelled where the image holds data.",
            f"{job.unknown} is taken for unlabelled; all else must be class ids."
            if job.field is None
            else "Check that the polygons lie on the image, and that both have the right CRS.",
        )
    if len(there) == 1:
        raise JobError(
            f"{labels} holds one class only, {there[0]!r}.",
            "Label at least two classes: one teaches nothing about where it ends.",
        )


def _read(
    reader: PlaceReader,
    counts: dict[Cell, NDArray[np.int64]],
    seed: int,
    network: GINet,
    clock: Clock,
) -> tuple[list[Place], list[Fold]]:
    """Deal the ground and read all places."""
    random = np.random.default_rng((seed, 0))
    affordable = most_places(network, reader.card, reader.size, CACHE_BY * clock.left)
    classes = len(next(iter(counts.values())))
    # Where time is short, still one place of each class to learn from and one to validate on.
    folds = FOLDS if affordable >= FOLDS * classes else 2
    pieces = choose_pieces(deal_ground(counts, reader.size, folds, random), affordable, random)
    found = zip(pieces, reader.read([piece.cells for piece in pieces], network, clock), strict=True)
    there = [(piece, place) for piece, place in found if place is not None]
    places = [place for _, place in there]
    # Some labels may lie where the image holds no data.
    seen = [replace(piece, pixels=count_pixels([place], classes).numpy()) for piece, place in there]
    return places, find_folds(seen)


def _tell_start(
    emit: Emit, job: FinetuneJob, base: Card, device: Device, precision: Precision
) -> None:
    emit_start(
        emit,
        "finetune",
        device=device.kind,
        device_name=device.name,
        precision=precision.name,
        threads=torch.get_num_threads(),
        model=base.name,
        classes=[asdict(entry) for entry in job.classes],
    )
