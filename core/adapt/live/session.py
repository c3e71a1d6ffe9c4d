"""The verb ``session``: a process that stays warm and answers requests about one image."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from core.adapt.image import open_image
from core.adapt.live.advice import advise, labelled_places
from core.adapt.live.label_fitter import LabelFitter
from core.adapt.live.stages import Stages
from core.adapt.live.tiles import Seen, Tiles
from core.adapt.live.view import View, classify_view, ground_extent, percent_unlike, write_view
from core.adapt.other_bands import with_other_bands, without_unused
from core.adapt.record import adapted_card
from core.model.device import choose_device, is_out_of_memory
from core.model.memory import to_channels_last
from core.model.modelfile import Model, find_model, load_model, save_model
from core.model.precision import Precision
from core.raster.reading import Raster
from core.raster.scaling import choose_scaling
from core.results.apart import check_apart
from core.results.writing import check_outputs
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, GinetError, JobError, OutOfMemory, shown
from core.wire.events import Emit, emit_start
from core.wire.fields import check_extent, check_texts, is_int
from core.wire.requests import Request, Requests
from core.wire.session_job import SessionJob

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
        with open_image(job, model.card) as raster:
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
        """Sample the whole image, so that labels can be fitted without delay."""
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
        self._model = model = with_other_bands(model, raster)
        network = model.network.to(device.kind)
        to_channels_last(network)
        self._fitter = LabelFitter(
            raster, self._scaling, model.card, network, precision, job.seed, Stages(emit, stopped)
        )
        self._tiles = Tiles(raster, self._scaling, model.card, device)
        emit("ready", seconds=_since(begin), merged=raster.merged)

    def answer(self, request: Request) -> None:
        """Carry out a request and emit an event ``answer`` or ``refused``.

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
        emit = partial(self._emit, request=request.number)
        match request.do:
            case "labels":
                return self._labels(self._stages(emit), **request.fields)
            case "view":
                return self._view(self._stages(emit, "view"), **request.fields)
            case "next":
                return self._next(self._stages(emit, "next"), **request.fields)
            case "score":
                return self._score(self._stages(emit, "labels"))
            case "save":
                return self._save(self._stages(emit), **request.fields)
            case _:
                return {}

    def _labels(
        self, stages: Stages, classes: Any, labels: Any, field: Any, labels_name: Any = None
    ) -> Answer:
        """Learn labels; those before are forgotten, if these can be learned."""
        check_texts(labels=labels, field=field, labels_name=labels_name or "labels")
        return self._fitter.learn(classes, labels, field, labels_name, stages)

    def _view(
        self,
        stages: Stages,
        extent: Any,
        width: Any,
        height: Any,
        classes: Any,
        confidence: Any = None,
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
        fitted = self._fitter.fitted
        view = self._look(extent, (width, height))
        seen = self._see(view, stages)
        stages.begin("view")
        table = fitted.training.classes
        found = classify_view(view, seen, table.ids, confidence=confidence is not None)
        areas = write_view(view.grid(self._raster.grid), table, found, classes, confidence)
        unlike = percent_unlike(view, seen)
        return {"outputs": paths, "areas": areas, "factor": view.factor, "unlike": unlike}

    def _next(self, stages: Stages, extent: Any) -> Answer:
        """The place in an extent whose label is expected to help most; see ``advise``."""
        fitted = self._fitter.fitted
        view = self._look(extent, (MOST_SCREEN, MOST_SCREEN))
        seen = self._see(view, stages)
        covered = seen.covered
        embedding = self._tiles.embedding(fitted.outcome.features, covered, view.factor)
        polygons = fitted.training.labelled.polygons
        advice = advise(
            seen.logits,
            embedding,
            seen.familiarity,
            seen.valid,
            labelled_places(polygons, covered, view.window, view.factor),
            fitted.training.labelled.features[:, : len(embedding)],
        )
        if advice is None:
            raise JobError("Nothing is left to be labelled in view.", "Move the map, or zoom out.")
        place = ground_extent(advice.window, covered, view.factor, self._raster.transform)
        return {
            "point": [(place[0] + place[2]) / 2, (place[1] + place[3]) / 2],
            "extent": list(place),
            "why": advice.reason(fitted.training.classes),
        }

    def _score(self, stages: Stages) -> Answer:
        """Cross-validate the current fit; newer labels interrupt it."""
        return self._fitter.score(stages).gain()

    def _save(
        self, stages: Stages, output: Any, name: Any = None, overwrite: Any = False
    ) -> Answer:
        """Write the model that fine-tuning would write."""
        check_texts(output=output, name=name or "name")
        job = self._fitter.fitted.finetune_job(self._job, output, overwrite=overwrite)
        check_destination(output, overwrite=job.overwrite)
        self._check_apart([output])
        fitted = self._fitter.score(stages)
        stages.begin("save")
        outcome = fitted.outcome
        card = adapted_card(job, self._model, self._raster, self._scaling, outcome, fitted.pixels)
        network, card = without_unused(outcome.build(), card)
        save_model(Path(output), network, replace(card, name=name or card.name))
        return {
            "outputs": {"model": output},
            "label_pixels": card.training["label_pixels"],
            **fitted.gain(),
        }

    def _look(self, extent: Any, screen: tuple[int, int]) -> View:
        check_extent(extent)
        return View.of(self._raster.grid, self._raster.name, tuple(extent), screen)

    def _see(self, view: View, stages: Stages) -> Seen:
        """Logits and pixels of a view."""
        outcome = self._fitter.fitted.outcome
        return self._tiles.logits(outcome, view.window, view.factor, stages)

    def _check_apart(self, outputs: Iterable[str]) -> None:
        check_apart(outputs, [self._job.image, str(find_model(self._job.base))])

    def _stages(self, emit: Emit, superseded_by: str = "") -> Stages:
        """What is told and asked on the way: whether to end, or another request makes it idle."""
        return Stages(
            emit, lambda: self._stopped() or self._requests.waits("cancel", superseded_by)
        )


def _since(begin: float) -> float:
    return round(time.monotonic() - begin, 3)
