"""Simplification and smoothing of shared lines, with which they never cross, touch or vanish.

A corner goes only if the triangle of it and its two neighbours holds no corner of any other line:
then nothing can come to lie on another side of the line than before. As each line belongs to the
patches on both of its sides, these never part nor overlap.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.vector.outlines import Arcs
from core.vector.triangles import Corners
from core.vector.union import Ids

Floats = NDArray[np.float64]

QUARTER = 4
"""Smoothing cuts a corner at a quarter of both of its sides."""
ROUNDS = 2
"""Of smoothing (Chaikin 1974, An algorithm for high-speed curve generation)."""


def simplified(arcs: Arcs, tolerance: float, sides: tuple[float, float]) -> Arcs:
    """Leave out corners, those first whose lack moves a line least, while none moves too far.

    Args:
        arcs: As they were traced, of one band.
        tolerance: How far any corner of the pixels may be from its line.
        sides: Length of a pixel's upper and left side, in the same unit.

    Returns:
        The same arcs with fewer points; their ends are where they were.
    """
    return _Thinning(arcs, tolerance, sides).thinned()


class _Thinning:
    """The points of a band while some go."""

    def __init__(self, arcs: Arcs, tolerance: float, sides: tuple[float, float]) -> None:
        self._arcs, self._tolerance = arcs, tolerance
        count = arcs.columns.size
        self._x, self._y = arcs.columns * sides[0], arcs.rows * sides[1]
        self._arc = np.repeat(np.arange(len(arcs)), np.diff(arcs.starts))
        number = np.arange(count)
        self._before, self._after = number - 1, number + 1
        self._free = np.ones(count, np.bool_)  # may go, for what is known
        self._free[arcs.starts[:-1]] = False
        self._free[arcs.starts[1:] - 1] = False
        self._there = np.ones(count, np.bool_)
        self._spare = np.diff(arcs.starts) - 2 - _least(arcs)
        self._moved = np.full(count, np.inf)

    def thinned(self) -> Arcs:
        arcs = self._arcs
        self._measure(np.flatnonzero(self._free))
        corners = Corners(arcs.columns, arcs.rows)
        while (chosen := self._chosen()).size:
            corners.leave(self._there)
            three = np.stack([self._before[chosen], chosen, self._after[chosen]])
            empty = corners.within(arcs.columns[three], arcs.rows[three]) == 3
            self._free[chosen[~empty]] = False
            self._leave_out(chosen[empty])
        count = np.bincount(self._arc[self._there], minlength=len(arcs))
        return dataclasses.replace(
            arcs,
            columns=arcs.columns[self._there],
            rows=arcs.rows[self._there],
            starts=np.concatenate([[0], np.cumsum(count)]),
        )

    def _chosen(self) -> Ids:
        """Corners that may go and move a line less than the corners beside them."""
        able = np.flatnonzero(self._free & (self._moved <= self._tolerance))
        able = able[self._spare[self._arc[able]] > 0]
        cost = np.full(self._free.size, np.inf)
        cost[able] = self._moved[able]
        before, after = self._before[able], self._after[able]
        own = cost[able]
        able = able[(own < cost[before]) & (own <= cost[after])]
        # Of lines that may lose but few, those that matter least.
        order = np.lexsort((able, cost[able], self._arc[able]))
        able = able[order]
        arc = self._arc[able]
        rank = np.arange(able.size) - np.searchsorted(arc, arc, "left")
        return np.sort(able[rank < self._spare[arc]])

    def _leave_out(self, gone: Ids) -> None:
        before, after = self._before[gone], self._after[gone]
        self._after[before], self._before[after] = after, before
        self._there[gone] = self._free[gone] = False
        self._spare -= np.bincount(self._arc[gone], minlength=self._spare.size)
        starts = self._arcs.starts
        is_beside = np.zeros(self._there.size, np.bool_)
        is_beside[before] = is_beside[after] = True
        beside = np.flatnonzero(is_beside)
        arc = self._arc[beside]
        inner = beside[(beside != starts[arc]) & (beside != starts[arc + 1] - 1)]
        self._free[inner] = True
        self._measure(inner)

    def _measure(self, corners: Ids) -> None:
        """How far the farthest point would be from the line without each corner."""
        if not corners.size:
            return
        first, last = self._before[corners], self._after[corners]
        count = last - first - 1
        begins = np.cumsum(count) - count
        points = np.arange(int(count.sum())) - np.repeat(begins - first - 1, count)
        x, y = self._x[first], self._y[first]
        width, height = self._x[last] - x, self._y[last] - y
        square = np.maximum(width**2 + height**2, np.finfo(float).tiny)
        right, down = self._x[points] - np.repeat(x, count), self._y[points] - np.repeat(y, count)
        wide, high = np.repeat(width, count), np.repeat(height, count)
        place = np.clip((right * wide + down * high) / np.repeat(square, count), 0, 1)
        distance = np.hypot(right - place * wide, down - place * high)
        self._moved[corners] = np.maximum.reduceat(distance, begins)


def _least(arcs: Arcs) -> Ids:
    """Corners between its ends that each arc must keep: what two arcs enclose must not vanish."""
    stride = int(arcs.columns.max(initial=0)) + 1
    place = arcs.rows * stride + arcs.columns
    ends = np.sort(np.stack([place[arcs.starts[:-1]], place[arcs.starts[1:] - 1]]), axis=0)
    _, pair, count = np.unique(ends, axis=1, return_inverse=True, return_counts=True)
    return np.where(ends[0] == ends[1], 2, np.where(count[pair.ravel()] > 1, 1, 0))


def smoothed(arcs: Arcs) -> tuple[Floats, Floats, Ids]:
    """Cut the corners of lines at a quarter of their sides, then those that are new.

    Args:
        arcs: Of one band.

    Returns:
        Columns and rows of all points, and where each arc's begin, with the end of the last. The
        ends of arcs are where they were.
    """
    columns, rows, starts = arcs.columns, arcs.rows, arcs.starts
    rings = _rings(arcs)
    for _ in range(ROUNDS):
        columns, rows, starts = _cut(columns * QUARTER, rows * QUARTER, starts, rings)
    scale = QUARTER**ROUNDS
    return columns / scale, rows / scale, starts


def _rings(arcs: Arcs) -> NDArray[np.bool_]:
    """Arcs that end where they begin, and no other arc does."""
    first, last = arcs.starts[:-1], arcs.starts[1:] - 1
    stride = int(arcs.columns.max(initial=0)) + 1
    place = arcs.rows * stride + arcs.columns
    _, number, count = np.unique(
        np.concatenate([place[first], place[last]]), return_inverse=True, return_counts=True
    )
    closed = (place[first] == place[last]) & (count[number[: first.size]] == 2)
    # Another may end there in the band above.
    return np.asarray(closed & (arcs.rows[first] != arcs.top))


def _cut(columns: Ids, rows: Ids, starts: Ids, rings: NDArray[np.bool_]) -> tuple[Ids, Ids, Ids]:
    number = np.arange(columns.size)
    before, after = number - 1, number + 1
    first, last = starts[:-1], starts[1:] - 1
    fixed = np.zeros(columns.size, np.bool_)
    fixed[first[~rings]] = fixed[last[~rings]] = True
    before[first[rings]] = last[rings] - 1
    inner = ~fixed
    inner[last[rings]] = False  # the first again
    corner = np.flatnonzero(inner)
    x, y = columns[corner], rows[corner]
    near = [
        (x + (columns[side] - x) // QUARTER, y + (rows[side] - y) // QUARTER)
        for side in (before[corner], after[corner])
    ]
    three = np.stack([near[0][0], x, near[1][0]]), np.stack([near[0][1], y, near[1][1]])
    empty = Corners(columns, rows, QUARTER).within(*three) == 1
    cut = corner[empty]
    # Each cut corner becomes two.
    copies = np.ones(columns.size, np.int64)
    copies[cut] = 2
    place = np.cumsum(copies) - copies
    new_columns, new_rows = np.repeat(columns, copies), np.repeat(rows, copies)
    for offset, (column, row) in enumerate(near):
        new_columns[place[cut] + offset], new_rows[place[cut] + offset] = column[empty], row[empty]
    new_starts = np.append(place[first], new_columns.size)
    closing = new_starts[1:][rings] - 1
    new_columns[closing] = new_columns[new_starts[:-1][rings]]
    new_rows[closing] = new_rows[new_starts[:-1][rings]]
    return new_columns, new_rows, new_starts
