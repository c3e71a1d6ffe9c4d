"""Tally: counts of map and reference classes, accumulated block by block."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.accuracy.class_index import LIMIT
from core.accuracy.estimates import Sample
from core.accuracy.features import SHARED, Labels

Array = NDArray[np.float64]


class Tally:
    """Counts the map by stratum and class, and the labelled pixels on it.

    Attributes:
        pixels: Of the map by stratum and class, (LIMIT, LIMIT).
        metres: Their square metres; None where the map's place on the Earth is not known.
        shared: Pixels that are left out: polygons of different classes hold them.
        units: Units of the reference that have a pixel on the map.
    """

    def __init__(self) -> None:
        """Start at zero."""
        self.pixels = np.zeros((LIMIT, LIMIT), np.int64)
        self.metres: Array | None = np.zeros((LIMIT, LIMIT))
        self.shared = 0
        self.units: set[int] = set()
        self._rows: Counter[tuple[int, ...]] = Counter()

    def add(
        self,
        stratum: NDArray[np.int64],
        mapped: NDArray[np.int64],
        areas: Array | None,
        labels: Labels,
    ) -> None:
        """Count one block.

        Args:
            stratum: Index of each pixel's stratum, -1 for none, (h, w).
            mapped: Index of its class, -1 for none, (h, w).
            areas: Square metres, broadcastable to (h, w), or None.
            labels: The labelled pixels among them.
        """
        inside = (stratum >= 0) & (mapped >= 0)
        chosen = ... if inside.all() else inside  # masking takes longer than counting
        cells = (stratum * LIMIT + mapped)[chosen].ravel()
        self.pixels += _table(np.bincount(cells, minlength=LIMIT * LIMIT))
        if areas is None:
            self.metres = None
        elif self.metres is not None:
            weights = np.broadcast_to(areas, inside.shape)[chosen].ravel()
            self.metres += _table(np.bincount(cells, weights, minlength=LIMIT * LIMIT))
        where, truth, unit = labels
        kept = inside.ravel()[where]
        where, truth, unit = where[kept], truth[kept], unit[kept]
        clear = truth != SHARED
        self.shared += int(np.count_nonzero(~clear))
        where, truth, unit = where[clear], truth[clear], unit[clear]
        rows = np.stack([stratum.ravel()[where], mapped.ravel()[where], truth, unit], axis=1)
        for row, count in zip(*_distinct(rows), strict=True):
            self._rows[tuple(row)] += count
            self.units.add(row[3])

    @property
    def labelled(self) -> int:
        """Labelled pixels."""
        return self._rows.total()

    @property
    def truths(self) -> set[int]:
        """Indices of the classes in the reference."""
        return {row[2] for row in self._rows}

    def sample(self, classes: list[int], strata: list[int]) -> Sample:
        """The labelled pixels as a sample.

        Args:
            classes: Indices of the classes, in the order wanted.
            strata: Indices of the strata, likewise.
        """
        rows = np.array([(*row, count) for row, count in self._rows.items()], np.int64)
        place, home = np.zeros(LIMIT, np.int64), np.zeros(LIMIT, np.int64)
        place[classes], home[strata] = range(len(classes)), range(len(strata))
        sizes = self.pixels if self.metres is None else self.metres
        return Sample(
            home[rows[:, 0]],
            place[rows[:, 1]],
            place[rows[:, 2]],
            rows[:, 3],
            rows[:, 4],
            sizes[np.ix_(strata, classes)].astype(np.float64),
        )


def _table(cells: NDArray[Any]) -> NDArray[Any]:
    return cells.reshape(LIMIT, LIMIT)


def _distinct(rows: NDArray[np.int64]) -> tuple[list[list[int]], list[int]]:
    """Unique rows (n, 4) and their counts."""
    if not len(rows):
        return [], []
    # One number a row: its parts are small, or there are few of them (units).
    units, place = np.unique(rows[:, 3], return_inverse=True)
    keys = ((rows[:, 0] * LIMIT + rows[:, 1]) * LIMIT + rows[:, 2]) * len(units) + place
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return rows[first].tolist(), counts.tolist()
