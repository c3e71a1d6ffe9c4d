"""Filling: small holes of a map's patches, strip by strip.

A hole is what nobody asks for, whatever its classes, and has one patch all around it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.vector.changes import Changes
from core.vector.features import AREA
from core.vector.patches import Patches, Strip, Sums
from core.vector.runs import Runs
from core.vector.union import Ids

HOLE = 1
"""Number of the class of what is not asked for, and lies around the raster; the others follow."""
AROUND = 1
"""Number of the patch that lies around the raster."""


class Filler:
    """Takes strips, and puts down which runs get another class.

    Args:
        width: Columns of the raster.
        largest: Square metres of the least hole that stays.
        changes: Takes what changes.
    """

    def __init__(self, width: int, largest: float, changes: Changes) -> None:
        """Nothing is known yet."""
        self._width, self._largest, self._changes = width, largest, changes
        self._patches = Patches(width, HOLE)
        self._runs, self._owners = np.empty(0, np.int64), np.empty(0, np.int64)
        self._pairs = np.empty((2, 0), np.int64)  # hole, patch beside it

    def add(self, runs: Runs, row: int, sums: Sums) -> None:
        """Take a strip; the next is the one below it.

        Args:
            runs: Of the strip, ``NONE`` where nobody asks for what is there.
            row: Of its first pixels.
            sums: Over the runs: their areas.
        """
        first = self._changes.next_run
        self._changes.begin(runs.starts.size)
        kinds = (runs.classes + HOLE).astype(np.int16)
        self._take(runs.with_classes(kinds), row, sums[AREA], first)
        self._settle(self._patches.open())

    def end(self) -> None:
        """All strips were there: below them lies what is around the raster."""
        below = Runs.nothing(self._width, HOLE)
        self._take(below, 1, np.zeros(1), self._changes.next_run)
        self._settle(np.zeros(len(self._patches), np.bool_))

    def _take(self, runs: Runs, row: int, areas: NDArray[np.generic], first: int) -> None:
        strip = self._patches.add(runs, row, {AREA: areas})
        now = self._patches.now()
        small = self._small()
        fresh = now[strip.patches[strip.above :]]
        mine = np.flatnonzero(small[fresh])
        owners = np.concatenate([now[self._owners], fresh[mine]])
        found = np.concatenate([self._runs, first + mine])
        self._runs, self._owners = found[small[owners]], owners[small[owners]]
        pairs = np.concatenate([now[self._pairs], now[_met(strip)]], axis=1)
        self._pairs = np.unique(pairs[:, small[pairs[0]]], axis=1)

    def _small(self) -> NDArray[np.bool_]:
        """Which patches are holes that may be filled."""
        known = self._patches
        small = (known.classes == HOLE) & (known.sum(AREA) < self._largest)
        small[: AROUND + 1] = False
        return np.asarray(small)

    def _settle(self, is_open: NDArray[np.bool_]) -> None:
        """Fill what has one patch around it; forget what is done with."""
        holes, beside = self._pairs
        count = len(self._patches)
        around = np.bincount(holes, minlength=count)
        ended = np.bincount(holes, ~is_open[beside], count) > 0
        small = self._small()
        whole = small & ~is_open
        fills = whole & (around == 1)
        # Patches that are both open may turn out to be one.
        waits = small & ~fills & ~(whole & ended)
        classes = np.zeros(count, np.int16)
        classes[holes] = self._patches.classes[beside] - HOLE
        filled = np.flatnonzero(fills[self._owners])
        self._changes.put(self._runs[filled], classes[self._owners[filled]])
        kept = is_open | waits
        kept[beside[waits[holes]]] = True
        kept[: AROUND + 1] = True
        left = waits[self._owners]
        number = self._patches.keep(kept)
        self._runs, self._owners = self._runs[left], number[self._owners[left]]
        self._pairs = number[self._pairs[:, waits[holes]]]


def _met(strip: Strip) -> Ids:
    """Which holes meet which patches in a strip, (2, n)."""
    meet, patches = strip.meetings, strip.patches
    right = np.arange(strip.above + 1, patches.size)
    one = patches[np.concatenate([meet.upper, right - 1])]
    other = patches[np.concatenate([meet.lower, right])]
    kinds = strip.runs.classes
    is_hole = kinds[np.concatenate([meet.upper, right - 1])] == HOLE
    is_hole_too = kinds[np.concatenate([meet.lower, right])] == HOLE
    differ = is_hole != is_hole_too
    pairs = np.where(is_hole, one, other)[differ], np.where(is_hole, other, one)[differ]
    return np.stack(pairs)
