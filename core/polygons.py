"""Make polygons from a class raster of any size: patches, generalised, with outlines they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.accuracy.class_index import ClassIndex
from core.accuracy.raster import ClassRaster
from core.raster.areas import PixelAreas
from core.raster.gdal import keep_bytes
from core.raster.grid import PixelWindow
from core.raster.lengths import PixelLengths
from core.results.apart import check_apart
from core.results.geopackage import check_layer
from core.results.lock import lock_outputs
from core.results.patch_layer import PatchLayer, class_table, raster_sums
from core.results.writing import OutputSet, check_outputs
from core.vector.drawing import BuildingTracer, PatchTracer
from core.vector.outlines import BAND
from core.vector.survey import Regions, Survey
from core.wire.accuracy_job import names_by_id
from core.wire.classes import NODATA, ClassTable, LandCoverClass
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, JobError, LabelError, ModelFileError, NoData
from core.wire.events import Emit, Progress, emit_start
from core.wire.polygons_job import IN_METRES, MEASURES, PolygonsJob
from core.wire.report import write_report

STRIP_PIXELS = 2**22
"""Of a strip, about; memory is some fifty bytes for each."""
PIXELS_OFF = 2
"""How many pixels a wall may be off where the job does not say."""


def polygons(
    job: PolygonsJob,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    provenance: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run a job: count and join the patches, generalise them, trace their outlines.

    The raster is read twice, strip by strip. Of its pixels no more than a strip is held at once;
    of its patches a few numbers each, and the outlines of those that go on below.

    Args:
        job: What to make, and from what.
        emit: Takes the events ``start``, ``warning``, ``progress`` and ``result``.
        cancelled: Asked between strips.
        provenance: Of the class raster, where it was made just now.

    Returns:
        The fields of the ``result`` event.

    Raises:
        GinetError: Bad input.
        Cancelled: ``cancelled`` said so; nothing is written.
    """
    layers = [path for path in (job.output, job.footprints) if path]
    rasters = [job.raster] if job.raster else []
    for path in layers:
        check_layer(path, overwrite=job.overwrite)
    check_outputs(rasters, job.overwrite)
    if job.report:
        check_destination(job.report, overwrite=job.overwrite)
    check_apart(job.outputs.values(), job.inputs)
    emit_start(emit, "polygons")
    begin = time.monotonic()
    with ExitStack() as opened:
        work = _Work(job, opened, cancelled, provenance or {})
        for warning in work.raster.warnings:
            emit("warning", message=warning)
        opened.enter_context(lock_outputs([*layers, *rasters]))
        progress = Progress(emit, 2 * len(work.windows), "strip")
        regions = work.survey(progress)
        made = {path: work.open_layer(path, opened) for path in layers}
        raster = work.open_raster(job.raster, opened) if job.raster else None
        regular = work.trace(regions, progress, made, raster)
        for layer in made.values():
            layer.complete()
        if raster is not None:
            raster.complete(*raster_sums(regions, len(work.class_index.entries)), cancelled)
        if cancelled():
            raise Cancelled
        result = {
            "outputs": job.outputs,
            "features": len(regions),
            "classes": class_table(regions, work.class_index.entries),
            **({"footprints": made[job.footprints].features} if job.footprints else {}),
            **({"regular": regular} if job.footprints else {}),
            "seconds": round(time.monotonic() - begin, 2),
            "provenance": work.provenance,
        }
        for output in (raster, *reversed(made.values())):
            if output is not None:
                output.publish()
    if job.report:
        write_report(job, job.report, result)
    emit("result", **result)
    return result


def unmeasured(name: str, asked: Sequence[str]) -> JobError:
    """The error of a raster whose pixels have no known size, where settings in metres are asked."""
    return JobError(
        f"{name} has no coordinate reference system that says how large its pixels are, so "
        f"{' and '.join(asked)} in metres cannot be told.",
        "Give the raster its coordinate reference system, or leave that out.",
    )


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
        self._confidence = None
        if job.confidence_raster:
            raster = ClassRaster(job.confidence_raster, self.raster)
            self._confidence = opened.enter_context(raster)
        self._areas = PixelAreas(grid.transform, grid.crs, grid.width, grid.height)
        self.lengths = PixelLengths(self._areas, grid.width, grid.height)
        asked = [name for name in IN_METRES if getattr(job, name)]
        if asked and not self.lengths.known:
            raise unmeasured(self.raster.name, asked)
        self.windows = list(_strips(grid.width, grid.height))
        keep_bytes(self.raster.row_bytes)
        name = job.input_name or self.raster.name
        self._description = f"Patches of the classes of {name}."
        self.provenance = {
            "software": f"GINet for QGIS {__version__}",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "input": name,
            **provenance,
            **({"confidence": self._confidence.name} if self._confidence else {}),
            **{name: f"{value:g}" for name in MEASURES if (value := getattr(job, name))},
        }

    def _classes(self, window: PixelWindow) -> NDArray[np.int16]:
        """Class indices of a strip."""
        if self._cancelled():
            raise Cancelled
        ids, valid = self.raster.read(window)
        return self.class_index.of_ids(ids, valid, known=True).astype(np.int16)

    def survey(self, progress: Progress) -> Regions:
        """Count all patches, and generalise them."""
        job, confidence = self.job, None
        survey = Survey(self.lengths.sides if job.minimum_area or job.fill_holes else None)
        for window in self.windows:
            classes = self._classes(window)
            if self._confidence is not None:
                confidence = _per_cent(self._confidence, window)
            survey.add(classes, window[1], self._areas.of_window(window), confidence)
            progress.add(1, window[2] * window[3])
        regions = survey.regions(
            self._chosen(job.classes), job.minimum_area or 0, job.fill_holes or 0
        )
        if not (regions.census.classes >= 0).any():
            raise NoData(f"{self.raster.name} holds no data.")
        if not len(regions):
            raise NoData(
                f"{self.raster.name} holds no patch of the classes asked for.",
                "Ask for classes that it holds.",
            )
        return regions

    def _chosen(self, classes: Sequence[str] | None) -> NDArray[np.bool_]:
        """By class index, whether a class is among those named by id or name; None is all."""
        entries = self.class_index.entries
        chosen = np.full(len(entries), classes is None)
        for each in classes or ():
            key = each.strip().casefold()
            found = [key in (str(entry.id), entry.name.casefold()) for entry in entries]
            if not any(found):
                known = ", ".join(f"{entry.id} ({entry.name})" for entry in entries[:20])
                raise JobError(
                    f"{self.raster.name} has no class {each}.", f"Its classes are {known}."
                )
            chosen |= found
        return chosen

    def trace(
        self,
        regions: Regions,
        progress: Progress,
        layers: dict[str, PatchLayer],
        raster: OutputSet | None,
    ) -> int:
        """Write the polygons of all regions, those that end within a band after it.

        Returns:
            How many footprints have right angles.
        """
        job, sides = self.job, self.lengths.sides
        size = self.grid.width, self.grid.height
        tracer = None
        if job.output:
            last, tolerance = regions.last_rows, job.simplify or 0
            tracer = PatchTracer(*size, last, sides, tolerance, smooth=job.smooth)
        buildings = None
        if job.footprints:
            chosen = np.append(self._chosen(job.buildings), [False])[regions.classes]
            if not chosen.any():
                raise NoData(
                    f"{self.raster.name} holds no patch of the classes of buildings.",
                    "Choose the class of buildings, among the classes asked for.",
                )
            tolerance = job.tolerance or PIXELS_OFF * max(sides)
            buildings = BuildingTracer(*size, regions.last_rows, sides, tolerance, chosen)
        ids = np.array(
            [*(each.id for each in self.class_index.entries), NODATA]
        )  # OUTSIDE is the last
        for number, window in enumerate(self.windows):
            places = regions.places(number, self._classes(window))
            if raster is not None:
                raster.write(window, ids[regions.generalised[places]].astype(np.uint8))
            strip = regions.numbers[places]
            made = tracer.add(strip, window[1]) if tracer else None
            if made is not None and job.output:
                layers[job.output].add(made, regions)
            made = buildings.add(strip, window[1]) if buildings else None
            if made is not None and job.footprints:
                layers[job.footprints].add(made, regions)
            progress.add(1, window[2] * window[3])
        return buildings.regular if buildings else 0

    def open_layer(self, path: str, opened: ExitStack) -> PatchLayer:
        """A layer that is to be written."""
        classes = [(entry.id, entry.name) for entry in self.class_index.entries]
        layer = PatchLayer(path, self.grid, self.lengths, classes, self._description)
        opened.enter_context(layer)
        return layer

    def open_raster(self, path: str, opened: ExitStack) -> OutputSet:
        """The class raster that is to be written without its small patches."""
        try:
            classes = ClassTable(
                [
                    LandCoverClass(each.id or 0, each.name, each.colour)
                    for each in self.class_index.entries
                ]
            )
        except ModelFileError as error:
            raise JobError(
                f"{self.raster.name} cannot be written as a class raster: {error.message}",
                "Leave out the raster without small patches.",
            ) from error
        made = OutputSet(
            self.grid, classes, path, metadata=self.provenance, overwrite=self.job.overwrite
        )
        return opened.enter_context(made)


def _per_cent(
    raster: ClassRaster, window: PixelWindow
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    try:
        return raster.read(window)
    except LabelError as error:
        raise JobError(
            f"{raster.name} holds no whole per cent.",
            "Choose a raster of confidence as classifying writes it.",
        ) from error


def _strips(width: int, height: int) -> Iterator[PixelWindow]:
    """Windows as wide as the raster, of rows that make up bands."""
    rows = BAND
    while rows > 1 and rows * width > STRIP_PIXELS:
        rows //= 2
    for row in range(0, height, rows):
        yield 0, row, width, min(rows, height - row)
