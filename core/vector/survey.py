"""Survey: the regions of a map, from its strips; first counted, then numbered strip by strip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vector.borders import BorderCount, merged
from core.vector.generalise import absorb, fill_holes
from core.vector.patches import OUTSIDE, Census, Strips, label
from core.vector.union import Ids

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Regions:
    """What patches became: regions of one class each, numbered from 1 by their first pixels.

    Attributes:
        classes: Class index of each region, (n + 1,); that of 0, which is none, means nothing.
        pixels: Of each region.
        areas: Square metres of each region; None where they are unknown.
        last_rows: The last row of each region.
        confidence: Mean of each region, NaN where no pixel has one; None without such a raster.
        numbers: The region of each strip patch, 0 where it is none.
        generalised: The class index of each strip patch now, also where it is no region's.
        census: The patches as they were.
        by_patch: The class index of each of those now.
        starts: Number of the first patch of each strip, with the end of the last.
    """

    classes: Ids
    pixels: Ids
    areas: Floats | None
    last_rows: Ids
    confidence: Floats | None
    numbers: NDArray[np.int32]
    generalised: NDArray[np.int16]
    census: Census
    by_patch: Ids
    starts: Ids

    def __len__(self) -> int:
        """How many regions."""
        return self.classes.size - 1

    def places(self, strip: int, classes: NDArray[np.integer]) -> NDArray[np.int64]:
        """The strip patch of each pixel, as ``numbers`` and ``generalised`` are asked for it.

        Args:
            strip: Which strip, in the order in which they were counted.
            classes: Its class indices, (h, w), the same as then.
        """
        return np.asarray(label(classes)[0] + self.starts[strip])


class Survey:
    """Counts a map strip by strip.

    Args:
        sides: Length of a pixel's upper and left side, if small patches are to go or holes to be
            filled; else None, for then nobody needs to know who lies beside whom.
    """

    def __init__(self, sides: tuple[float, float] | None) -> None:
        """Nothing is counted yet."""
        self._strips = Strips()
        self._borders = BorderCount(*sides) if sides else None

    def add(
        self,
        classes: NDArray[np.integer],
        row: int,
        areas: Floats | None,
        confidence: tuple[NDArray[np.int64], NDArray[np.bool_]] | None = None,
    ) -> None:
        """Count a strip; see ``Strips.add``."""
        ids = self._strips.add(classes, row, areas, confidence)
        if self._borders is not None:
            self._borders.add(ids)

    def regions(self, wanted: NDArray[np.bool_], minimum: float = 0, holes: float = 0) -> Regions:
        """Join, generalise and number.

        Args:
            wanted: By class index, whether its patches become regions.
            minimum: Size below which a patch goes to a neighbour, in square metres where areas are
                known, else in pixels.
            holes: Size below which what is not wanted within a patch goes to it, likewise.
        """
        group, census = self._strips.join()
        count = census.classes.size
        sizes = census.pixels.astype(np.float64) if census.areas is None else census.areas
        classes, part = census.classes, np.arange(count)
        if self._borders is not None:
            borders = self._borders.total(group)
            if minimum:
                part, classes = absorb(classes, sizes, borders, minimum)
            if holes:
                chosen = _wanted(wanted, classes)
                filled = fill_holes(
                    chosen[part],
                    _sums(part, sizes, count),
                    merged(borders, part),
                    np.bincount(part, census.at_edge, count) > 0,
                    holes,
                )
                part = filled[part]
        is_region = np.zeros(count, np.bool_)
        is_region[part] = True
        is_region &= _wanted(wanted, classes)
        number = np.zeros(count, np.int32)
        number[is_region] = np.arange(1, int(is_region.sum()) + 1)
        region = number[part]
        size = int(number.max(initial=0)) + 1
        last = np.zeros(size, np.int64)
        np.maximum.at(last, region, census.last_rows)
        mean = None
        if census.confidence is not None:
            total, known = (np.bincount(region, each, size) for each in census.confidence)
            mean = np.divide(total, known, out=np.full(size, np.nan), where=known > 0)
        return Regions(
            np.concatenate([[OUTSIDE], classes[is_region]]),
            np.bincount(region, census.pixels, size).astype(np.int64),
            None
            if census.areas is None
            else np.asarray(np.bincount(region, census.areas, size), np.float64),
            last,
            mean,
            region[group],
            classes[part][group].astype(np.int16),
            census,
            classes[part],
            np.append(self._strips.starts, group.size),
        )


def _wanted(wanted: NDArray[np.bool_], classes: Ids) -> NDArray[np.bool_]:
    return np.asarray(np.append(wanted, [False])[classes])  # OUTSIDE is the last


def _sums(group: Ids, values: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(group, values, count), np.float64)
