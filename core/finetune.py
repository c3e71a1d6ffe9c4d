"""Adapt a model to one raster with few labels, in seconds: the same, new or other classes.

A convex fit on frozen features: see ``core.adapt.fit``. Labels are held out in turn; the score that
is told comes from fits without the labels that they are asked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.adapt.classes import trace_classes
from core.adapt.clock import Clock
from core.adapt.fit import Adaptation
from core.adapt.folds import choose_groups
from core.adapt.labels import Cell, LabelRaster
from core.adapt.polygons import LabelPolygons
from core.adapt.record import adapted_card
from core.adapt.regions import Region, RegionReader
from core.model.card import Card
from core.model.device import Device, choose_device
from core.model.ginet import GINet
from core.model.memory import to_channels_last
from core.model.modelfile import find_model, load_model, save_model
from core.model.precision import Precision
from core.raster.reading import Raster
from core.raster.scaling import choose_scaling
from core.results.apart import check_apart
from core.wire.destination import check_destination
from core.wire.errors import JobError
from core.wire.events import Emit, emit_start
from core.wire.finetune_job import FinetuneJob
from core.wire.paths import display_name

NOT_VALIDATED = (
    "Too few places are labelled to hold any out: nothing is known about the adapted model's "
    "accuracy. Label at least two separate places of each class."
)
NO_GAIN = (
    "The adapted model was not better than the base model on the held-out labels, so the base "
    "model is kept as it is. Check the labels, or add more where the map is wrong."
)

MOST_REGIONS, MOST_SPREAD = 96, 24
"""Labelled regions that are read at most, and regions spread over the image."""

REGION_COST = 3
"""What a region costs in all, in times of one pass of the encoder, about."""


def finetune(
    job: FinetuneJob,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    enough: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Run a job.

    Args:
        job: What to adapt to what.
        emit: Takes the events ``start``, ``warning``, ``progress``, ``metrics`` and ``result``.
        cancelled: Asked after each step.
        enough: Asked likewise: whether to hold out no more labels and deliver what there is.

    Returns:
        The fields of the ``result`` event: ``validation`` holds the held-out mIoU ``before`` and
        ``after`` and the IoU of each class, or is None where too few places were labelled;
        ``label_polygons`` is None for a raster; ``kept`` tells whether the base model was at least
        as good and stays as it is.

    Raises:
        GinetError: Bad input, told before work starts where it can be seen then.
        Cancelled: ``cancelled`` said so; nothing was written.
    """
    clock = Clock(job.seconds, emit, cancelled, enough)
    check_destination(job.output, overwrite=job.overwrite)
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
        for text in filter(None, (device.warning, *raster.warnings, *labels.warnings)):
            emit("warning", message=text)
        _check_counts(sum(counts.values(), np.zeros(len(traced), np.int64)), job)
        scaling, warning = choose_scaling(model.card.value_scaling, raster)
        if warning:
            emit("warning", message=warning)
        network = model.network.to(device.kind)
        to_channels_last(network)
        reader = RegionReader(raster, labels, scaling, model.card, network)
        regions, spread = _read(reader, counts, job.seed, network, clock)
        pixels = _count_pixels(regions, len(traced))
        _check_counts(pixels, job)
        clock.reach(0.2)
        adaptation = Adaptation(network, traced, job.classes, precision, job.seed, clock)
        outcome = adaptation.run(regions, spread)
        if outcome.validation is None:
            emit("warning", message=NOT_VALIDATED)
        if outcome.kept:
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
        "kept": outcome.kept,
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
    reader: RegionReader,
    counts: dict[Cell, NDArray[np.int64]],
    seed: int,
    network: GINet,
    clock: Clock,
) -> tuple[list[Region], list[Region]]:
    """Regions with labels, and regions spread over the image; fewer where time is short."""
    most = _affordable(network, reader, clock.left)
    random = np.random.default_rng((seed, 0))
    groups = choose_groups(counts, reader.size.patch, min(most, MOST_REGIONS), random)
    regions = [region for region in reader.labelled(groups, clock) if region is not None]
    spread = reader.unlabelled(max(min(most, MOST_SPREAD), 1), seed, clock)
    return regions, spread


@torch.inference_mode()
def _affordable(network: GINet, reader: RegionReader, seconds: float) -> int:
    """How many regions there is time for on this machine; it tries what one takes."""
    device = network.local_head.classify.weight.device
    side = reader.size.region
    image = torch.zeros(1, len(reader.card.bands), side, side, device=device)
    took = math.inf
    for _ in range(2):  # the first is slow
        begin = time.monotonic()
        float(network.encode(image, torch.ones_like(image[:, :1]))[0].sum())
        took = min(took, time.monotonic() - begin)
    return int(min(seconds / (REGION_COST * took), MOST_REGIONS))


def _count_pixels(regions: list[Region], classes: int) -> NDArray[np.int64]:
    """Labelled pixels of each class, (K,)."""
    total = np.zeros(classes, np.int64)
    for region in regions:
        labels = region.labels.numpy()
        total += np.bincount(labels[labels >= 0], minlength=classes)
    return total


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
