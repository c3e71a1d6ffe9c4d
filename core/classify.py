"""Classify a raster of any size, block by block: the engine's main verb."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

import torch

from core import __version__
from core.areas import PixelAreas
from core.blocks import Geometry, Plan
from core.card import Card
from core.device import Device, choose_device
from core.errors import Cancelled, NoData
from core.events import WIRE_VERSION, Emit, Progress
from core.grid import PixelWindow
from core.job import ClassifyJob
from core.modelfile import Model, load_model
from core.pipeline import BlockReader, Pipeline
from core.place import check_place
from core.predict import Predictor
from core.reading import Raster
from core.report import write_report
from core.scaling import Scaling, choose_scaling
from core.totals import Totals
from core.writing import OutputSet, check_outputs

RESOLUTION_TOLERANCE = 2.0
"""How many times coarser or finer than trained at a raster may be without a warning."""


def classify(
    job: ClassifyJob,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    model: Model | None = None,
) -> dict[str, Any]:
    """Run a job.

    Nothing stands under a final name before all of it is whole; when anything fails, nothing does,
    but for final names that another program holds (see ``OutputSet.publish``).

    Args:
        job: What to classify.
        emit: Takes the events ``start``, ``warning``, ``progress`` and ``result``.
        cancelled: Asked between patches and after each step that takes long.
        model: The job's model where it is loaded already; it is used up (see ``Predictor``).

    Returns:
        The fields of the ``result`` event.

    Raises:
        GinetError: Bad input, told before work starts where it can be seen then.
        Cancelled: ``cancelled`` said so.
    """
    rasters = [path for role, path in job.outputs.items() if role != "report"]
    check_outputs(rasters, job.overwrite)
    if job.report:
        check_place(job.report, overwrite=job.overwrite)
    model = model or load_model(job.model)
    device = choose_device(job.device, job.precision, job.batch_size, job.threads)
    card = model.card
    with Raster(
        job.input, len(card.bands), job.bands, rgb=card.bands == ("red", "green", "blue")
    ) as raster:
        extent = (
            (0, 0, raster.width, raster.height)
            if job.extent is None
            else raster.grid.window(job.extent, raster.name)
        )
        scale, resolution_warning = _model_scale(card, raster, resample=job.resample)
        _emit_start(emit, raster, extent, model, device)
        # After the start, for it may read the whole raster.
        scaling, scaling_warning = choose_scaling(card.value_scaling, raster)
        if cancelled():
            raise Cancelled
        for warning in (*raster.warnings, resolution_warning, scaling_warning):
            if warning:
                emit("warning", message=warning)
        geometry = Geometry(card.patch, card.overlap, card.context, len(card.classes))
        plan = Plan(geometry, raster.width, raster.height, extent, scale)
        provenance = _provenance(job, raster, model, device, scaling, scale)
        begin = time.monotonic()
        with OutputSet(
            raster.grid.part(extent),
            card.classes,
            job.output,
            job.confidence,
            job.probabilities,
            metadata=provenance,
            overwrite=job.overwrite,
        ) as outputs:
            totals = Totals(
                card.classes, PixelAreas(raster.transform, raster.crs, raster.width, raster.height)
            )
            Pipeline(
                reader=BlockReader(raster, scaling, scale, card.global_size),
                predictor=Predictor(
                    model,
                    device,
                    confidence=job.confidence is not None,
                    probabilities=job.probabilities is not None,
                ),
                outputs=outputs,
                totals=totals,
                progress=Progress(emit, plan.patches, "patch"),
                cancelled=cancelled,
            ).work(plan)
            pixels = int(totals.pixels.sum())
            if not pixels:
                raise NoData(
                    f"{raster.name} holds no data within the extent.",
                    "Choose another extent, or check the raster's nodata value.",
                )
            outputs.complete(totals.pixels.tolist(), totals.square_metres, cancelled)
            seconds = time.monotonic() - begin
            result = {
                "outputs": job.outputs,
                "areas": totals.table(),
                "pixels": pixels,
                "nodata_pixels": extent[2] * extent[3] - pixels,
                "seconds": round(seconds, 2),
                "rate": round(extent[2] * extent[3] / seconds, 1),
                "device": device.kind,
                "provenance": provenance,
            }
            if job.report:
                write_report(job, job.report, result)
            outputs.publish()
    emit("result", **result)
    return result


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
        return raster.gsd / wanted, ""
    if max(raster.gsd / wanted, wanted / raster.gsd) <= RESOLUTION_TOLERANCE:
        return 1.0, ""
    return 1.0, (
        f"The raster's ground resolution is {raster.gsd:.3g} m; the model was trained at "
        f"{finest:g} to {coarsest:g} m. Expect a poor result, or let it be resampled."
    )


def _emit_start(
    emit: Emit, raster: Raster, extent: PixelWindow, model: Model, device: Device
) -> None:
    emit(
        "start",
        version=WIRE_VERSION,
        engine=__version__,
        verb="classify",
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
    card = model.card
    return {
        "software": f"GINet for QGIS {__version__}",
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "input": job.input_name or raster.name,
        "bands": " ".join(str(band) for band in raster.bands),
        "value_scaling": "; ".join(f"{low:g}..{high:g}" for low, high in scaling.ranges),
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
