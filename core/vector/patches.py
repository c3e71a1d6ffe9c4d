"""Patches: connected runs of one class, numbered strip by strip while they grow.

Pixels are connected over their sides, not their corners: so a patch has one outer outline, which
never touches itself. What can grow no more is let go by whoever holds a ``Patches``: memory follows
the patches that are open, not the raster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vector.runs import NONE, Meetings, Runs, meetings
from core.vector.union import Ids, roots

Column = NDArray[Any]
Sums = Mapping[str, Column]
"""What is summed up over runs, by name, (n,) each."""


@dataclass(frozen=True)
class Strip:
    """A strip below the row above it, with the patches as they were numbered then.

    Attributes:
        runs: Of both.
        patches: Number of each run's patch, from 1; 0 where it has no class.
        meetings: Between all of their rows.
        row: Of the strip's first pixels in the raster.
        above: How many runs are of the row above.
    """

    runs: Runs
    patches: Ids
    meetings: Meetings
    row: int
    above: int


class Patches:
    """The patches that may still grow, and others that are still of use.

    Args:
        width: Columns of the raster.
        outside: Number of the class that counts as lying around the raster.
    """

    def __init__(self, width: int, outside: int = NONE) -> None:
        """No patch, but for what lies around the raster if that has a class."""
        known = outside != NONE
        self._above = Runs.nothing(width, outside)
        self._edge = np.full(1, int(known))
        self._parent = np.arange(1 + known)
        self._sums: dict[str, Column] = {}
        self.classes: NDArray[np.signedinteger[Any]] = np.array(
            [NONE, outside][: 1 + known], np.int16
        )

    def __len__(self) -> int:
        """How many numbers are in use, with 0."""
        return self.classes.size

    def add(self, runs: Runs, row: int, sums: Sums) -> Strip:
        """Number the patches of a strip; the next is the one below it.

        New patches get the next numbers, in the order of their first pixels; of patches that turn
        out to be one the least number counts, from ``now`` on.

        Args:
            runs: Of the strip.
            row: Of its first pixels.
            sums: What is summed up over the runs of each patch, by name, (n,) each.
        """
        above, count = self._above.starts.size, len(self)
        both = runs.below(self._above)
        meet = meetings(both)
        met = both.classes[meet.upper]
        same = (met == both.classes[meet.lower]) & (met != NONE)
        # Known patches that come from above first, then the strip's own runs.
        known, edge = np.unique(self._edge, return_inverse=True)
        thing = np.concatenate([edge, known.size + np.arange(runs.starts.size)])
        one, other = thing[meet.upper[same]], thing[meet.lower[same]]
        alike = (both.classes[1:] == both.classes[:-1]) & (both.classes[1:] != NONE)
        beside = np.flatnonzero(alike[above - 1 :]) + above - 1
        one = np.concatenate([one, thing[beside]])
        other = np.concatenate([other, thing[beside + 1]])
        root = roots(known.size + runs.starts.size, one, other)
        own = root[known.size :]
        is_new = (own == thing[above:]) & (runs.classes != NONE)
        number = np.concatenate([known, np.where(is_new, count - 1 + np.cumsum(is_new), 0)])
        patches = np.where(both.classes != NONE, number[root[thing]], 0)
        grown = np.arange(count + int(is_new.sum()))
        grown[:count] = self._parent
        grown[known] = number[root[: known.size]]
        self._parent = grown
        self.classes = np.concatenate([self.classes, runs.classes[is_new]])
        for name, values in sums.items():
            total = np.bincount(patches[above:], values, len(self)).astype(values.dtype)
            total[:count] += self._sums.get(name, np.zeros(count, values.dtype))
            self._sums[name] = total
        self._above = runs.last_row()
        self._edge = patches[-self._above.starts.size :]
        return Strip(both, patches, meet, row, above)

    def sum(self, name: str) -> NDArray[np.float64]:
        """A sum over each patch, (len,); of numbers that count no more, 0 after ``now``."""
        return np.asarray(self._sums.get(name, np.zeros(len(self))))

    @property
    def names(self) -> list[str]:
        """Of the sums."""
        return list(self._sums)

    def now(self) -> Ids:
        """The number that counts for each number now; sums and the open edge go to those."""
        parent = self._parent
        while not np.array_equal(shorter := parent[parent], parent):
            parent = shorter
        gone = np.flatnonzero(parent != np.arange(parent.size))
        for total in self._sums.values():
            np.add.at(total, parent[gone], total[gone])
            total[gone] = 0
        self._edge, self._parent = parent[self._edge], parent
        return parent

    def open(self) -> NDArray[np.bool_]:
        """Which patches lie in the last row, and so may grow, (len,)."""
        found = np.zeros(len(self), np.bool_)
        found[self._edge] = True
        return found

    def edge(self) -> tuple[Runs, Ids]:
        """The last row, and the patch of each of its runs."""
        return self._above, self._edge

    def keep(self, kept: NDArray[np.bool_]) -> Ids:
        """Forget all others, which must not be open; after ``now``.

        Returns:
            The new number of each patch, in the same order; 0 of those that are forgotten.
        """
        kept = kept & (self._parent == np.arange(kept.size))
        kept[0] = True
        number = np.where(kept, np.cumsum(kept) - 1, 0)
        self.classes = self.classes[kept]
        self._sums = {name: total[kept] for name, total in self._sums.items()}
        self._edge = number[self._edge]
        self._parent = np.arange(self.classes.size)
        return number
