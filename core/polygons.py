"""Make polygons from a class raster of any size: patches, generalised, with outlines they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.accuracy.legend import Legend
from core.accuracy.raster import ClassRaster
from core.raster.areas import PixelAreas
from core.raster.gdal import keep_bytes
from core.raster.grid import PixelWindow, apply
from core.raster.lengths import PixelLengths
from core.results.apart import check_apart
from core.results.geopackage import PartialLayer, Value, check_layer
from core.results.lock import lock_outputs
from core.results.writing import OutputSet, check_outputs
from core.vector.outlines import BAND, Arcs, Tracer
from core.vector.rings import Lines, Polygons, Sides, assembled
from core.vector.simplify import simplified, smoothed
from core.vector.survey import Regions, Survey
from core.vector.union import Ids
from core.wire.accuracy_job import names_by_id
from core.wire.classes import NODATA, ClassTable, LandCoverClass
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, JobError, LabelError, ModelFileError, NoData
from core.wire.events import Emit, Progress, emit_start
from core.wire.polygons_job import PolygonsJob
from core.wire.report import write_report

STRIP_PIXELS = 2**22
"""Of a strip, about; memory is some fifty bytes for each."""


def polygons(
    job: PolygonsJob, emit: Emit, cancelled: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Run a job: count and join the patches, generalise them, trace their outlines.

    The raster is read twice, strip by strip. Of its pixels no more than a strip is held at once;
    of its patches a few numbers each, and the outlines of those that go on below.

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
    check_layer(job.output, overwrite=job.overwrite)
    if job.raster:
        check_outputs([job.raster], job.overwrite)
    if job.report:
        check_destination(job.report, overwrite=job.overwrite)
    check_apart(job.outputs.values(), job.inputs)
    emit_start(emit, "polygons")
    begin = time.monotonic()
    with ExitStack() as opened:
        work = _Work(job, opened, cancelled)
        for warning in work.raster.warnings:
            emit("warning", message=warning)
        opened.enter_context(lock_outputs([each for each in (job.output, job.raster) if each]))
        progress = Progress(emit, 2 * len(work.windows), "strip")
        regions = work.survey(progress)
        layer = opened.enter_context(PartialLayer(job.output, work.grid.crs, work.description))
        raster = work.open_raster(job.raster, opened) if job.raster else None
        for made in work.trace(regions, progress, raster):
            work.write(layer, made, regions)
        layer.complete()
        if raster is not None:
            raster.complete(*work.raster_sums(regions), cancelled)
        if cancelled():
            raise Cancelled
        result = {
            "outputs": job.outputs,
            "features": len(regions),
            "classes": work.table(regions),
            "seconds": round(time.monotonic() - begin, 2),
            "provenance": work.provenance,
        }
        if raster is not None:
            raster.publish()
        layer.publish()
    if job.report:
        write_report(job, job.report, result)
    emit("result", **result)
    return result


class _Work:
    """One run's raster, its classes and how it is measured."""

    def __init__(self, job: PolygonsJob, opened: ExitStack, cancelled: Callable[[], bool]) -> None:
        self.job, self._cancelled = job, cancelled
        names = names_by_id(job.names, "names")
        self.raster = opened.enter_context(ClassRaster(job.input, None, names))
        self.grid = self.raster.grid
        self.name = job.input_name or self.raster.name
        self.legend = Legend(self.raster.names, self.raster.colours, self.raster.name)
        self.description = f"Patches of the classes of {self.name}."
        self._confidence = None
        if job.confidence_raster:
            self._confidence = opened.enter_context(ClassRaster(job.confidence_raster, self.raster))
        width, height = self.grid.width, self.grid.height
        self._areas = PixelAreas(self.grid.transform, self.grid.crs, width, height)
        self.lengths = PixelLengths(self._areas, width, height)
        asked = [name for name in ("minimum_area", "fill_holes", "simplify") if getattr(job, name)]
        if asked and not self.lengths.known:
            raise JobError(
                f"{self.raster.name} has no coordinate reference system that says how large its "
                f"pixels are, so {' and '.join(asked)} in metres cannot be told.",
                "Give the raster its coordinate reference system, or leave that out.",
            )
        self.windows = list(_strips(width, height))
        keep_bytes(self.raster.row_bytes)
        self.provenance = {
            "software": f"GINet for QGIS {__version__}",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "input": self.name,
            **{
                name: f"{value:g}"
                for name in ("minimum_area", "fill_holes", "simplify")
                if (value := getattr(job, name))
            },
        }

    def _classes(self, window: PixelWindow) -> NDArray[np.int16]:
        """Class indices of a strip."""
        if self._cancelled():
            raise Cancelled
        ids, valid = self.raster.read(window)
        return self.legend.of_ids(ids, valid, known=True).astype(np.int16)

    def survey(self, progress: Progress) -> Regions:
        """Count all patches, and generalise them."""
        job, confidence = self.job, None
        asks = job.minimum_area or job.fill_holes
        survey = Survey(self.lengths.sides if asks else None)
        for window in self.windows:
            classes = self._classes(window)
            if self._confidence is not None:
                confidence = _per_cent(self._confidence, window)
            survey.add(classes, window[1], self._areas.of_window(window), confidence)
            progress.add(1, window[2] * window[3])
        wanted = self._wanted()
        regions = survey.regions(wanted, job.minimum_area or 0, job.fill_holes or 0)
        if not len(regions):
            if not (regions.census.classes >= 0).any():
                raise NoData(f"{self.raster.name} holds no data.")
            raise NoData(
                f"{self.raster.name} holds no patch of the classes asked for.",
                "Ask for classes that it holds.",
            )
        return regions

    def _wanted(self) -> NDArray[np.bool_]:
        """By class index, whether its patches become features."""
        entries = self.legend.entries
        if self.job.classes is None:
            return np.ones(len(entries), np.bool_)
        wanted = np.zeros(len(entries), np.bool_)
        for each in self.job.classes:
            key = each.strip().casefold()
            found = [
                at for at, entry in enumerate(entries)
                if key in (str(entry.id), entry.name.casefold())
            ]  # fmt: skip
            if not found:
                known = ", ".join(f"{entry.id} ({entry.name})" for entry in entries[:20])
                raise JobError(
                    f"{self.raster.name} has no class {each}.", f"Its classes are {known}."
                )
            wanted[found] = True
        return wanted

    def trace(
        self, regions: Regions, progress: Progress, raster: OutputSet | None
    ) -> Iterator[Polygons]:
        """The polygons of all regions, those that end within a band after it."""
        width, height = self.grid.width, self.grid.height
        tracer, sides = Tracer(width, height), None
        ids = np.array([*(each.id for each in self.legend.entries), NODATA])  # OUTSIDE is the last
        for number, window in enumerate(self.windows):
            classes = self._classes(window)
            places = regions.places(number, classes)
            if raster is not None:
                raster.write(window, ids[regions.generalised[places]].astype(np.uint8))
            arcs = tracer.add(regions.numbers[places], window[1])
            progress.add(1, window[2] * window[3])
            if arcs is None:
                continue
            fresh = Sides.of(arcs, *self._lines(arcs), width)
            sides = fresh if sides is None else sides.with_others(fresh)
            bottom = window[1] + window[3]
            ended = (regions.last_rows[sides.patch] + 1 < bottom) | (bottom == height)
            if ended.any():
                yield assembled(sides.chosen(ended))
                sides = sides.chosen(~ended)

    def _lines(self, arcs: Arcs) -> Lines:
        """What is drawn of arcs."""
        drawn = arcs
        if self.job.simplify:
            drawn = simplified(arcs, self.job.simplify, self.lengths.sides)
        if self.job.smooth:
            return smoothed(drawn)
        return drawn.columns, drawn.rows, drawn.starts

    def write(self, layer: PartialLayer, made: Polygons, regions: Regions) -> None:
        """Put polygons with their values into the layer."""
        columns, rows, starts = made.closed(turned=self.grid.transform.determinant > 0)
        x, y = apply(self.grid.transform, columns, rows)
        layer.write(made, np.stack([x, y], axis=1), starts, self._values(made, regions))

    def _values(self, made: Polygons, regions: Regions) -> Iterator[tuple[Value, ...]]:
        patch = made.patch
        area: list[float | None] = [None] * patch.size
        perimeter: list[float | None] = [None] * patch.size
        if regions.areas is not None:
            # As large as it is drawn, at the mean size of its pixels.
            share = made.sizes() / regions.pixels[patch]
            area = (regions.areas[patch] * share).tolist()
            perimeter = made.lengths(self.lengths.of).tolist()
        confidence: list[float | None] = [None] * patch.size
        if regions.confidence is not None:
            mean = regions.confidence[patch]
            confidence = [None if value != value else value for value in mean.tolist()]
        entries = self.legend.entries
        classes = regions.classes[patch].tolist()
        pixels = regions.pixels[patch].tolist()
        for index, count, *rest in zip(classes, pixels, area, perimeter, confidence, strict=True):
            yield entries[index].id, entries[index].name, count, *rest

    def open_raster(self, path: str, opened: ExitStack) -> OutputSet:
        """The class raster that is to be written without its small patches."""
        entries = self.legend.entries
        try:
            classes = ClassTable(
                [LandCoverClass(each.id or 0, each.name, each.colour) for each in entries]
            )
        except ModelFileError as error:
            raise JobError(
                f"{self.raster.name} cannot be written as a class raster: {error.message}",
                "Leave out the raster without small patches.",
            ) from error
        return opened.enter_context(
            OutputSet(
                self.grid, classes, path, metadata=self.provenance,
                overwrite=self.job.overwrite,
            )
        )  # fmt: skip

    def raster_sums(self, regions: Regions) -> tuple[list[int], list[float] | None]:
        """Pixels and square metres of each class of that raster."""
        census, count = regions.census, len(self.legend.entries)
        classes = regions.by_patch
        there = classes >= 0
        pixels = np.bincount(classes[there], census.pixels[there], count).astype(np.int64)
        areas = None
        if census.areas is not None:
            areas = np.bincount(classes[there], census.areas[there], count).tolist()
        return pixels.tolist(), areas

    def table(self, regions: Regions) -> list[dict[str, Any]]:
        """One row a class: what it was on the map, and its features."""
        census, count = regions.census, len(self.legend.entries)
        there, own = census.classes >= 0, regions.classes[1:]

        def sums(classes: Ids, values: NDArray[Any] | None) -> list[Any]:
            if values is None:
                return [None] * count
            found = np.bincount(classes, values, count)
            return list((found.astype(np.int64) if values.dtype.kind == "i" else found).tolist())

        areas = None if census.areas is None else census.areas[there]
        now = None if regions.areas is None else regions.areas[1:]
        rows = zip(
            self.legend.entries,
            np.bincount(own, minlength=count).tolist(),
            sums(own, regions.pixels[1:]),
            sums(own, now),
            sums(census.classes[there], census.pixels[there]),
            sums(census.classes[there], areas),
            strict=True,
        )
        names = ("features", "pixels", "area_m2", "map_pixels", "map_area_m2")
        return [
            {"id": entry.id, "name": entry.name, "colour": entry.colour}
            | dict(zip(names, figures, strict=True))
            for entry, *figures in rows
        ]


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
