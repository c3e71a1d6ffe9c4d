"""ClassRuns: a class raster of any size as runs of its classes, strip by strip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.accuracy.class_index import ClassIndex
from core.accuracy.raster import ClassRaster
from core.raster.areas import PixelAreas
from core.raster.grid import PixelWindow
from core.vector.features import AREA, CONFIDENCE, KNOWN, PIXELS
from core.vector.outlines import band_rows
from core.vector.patches import Sums
from core.vector.runs import NONE, Runs, run_starts
from core.wire.errors import JobError, LabelError

STRIP_PIXELS = 2**21
"""Of a strip, about; memory is a few bytes for each, and a hundred for each run of one class."""


class ClassRuns:
    """Reads runs, with what is summed up over them.

    Args:
        raster: Of classes.
        index: Numbers them; a run's class is one more than its index there.
        areas: Of the raster's pixels.
        confidence: Per cent on the same pixels, or None.
    """

    def __init__(
        self,
        raster: ClassRaster,
        index: ClassIndex,
        areas: PixelAreas,
        confidence: ClassRaster | None,
    ) -> None:
        """Read nothing yet."""
        self._raster, self._index, self._areas = raster, index, areas
        self._confidence = confidence

    def read(self, window: PixelWindow, *, confidence: bool = False) -> tuple[Runs, Sums]:
        """The runs of a window as wide as the raster.

        Args:
            window: (column, row, width, height).
            confidence: Sum it up too, where there is any.

        Returns:
            The runs; of each its pixels, its square metres where they are known, and if asked for
            its confidence and how many pixels have one.

        Raises:
            RasterReadError: The file is damaged.
            LabelError: A value is no whole number, or there are too many classes.
            JobError: A raster of confidence holds no whole per cent.
        """
        _, _, width, height = window
        if self._raster.is_empty(window):
            return self._nothing(width, height, confidence=confidence)
        values, valid = self._raster.stored(window)
        starts = run_starts(values, valid)
        rows, columns = np.divmod(starts, width + 1)
        inner = columns < width
        rows, columns = rows[inner], columns[inner]
        known = valid[rows, columns]
        ids = self._raster.ids(values[rows, columns], known)
        classes = np.full(starts.size, NONE, np.int16)
        classes[inner] = self._index.of_ids(ids, known, known=True) + 1
        runs = Runs(width, height, starts, classes)
        return runs, self.sums(window, runs, confidence=confidence)

    def sums(self, window: PixelWindow, runs: Runs, *, confidence: bool = False) -> Sums:
        """What ``read`` sums up, over other runs of a window.

        Raises:
            RasterReadError: The file is damaged.
            JobError: A raster of confidence holds no whole per cent.
        """
        _, top, width, _ = window
        rows, columns = np.divmod(runs.starts, runs.stride)
        inner = columns < width
        rows, columns = rows[inner], columns[inner]
        pixels = np.where(inner, runs.lengths, 0)
        sums: dict[str, NDArray[Any]] = {PIXELS: pixels}
        areas = self._areas.of_stretches(rows + top, columns, columns + pixels[inner])
        if areas is not None:
            sums[AREA] = np.zeros(runs.starts.size)
            sums[AREA][inner] = areas
        if confidence and self._confidence is not None:
            places = rows * width + columns
            for name, each in zip((CONFIDENCE, KNOWN), self._per_cent(window), strict=True):
                sums[name] = np.zeros(runs.starts.size, np.int64)
                sums[name][inner] = np.add.reduceat(each.ravel(), places, dtype=np.int64)
        return sums

    def _nothing(self, width: int, height: int, *, confidence: bool) -> tuple[Runs, Sums]:
        """What ``read`` returns of a window without data."""
        starts, none = np.zeros(1, np.int64), np.full(1, NONE, np.int16)
        sums: dict[str, NDArray[Any]] = {PIXELS: np.zeros(1, np.int64)}
        if self._areas.ground_resolution is not None:
            sums[AREA] = np.zeros(1)
        if confidence and self._confidence is not None:
            sums[CONFIDENCE] = sums[KNOWN] = np.zeros(1, np.int64)
        return Runs(width, height, starts, none), sums

    def _per_cent(self, window: PixelWindow) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Confidence of pixels, 0 where there is none; and where there is."""
        raster = self._confidence or self._raster
        try:
            values, valid = raster.read(window)
        except LabelError as error:
            raise JobError(
                f"{raster.name} holds no whole per cent.",
                "Choose a raster of confidence as classifying writes it.",
            ) from error
        return np.where(valid, values, 0), valid


def strips(width: int, height: int) -> Iterator[PixelWindow]:
    """Windows as wide as the raster, of rows that make up bands."""
    rows = band_rows(width)
    while rows > 1 and rows * width > STRIP_PIXELS:
        rows //= 2
    for row in range(0, height, rows):
        yield 0, row, width, min(rows, height - row)
