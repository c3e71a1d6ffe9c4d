"""Rings: arcs put together to the outline of each patch and those of its holes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vector.chains import followed, openings
from core.vector.outlines import Arcs
from core.vector.union import Ids

Floats = NDArray[np.float64]
Numbers = NDArray[np.float64] | NDArray[np.int64]
Lines = tuple[Numbers, Numbers, Ids]
"""Columns and rows of points, line after line, and where each line's begin."""


@dataclass
class Sides:
    """Arcs as the patches on either side see them: each with the patch on its left.

    Attributes:
        patch: Whose outline it is part of, (sides,).
        tail: Number of the corner of pixels where it begins.
        head: Number of that where it ends.
        leaves: Direction in which it leaves its first corner.
        arrives: Direction in which it arrives at its last.
        starts: Where each one's points begin, (sides + 1,), with the end of the last.
        columns: Of all points, one after the other, without each one's last.
        rows: Likewise.
    """

    patch: Ids
    tail: Ids
    head: Ids
    leaves: NDArray[np.int8]
    arrives: NDArray[np.int8]
    starts: Ids
    columns: Floats
    rows: Floats

    @classmethod
    def of(cls, arcs: Arcs, columns: Numbers, rows: Numbers, starts: Ids, width: int) -> Sides:
        """Both sides of each arc.

        Args:
            arcs: As they were traced.
            columns: Of all points that the same arcs are to have.
            rows: Likewise.
            starts: Where each arc's begin, with the end of the last.
            width: Columns of the raster.
        """
        first, last = arcs.starts[:-1], arcs.starts[1:] - 1
        corner = arcs.rows * (width + 1) + arcs.columns
        tail, head = corner[first], corner[last]
        count = np.diff(starts) - 1
        forth = _ranges(starts[:-1], count)
        back = np.repeat(starts[1:] - 1, count) - _ranges(np.zeros_like(count), count)
        points = np.concatenate([forth, back])
        sides = cls(
            np.concatenate([arcs.left, arcs.right]),
            np.concatenate([tail, head]),
            np.concatenate([head, tail]),
            np.concatenate([arcs.leaves, (arcs.arrives + 2) % 4]).astype(np.int8),
            np.concatenate([arcs.arrives, (arcs.leaves + 2) % 4]).astype(np.int8),
            np.concatenate([[0], np.cumsum(np.concatenate([count, count]))]),
            columns[points].astype(np.float64),
            rows[points].astype(np.float64),
        )
        return sides.chosen(sides.patch > 0)

    def __len__(self) -> int:
        """How many sides."""
        return self.patch.size

    def chosen(self, which: NDArray[np.bool_] | Ids) -> Sides:
        """Some of them, in the order asked for."""
        places = np.flatnonzero(which) if which.dtype == np.bool_ else which
        count = np.diff(self.starts)[places]
        points = _ranges(self.starts[places], count)
        return Sides(
            self.patch[places],
            self.tail[places],
            self.head[places],
            self.leaves[places],
            self.arrives[places],
            np.concatenate([[0], np.cumsum(count)]),
            self.columns[points],
            self.rows[points],
        )

    def with_others(self, other: Sides) -> Sides:
        """These and others."""
        return Sides(
            np.concatenate([self.patch, other.patch]),
            np.concatenate([self.tail, other.tail]),
            np.concatenate([self.head, other.head]),
            np.concatenate([self.leaves, other.leaves]),
            np.concatenate([self.arrives, other.arrives]),
            np.concatenate([self.starts, other.starts[1:] + self.starts[-1]]),
            np.concatenate([self.columns, other.columns]),
            np.concatenate([self.rows, other.rows]),
        )


@dataclass
class Polygons:
    """Patches with their rings, which lie one after the other, each patch's outline first.

    Outlines run counter-clockwise where rows run downwards, holes clockwise.

    Attributes:
        patch: (n,), in order.
        first_rings: Number of each patch's first ring, (n + 1,), with that of all.
        starts: Where each ring's points begin, (rings + 1,), with the end of the last. The first
            point does not come again at a ring's end.
        columns: Of all points.
        rows: Likewise.
        ring_sizes: Area within each ring in pixels, (rings,).
    """

    patch: Ids
    first_rings: Ids
    starts: Ids
    columns: Floats
    rows: Floats
    ring_sizes: Floats

    def sizes(self) -> Floats:
        """Area of each patch in pixels, without its holes."""
        outer = np.zeros(self.ring_sizes.size, np.bool_)
        outer[self.first_rings[:-1]] = True
        signed = np.where(outer, self.ring_sizes, -self.ring_sizes)
        return np.add.reduceat(signed, self.first_rings[:-1])

    def closed(self, *, turned: bool) -> tuple[Floats, Floats, Ids]:
        """Columns and rows of the rings, each closed by its first point; and where they begin.

        Args:
            turned: The other way around, for a grid that is seen from behind.
        """
        count = np.diff(self.starts)
        step = _ranges(np.zeros_like(count), count + 1)
        each = np.repeat(count, count + 1)
        points = np.repeat(self.starts[:-1], count + 1) + (-step if turned else step) % each
        starts = np.concatenate([[0], np.cumsum(count + 1)])
        return self.columns[points], self.rows[points], starts

    def lengths(self, measure: Callable[[Floats, Floats, Floats, Floats], Floats]) -> Floats:
        """Length of each patch's outline and those of its holes.

        Args:
            measure: Length of pieces of lines, from columns and rows where they begin and the
                columns and rows by which they lead on.
        """
        columns, rows, starts = self.closed(turned=False)
        pieces = measure(columns[:-1], rows[:-1], np.diff(columns), np.diff(rows))
        pieces[starts[1:-1] - 1] = 0  # from ring to ring
        return np.add.reduceat(pieces, starts[self.first_rings[:-1]])

    def __iter__(self) -> Iterator[tuple[int, slice]]:
        """Each patch and the slice of its rings."""
        for number, patch in enumerate(self.patch.tolist()):
            yield patch, slice(int(self.first_rings[number]), int(self.first_rings[number + 1]))


def assembled(sides: Sides) -> Polygons:
    """Rings of patches of which all sides are there.

    Where two patches touch at a corner of pixels twice over, and so two lines cross there, a ring
    goes on around the other patch: thus holes stay holes and no ring touches itself.
    """
    before = _before(sides)
    ring, place = _cut_rings(before, np.lexsort((sides.leaves, sides.tail)))
    order = np.lexsort((place, ring, sides.patch[ring]))
    sides, ring = sides.chosen(order), ring[order]
    is_first = np.ones(ring.size, np.bool_)
    is_first[1:] = ring[1:] != ring[:-1]
    first = np.flatnonzero(is_first)
    starts = np.append(sides.starts[:-1][first], sides.starts[-1])
    area = ring_areas(sides.columns, sides.rows, starts)
    # Each patch's outline first; then the holes as they come from above.
    patch = sides.patch[first]
    order = np.lexsort((sides.tail[first], area < 0, patch))
    points = _ranges(starts[:-1][order], np.diff(starts)[order])
    patch = patch[order]
    begins = np.ones(patch.size, np.bool_)
    begins[1:] = patch[1:] != patch[:-1]
    return Polygons(
        patch[begins],
        np.append(np.flatnonzero(begins), patch.size),
        np.concatenate([[0], np.cumsum(np.diff(starts)[order])]),
        sides.columns[points],
        sides.rows[points],
        np.abs(area[order]),
    )


def ring_areas(columns: Floats, rows: Floats, starts: Ids) -> Floats:
    """Signed area of each ring, positive where it runs counter-clockwise with rows downwards.

    Args:
        columns: Of all points.
        rows: Likewise.
        starts: Where each ring's points begin, with the end of the last.
    """
    if not columns.size:
        return np.zeros(0)
    last = starts[1:] - 1
    next_column, next_row = np.roll(columns, -1), np.roll(rows, -1)
    next_column[last], next_row[last] = columns[starts[:-1]], rows[starts[:-1]]
    # From each ring's first point, so that large coordinates do not cost digits.
    count = np.diff(starts)
    x, y = np.repeat(columns[starts[:-1]], count), np.repeat(rows[starts[:-1]], count)
    cross = (columns - x) * (next_row - y) - (next_column - x) * (rows - y)
    return np.asarray(-np.add.reduceat(cross, starts[:-1]) / 2)


def _before(sides: Sides) -> Ids:
    """The side that comes before each one on its patch's ring."""
    _, corner = np.unique(np.concatenate([sides.tail, sides.head]), return_inverse=True)
    _, patch = np.unique(sides.patch, return_inverse=True)
    count = len(sides)
    tail, head = corner[:count], corner[count:]
    corners = int(corner.max(initial=0)) + 1
    key = (patch * corners + tail) * 4 + sides.leaves
    order = np.argsort(key)
    key = key[order]
    after = np.full(count, -1)
    # To the right around the other patch, else ahead, else to the left around its own pixel.
    for turn in (1, 0, 3):
        wanted = (patch * corners + head) * 4 + (sides.arrives + turn) % 4
        place = np.minimum(np.searchsorted(key, wanted), count - 1)
        fits = (after < 0) & (key[place] == wanted)
        after[fits] = order[place[fits]]
    before = np.empty(count, np.int64)
    before[after] = np.arange(count)
    return before


def _cut_rings(before: Ids, by_tail: Ids) -> tuple[Ids, Ids]:
    """Cut each ring at the side that begins at its least corner.

    Args:
        before: The side before each.
        by_tail: All sides by the corners where they begin.

    Returns:
        The first side of each one's ring, and its place there.
    """
    rank = np.empty(before.size, np.int64)
    rank[by_tail] = np.arange(before.size)
    cut = before.copy()
    first = openings(rank, before)
    cut[first] = first
    return followed(cut)


def _ranges(starts: Ids, counts: Ids) -> Ids:
    """Whole numbers from each start on, one range after the other."""
    total = np.cumsum(counts)
    if not total.size:
        return np.empty(0, np.int64)
    offsets = np.repeat(starts - (total - counts), counts)
    return np.asarray(offsets + np.arange(int(total[-1])))
