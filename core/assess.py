"""Assess a classified raster against reference labels, block by block."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from core import __version__, metrics
from core.accuracy.estimates import Estimate, Sample, Z
from core.accuracy.features import Features, Labels
from core.accuracy.legend import Entry, Legend
from core.accuracy.raster import ClassRaster
from core.accuracy.tally import Tally
from core.areas import PixelAreas
from core.errors import Cancelled, JobError, NoData, NoOverlap
from core.events import Emit, Progress
from core.grid import PixelWindow
from core.job import AssessJob
from core.paths import display_name
from core.place import check_place, replacing
from core.report import write_report

VECTOR_SUFFIXES = (".geojson", ".json")


class RasterReference:
    """A reference raster on the map's pixels; all of it is one unit, so it has no errors to tell.

    Where both name their classes, names are compared: the numbers may be others.

    Args:
        raster: The reference, laid on the map.
        legend: Gives classes their indices.
    """

    kind = "raster"
    count = 1
    unlabelled = 0

    def __init__(self, raster: ClassRaster, legend: Legend, *, reprojected: bool) -> None:
        """Keep the raster."""
        self._raster, self._legend = raster, legend
        self._names = raster.names if legend.shares(raster.names) else None
        self.reprojected = reprojected
        self.warnings = list(raster.warnings)
        if raster.names and legend.has_names and self._names is None:
            self.warnings.append(
                f"{raster.name} and the map have no class name in common: their classes are "
                "compared by number."
            )

    def labels(self, window: PixelWindow) -> Labels:
        """The labelled pixels of a window."""
        ids, valid = self._raster.read(window)
        truth = self._legend.of_ids(ids, valid, known=False, names=self._names).ravel()
        where = np.flatnonzero(truth >= 0)
        return where, truth[where], np.zeros_like(where)


def assess(
    job: AssessJob, emit: Emit, cancelled: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Run a job.

    Args:
        job: What to assess, and by what.
        emit: Takes the events ``warning``, ``progress`` and ``result``.
        cancelled: Asked between blocks.

    Returns:
        The fields of the ``result`` event: confusion matrix, accuracies, areas.

    Raises:
        GinetError: Bad input.
        Cancelled: ``cancelled`` said so.
    """
    for path in job.outputs.values():
        check_place(path, overwrite=job.overwrite)
    begin = time.monotonic()
    name = job.reference_name or display_name(job.reference)
    with ExitStack() as opened:
        classified = opened.enter_context(ClassRaster(job.classified))
        legend = Legend(classified.names, classified.colours, f"{classified.name} or {name}")
        reference = _reference(job, name, classified, legend, opened)
        strata, strata_legend = None, legend
        if job.strata:
            strata = opened.enter_context(ClassRaster(job.strata, onto=classified))
            strata_legend = Legend(strata.names, strata.colours, strata.name)
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
            mapped = legend.of_ids(ids, valid, known=True)
            stratum = mapped
            if strata is not None:
                stratum = strata_legend.of_ids(*strata.read(window), known=True)
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
        **_figures(tally, legend.entries, strata_legend.entries, reference),
        "strata_are_map": strata is None,
        "seconds": round(time.monotonic() - begin, 2),
        "provenance": {
            "software": f"GINet for QGIS {__version__}",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "classified": classified.name,
            "reference": name,
            **({"field": job.field} if job.field else {}),
            **({"strata": display_name(job.strata)} if job.strata else {}),
        },
    }
    for warning in _warnings(result, name):
        emit("warning", message=warning)
    if job.matrix:
        _write_matrix(job.matrix, result)
    if job.report:
        write_report(job, job.report, result)
    emit("result", **result)
    return result


def summary(result: dict[str, Any]) -> str:
    """The result as a few lines for a terminal."""

    def text(estimate: dict[str, Any]) -> str:
        if estimate["value"] is None:
            return f"{'–':>14}"
        margin = "" if estimate["error"] is None else f" ± {100 * Z * estimate['error']:4.1f}"
        return f"{100 * estimate['value']:5.1f}{margin:<7} %"

    lines = [f"{'':24}{'users':>14}{'producers':>15}{'area':>14}"]
    lines += [
        f"{each['name']:<24}{text(each['users'])} {text(each['producers'])} {text(each['area'])}"
        for each in result["classes"]
    ]
    return "\n".join([*lines, f"{'overall':<24}{text(result['overall'])}"]) + "\n"


def _reference(
    job: AssessJob, name: str, classified: ClassRaster, legend: Legend, opened: ExitStack
) -> RasterReference | Features:
    if Path(job.reference).suffix.lower() in VECTOR_SUFFIXES:
        if job.field is None:
            raise JobError("The reference's field is missing.", "Name the field of the classes.")
        return Features(job.reference, job.field, name, classified.grid, legend)
    raster = opened.enter_context(ClassRaster(job.reference, onto=classified))
    return RasterReference(raster, legend, reprojected=raster.moved)


def _figures(
    tally: Tally, entries: list[Entry], strata: list[Entry], reference: RasterReference | Features
) -> dict[str, Any]:
    mapped = tally.pixels.sum(axis=0)
    classes = _ordered(entries, {*np.flatnonzero(mapped).tolist(), *tally.truths})
    homes = _ordered(strata, set(np.flatnonzero(tally.pixels.sum(axis=1)).tolist()))
    sample = tally.sample(classes, homes)
    counts = sample.counts
    padded = np.pad(counts.T, ((0, 0), (0, 1)))  # reference in rows, as core.metrics has it
    scores = {
        "users_of_sample": metrics.precision(padded),
        "producers_of_sample": metrics.recall(padded),
        "f1": metrics.f1_score(padded),
        "iou": metrics.intersection_over_union(padded),
    }
    metres = None if tally.metres is None else tally.metres
    total = None if metres is None else sample.size
    used = sorted(tally.units)
    return {
        "reference": {
            "kind": reference.kind,
            "count": reference.count,
            "unlabelled": reference.unlabelled,
            "unused": reference.count - reference.unlabelled - len(used),
            "pixels": tally.labelled,
            "reprojected": reference.reprojected,
        },
        "overall": _estimate(sample.overall()),
        "overall_of_sample": _number(metrics.accuracy(padded)),
        "kappa": _number(metrics.kappa(padded)),
        "area_m2": total,
        "classes": [
            {
                **asdict(entries[index]),
                "pixels": int(mapped[index]),
                "mapped_m2": None if metres is None else float(metres[:, index].sum()),
                "users": _estimate(sample.users(place)),
                "producers": _estimate(sample.producers(place)),
                "area": _estimate(sample.area(place)),
                **{key: _number(values[place]) for key, values in scores.items()},
            }
            for place, index in enumerate(classes)
        ],
        "matrix": counts.tolist(),
        "proportions": sample.proportions.tolist(),
        "strata": _strata(tally, sample, [strata[index] for index in homes], homes),
    }


def _strata(
    tally: Tally, sample: Sample, entries: list[Entry], homes: list[int]
) -> list[dict[str, Any]]:
    sizes = (tally.pixels if tally.metres is None else tally.metres).sum(axis=1)[homes]
    return [
        {
            "name": entry.name,
            "colour": entry.colour,
            "pixels": int(tally.pixels[home].sum()),
            "share": float(sizes[place] / sizes.sum()),
            "units": int(sample.units_drawn[place]),
            "sampled_pixels": int(sample.pixels_drawn[place]),
        }
        for place, (entry, home) in enumerate(zip(entries, homes, strict=True))
    ]


def _ordered(entries: list[Entry], present: set[int]) -> list[int]:
    """Indices of the classes that are there, by id; those without one last."""

    def key(index: int) -> tuple[bool, int, str]:
        entry = entries[index]
        return entry.id is None, entry.id or 0, entry.name

    return sorted(present, key=key)


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    """With its 95 % confidence interval, as far as that lies within 0..1."""
    value, margin = estimate.value, estimate.margin
    return {
        "value": _number(value),
        "error": _number(estimate.error),
        "low": _number(max(value - margin, 0.0)) if margin == margin else None,
        "high": _number(min(value + margin, 1.0)) if margin == margin else None,
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _warnings(result: dict[str, Any], name: str) -> list[str]:
    """What the figures cannot be trusted for, in short; the plugin's report has it in full."""
    found = result["reference"]
    told = []
    if found["unlabelled"]:
        told.append(f"{found['unlabelled']} of {found['count']} features have no label.")
    if found["unused"]:
        told.append(f"{found['unused']} features hold no pixel of the map with data.")
    if strangers := [each["name"] for each in result["classes"] if not each["known"]]:
        told.append(f"The map does not know these classes of {name}: {', '.join(strangers)}.")
    if empty := [each["name"] for each in result["strata"] if not each["units"]]:
        told.append(f"Strata without any label, left out of the estimates: {', '.join(empty)}.")
    if found["kind"] == "raster":
        told.append("A reference raster is no random sample: there are no confidence intervals.")
        return told
    if lone := [each["name"] for each in result["strata"] if each["units"] == 1]:
        told.append(
            f"Strata with a single one of the {found['kind']}: {', '.join(lone)}. Their variance "
            "is undefined, and so are the intervals that need it."
        )
    if found["kind"] == "polygons":
        told.append("The intervals hold only if the polygons were drawn at random.")
    return told


def _write_matrix(path: str, result: dict[str, Any]) -> None:
    names = [each["name"] for each in result["classes"]]
    with (
        replacing(Path(path), "matrix") as part,
        part.open("w", encoding="utf-8-sig", newline="") as stream,
    ):  # with the mark by which Excel knows UTF-8
        table = csv.writer(stream)
        table.writerow(["map / reference", *names, "total"])
        for name, row in zip(names, result["matrix"], strict=True):
            table.writerow([name, *row, sum(row)])
        table.writerow(
            ["total", *np.sum(result["matrix"], axis=0).tolist(), np.sum(result["matrix"])]
        )
