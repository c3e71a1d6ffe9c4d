"""Footprints: outlines of buildings made regular, each near its pixels and off all the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vector.ring_tests import farthest, touch
from core.vector.rings import Polygons, ring_areas
from core.vector.walls import STEPS, Outline

Floats = NDArray[np.float64]

PARTLY = 0.7
"""Of the tolerance: what the cutting into walls may take of it."""
ON = 1e-6
"""Metres between lines that are one."""
CELL = 32.0
"""Tolerances to the side of the cells in which neighbours are looked for."""


@dataclass
class _Footprint:
    """A building.

    Attributes:
        patch: Its number.
        drawn: Its rings as the simplified lines are, in metres, the outline first.
        regular: Its rings with right angles; None where none are near enough, or in another's way.
    """

    patch: int
    drawn: list[Floats]
    regular: list[Floats] | None

    @property
    def rings(self) -> list[Floats]:
        return self.drawn if self.regular is None else self.regular

    def box(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower edge."""
        ring = self.rings[0]
        return *ring.min(axis=0).tolist(), *ring.max(axis=0).tolist()


class Footprints:
    """Takes buildings band by band, and gives them back once nothing can come into their way.

    Simplified lines never meet: a building whose regular outline meets another's goes back to them,
    the smaller one first. Buildings that share a wall keep the simplified one, so that it stays
    common.

    Args:
        tolerance: Metres that no wall may be off its pixels.
        sides: Metres of a pixel's upper and left side.
    """

    def __init__(self, tolerance: float, sides: tuple[float, float]) -> None:
        """No building yet."""
        self._tolerance, self._sides = tolerance, np.array(sides)
        self._waiting: list[_Footprint] = []
        self.regular = 0
        """How many of those given back have right angles."""
        self.given = 0
        """How many were given back."""

    def add(self, exact: Polygons, drawn: Polygons, shared: NDArray[np.bool_]) -> None:
        """Add buildings.

        Args:
            exact: With the pixels' own sides.
            drawn: The same buildings with simplified lines.
            shared: By patch, whether it has a wall in common with another building.
        """
        for (patch, own), (_, lines) in zip(exact, drawn, strict=True):
            simple = [self._ring(drawn, ring) for ring in range(lines.start, lines.stop)]
            regular = None
            if not shared[patch]:
                rings = [self._ring(exact, ring) for ring in range(own.start, own.stop)]
                regular = self._regular(rings, simple)
            self._waiting.append(_Footprint(patch, simple, regular))

    @property
    def waiting(self) -> list[int]:
        """The numbers of those that were not given back yet, in order."""
        return sorted(each.patch for each in self._waiting)

    def _ring(self, made: Polygons, ring: int) -> Floats:
        part = slice(int(made.starts[ring]), int(made.starts[ring + 1]))
        return np.asarray(np.stack([made.columns[part], made.rows[part]], axis=1) * self._sides)

    def _regular(self, rings: list[Floats], drawn: list[Floats]) -> list[Floats] | None:
        """Rings of one building with right angles: in all of its outline, else where it has any."""
        pixels = STEPS * float(self._sides.max())
        angle = Outline(rings[0], pixels).direction()
        for reach, make in (
            (pixels, Outline.regular),
            (max(pixels, PARTLY * self._tolerance), Outline.partly_regular),
        ):
            found = []
            for number, points in enumerate(rings):
                outline = Outline(points, reach)
                if angle is None:
                    angle = outline.main_direction()
                walls = make(outline, angle, self._tolerance)
                if walls is None and not number:
                    break
                found.append(drawn[number] if walls is None else walls)
            if found and _is_apart(found):
                return found
        return None

    def ended(self, row: float) -> Polygons | None:
        """Those that no building which is still to come can meet.

        Args:
            row: Above which no such building begins.
        """
        edge = (row * self._sides[1]) - 4 * self._tolerance
        self._part()
        ended = [each for each in self._waiting if each.box()[3] < edge]
        self._waiting = [each for each in self._waiting if each.box()[3] >= edge]
        self.given += len(ended)
        self.regular += sum(each.regular is not None for each in ended)
        return self._polygons(ended) if ended else None

    def _polygons(self, footprints: list[_Footprint]) -> Polygons:
        footprints = sorted(footprints, key=lambda each: each.patch)
        rings = [ring for each in footprints for ring in each.rings]
        points = np.concatenate(rings) / self._sides
        starts = np.cumsum([0, *map(len, rings)])
        return Polygons(
            np.array([each.patch for each in footprints]),
            np.cumsum([0, *(len(each.rings) for each in footprints)]),
            starts,
            points[:, 0].copy(),
            points[:, 1].copy(),
            np.abs(ring_areas(points[:, 0], points[:, 1], starts)),
        )

    def _part(self) -> None:
        """Let regular outlines that meet another building go back to simplified lines."""
        every = self._waiting
        for one, other in sorted(self._neighbours()):
            self._settle(every[one], every[other])
        # What has gone back may meet a regular one that it did not meet before.
        changed = True
        while changed:
            changed = False
            for one, other in sorted(self._neighbours()):
                changed |= self._settle(every[one], every[other])

    def _settle(self, one: _Footprint, other: _Footprint) -> bool:
        """Part two buildings; whether that took anything."""
        changed = False
        by_size = sorted((one, other), key=lambda each: (_size(each.rings[0]), each.patch))
        for each in by_size:
            if each.regular is None or not _meet(one, other):
                continue
            each.regular, changed = None, True
        return changed

    def _neighbours(self) -> Iterator[tuple[int, int]]:
        """Pairs whose boxes meet, at least one of them regular, each once."""
        side = CELL * self._tolerance
        cells: dict[tuple[int, int], list[int]] = {}
        boxes = [each.box() for each in self._waiting]
        found: set[tuple[int, int]] = set()
        for number, (left, top, right, bottom) in enumerate(boxes):
            for x in range(int(left // side), int(right // side) + 1):
                for y in range(int(top // side), int(bottom // side) + 1):
                    for other in cells.setdefault((x, y), []):
                        low = boxes[other]
                        if (
                            low[0] <= right
                            and left <= low[2]
                            and low[1] <= bottom
                            and top <= low[3]
                        ):
                            found.add((other, number))
                    cells[x, y].append(number)
        for one, other in found:
            if any(self._waiting[each].regular is not None for each in (one, other)):
                yield one, other


def _is_apart(rings: list[Floats]) -> bool:
    """Whether holes lie within the outline, and off it and each other."""
    return all(
        _within(hole[:1], rings[0])[0]
        and not touch(hole, rings[0])
        and not any(
            touch(hole, other) or _within(hole[:1], other)[0] or _within(other[:1], hole)[0]
            for other in rings[1:number]
        )
        for number, hole in enumerate(rings[1:], 1)
    )


def _size(ring: Floats) -> float:
    x, y = (ring - ring[0]).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _meet(one: _Footprint, other: _Footprint) -> bool:
    """Whether two buildings have more than single points in common."""
    if any(_cross(ring, second) for ring in one.rings for second in other.rings):
        return True
    return any(
        _inside(first.rings, ring)
        for first, second in ((one, other), (other, one))
        for ring in second.rings
    )


def _inside(rings: list[Floats], ring: Floats) -> bool:
    """Whether the middle of a ring's side lies within the outline, not in a hole nor on a line."""
    middles = (ring + np.roll(ring, -1, axis=0)) / 2
    inside = _within(middles, rings[0])
    for hole in rings[1:]:
        inside &= ~_within(middles, hole)
    return any(not _on(point, rings) for point in middles[inside])


def _on(point: Floats, rings: list[Floats]) -> bool:
    """Whether a point lies on a line, to the micrometre."""
    return any(farthest(point[None], ring) < ON for ring in rings)


def _within(points: Floats, ring: Floats) -> NDArray[np.bool_]:
    """Which points lie within a ring, by how often a line to the east leaves it."""
    after = np.roll(ring, -1, axis=0)
    x, y = points[:, :1], points[:, 1:]
    passes = (ring[:, 1] > y) != (after[:, 1] > y)
    height = np.where(after[:, 1] == ring[:, 1], 1, after[:, 1] - ring[:, 1])
    at = ring[:, 0] + (y - ring[:, 1]) * (after[:, 0] - ring[:, 0]) / height
    return np.asarray((passes & (x < at)).sum(axis=1) % 2 == 1)


def _cross(one: Floats, other: Floats) -> bool:
    """Whether sides of two rings cross; a corner that lies on a side does not count."""

    def turns(start: Floats, end: Floats, point: Floats) -> Floats:
        way, to = end - start, point[None] - start[:, None]
        return way[:, :1] * to[..., 1] - way[:, 1:] * to[..., 0]

    a, b, c, d = one, np.roll(one, -1, axis=0), other, np.roll(other, -1, axis=0)
    first = turns(a, b, c) * turns(a, b, d) < 0
    second = (turns(c, d, a) * turns(c, d, b) < 0).T
    return bool((first & second).any())
