"""Totals: pixels and square metres of each class, and confidences, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.raster.areas import Array, PixelAreas
from core.raster.grid import PixelWindow
from core.raster.histogram import histogram, weighted_histogram
from core.wire.classes import NODATA, ClassTable


class Totals:
    """Counts classified pixels.

    Attributes:
        pixels: Of each class, in the table's order.

    Args:
        classes: The model's classes.
        areas: Areas of the raster's pixels.
    """

    def __init__(self, classes: ClassTable, areas: PixelAreas) -> None:
        """Start at zero."""
        self.pixels = np.zeros(len(classes), np.int64)
        self._classes, self._areas = classes, areas
        self._metres: NDArray[np.float64] | None = np.zeros(len(classes))
        self._confidences = np.zeros(256, np.int64)
        self._room = np.empty(0)

    def add(
        self,
        window: PixelWindow,
        classes: NDArray[np.uint8],
        confidence: NDArray[np.uint8] | None = None,
    ) -> None:
        """Count one block, a window of the raster.

        Args:
            window: Where it lies.
            classes: Class ids, 255 without data, (h, w).
            confidence: Per cent, 255 without data, (h, w); only for ``percent_below``.
        """
        if confidence is not None:
            self._confidences += histogram(confidence)
        if self._room.size < classes.size:
            self._room = np.empty(classes.size)
        areas = self._areas.of_window(window, self._room)
        pixels, metres = count(classes, self._classes.ids, areas)
        self.pixels += pixels
        self._metres = None if metres is None or self._metres is None else self._metres + metres

    @property
    def square_metres(self) -> list[float] | None:
        """Square metres of each class; None without a georeference."""
        return None if self._metres is None else [float(value) for value in self._metres]

    def percent_below(self, confidence: int) -> float:
        """Per cent of the pixels whose confidence is below so many per cent."""
        counts = self._confidences[:NODATA]
        return float(100 * counts[:confidence].sum() / max(counts.sum(), 1))

    def table(self) -> list[dict[str, Any]]:
        """One row a class, as in the ``result`` event; ``percent`` is of the area where known."""
        metres = self.square_metres
        shares = metres if metres and sum(metres) else [float(value) for value in self.pixels]
        whole = sum(shares) or 1.0
        return [
            {
                **asdict(entry),
                "pixels": int(self.pixels[index]),
                "area_m2": None if metres is None else round(metres[index], 2),
                "percent": round(100 * shares[index] / whole, 3),
            }
            for index, entry in enumerate(self._classes)
        ]


def count(
    classes: NDArray[np.uint8], ids: Sequence[int], areas: Array | None
) -> tuple[NDArray[np.int64], Array | None]:
    """Pixels and square metres of each class.

    Args:
        classes: Class ids, (h, w).
        ids: Ids to count; others (nodata) are left out.
        areas: Square metres, broadcastable to (h, w); None counts pixels only.

    Returns:
        Pixel counts and summed areas in the order of ``ids``; no areas without ``areas``.
    """
    order = np.asarray(ids)
    pixels = histogram(classes)[order]
    return pixels, None if areas is None else weighted_histogram(classes, areas)[order]
