"""Totals: pixels and square metres of each class, and confidences, block by block."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.raster.areas import PixelAreas
from core.raster.grid import PixelWindow
from core.raster.histogram import histogram
from core.raster.stretches import stretches
from core.wire.classes import NODATA, ClassTable

STRIP = 512
"""Rows of a block that are counted at once: of noise, each pixel is a stretch of its own."""


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
        col, row, width, height = window
        ids = list(self._classes.ids)
        for top in range(0, height, STRIP):
            part = classes[top : top + STRIP]
            places, lengths = stretches(part)
            values = part.ravel()[places]
            self.pixels += np.bincount(values, lengths, 256)[ids].astype(np.int64)
            rows, columns = np.divmod(places, width)
            areas = self._areas.of_stretches(
                rows + row + top, columns + col, columns + col + lengths
            )
            if areas is None or self._metres is None:
                self._metres = None
            else:
                self._metres += np.bincount(values, areas, 256)[ids]

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
