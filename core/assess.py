"""Assess a classified raster against reference labels, block by block."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from core import __version__
from core.accuracy.class_index import ClassIndex
from core.accuracy.features import Features
from core.accuracy.raster import ClassRaster
from core.accuracy.reference import RasterReference
from core.accuracy.result import accuracy_result, cautions
from core.accuracy.tally import Tally
from core.raster.areas import PixelAreas
from core.results.apart import check_apart
from core.results.date import date_of_results
from core.wire.accuracy_job import AssessJob, names_by_id
from core.wire.destination import check_destination, replacing
from core.wire.errors import Cancelled, JobError, NoData, NoOverlap
from core.wire.events import Emit, Progress, emit_start
from core.wire.paths import display_name
from core.wire.report import write_report
from core.wire.spreadsheet import table_text

VECTOR_SUFFIXES = (".geojson", ".json")


def assess(
    job: AssessJob, emit: Emit, cancelled: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Run a job.

    Args:
        job: What to assess, and by what.
        emit: Takes the events ``start``, ``warning``, ``progress`` and ``result``.
        cancelled: Asked between blocks.

    Returns:
        The fields of the ``result`` event: confusion matrix, accuracies, areas.

    Raises:
        GinetError: Bad input.
        Cancelled: ``cancelled`` said so.
    """
    for path in job.outputs.values():
        check_destination(path, overwrite=job.overwrite)
    check_apart(job.outputs.values(), job.inputs)
    emit_start(emit, "assess")
    begin = time.monotonic()
    name = job.reference_name or display_name(job.reference)
    with ExitStack() as opened:
        classified = _open(job, "classified", opened)
        class_index = ClassIndex(
            classified.names, classified.colours, f"{classified.name} or {name}"
        )
        reference = _reference(job, name, classified, class_index, opened)
        strata, strata_index = None, class_index
        if job.strata:
            strata = _open(job, "strata", opened, classified)
            strata_index = ClassIndex(strata.names, strata.colours, strata.name)
        for warning in (*classified.warnings, *reference.warnings):
            emit("warning", message=warning)
        grid = classified.grid
        areas = PixelAreas(grid.transform, grid.crs, grid.width, grid.height)
        tally, windows = Tally(), list(classified.windows())
        progress = Progress(emit, len(windows), "block")
        for window in windows:
            if cancelled():
                raise Cancelled
            ids, valid = classified.read(window)
            mapped = class_index.of_ids(ids, valid, known=True)
            stratum = mapped
            if strata is not None:
                stratum = strata_index.of_ids(*strata.read(window), known=True)
            tally.add(stratum, mapped, areas.of_window(window), reference.labels(window))
            progress.add(1, window[2] * window[3])
    if not tally.pixels.any():
        raise NoData(f"{classified.name} holds no data, or none within the strata.")
    if not tally.labelled:
        raise NoOverlap(
            f"No labelled pixel of {name} lies where {classified.name} holds data.",
            "Check that both cover the same place and have the right coordinate systems.",
        )
    result = {
        "outputs": job.outputs,
        **accuracy_result(tally, class_index.entries, strata_index.entries, reference),
        "strata_are_map": strata is None,
        "seconds": round(time.monotonic() - begin, 2),
        "provenance": {
            "software": f"GINet for QGIS {__version__}",
            "date": date_of_results().isoformat(timespec="seconds"),
            "classified": classified.name,
            "reference": name,
            **({"field": job.field} if job.field else {}),
            **({"strata": display_name(job.strata)} if job.strata else {}),
        },
    }
    for warning in cautions(result, name):
        emit("warning", message=warning)
    if job.matrix:
        _write_matrix(job.matrix, result)
    if job.report:
        write_report(job, job.report, result)
    emit("result", **result)
    return result


def _open(
    job: AssessJob, field: str, opened: ExitStack, onto: ClassRaster | None = None
) -> ClassRaster:
    names = names_by_id(getattr(job, f"{field}_names"), f"{field}_names")
    return opened.enter_context(ClassRaster(getattr(job, field), onto, names))


def _reference(
    job: AssessJob, name: str, classified: ClassRaster, class_index: ClassIndex, opened: ExitStack
) -> RasterReference | Features:
    if Path(job.reference).suffix.lower() in VECTOR_SUFFIXES:
        if job.field is None:
            raise JobError("The reference's field is missing.", "Name the field of the classes.")
        return Features(job.reference, job.field, name, classified.grid, class_index)
    raster = _open(job, "reference", opened, classified)
    return RasterReference(raster, class_index, reprojected=raster.moved)


def _write_matrix(path: str, result: dict[str, Any]) -> None:
    names = [each["name"] for each in result["classes"]]
    rows: list[list[Any]] = [["map / reference", *names, "total"]]
    for name, row in zip(names, result["matrix"], strict=True):
        rows.append([name, *row, sum(row)])
    rows.append(["total", *np.sum(result["matrix"], axis=0).tolist(), np.sum(result["matrix"])])
    # With the mark by which Excel knows UTF-8.
    with replacing(Path(path), "matrix") as part:
        part.write_text(table_text(rows), "utf-8-sig", newline="\r\n")
