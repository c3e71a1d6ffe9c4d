"""Make polygons from a class raster of any size: patches, generalised, with outlines they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from core import __version__
from core.accuracy.class_choice import check_chosen, check_found, chosen
from core.accuracy.class_index import ClassIndex
from core.accuracy.class_runs import ClassRuns, strips
from core.accuracy.raster import ClassRaster
from core.raster.areas import PixelAreas
from core.raster.gdal import keep_bytes
from core.raster.grid import PixelWindow
from core.raster.lengths import PixelLengths, unmeasured
from core.results.apart import check_apart
from core.results.date import date_of_results
from core.results.disk import explained
from core.results.geopackage import check_layer
from core.results.lock import lock_outputs
from core.results.patch_layer import ClassSums, PatchLayer, class_table
from core.results.publishing import Derived
from core.results.writing import OutputSet, check_outputs
from core.vector.drawing import BuildingDrawer, Drawing, Frame, PatchDrawer
from core.vector.features import AREA, PIXELS
from core.vector.generalisation import Generalisation
from core.vector.necks import Necks
from core.vector.outlines import band_rows
from core.vector.patches import Sums
from core.vector.runs import NONE, Runs
from core.wire.accuracy_job import names_by_id
from core.wire.classes import NODATA
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, NoData
from core.wire.events import Emit, Progress, emit_start
from core.wire.polygons_job import IN_METRES, MEASURES, PolygonsJob
from core.wire.report import write_report

PIXELS_OFF = 2
"""How many pixels a wall may be off where the job does not say."""


def polygons(
    job: PolygonsJob, emit: Emit, cancelled: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Run a job: join the patches strip by strip, trace their outlines, write those that end.

    The raster is read once; once more before to generalise it, to fill holes, and to find necks. Of
    its pixels a strip is held, and what is near to it; of its patches those that may still grow.

    Args:
        job: What to make, and from what.
        emit: Takes the events ``start``, ``warning``, ``progress`` and ``result``.
        cancelled: Asked between strips.

    Returns:
        The fields of the ``result`` event.

    Raises:
        GinetError: Bad input.
        Cancelled: ``cancelled`` said so; nothing is written.
    """
    rasters = [job.raster] if job.raster else []
    for path in job.layers:
        check_layer(path, overwrite=job.overwrite)
    check_outputs(rasters, job.overwrite)
    if job.report:
        check_destination(job.report, overwrite=job.overwrite)
    check_apart(job.outputs.values(), job.inputs)
    emit_start(emit, "polygons")
    with lock_outputs([*job.layers, *rasters]), making(job, emit, cancelled, {}) as made:
        for output in made.outputs:
            output.publish()
    result = dict(made.fields)
    if job.report:
        write_report(job, job.report, result)
    emit("result", **result)
    return result


@contextmanager
def making(
    job: PolygonsJob, emit: Emit, cancelled: Callable[[], bool], provenance: Mapping[str, str]
) -> Iterator[Derived]:
    """Make what a job asks for and publish nothing; its outputs are checked and locked already.

    Args:
        job: What to make, and from what.
        emit: Takes the events ``warning`` and ``progress``.
        cancelled: Asked between strips.
        provenance: Of the class raster, where it was made just now.

    Yields:
        The outputs, and the fields of the ``result`` event.

    Raises:
        GinetError: Bad input.
        Cancelled: ``cancelled`` said so.
    """
    begin = time.monotonic()
    with ExitStack() as outputs:
        with ExitStack() as inputs:
            work = _Work(job, inputs, cancelled, provenance)
            for warning in work.raster.warnings:
                emit("warning", message=warning)
            progress = Progress(emit, work.scans * len(work.windows), "strip")
            work.generalise(progress)
            work.cut(progress)
            layers = {path: work.open_layer(path, outputs) for path in job.layers}
            raster = work.open_raster(job.raster, outputs) if job.raster else None
            buildings = work.trace(progress, layers, raster)
        for layer in layers.values():
            layer.complete()
        entries = work.class_index.entries
        if raster is not None:
            raster.complete(*work.sums.of("generalised", len(entries))[1:], cancelled)
        if cancelled():
            raise Cancelled
        fields = {
            "outputs": job.outputs,
            "features": work.features,
            "classes": class_table(work.sums, entries),
            **buildings,
            "seconds": round(time.monotonic() - begin, 2),
            "provenance": work.provenance,
        }
        yield Derived([*([raster] if raster else ()), *reversed(layers.values())], fields)


class _Work:
    """One run's raster, its classes and how it is measured."""

    def __init__(
        self,
        job: PolygonsJob,
        opened: ExitStack,
        cancelled: Callable[[], bool],
        provenance: Mapping[str, str],
    ) -> None:
        self.job, self._cancelled = job, cancelled
        names = names_by_id(job.names, "names")
        self.raster = opened.enter_context(ClassRaster(job.input, None, names))
        self.grid = grid = self.raster.grid
        self.class_index = ClassIndex(self.raster.names, self.raster.colours, self.raster.name)
        confidence = None
        if job.confidence_raster:
            raster = ClassRaster(job.confidence_raster, self.raster)
            confidence = opened.enter_context(raster)
        areas = PixelAreas(grid.transform, grid.crs, grid.width, grid.height)
        self.lengths = PixelLengths(areas, grid.width, grid.height)
        self._source = ClassRuns(self.raster, self.class_index, areas, confidence)
        self.sums = ClassSums(measured=self.lengths.known)
        self.features = 0
        asked = [name for name in IN_METRES if getattr(job, name)]
        if asked and not self.lengths.known:
            raise unmeasured(self.raster.name, asked)
        self.windows = list(strips(grid.width, grid.height))
        folder = str(Path(next(iter(job.outputs.values()))).parent)
        self._changed = opened.enter_context(
            closing(Generalisation(grid.width, self.lengths.sides, folder))
        )
        self._necks = None
        if job.narrowest:
            necks = Necks(grid.width, grid.height, self.lengths.sides, job.narrowest, folder)
            self._necks = opened.enter_context(closing(necks))
        keep_bytes(self.raster.row_bytes)
        name = job.input_name or self.raster.name
        self._description = f"Patches of the classes of {name}."
        self.provenance = {
            "software": f"GINet for QGIS {__version__}",
            "date": date_of_results().isoformat(timespec="seconds"),
            "input": name,
            **({"confidence": confidence.name} if confidence else {}),
            **provenance,
            **{name: f"{value:g}" for name in MEASURES if (value := getattr(job, name))},
            **({"neck_width": f"{job.narrowest:g}"} if job.narrowest else {}),
        }

    @property
    def scans(self) -> int:
        """How often the raster is read."""
        job = self.job
        before = (job.minimum_area or job.raster, job.fill_holes, job.narrowest)
        return 1 + sum(map(bool, before))

    def _scan(
        self, progress: Progress, *, confidence: bool = False
    ) -> Iterator[tuple[int, PixelWindow, Runs, Sums]]:
        """All strips: number, window, runs and their sums."""
        for number, window in enumerate(self.windows):
            if self._cancelled():
                raise Cancelled
            yield number, window, *self._source.read(window, confidence=confidence)
            progress.add(1, window[2] * window[3])

    def generalise(self, progress: Progress) -> None:
        """Find out which pixels get another class."""
        job, changed = self.job, self._changed
        with explained(next(iter(job.outputs.values()))):
            if job.minimum_area:
                scan = ((window[1], runs, sums) for _, window, runs, sums in self._scan(progress))
                changed.absorb(scan, job.minimum_area)
            elif job.raster:  # its legend must be known before it is written
                for _ in self._scan(progress):
                    pass
            if job.fill_holes:
                scan = (
                    (window[1], self._only(changed.of(strip, runs), job.classes), sums)
                    for strip, window, runs, sums in self._scan(progress)
                )
                changed.fill(scan, job.fill_holes)

    def _only(self, runs: Runs, classes: tuple[str, ...] | None) -> Runs:
        """A strip without other classes than these."""
        wanted = chosen(self.class_index.entries, classes)[runs.classes]
        return runs.with_classes(np.where(wanted, runs.classes, np.int16(NONE)))

    def cut(self, progress: Progress) -> None:
        """Find out where patches of buildings are narrow."""
        if self._necks is not None:
            with explained(next(iter(self.job.outputs.values()))):
                for number, _, runs, _ in self._scan(progress):
                    shown = self._only(self._changed.of(number, runs), self.job.classes)
                    self._necks.add(self._only(shown, self.job.buildings))

    def _check(self, regular: BuildingDrawer | None) -> None:
        """See that the raster held what was asked for."""
        name, entries = self.raster.name, self.class_index.entries
        check_chosen(entries, (*(self.job.classes or ()), *(self.job.buildings or ())), name)
        check_found(self.sums.of("map", len(entries))[1], self.features, name)
        if regular is not None and not regular.given:
            raise NoData(
                f"{name} holds no patch of the classes of buildings.",
                "Choose the class of buildings, among the classes asked for.",
            )

    def trace(
        self, progress: Progress, layers: dict[str, PatchLayer], raster: OutputSet | None
    ) -> dict[str, int]:
        """Write the polygons of all patches, those that end within a band after it.

        Returns:
            Of footprints how many there are and how many have right angles, where they are wanted.
        """
        job, sides, height = self.job, self.lengths.sides, self.grid.height
        frame = Frame(self.grid.width, height, sides)
        drawer = PatchDrawer(frame, job.simplify or 0, smooth=job.smooth) if job.output else None
        buildings = None
        if job.footprints:
            buildings = BuildingDrawer(frame, job.tolerance or PIXELS_OFF * max(sides))
        patches, footprints = Drawing(frame, drawer), Drawing(frame, buildings)
        band = band_rows(frame.width)
        for number, window, runs, sums in self._scan(progress, confidence=True):
            self.sums.add("map", runs.classes, sums[PIXELS], sums.get(AREA))
            runs = self._changed.of(number, runs)
            self.sums.add("generalised", runs.classes, sums[PIXELS], sums.get(AREA))
            if raster is not None:
                ids = [NODATA, *(each.id for each in self.class_index.entries)]
                raster.write(window, runs.pixels(np.array(ids)[runs.classes].astype(np.uint8)))
            shown = self._only(runs, job.classes)
            patches.add(shown, window[1], sums)
            if buildings is not None:
                shown = self._only(shown, job.buildings)
                if self._necks is not None and shown.classes.any():
                    shown = self._necks.of(number)
                    sums = self._source.sums(window, shown, confidence=True)
                footprints.add(shown, window[1], sums)
            bottom = window[1] + window[3]
            if bottom % band == 0 or bottom == height:
                ended, made = patches.end(bottom)
                self.sums.add("features", ended.classes, ended.pixels, ended.areas)
                if made is not None and job.output:
                    layers[job.output].add(*made)
                _, made = footprints.end(bottom) if buildings is not None else (None, None)
                if made is not None and job.footprints:
                    layers[job.footprints].add(*made)
        self.features = patches.features
        self._check(buildings)
        if not job.footprints or not buildings:
            return {}
        return {"footprints": layers[job.footprints].features, "regular": buildings.regular}

    def open_layer(self, path: str, opened: ExitStack) -> PatchLayer:
        """A layer that is to be written."""
        entries = self.class_index.entries
        layer = PatchLayer(path, self.grid, self.lengths, entries, self._description)
        opened.enter_context(layer)
        return layer

    def open_raster(self, path: str, opened: ExitStack) -> OutputSet:
        """The class raster that is to be written without its small patches."""
        classes, overwrite = self.class_index.table(), self.job.overwrite
        made = OutputSet(self.grid, classes, path, metadata=self.provenance, overwrite=overwrite)
        return opened.enter_context(made)
