"""Classify a raster of any size, block by block: the engine's main verb."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from core import __version__
from core.inference.blocks import Geometry, Plan
from core.inference.classification import Classification, ComputeBlocks, compute_here
from core.inference.guided import BANDS
from core.inference.identity import identity
from core.model.card import Card
from core.model.device import Device, choose_device
from core.model.modelfile import Model, find_model, load_model
from core.raster.gdal import unpack_for
from core.raster.grid import PixelWindow
from core.raster.lengths import unmeasured
from core.raster.reading import Raster
from core.raster.resampling import MOST_RESAMPLING
from core.raster.scaling import Scaling, choose_scaling
from core.results.apart import check_apart
from core.results.date import date_of_results
from core.results.disk import check_room
from core.results.geopackage import check_layer
from core.results.journal import SUFFIX, Journal, is_own, own_files, tidy
from core.results.lock import lock_outputs
from core.results.publishing import Derive, Derived, nothing_derived
from core.results.writing import OutputSet, check_outputs
from core.wire.destination import check_destination
from core.wire.errors import Cancelled
from core.wire.events import Emit, emit_start
from core.wire.job import ClassifyJob
from core.wire.polygons_job import PolygonsJob

MOST_ENLARGING = 4.0
"""Beyond it, most of what the model looks for is smaller than a pixel of the raster."""

RESOLUTION_TOLERANCE = 1.5
"""How many times coarser or finer than trained at a raster may be without a warning."""


def classify(
    job: ClassifyJob,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    model: Model | None = None,
) -> dict[str, Any]:
    """Run a job.

    Nothing stands under a final name before all of it is whole; when anything fails, nothing does,
    but for final names that another program holds (see ``OutputSet.publish``). Finished blocks are
    kept beside the output until all is published: the same job goes on from there.

    Args:
        job: What to classify.
        emit: Takes the events ``start``, ``resume``, ``warning``, ``progress``, ``result``.
        cancelled: Asked between patches and after each step that takes long.
        model: The job's model where it is loaded already; it is used up (see ``Predictor``).

    Returns:
        The fields of the ``result`` event.

    Raises:
        GinetError: Bad input, told before work starts where it can be seen then.
        Cancelled: ``cancelled`` said so.
    """
    rasters = [path for path in (job.output, job.confidence, job.probabilities) if path]
    own = {} if job.overwrite else own_files(job.output)
    check_outputs(rasters, job.overwrite, own)
    if job.polygons:
        check_layer(job.polygons, overwrite=job.overwrite or is_own(job.polygons, own))
    if job.report:
        check_destination(job.report, overwrite=job.overwrite or is_own(job.report, own))
    written = [*job.outputs.values(), *([job.draft] if job.draft else [])]
    check_apart(written, [job.input, None if model else str(find_model(job.model))])
    model = model or load_model(job.model)
    device = choose_device(job.device, job.precision, job.batch_size, job.threads)
    card = model.card
    unpack_for(torch.get_num_threads())
    inputs = len(card.bands)
    others = max(BANDS - inputs, 0)  # borders follow these as well
    with Raster(
        job.input, inputs, job.bands, colours=card.colours, seen=card.seen, others=others
    ) as raster:
        if job.minimum_area and raster.gsd is None:
            raise unmeasured(raster.name, ["minimum_area"])
        extent = (
            (0, 0, raster.width, raster.height)
            if job.extent is None
            else raster.grid.window(job.extent, raster.name)
        )
        scale, resolution_warning = _model_scale(card, raster, resample=job.resample)
        _tell_start(emit, raster, extent, model, device)
        # After the start, for it may read the whole raster.
        scaling, scaling_warning = choose_scaling(card.value_scaling, raster)
        if cancelled():
            raise Cancelled
        for warning in (device.warning, *raster.warnings, resolution_warning, scaling_warning):
            if warning:
                emit("warning", message=warning)
        plan = Plan(Geometry.of(card), raster.width, raster.height, extent, scale)
        provenance = _provenance(job, raster, model, device, scaling, scale)
        work = Classification(job, raster, model, device, scaling, plan, provenance, cancelled)
        if not os.path.exists(job.output + SUFFIX):  # noqa: PTH110 - else less is needed
            check_room(rasters, extent[2] * extent[3], work.planes.count)
        same = identity(job, raster, scaling, plan, model, device)
        derive = _derive(job, emit, cancelled, provenance)
        with lock_outputs(written), Journal(job.output, same, len(plan)) as journal:
            tidy([*rasters, *([job.draft] if job.draft else [])])
            result = work.run(_compute_blocks(job), derive, journal, own, emit)
    emit("result", **result)
    return result


def _derive(
    job: ClassifyJob,
    emit: Emit,
    cancelled: Callable[[], bool],
    provenance: Mapping[str, str],
) -> Derive:
    """What lets small patches go and makes polygons of the others, where a job asks for that."""
    if not job.minimum_area and not job.polygons:
        return nothing_derived

    def progress_only(event: str, **fields: Any) -> None:
        if event == "progress":
            emit(event, **fields)

    @contextmanager
    def derive(rasters: OutputSet) -> Iterator[Derived]:
        from core.polygons import making  # takes a while, and most jobs need none

        confidence = rasters.part("confidence")
        wanted = PolygonsJob(
            input=str(rasters.part("classes")),
            output=job.polygons,
            minimum_area=job.minimum_area,
            confidence_raster=str(confidence) if confidence else None,
            raster=job.output if job.minimum_area else None,
            input_name=Path(job.output).name,
            overwrite=True,  # ``publish`` sees to it that only what may be is replaced
        )
        names = {"confidence": Path(job.confidence).name} if job.confidence else {}
        with making(wanted, progress_only, cancelled, {**provenance, **names}) as made:
            classes, features = made.fields["classes"], made.fields["features"]
            fields = {
                "areas": _areas(classes),
                "provenance": made.fields["provenance"],
                **({"features": features, "polygons": classes} if job.polygons else {}),
            }
            yield Derived(made.outputs, fields)

    return derive


def _areas(classes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The table of classes as classifying tells it, of that of their polygons."""
    name = "pixels" if any(each["area_m2"] is None for each in classes) else "area_m2"
    whole = sum(each[name] for each in classes) or 1
    return [
        {
            **{key: each[key] for key in ("id", "name", "colour", "pixels")},
            "area_m2": None if each["area_m2"] is None else round(each["area_m2"], 2),
            "percent": round(100 * each[name] / whole, 3),
        }
        for each in classes
    ]


def _compute_blocks(job: ClassifyJob) -> ComputeBlocks:
    """Where blocks are computed: here, or on the job's cluster."""
    if not job.scheduler:
        return compute_here
    from core.inference.cluster import compute_on_cluster  # needs a package that is optional

    return compute_on_cluster


def _model_scale(card: Card, raster: Raster, *, resample: bool) -> tuple[float, str]:
    """Model pixels per raster pixel, and a warning where the resolutions are far apart."""
    if card.ground_resolution is None:
        return 1.0, ""
    finest, coarsest = card.ground_resolution
    if raster.gsd is None:
        unknown = "The raster's ground resolution is not known, so it is not resampled."
        return 1.0, unknown if resample else ""
    wanted = min(max(raster.gsd, finest), coarsest)
    if resample:
        scale = min(max(raster.gsd / wanted, 1 / MOST_RESAMPLING), MOST_RESAMPLING)
        if scale != raster.gsd / wanted:
            return scale, (
                f"The raster's ground resolution of {raster.gsd:.3g} m is too far from the "
                f"model's, {finest:g} to {coarsest:g} m: it is resampled by {MOST_RESAMPLING}, not "
                "all the way. Expect a poor result."
            )
        return scale, "" if scale <= MOST_ENLARGING else (
            f"The raster's ground resolution is {raster.gsd:.3g} m; the model was trained at "
            f"{finest:g} to {coarsest:g} m. Resampling adds no detail: check the result."
        )
    if max(raster.gsd / wanted, wanted / raster.gsd) <= RESOLUTION_TOLERANCE:
        return 1.0, ""
    return 1.0, (
        f"The raster's ground resolution is {raster.gsd:.3g} m; the model was trained at "
        f"{finest:g} to {coarsest:g} m. Expect a poor result, or let it be resampled."
    )


def _tell_start(
    emit: Emit, raster: Raster, extent: PixelWindow, model: Model, device: Device
) -> None:
    emit_start(
        emit,
        "classify",
        device=device.kind,
        device_name=device.name,
        precision=device.precision_name,
        threads=torch.get_num_threads(),
        model=model.card.name,
        classes=[asdict(entry) for entry in model.card.classes],
        window=list(extent),
        crs=raster.crs.to_string() if raster.crs else None,
    )


def _provenance(
    job: ClassifyJob,
    raster: Raster,
    model: Model,
    device: Device,
    scaling: Scaling,
    scale: float,
) -> dict[str, str]:
    card, inputs = model.card, len(model.card.bands)
    return {
        "software": f"GINet for QGIS {__version__}",
        "date": date_of_results().isoformat(timespec="seconds"),
        "input": job.input_name or raster.name,
        "bands": " ".join(map(str, raster.bands[:inputs])),
        "value_scaling": "; ".join(f"{low:g}..{high:g}" for low, high in scaling.ranges[:inputs]),
        "extent": "whole raster" if job.extent is None else " ".join(map(repr, job.extent)),
        "resampled_by": f"{scale:.6g}",
        "model": card.name,
        "model_sha256": model.sha256,
        "model_licence": card.licence,
        "model_trained_on": "; ".join(entry.get("name", "") for entry in card.training_data),
        "patch_overlap_context": f"{card.patch} {card.overlap} {card.context}",
        "device": device.name,
        "precision": device.precision_name,
    }
