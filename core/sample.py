"""Draw a stratified random sample of points from a classified raster, for labelling."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.accuracy.class_index import ClassIndex, Entry
from core.accuracy.design import allocate, sample_size
from core.accuracy.raster import ClassRaster
from core.raster.grid import Grid, apply
from core.results.apart import check_apart
from core.wire.accuracy_job import SampleJob
from core.wire.destination import check_destination, replacing
from core.wire.errors import Cancelled, JobError, NoData
from core.wire.events import Emit, Progress, emit_start


def sample(
    job: SampleJob, emit: Emit, cancelled: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Run a job: count the classes, share the points out among them, draw.

    Args:
        job: What to draw, and from what.
        emit: Takes the events ``start``, ``warning``, ``progress`` and ``result``.
        cancelled: Asked between blocks.

    Returns:
        The fields of the ``result`` event.

    Raises:
        GinetError: Bad input.
        Cancelled: ``cancelled`` said so.
    """
    check_destination(job.output, overwrite=job.overwrite)
    check_apart(job.outputs.values(), job.inputs)
    emit_start(emit, "sample")
    begin = time.monotonic()
    with ClassRaster(job.input) as raster:
        for warning in raster.warnings:
            emit("warning", message=warning)
        class_index = ClassIndex(raster.names, raster.colours, raster.name)
        progress = Progress(emit, 2 * len(list(raster.windows())), "block")
        pixels = _count(raster, class_index, progress, cancelled)
        present = sorted(
            np.flatnonzero(pixels).tolist(), key=lambda at: class_index.entries[at].id or 0
        )
        if not present:
            raise NoData(f"{raster.name} holds no data.")
        entries, sizes = [class_index.entries[at] for at in present], pixels[present].tolist()
        expected = _expected(job, entries)
        needed = sample_size(sizes, expected, job.standard_error)
        shares = allocate(sizes, job.size or _at_least(needed, sizes, job.minimum), job.minimum)
        rng = np.random.default_rng(job.seed)
        wanted = {
            at: np.sort(rng.choice(size, share, replace=False))
            for at, size, share in zip(present, sizes, shares, strict=True)
            if share
        }
        places = _draw(raster, class_index, wanted, progress, cancelled)
    # A point's number must not tell its class.
    rng.shuffle(places)
    _write(
        job.output,
        raster.grid,
        [(class_index.entries[at], column, row) for at, column, row in places],
    )
    result = {
        "outputs": job.outputs,
        "points": len(places),
        "needed": needed,
        "expected_accuracy": float(np.dot(sizes, expected) / sum(sizes)),
        "strata": [
            {
                "id": entry.id,
                "name": entry.name,
                "colour": entry.colour,
                "pixels": size,
                "share": size / sum(sizes),
                "accuracy": accuracy,
                "points": share,
            }
            for entry, size, accuracy, share in zip(entries, sizes, expected, shares, strict=True)
        ],
        "seconds": round(time.monotonic() - begin, 2),
    }
    emit("result", **result)
    return result


def _at_least(needed: int, sizes: list[int], minimum: int) -> int:
    """What the formula asks for, or what the minima ask for where that is more."""
    return max(needed, sum(min(size, minimum) for size in sizes))


def _expected(job: SampleJob, entries: list[Entry]) -> list[float]:
    """Each class's expected user's accuracy."""
    given: Mapping[str, float] = {
        key.strip().casefold(): value for key, value in job.accuracies.items()
    }
    found, used = [], set()
    for entry in entries:
        keys = {str(entry.id), entry.name.casefold()} & given.keys()
        used |= keys
        found.append(given[min(keys)] if keys else job.accuracy)
    if strangers := sorted(given.keys() - used):
        raise JobError(
            f"An accuracy is given for {', '.join(strangers)}, which the raster does not hold.",
            f"It holds: {', '.join(entry.name for entry in entries)}.",
        )
    return found


def _count(
    raster: ClassRaster, class_index: ClassIndex, progress: Progress, cancelled: Callable[[], bool]
) -> NDArray[np.int64]:
    """Pixels of each class, by index."""
    pixels: NDArray[np.int64] = np.zeros(0, np.int64)
    for window in raster.windows():
        if cancelled():
            raise Cancelled
        indices = class_index.of_ids(*raster.read(window), known=True)
        found = np.bincount(indices[indices >= 0], minlength=len(class_index.entries))
        found[: len(pixels)] += pixels
        pixels = found
        progress.add(1, window[2] * window[3])
    return pixels


def _draw(
    raster: ClassRaster,
    class_index: ClassIndex,
    wanted: Mapping[int, NDArray[np.int64]],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> list[tuple[int, int, int]]:
    """Index, column and row of chosen pixels.

    Args:
        raster: The classes.
        class_index: Their indices.
        wanted: Of each class, which of its pixels in the order of reading; sorted.
        progress: Counts blocks.
        cancelled: Asked between blocks.
    """
    seen = dict.fromkeys(wanted, 0)
    places = []
    for window in raster.windows():
        if cancelled():
            raise Cancelled
        indices = class_index.of_ids(*raster.read(window), known=True).ravel()
        totals = np.bincount(indices[indices >= 0], minlength=len(class_index.entries))
        for at, ranks in wanted.items():
            first, end = np.searchsorted(ranks, (seen[at], seen[at] + totals[at]))
            if first < end:
                found = np.flatnonzero(indices == at)[ranks[first:end] - seen[at]]
                rows, columns = np.divmod(found, window[2])
                places += [
                    (at, window[0] + int(column), window[1] + int(row))
                    for column, row in zip(columns, rows, strict=True)
                ]
            seen[at] += int(totals[at])
        progress.add(1, window[2] * window[3])
    return places


def _write(path: str, grid: Grid, places: list[tuple[Entry, int, int]]) -> None:
    """GeoJSON of the pixels' centres, in the raster's CRS, which it names (GeoJSON 2008)."""
    features = []
    for number, (entry, column, row) in enumerate(places, 1):
        x, y = apply(grid.transform, column + 0.5, row + 0.5)
        features.append(
            {
                "type": "Feature",
                "properties": {"id": number, "stratum": entry.id, "reference": None},
                "geometry": {"type": "Point", "coordinates": [x, y]},
            }
        )
    crs = {"type": "name", "properties": {"name": grid.crs.to_string()}} if grid.crs else None
    content = {"type": "FeatureCollection", "crs": crs, "features": features}
    with replacing(Path(path), "sample") as part:
        part.write_text(json.dumps(content), "utf-8")
