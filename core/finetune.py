"""Adapt a model to one raster with few labels, in seconds: the same, new or other classes.

A convex fit on frozen features: see ``core.adapt.fit``. Labels are held out in turn; the score that
is reported comes from fits without the labels that they are tested on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from core.adapt.classes import trace_classes
from core.adapt.clock import Clock
from core.adapt.fit import Adaptation
from core.adapt.image import open_image
from core.adapt.labelled import (
    NO_POLYGON,
    affordable,
    check_counts,
    check_training_set,
    count_cells,
    count_pixels,
    read_labelled,
    read_spread,
)
from core.adapt.labels import LabelRaster
from core.adapt.other_bands import with_other_bands, without_unused
from core.adapt.polygons import LabelPolygons
from core.adapt.record import adapted_card
from core.adapt.regions import RegionReader
from core.model.card import Card
from core.model.device import Device, choose_device
from core.model.memory import to_channels_last
from core.model.modelfile import find_model, load_model, save_model
from core.model.precision import Precision
from core.raster.reading import Raster
from core.raster.scaling import choose_scaling
from core.results.apart import check_apart
from core.wire.destination import check_destination
from core.wire.events import Emit, emit_start
from core.wire.finetune_job import FinetuneJob
from core.wire.paths import display_name


def finetune(
    job: FinetuneJob,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    enough: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Run a job.

    Args:
        job: What to adapt to what.
        emit: Takes the events ``start``, ``warning``, ``progress``, ``fold`` and ``result``.
        cancelled: Asked after each step.
        enough: Asked likewise: whether to hold out no more labels and deliver what there is.

    Returns:
        The fields of the ``result`` event: ``validation`` holds the held-out mIoU ``before`` and
        ``after`` and the IoU of each class, or is None where too few places were labelled;
        ``label_polygons`` is None for a raster; ``unlabelled`` tells what became of classes without
        labels, see ``TrainingSet.fates``; ``kept`` tells whether the base model was at least
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
        open_image(job, model.card) as raster,
        _open_labels(job, raster) as labels,
    ):
        _tell_start(emit, job, model.card, device, precision)
        counts = labels.count(clock.check)  # of a large raster that takes minutes
        for text in filter(None, (device.warning, *raster.warnings, *labels.warnings)):
            emit("warning", message=text)
        empty = (
            f"{job.unknown} is taken for unlabelled; all else must be class ids."
            if job.field is None
            else NO_POLYGON
        )
        name, count = _labels_name(job), len(traced)
        check_counts(count_cells(counts, count), job.classes, traced, name, empty)
        scaling, warning = choose_scaling(model.card.value_scaling, raster)
        if warning:
            emit("warning", message=warning)
        model = with_other_bands(model, raster)
        network = model.network.to(device.kind)
        to_channels_last(network)
        reader = RegionReader(raster, scaling, model.card, network)
        most = affordable(network, reader, clock.left)
        regions = read_labelled(reader, labels, counts, job.seed, clock, most)
        pixels = count_pixels(regions, count)
        check_counts(pixels, job.classes, traced, name, empty)
        spread = read_spread(reader, job.seed, clock, most)
        clock.reach(0.2)
        adaptation = Adaptation(
            network, model.card.image_statistics, spread, precision, job.seed, clock
        )
        clock.reach(0.4)
        training = adaptation.learn(regions, traced, job.classes, clock)
        check_training_set(training, name)
        clock.reach(0.6)
        outcome = adaptation.conclude(training, adaptation.hold_out(training, clock), clock)
        for text in (*training.warnings, *outcome.warnings):
            emit("warning", message=text)
        card = adapted_card(job, model, raster, scaling, outcome, pixels)
    clock.check()
    save_model(Path(job.output), *without_unused(outcome.build(), card))
    clock.reach(1.0)
    result = {
        "outputs": {"model": job.output},
        "validation": outcome.validation,
        "label_pixels": card.training["label_pixels"],
        "label_polygons": labels.used,
        "unlabelled": training.fates,
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
