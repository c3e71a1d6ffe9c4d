"""Borders: which patches lie side by side, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.vector.union import Ids

Borders = tuple[Ids, Ids, NDArray[np.float64]]
"""One patch of each pair, the other, and the length of their common border; one below the other."""


@dataclass
class BorderCount:
    """Sums up common borders strip by strip.

    Args:
        across: Length of a pixel's upper side.
        along: Length of a pixel's left side.
    """

    across: float
    along: float
    _parts: list[Borders] = field(default_factory=list)
    _last: Ids | None = None

    def add(self, ids: NDArray[np.int64]) -> None:
        """Count a strip; the next is the one below it.

        Args:
            ids: Each pixel's patch, (h, w).
        """
        upright = _pairs(ids[:, :-1], ids[:, 1:], self.along)
        level = _pairs(ids[:-1], ids[1:], self.across)
        parts = [upright, level]
        if self._last is not None:
            parts.append(_pairs(self._last, ids[0], self.across))
        self._last = ids[-1].copy()
        self._parts.append(summed(*(np.concatenate(each) for each in zip(*parts, strict=True))))

    def total(self, group: Ids) -> Borders:
        """All borders.

        Args:
            group: The patch of each number that was counted.
        """
        first, second, length = (np.concatenate(each) for each in zip(*self._parts, strict=True))
        self._parts.clear()
        return merged((first, second, length), group)


def merged(borders: Borders, group: Ids) -> Borders:
    """Borders between groups of patches; those within a group are gone."""
    first, second, length = borders
    first, second = group[first], group[second]
    apart = first != second
    first, second = first[apart], second[apart]
    return summed(np.minimum(first, second), np.maximum(first, second), length[apart])


def summed(first: Ids, second: Ids, length: NDArray[np.float64]) -> Borders:
    """One entry a pair, in order."""
    if not first.size:
        return first, second, length
    order = np.lexsort((second, first))
    first, second, length = first[order], second[order], length[order]
    new = np.ones(first.size, np.bool_)
    new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    starts = np.flatnonzero(new)
    return first[starts], second[starts], np.add.reduceat(length, starts)


def _pairs(one: NDArray[np.int64], other: NDArray[np.int64], length: float) -> Borders:
    apart = one != other
    first, second = one[apart], other[apart]
    pair = np.minimum(first, second), np.maximum(first, second)
    return *pair, np.full(first.size, length)
