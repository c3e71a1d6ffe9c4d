"""Absorbing: lets small patches of a map go, strip by strip.

What becomes of a small patch depends on the small patches that it touches, on those that these
touch, and on the classes around them: once none of them can grow, they are settled and forgotten.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.vector.changes import Changes
from core.vector.features import AREA, PIXELS
from core.vector.generalise import Borders, absorb
from core.vector.patches import Patches, Strip, Sums
from core.vector.runs import Runs
from core.vector.union import Ids, roots


class Absorber:
    """Takes strips, and puts down which runs get another class; see ``absorb``.

    Args:
        width: Columns of the raster.
        sides: Length of a pixel's upper and left side.
        minimum: Square metres of the least patch that stays.
        changes: Takes what changes.
    """

    def __init__(
        self, width: int, sides: tuple[float, float], minimum: float, changes: Changes
    ) -> None:
        """Nothing is known yet."""
        self._sides, self._minimum, self._changes = sides, minimum, changes
        self._patches = Patches(width)
        self._runs, self._owners = np.empty(0, np.int64), np.empty(0, np.int64)
        self._borders = Borders.none()  # first is small; second is, or minus a class of large ones

    def add(self, runs: Runs, row: int, sums: Sums) -> None:
        """Take a strip; the next is the one below it.

        Args:
            runs: Of the strip.
            row: Of its first pixels.
            sums: Over the runs: their pixels and areas.
        """
        first = self._changes.next_run
        self._changes.begin(runs.starts.size)
        strip = self._patches.add(runs, row, {name: sums[name] for name in (PIXELS, AREA)})
        now = self._patches.now()
        small = self._patches.sum(AREA) < self._minimum
        small[0] = False
        self._owners = now[self._owners]
        fresh = strip.patches[strip.above :]
        mine = np.flatnonzero(small[fresh])
        self._runs = np.concatenate([self._runs, first + mine])
        self._owners = np.concatenate([self._owners, fresh[mine]])
        known = self._borders
        second = np.where(known.second > 0, now[np.maximum(known.second, 0)], known.second)
        self._borders = known.between(now[known.first], second).with_others(_met(strip, small))
        self._part(small)
        self._settle(small, self._patches.open())

    def end(self) -> None:
        """All strips were there."""
        small = self._patches.sum(AREA) < self._minimum
        small[0] = False
        self._settle(small, np.zeros(len(self._patches), np.bool_))

    def _part(self, small: NDArray[np.bool_]) -> None:
        """Keep runs and borders of small patches; of large ones only the class counts."""
        mine = small[self._owners]
        self._runs, self._owners = self._runs[mine], self._owners[mine]
        known, classes = self._borders, self._patches.classes.astype(np.int64)

        def node(patch: Ids) -> Ids:
            owner = np.maximum(patch, 0)
            return np.where((patch > 0) & ~small[owner], -classes[owner], patch)

        one, other = node(known.first), node(known.second)
        first, second = np.maximum(one, other), np.minimum(one, other)
        borders = known.between(first, second)
        self._borders = borders.chosen((first > 0) & (first != second)).summed()

    def _settle(self, small: NDArray[np.bool_], is_open: NDArray[np.bool_]) -> None:
        """Let those go that nothing still open can have a say in; forget what is done with."""
        borders = self._borders
        both = borders.second > 0
        cluster = roots(small.size, borders.first[both], borders.second[both])
        waits = np.zeros(small.size, np.bool_)
        waits[cluster[small & is_open]] = True
        ready = small & ~waits[cluster]
        if ready.any():
            self._absorb(np.flatnonzero(ready), ready[borders.first])
            left = ~ready[self._owners]
            self._runs, self._owners = self._runs[left], self._owners[left]
            self._borders = borders.chosen(~ready[borders.first])
        number = self._patches.keep(is_open | (small & ~ready))
        self._owners = number[self._owners]
        known = self._borders
        second = np.where(known.second > 0, number[np.maximum(known.second, 0)], known.second)
        self._borders = known.between(number[known.first], second)

    def _absorb(self, patches: Ids, which: NDArray[np.bool_]) -> None:
        """Let some patches go.

        Args:
            patches: Their numbers, in order.
            which: Their borders.
        """
        borders, known = self._borders.chosen(which), self._patches
        # Large ones come first, all of a class as one.
        kinds = 1 + int(max(known.classes.max(), -borders.second.min(initial=0)))
        first = kinds + np.searchsorted(patches, borders.first)
        second = np.where(
            borders.second > 0, kinds + np.searchsorted(patches, borders.second), -borders.second
        )
        own = known.classes[patches]
        classes = absorb(
            np.concatenate([np.arange(kinds, dtype=np.int16), own]),
            np.concatenate([np.zeros(kinds, np.int64), known.sum(PIXELS)[patches]]).astype(
                np.int64
            ),
            np.concatenate([np.full(kinds, np.inf), known.sum(AREA)[patches]]),
            borders.between(first, second),
            self._minimum,
            self._sides,
        )[kinds:]
        changed = np.zeros(len(known), np.int16)
        changed[patches] = np.where(classes != own, classes, 0)
        new = changed[self._owners]
        self._changes.put(self._runs[new > 0], new[new > 0])


def _met(strip: Strip, small: NDArray[np.bool_]) -> Borders:
    """The borders in a strip at which a small patch lies."""
    meet, patches, runs = strip.meetings, strip.patches, strip.runs
    top = (strip.row - 1) * runs.stride

    def borders(one: Ids, other: Ids, lengths: Ids | None, places: Ids) -> Borders:
        first, second = patches[one], patches[other]
        which = (small[first] | small[second]) & (first != second) & (first > 0) & (second > 0)
        which = np.flatnonzero(which)
        none = np.zeros(which.size, np.int64)
        across = none if lengths is None else lengths[which]
        along = none + 1 if lengths is None else none
        # Of a pixel's two sides the upper one comes first.
        order = 2 * (top + places[which]) + along
        return Borders(first[which], second[which], across, along, order)

    level = borders(meet.upper, meet.lower, meet.lengths, meet.places + runs.stride)
    right = np.arange(strip.above + 1, runs.starts.size)
    return level.with_others(borders(right - 1, right, None, runs.starts[right]))
