"""Triangles: how many corners of a map's lines lie in each, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.vector.union import Ids

MOST_ROWS = 2**22
"""Of all triangles that are looked at together."""


class Corners:
    """Places on a lattice, to be counted.

    Args:
        columns: Whole numbers, (n,); a place may come more than once.
        rows: Likewise, all multiples of ``step``.
        step: Distance of the rows that hold any.
    """

    def __init__(self, columns: Ids, rows: Ids, step: int = 1) -> None:
        """Sort the places, row by row."""
        self._stride, self._step = int(columns.max(initial=0)) + 2, step
        keys = rows // step * self._stride + columns
        self._order = np.argsort(keys)
        self._sorted = keys[self._order]
        self._keys = self._sorted
        self.leave(np.ones(keys.size, np.bool_))

    def leave(self, there: NDArray[np.bool_]) -> None:
        """Count only some of the places from now on.

        Args:
            there: By place, (n,).
        """
        keys = self._sorted[there[self._order]]
        new = np.ones(keys.size, np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=new[1:])
        self._keys = keys[new]

    def within(self, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> Ids:
        """How many different places lie in each triangle or on its sides.

        Args:
            columns: Of the triangles' corners, (3, n).
            rows: Likewise.
        """
        first = -(-rows.min(axis=0) // self._step)
        count = rows.max(axis=0) // self._step - first + 1
        found = np.zeros(count.size, np.int64)
        ends = np.cumsum(count)
        begin = 0
        while begin < count.size:
            before = int(ends[begin - 1]) if begin else 0
            end = max(int(np.searchsorted(ends, before + MOST_ROWS, "right")), begin + 1)
            part = slice(begin, end)
            found[part] = self._within(columns[:, part], rows[:, part], first[part], count[part])
            begin = end
        return found

    def _within(self, columns: Ids, rows: Ids, first: Ids, count: Ids) -> Ids:
        which = np.repeat(np.arange(count.size), count)
        line = np.arange(which.size) - np.repeat(np.cumsum(count) - count, count) + first[which]
        row = line * self._step
        low = np.full(which.size, self._stride)
        high = np.full(which.size, -1)
        for one, other in ((0, 1), (1, 2), (2, 0)):
            x, y = columns[one][which], rows[one][which]
            width, height = columns[other][which] - x, rows[other][which] - y
            on = (row >= np.minimum(y, y + height)) & (row <= np.maximum(y, y + height))
            flat = height == 0
            upward = height < 0
            down = np.where(flat, 1, np.abs(height))
            way = np.where(upward, y - row, row - y) * width
            least = np.where(flat, np.minimum(x, x + width), x - (-way // down))
            most = np.where(flat, np.maximum(x, x + width), x + way // down)
            low = np.where(on, np.minimum(low, least), low)
            high = np.where(on, np.maximum(high, most), high)
        begins = np.searchsorted(self._keys, line * self._stride + low, "left")
        high = np.minimum(high, self._stride - 1)
        ends = np.searchsorted(self._keys, line * self._stride + high, "right")
        return np.bincount(which, np.maximum(ends - begins, 0), count.size).astype(np.int64)
