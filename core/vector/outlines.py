"""Outlines: the lines between patches, as arcs that the patches on both sides share.

An arc runs along the sides of pixels, from a node to a node: a corner of pixels where three or four
lines meet. A line without any begins and ends in one of its own corners. What is done to an arc is
done to both patches, so that they never part nor overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vector.chains import followed, openings
from core.vector.union import Ids

BAND = 2048
"""Rows that are traced at once. Where a line crosses from one band to the next it has a node, so
that results depend on this number, but on no other that says how a raster is read."""

EAST, SOUTH, WEST, NORTH = range(4)
"""Directions of a line, clockwise."""


@dataclass
class Arcs:
    """Lines between patches.

    Attributes:
        columns: Of all points, arc after arc, (points,); 0 is the left side of the first pixels.
        rows: Likewise; 0 is the upper side of the first pixels.
        starts: Where each arc's points begin, (arcs + 1,), with the end of the last.
        left: The patch on each arc's left, as it runs, with rows downwards; 0 is none.
        right: The patch on its right.
        leaves: Direction in which each arc leaves its first point along the pixels.
        arrives: Direction in which it arrives at its last.
    """

    columns: Ids
    rows: Ids
    starts: Ids
    left: Ids
    right: Ids
    leaves: NDArray[np.int8]
    arrives: NDArray[np.int8]

    def __len__(self) -> int:
        """How many arcs."""
        return len(self.left)


@dataclass(frozen=True)
class _Points:
    """Corners of pixels where lines turn or meet, in rows.

    Attributes:
        rows: 0 is the upper side of the raster.
        columns: 0 is its left side.
        is_node: Whether arcs end there.
        goes_east: Whether a line leads to the east.
        goes_south: Whether a line leads to the south.
        cells: The patches to the north-east, south-west and south-east, (3, points).
    """

    rows: Ids
    columns: Ids
    is_node: NDArray[np.bool_]
    goes_east: NDArray[np.bool_]
    goes_south: NDArray[np.bool_]
    cells: NDArray[np.integer]


class Tracer:
    """Traces a raster from strips, band by band.

    Args:
        width: Columns of the raster.
        height: Rows of the raster.
    """

    def __init__(self, width: int, height: int) -> None:
        """Start above the raster, where there is no patch."""
        self._height = height
        self._above = np.zeros(width, np.int32)
        self._points: list[_Points] = []

    def add(self, patches: NDArray[np.int32], row: int) -> Arcs | None:
        """Trace a strip; the next is the one below it.

        Args:
            patches: Each pixel's patch, from 1, 0 where there is none, (h, w); of one band.
            row: The strip's first row.

        Returns:
            The arcs of the band that ends here; None within a band.
        """
        bottom = row + len(patches)
        cells = np.concatenate([self._above[None], patches])
        self._points.append(_points(cells, row, begins=row > 0 and row % BAND == 0))
        self._above = patches[-1].copy()
        is_last = bottom == self._height
        if not is_last and bottom % BAND:
            return None
        below = np.zeros_like(self._above) if is_last else self._above
        edge = np.stack([self._above, below])
        self._points.append(_points(edge, bottom, ends=not is_last))
        arcs = _arcs(self._points)
        self._points = []
        return arcs


def _points(
    cells: NDArray[np.int32], row: int, *, begins: bool = False, ends: bool = False
) -> _Points:
    """Points between rows of pixels.

    Args:
        cells: The patches of n + 1 rows of pixels, (n + 1, w).
        row: Row of the first points.
        begins: A band begins there: the lines that come from above end in the first points.
        ends: A band ends there: no line leads on.
    """
    cells = np.pad(cells, ((0, 0), (1, 1)))
    upper, lower = cells[:-1], cells[1:]
    level = upper != lower  # sides between two rows: (n, w + 2), the outermost are none
    upright = cells[:, :-1] != cells[:, 1:]  # sides between two columns: (n + 1, w + 1)
    west, east, north, south = level[:, :-1], level[:, 1:], upright[:-1], upright[1:]
    node = (west & east & (north | south)) | (north & south & (west | east))
    point = node | ((west ^ east) & (north ^ south))
    if begins:
        node[0] |= north[0]
    if ends:
        node |= north
    point |= node
    rows, columns = np.nonzero(point)
    around = upper[:, 1:][point], lower[:, :-1][point], lower[:, 1:][point]
    goes_south = south[point] & (not ends)
    return _Points(rows + row, columns, node[point], east[point], goes_south, np.stack(around))


def _arcs(parts: list[_Points]) -> Arcs:
    """Link the points of a band by lines, and the lines to arcs."""
    rows, columns, is_node, goes_east, goes_south = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("rows", "columns", "is_node", "goes_east", "goes_south")
    )
    north_east, south_west, south_east = np.concatenate([part.cells for part in parts], axis=1)
    # A line to the east ends at the next point of its row, one to the south at that of its column.
    level = np.flatnonzero(goes_east)
    by_column = np.lexsort((rows, columns))
    place = np.flatnonzero(goes_south[by_column])
    upright = by_column[place]
    start = np.concatenate([level, upright])
    end = np.concatenate([level + 1, by_column[place + 1]])
    left = np.concatenate([north_east[level], south_east[upright]])
    right = np.concatenate([south_east[level], south_west[upright]])
    way = np.repeat(np.array([EAST, SOUTH], np.int8), [level.size, upright.size])
    # A line runs so that the lesser patch is on its left, which is the same all along an arc.
    back = left > right
    tail, head = np.where(back, end, start), np.where(back, start, end)
    left, right = np.minimum(left, right), np.maximum(left, right)
    way[back] = (way[back] + 2) % 4
    chain, place = _chained(tail, head, is_node)
    order = np.lexsort((place, chain))
    tail, head, way, chain = tail[order], head[order], way[order], chain[order]
    is_first = np.ones(chain.size, np.bool_)
    is_first[1:] = chain[1:] != chain[:-1]
    first = np.flatnonzero(is_first)
    last = np.append(first, chain.size)[1:] - 1
    # Each line gives its first point, the last line of an arc its last point too.
    starts = np.append(first, chain.size) + np.arange(first.size + 1)
    points = np.empty(chain.size + first.size, np.int64)
    points[np.arange(chain.size) + np.cumsum(is_first) - 1] = tail
    points[starts[1:] - 1] = head[last]
    sides = left[order][first].astype(np.int64), right[order][first].astype(np.int64)
    return Arcs(columns[points], rows[points], starts, *sides, way[first], way[last])


def _chained(tail: Ids, head: Ids, is_node: NDArray[np.bool_]) -> tuple[Ids, Ids]:
    """Chains of lines from node to node.

    Args:
        tail: Where each line begins.
        head: Where it ends.
        is_node: By point; at all others one line ends and one begins.

    Returns:
        The first line of each line's chain, and its place there.
    """
    number = np.arange(tail.size)
    arriving = np.full(is_node.size, -1)
    arriving[head] = number
    before = np.where(is_node[tail], number, arriving[tail])
    before[openings(tail, before)] = -1
    before = np.where(before < 0, number, before)
    return followed(before)
