"""The verb ``session``: a process that stays warm and answers requests about one image.

Labels are fitted as fine-tuning fits them (``core.adapt.fit``); what stays the same between two
requests is not computed again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.adapt.classes import Origins, trace_classes
from core.adapt.clock import Clock
from core.adapt.fit import Adaptation, Lesson, Outcome
from core.adapt.labelled import (
    MOST_SPREAD,
    NO_POLYGON,
    check_counts,
    count_cells,
    count_pixels,
    one_class_only,
    read_labelled,
    read_spread,
)
from core.adapt.live.advice import advise, labelled_places
from core.adapt.live.tiles import Tiles
from core.adapt.live.view import View, classify_view, write_view
from core.adapt.polygons import LabelPolygons
from core.adapt.record import adapted_card
from core.adapt.regions import Region, RegionReader
from core.model.device import choose_device, is_out_of_memory
from core.model.memory import to_channels_last
from core.model.modelfile import Model, find_model, load_model, save_model
from core.model.precision import Precision
from core.raster.grid import PixelWindow, apply
from core.raster.reading import Raster
from core.raster.scaling import choose_scaling
from core.results.apart import check_apart
from core.results.writing import check_outputs
from core.wire.class_list import parse_table
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, GinetError, JobError, NoData, OutOfMemory, shown
from core.wire.events import Emit, emit_start, silent
from core.wire.fields import check_extent, is_int
from core.wire.finetune_job import FinetuneJob
from core.wire.paths import display_name
from core.wire.requests import Request, Requests
from core.wire.session_job import SessionJob

UNLIMITED = 1e6
"""Seconds."""

MOST_SCREEN = 32_768
"""Pixels of a screen along a side."""

Answer = dict[str, Any]


def session(
    job: SessionJob,
    emit: Emit,
    stopped: Callable[[], bool],
    requests: Requests,
) -> None:
    """Answer requests until one says ``close``, or no more can come.

    Args:
        job: The image and the base model.
        emit: Takes ``start``, ``warning``, ``progress``, ``ready``, for each request ``answer`` or
            ``refused``, and ``result`` in the end.
        stopped: Asked after each step.
        requests: What is asked.

    Raises:
        GinetError: The image or the model cannot be read, or there is nobody to ask.
        Cancelled: ``stopped`` said so, and more could have been asked.
    """
    if requests.closed and not stopped():
        raise JobError(
            "A session takes its requests from standard input, which nobody watches.",
            "Start it with --watch-stdin.",
        )
    try:
        model = load_model(job.base)
        card = model.card
        with Raster(job.image, len(card.bands), job.bands, rgb=card.is_rgb) as raster:
            live = Session(job, model, raster, emit, stopped, requests)
            _serve(live, requests, stopped)
    except Cancelled:
        if not requests.closed:
            raise
    emit("result", outputs={})


def _serve(live: Session, requests: Requests, stopped: Callable[[], bool]) -> None:
    while request := requests.take(stopped):
        live.answer(request)
        if request.do == "close" and not request.wrong:
            return
    raise Cancelled


@dataclass(frozen=True)
class Taught:
    """Labels, and what they taught.

    Attributes:
        path: Of the file of labels.
        field: Of its features.
        name: What cards call it.
        origins: Of the classes.
        used: Number of polygons of each class.
        regions: Labelled ones.
        pixels: (K,) labelled ones of each class.
        lesson: What was fitted to them.
        outcome: What the views show.
        scored: Whether held-out labels were asked.
    """

    path: str
    field: str
    name: str | None
    origins: Origins
    used: dict[str, int]
    regions: Sequence[Region]
    pixels: NDArray[np.int64]
    lesson: Lesson
    outcome: Outcome
    scored: bool = False


class Session:
    """Answers requests about one image.

    Args:
        job: What was asked for.
        model: The base model.
        raster: The image, opened.
        emit: Takes events.
        stopped: Asked after each step.
        requests: Those that wait: a newer one may make an older one superfluous.

    Raises:
        GinetError: The image cannot be read.
        Cancelled: ``stopped`` said so.
    """

    def __init__(
        self,
        job: SessionJob,
        model: Model,
        raster: Raster,
        emit: Emit,
        stopped: Callable[[], bool],
        requests: Requests,
    ) -> None:
        """Look at the image at large, so that labels can be learned at once."""
        begin = time.monotonic()
        self._job, self._model, self._raster = job, model, raster
        self._emit, self._stopped, self._requests = emit, stopped, requests
        device = choose_device(job.device, threads=job.threads)
        precision = Precision.of_finetuning(device.precision, device.kind)
        emit_start(
            emit,
            "session",
            device=device.kind,
            device_name=device.name,
            precision=precision.name,
            threads=torch.get_num_threads(),
            model=model.card.name,
            classes=[asdict(entry) for entry in model.card.classes],
        )
        self._scaling, warning = choose_scaling(model.card.value_scaling, raster)
        for text in filter(None, (device.warning, *raster.warnings, warning)):
            emit("warning", message=text)
        network = model.network.to(device.kind)
        to_channels_last(network)
        self._reader = RegionReader(raster, self._scaling, model.card, network)
        clock = self._clock(emit)
        spread = read_spread(self._reader, job.seed, clock, MOST_SPREAD)
        if not spread:
            raise NoData(f"{raster.name} holds no data.", "All its pixels are nodata or masked.")
        clock.reach(0.2)
        self._adaptation = Adaptation(network, spread, precision, job.seed, clock)
        clock.reach(1.0)
        self._tiles = Tiles(raster, self._scaling, model.card, device)
        self._shares = self._adaptation.usual
        self._taught: Taught | None = None
        emit("ready", seconds=_since(begin))

    def answer(self, request: Request) -> None:
        """Do what is asked and tell of it: an event ``answer`` or ``refused``.

        Raises:
            Cancelled: The session is to end.
        """
        begin = time.monotonic()
        try:
            if request.wrong:
                raise request.wrong
            fields = self._do(request)
        except Cancelled:
            if self._stopped():
                raise
            fields = {"skipped": True}
        except GinetError as error:
            self._refuse(request, error)
            return
        except (RuntimeError, MemoryError) as error:
            if not (isinstance(error, MemoryError) or is_out_of_memory(error)):
                raise
            hint = "Close other programs, or run on another device."
            self._refuse(request, OutOfMemory("The memory does not suffice.", hint))
            return
        self._emit("answer", request=request.number, seconds=_since(begin), **fields)

    def _refuse(self, request: Request, error: GinetError) -> None:
        self._emit(
            "refused",
            request=request.number,
            code=error.code,
            message=error.message,
            hint=error.hint,
        )

    def _do(self, request: Request) -> Answer:
        match request.do:
            case "labels":
                return self._labels(**request.fields)
            case "view":
                return self._view(**request.fields)
            case "next":
                return self._next(**request.fields)
            case "score":
                return self._score(partial(self._emit, request=request.number))
            case "save":
                return self._save(partial(self._emit, request=request.number), **request.fields)
            case _:
                return {}

    def _labels(self, classes: Any, labels: Any, field: Any, labels_name: Any = None) -> Answer:
        """Learn labels; those before are forgotten, if these can be learned."""
        check_texts(labels=labels, field=field, labels_name=labels_name or "labels")
        name = labels_name or display_name(labels)
        if isinstance(classes, list) and len(classes) == 1 and isinstance(classes[0], dict):
            raise one_class_only(name, str(classes[0].get("name")))
        table, origins = parse_table(classes, "classes")
        traced = trace_classes(self._model.card.classes, table, origins)
        clock = self._clock()
        polygons = LabelPolygons(labels, field, name, self._raster, table)
        counts = polygons.count(clock.check)
        check_counts(count_cells(counts, len(table)), table, name, NO_POLYGON)
        known = self._taught.regions if self._taught else ()
        regions = read_labelled(self._reader, polygons, counts, self._job.seed, clock, known=known)
        pixels = count_pixels(regions, len(table))
        check_counts(pixels, table, name, NO_POLYGON)
        lesson = self._adaptation.learn(regions, traced, table, clock)
        outcome = self._adaptation.fit(lesson, self._shares)
        self._taught = Taught(
            labels, field, labels_name, origins, polygons.used, regions, pixels, lesson, outcome
        )
        return {"label_polygons": polygons.used, "warnings": polygons.warnings}

    def _view(
        self, extent: Any, width: Any, height: Any, classes: Any, confidence: Any = None
    ) -> Answer:
        """Classify an extent by the current fit, at the resolution of ``View``."""
        check_texts(classes=classes, confidence=confidence or classes)
        for name, value in (("width", width), ("height", height)):
            if not (is_int(value) and 1 <= value <= MOST_SCREEN):
                raise JobError(
                    f"{name} must be a number from 1 to {MOST_SCREEN}, not {shown(value)}."
                )
        paths = {"classes": classes, **({"confidence": confidence} if confidence else {})}
        check_outputs(list(paths.values()), overwrite=True)
        self._check_apart(paths.values())
        taught = self._known()
        view = self._look(extent, (width, height))
        covered, logits, valid = self._see(view, "view")
        table = taught.lesson.classes
        found = classify_view(
            view, covered, logits, valid, table.ids, confidence=confidence is not None
        )
        areas = write_view(view.grid(self._raster.grid), table, found, classes, confidence)
        return {"outputs": paths, "areas": areas, "factor": view.factor}

    def _next(self, extent: Any) -> Answer:
        """The place in an extent whose label would teach most; see ``advise``."""
        taught = self._known()
        view = self._look(extent, (MOST_SCREEN, MOST_SCREEN))
        covered, logits, valid = self._see(view, "next")
        embedding, width = self._tiles.embedding(taught.outcome.features, covered, view.factor)
        units = taught.lesson.samples.units
        advice = advise(
            logits,
            embedding,
            valid,
            labelled_places(units, covered, view.window, view.factor),
            taught.lesson.samples.features[:, :width],
        )
        if advice is None:
            raise JobError("Nothing is left to be labelled in view.", "Move the map, or zoom out.")
        left, top = (
            (a + b) * view.factor for a, b in zip(covered, advice.window[:2], strict=False)
        )
        side = advice.window[2] * view.factor
        corners = [
            apply(self._raster.transform, left + x * side, top + y * side)
            for x in (0, 1)
            for y in (0, 1)
        ]
        xs, ys = zip(*corners, strict=True)
        first, second = (taught.lesson.classes[k].name for k in (advice.first, advice.second))
        return {
            "point": list(apply(self._raster.transform, left + side / 2, top + side / 2)),
            "extent": [min(xs), min(ys), max(xs), max(ys)],
            "why": f"The place is unlike all that is labelled; it may be {first}."
            if advice.strange
            else f"The place may be {first} or {second}.",
        }

    def _score(self, emit: Emit) -> Answer:
        """Ask held-out labels; newer labels end it."""
        taught = self._scored(emit, lambda: self._requests.waits("labels"))
        return {
            "validation": taught.outcome.validation,
            "label_polygons": taught.used,
            "kept": taught.outcome.kept,
            "warnings": taught.outcome.warnings,
        }

    def _save(self, emit: Emit, output: Any, name: Any = None, overwrite: Any = False) -> Answer:
        """Write the model that fine-tuning would write."""
        check_texts(output=output, name=name or "name")
        before = self._known()
        job = FinetuneJob(
            image=self._job.image,
            image_name=self._job.image_name,
            labels=before.path,
            labels_name=before.name,
            field=before.field,
            classes=before.lesson.classes,
            origins=before.origins,
            output=output,
            base=self._job.base,
            bands=self._job.bands,
            seed=self._job.seed,
            overwrite=overwrite,
        )
        check_destination(output, overwrite=job.overwrite)
        self._check_apart([output])
        taught = self._scored(emit, lambda: False)
        outcome = taught.outcome
        card = adapted_card(job, self._model, self._raster, self._scaling, outcome, taught.pixels)
        save_model(Path(output), outcome.build(), replace(card, name=name or card.name))
        return {
            "outputs": {"model": output},
            "validation": outcome.validation,
            "label_pixels": card.training["label_pixels"],
            "label_polygons": taught.used,
            "kept": outcome.kept,
            "warnings": outcome.warnings,
        }

    def _scored(self, emit: Emit, superseded: Callable[[], bool]) -> Taught:
        """The labels with their score, worked out where it is not yet."""
        taught = self._known()
        if not taught.scored:
            clock = self._clock(emit, superseded)
            held = self._adaptation.hold_out(taught.lesson, clock)
            outcome = self._adaptation.conclude(taught.lesson, held, clock)
            taught = replace(taught, outcome=outcome, scored=True)
            self._taught, self._shares = taught, outcome.shares
        return taught

    def _known(self) -> Taught:
        if self._taught is None:
            raise JobError("Nothing is labelled yet.", "Label at least two classes first.")
        return self._taught

    def _look(self, extent: Any, screen: tuple[int, int]) -> View:
        check_extent(extent)
        return View.of(self._raster.grid, self._raster.name, tuple(extent), screen)

    def _see(self, view: View, do: str) -> tuple[PixelWindow, Tensor, Tensor]:
        """Logits of a view, unless one of the same kind waits already."""
        outcome, clock = (
            self._known().outcome,
            self._clock(silent, lambda: self._requests.waits(do)),
        )
        return self._tiles.logits(
            outcome.features, outcome.linear, view.window, view.factor, clock.check
        )

    def _check_apart(self, outputs: Iterable[str]) -> None:
        check_apart(outputs, [self._job.image, str(find_model(self._job.base))])

    def _clock(self, emit: Emit = silent, superseded: Callable[[], bool] = lambda: False) -> Clock:
        return Clock(UNLIMITED, emit, lambda: self._stopped() or superseded())


def check_texts(**values: Any) -> None:
    """Demand text.

    Raises:
        JobError: A value is none.
    """
    for name, value in values.items():
        if not isinstance(value, str) or not value or "\0" in value:
            raise JobError(f"{name} must be text, not {shown(value)}.")


def _since(begin: float) -> float:
    return round(time.monotonic() - begin, 3)
