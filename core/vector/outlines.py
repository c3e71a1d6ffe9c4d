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
from core.vector.patches import Strip
from core.vector.runs import Meetings, Runs, meetings
from core.vector.union import Ids

BAND = 2048
"""Rows that are traced at once. Where a line crosses from one band to the next it has a node, so
that results depend on this number, but on no other that says how a raster is read."""
LEAST_BAND = 256
BAND_PIXELS = 2**26
"""Of a band, where its rows are not the least already; memory is some bytes for each."""

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
        top: The first row of the band.
    """

    columns: Ids
    rows: Ids
    starts: Ids
    left: Ids
    right: Ids
    leaves: NDArray[np.int8]
    arrives: NDArray[np.int8]
    top: int

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
        self._height, self._band = height, band_rows(width)
        self._points: list[_Points] = []
        self._top = 0

    def add(self, strip: Strip, patches: Ids) -> None:
        """Trace a strip; the next is the one below it.

        Args:
            strip: Of one band.
            patches: What is to be traced of it: the number of each run's patch, 0 where it is none.
        """
        begins = strip.row > 0 and strip.row % self._band == 0
        if begins:
            self._top = strip.row
        self._points.append(_points(strip.runs, strip.meetings, patches, strip.row, begins=begins))

    def end(self, last: Runs, patches: Ids, now: Ids) -> Arcs:
        """End a band.

        Args:
            last: Its last row.
            patches: As ``add`` takes them, of that row.
            now: The number that counts for each patch's number now.

        Returns:
            The arcs of the band.
        """
        bottom = min(self._top + self._band, self._height)
        if bottom == self._height:
            runs = Runs.nothing(last.width).below(last)
            none = np.append(patches, 0)
            self._points.append(_points(runs, meetings(runs), none, bottom))
        else:
            self._points.append(_ends(last, patches, bottom))
        arcs = _arcs(self._points, now, self._top)
        self._points = []
        return arcs


def band_rows(width: int) -> int:
    """Rows that are traced at once of a raster of a width: fewer of a very wide one."""
    rows = BAND
    while rows > LEAST_BAND and rows * width > BAND_PIXELS:
        rows //= 2
    return rows


def _points(runs: Runs, meet: Meetings, patches: Ids, row: int, *, begins: bool = False) -> _Points:
    """Points between rows of pixels: there are some only where a run begins.

    Args:
        runs: Of n + 1 rows of pixels.
        meet: Pairs of them.
        patches: Number of each run's patch.
        row: Row of the first points.
        begins: A band begins there: the lines that come from above end in the first points.
    """
    before_upper = meet.upper - (runs.starts[meet.upper] == meet.places)
    before_lower = meet.lower - (runs.starts[meet.lower] == meet.places + runs.stride)
    north_west, north_east = patches[before_upper], patches[meet.upper]
    south_west, south_east = patches[before_lower], patches[meet.lower]
    west, east = north_west != south_west, north_east != south_east
    north, south = north_west != north_east, south_west != south_east
    node = (west & east & (north | south)) | (north & south & (west | east))
    if begins:
        first = int(np.searchsorted(meet.places, runs.stride))
        node[:first] |= north[:first]
    point = np.flatnonzero(node | ((west ^ east) & (north ^ south)))
    rows, columns = np.divmod(meet.places[point], runs.stride)
    around = np.stack([north_east[point], south_west[point], south_east[point]])
    return _Points(rows + row, columns, node[point], east[point], south[point], around)


def _ends(last: Runs, patches: Ids, bottom: int) -> _Points:
    """Where lines from above end, at the end of a band."""
    before = np.concatenate([[0], patches[:-1]])
    point = np.flatnonzero(patches != before)
    none = np.zeros(point.size, np.bool_)
    around = np.stack([patches[point], before[point], patches[point]])
    return _Points(np.full(point.size, bottom), last.starts[point], ~none, none, none, around)


def _arcs(parts: list[_Points], now: Ids, top: int) -> Arcs:
    """Link the points of a band by lines, and the lines to arcs."""
    rows, columns, is_node, goes_east, goes_south = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("rows", "columns", "is_node", "goes_east", "goes_south")
    )
    cells = np.concatenate([part.cells for part in parts], axis=1)
    north_east, south_west, south_east = now[cells]
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
    sides = left[order][first], right[order][first]
    return Arcs(columns[points], rows[points], starts, *sides, way[first], way[last], top)


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
