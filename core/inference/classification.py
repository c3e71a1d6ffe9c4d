"""Classification: a job that was checked against its raster and model.

Blocks that are missing are put into a journal, and results are made from the journal alone, as it
grows: blocks may come from anywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

from core.inference.assembly import Planes, assemble
from core.inference.blocks import Plan
from core.inference.image_colours import colours_for
from core.inference.image_statistics import normalise_for, views
from core.inference.pipeline import BlockReader, Pipeline
from core.inference.predict import Predictor
from core.model.device import Device
from core.model.modelfile import Model
from core.model.optimise import optimise
from core.raster.areas import PixelAreas
from core.raster.reading import Raster
from core.raster.scaling import Scaling
from core.results.journal import Journal
from core.results.publishing import Derive, publish
from core.results.totals import Totals
from core.results.writing import OutputSet
from core.wire.errors import Cancelled, NoData
from core.wire.events import Emit, Progress
from core.wire.job import ClassifyJob

POLL_SECONDS = 0.1
"""After which it looks whether assembly is cancelled."""


@dataclass(frozen=True)
class Classification:
    """A job with everything that is decided before work starts.

    Attributes:
        job: What was asked for.
        raster: Opened.
        model: Used up by ``run``.
        device: Where to compute.
        scaling: From the raster's values to 0..1.
        plan: The blocks.
        provenance: Stored with each result.
        cancelled: Asked between patches and after each step that takes long.
    """

    job: ClassifyJob
    raster: Raster
    model: Model
    device: Device
    scaling: Scaling
    plan: Plan
    provenance: Mapping[str, str]
    cancelled: Callable[[], bool]

    @property
    def planes(self) -> Planes:
        """Which planes the blocks have."""
        job = self.job
        classes = len(self.model.card.classes)
        return Planes(classes, job.needs_confidence, bool(job.probabilities))

    def run(
        self,
        compute_blocks: ComputeBlocks,
        derive: Derive,
        journal: Journal,
        own: Mapping[str, list[int]],
        emit: Emit,
    ) -> dict[str, Any]:
        """Classify the blocks that the journal lacks; write and publish all results.

        Args:
            compute_blocks: ``compute_here`` or ``cluster.compute_on_cluster``.
            derive: ``nothing_derived``, or what else is made of the rasters.
            journal: Of this job.
            own: See ``writing.check_outputs``.
            emit: Takes ``resume`` and ``progress``.

        Returns:
            The fields of the ``result`` event.

        Raises:
            NoData: No block holds data.
            OutputError: A file cannot be written.
            Cancelled: ``cancelled`` said so; nothing is published.
            GinetError: Reading failed, or the cluster did.
        """
        job, raster, extent = self.job, self.raster, self.plan.extent
        begin = time.monotonic()
        there = sum(len(b.patches) for n, b in enumerate(self.plan) if n in journal)
        classes = self.model.card.classes
        areas = PixelAreas(raster.transform, raster.crs, raster.width, raster.height)
        totals = Totals(classes, areas)
        with ExitStack() as opened:
            outputs = OutputSet(
                raster.grid.part(extent),
                classes,
                job.draft or job.output,
                job.confidence,
                job.probabilities,
                metadata=self.provenance,
                overwrite=job.overwrite,
                own=own,
                draft=job.draft is not None,
            )
            opened.enter_context(outputs)
            self._make(compute_blocks, journal, outputs, totals, there, emit)
            pixels = int(totals.pixels.sum())
            if not pixels:
                raise NoData(
                    f"{raster.name} holds no data within the extent.",
                    "Choose another extent, or check the raster's nodata value.",
                )
            outputs.complete(totals.pixels.tolist(), totals.square_metres, self.cancelled)
            seconds = time.monotonic() - begin
            share = 1 - there / self.plan.patches
            derived = opened.enter_context(derive(outputs))
            result = {
                "outputs": job.outputs,
                "areas": totals.table(),
                "pixels": pixels,
                "nodata_pixels": extent[2] * extent[3] - pixels,
                **self._low_confidence(totals),
                "seconds": round(time.monotonic() - begin, 2),
                "rate": round(share * extent[2] * extent[3] / seconds, 1),
                "device": self.device.kind,
                "provenance": self.provenance,
                **derived.fields,
            }
            publish(job, [*derived.outputs, outputs], result, journal, own)
        return result

    def _make(
        self,
        compute_blocks: ComputeBlocks,
        journal: Journal,
        outputs: OutputSet,
        totals: Totals,
        there: int,
        emit: Emit,
    ) -> None:
        """Compute blocks, and assemble them meanwhile; where one of both fails, the other ends.

        Args:
            compute_blocks: See ``run``.
            journal: See ``run``.
            outputs: Written to.
            totals: Added to.
            there: Patches of the blocks that the journal has.
            emit: See ``run``.
        """
        progress = Progress(emit, self.plan.patches, "patch")
        if len(journal):
            emit("resume", done=len(journal), total=len(self.plan))
            progress.skip(there)
        over = Event()

        def follow() -> None:
            try:
                assemble(self.plan, journal, self.planes, outputs, totals, over)
            except BaseException:
                over.set()
                raise

        def cancelled() -> bool:
            return over.is_set() or self.cancelled()

        with ThreadPoolExecutor(1, "write") as pool:
            assembled = pool.submit(follow)
            try:
                compute_blocks(replace(self, cancelled=cancelled), journal, progress)
                self.raster.close()  # frees what GDAL has cached of it; results do not need it
                while wait([assembled], POLL_SECONDS).not_done:
                    if cancelled():
                        raise Cancelled
            except Cancelled:
                over.set()
                assembled.result()  # raises what has ended both
                raise
            except BaseException:
                over.set()
                raise
            assembled.result()

    def _low_confidence(self, totals: Totals) -> dict[str, float]:
        if self.job.low_confidence is None:
            return {}
        return {"low_confidence": round(totals.percent_below(self.job.low_confidence), 3)}


ComputeBlocks = Callable[[Classification, Journal, Progress], None]
"""Puts the blocks that a journal lacks into it and tells of each block's patches."""


def compute_here(work: Classification, journal: Journal, progress: Progress) -> None:
    """Compute the blocks that the journal lacks on this machine's device.

    Args:
        work: The classification; its model is used up.
        journal: Takes the finished blocks.
        progress: Told of each block's patches.

    Raises:
        Cancelled: ``work.cancelled`` said so.
        GinetError: Reading or writing failed.
    """
    reader, predictor = reader_and_predictor(
        work.raster, work.plan.scale, work.model, work.device, work.scaling, work.planes
    )
    Pipeline(
        reader=reader,
        device=work.device,
        predictor=predictor,
        journal=journal,
        planes=work.planes,
        progress=progress,
        cancelled=work.cancelled,
    ).work(work.plan)


def reader_and_predictor(
    raster: Raster,
    scale: float,
    model: Model,
    device: Device,
    scaling: Scaling,
    planes: Planes,
) -> tuple[BlockReader, Callable[[], Predictor]]:
    """What blocks are read and predicted with, wherever that is.

    Args:
        raster: Opened.
        scale: Model pixels per raster pixel.
        model: Used up.
        device: Where to compute.
        scaling: From the raster's values to 0..1.
        planes: Which planes the blocks have.

    Returns:
        The reader, and what makes the predictor, once: that takes a while, and reads nothing.

    Raises:
        RasterReadError: The file is damaged.
    """
    reader = BlockReader(raster, scale, model.card.global_size)
    seen = views(model.card, reader, scaling)
    raster.keep_rows(model.card.context / scale)

    def predictor() -> Predictor:
        normalise_for(model, seen, device)
        optimise(model.network, device.kind, device.precision)
        return Predictor(
            model,
            device,
            scaling,
            confidence=planes.confidence,
            probabilities=planes.probabilities,
            image=colours_for(model, seen, device),
        )

    return reader, predictor
