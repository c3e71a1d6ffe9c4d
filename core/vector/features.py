"""Features: patches that are whole, with what is known of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vector.patches import Patches
from core.vector.runs import PARTS
from core.vector.union import Ids

PIXELS, AREA, CONFIDENCE, KNOWN = "pixels", "area", "confidence", "known"
"""Sums over patches: pixels, their square metres, their confidence, and how many have one."""


@dataclass(frozen=True)
class Features:
    """Patches in the order of their numbers.

    Attributes:
        numbers: Of each feature, (n,), from 1.
        classes: Number of the class of each.
        pixels: Of each.
        areas: Square metres of each; None where they are unknown.
        confidence: Mean of each, NaN where no pixel has one; None without such a raster.
    """

    numbers: Ids
    classes: NDArray[np.int16]
    pixels: Ids
    areas: NDArray[np.float64] | None
    confidence: NDArray[np.float64] | None

    @classmethod
    def of(cls, patches: Patches, ended: Ids, first: int) -> Features:
        """Of patches that ended, numbered from ``first`` on."""
        pixels = patches.sum(PIXELS)[ended].astype(np.int64)
        areas = patches.sum(AREA)[ended] if AREA in patches.names else None
        mean = None
        if KNOWN in patches.names:
            total, known = patches.sum(CONFIDENCE)[ended], patches.sum(KNOWN)[ended]
            mean = np.divide(total, known, out=np.full(ended.size, np.nan), where=known > 0)
        numbers = np.arange(first, first + ended.size)
        classes = (patches.classes[ended] % PARTS).astype(np.int16)
        return cls(numbers, classes, pixels, areas, mean)

    def chosen(self, numbers: Ids) -> Features:
        """Those of these numbers."""
        at = np.searchsorted(self.numbers, numbers)
        areas = None if self.areas is None else self.areas[at]
        mean = None if self.confidence is None else self.confidence[at]
        return Features(self.numbers[at], self.classes[at], self.pixels[at], areas, mean)

    def with_others(self, later: Features) -> Features:
        """These, then others."""

        def both(name: str) -> NDArray[np.float64] | None:
            one, other = getattr(self, name), getattr(later, name)
            return None if one is None or other is None else np.concatenate([one, other])

        return Features(
            np.concatenate([self.numbers, later.numbers]),
            np.concatenate([self.classes, later.classes]),
            np.concatenate([self.pixels, later.pixels]),
            both("areas"),
            both("confidence"),
        )
