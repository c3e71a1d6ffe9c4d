"""Walls: one outline of pixels made regular, with right angles and straight walls.

The corners that matter (Douglas and Peucker 1973) cut the outline into walls. One direction is
fitted to all of them at once, by least squares over the pixels' own sides. Each wall then lies
along or across it, where the pixels are in the mean, and corners are where walls meet. Walls hardly
longer than the tolerance go, and nothing is kept that is further from the pixels than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vector.ring_tests import farthest, is_simple
from core.vector.union import Ids

Floats = NDArray[np.float64]

ASKEW = math.radians(25)
"""A wall further from both directions is neither along nor across."""
MOST_ASKEW = 0.15
"""Share of such walls in an outline from which on it has no right angles."""
STEPS = 1.05
"""Pixels: the steps of a straight wall, however it lies, stay within one of its outer corners."""
SHORTEST = (1.0, 0.5)
"""Tolerances that a wall must be long, tried in turn: the longer, the fewer walls."""


@dataclass
class _Wall:
    along: bool
    offset: float
    weight: float


class Outline:
    """The sides of pixels around a patch or within it, with sums over them.

    Args:
        points: Corners in metres, (n, 2), the first not again at the end.
        reach: Metres by which the outline may leave a straight wall.
    """

    def __init__(self, points: Floats, reach: float) -> None:
        """Cut it into walls, and sum up the sides of each."""
        kept = _cuts(points, reach)
        self.points, self._kept = points, kept
        self._origin = points.mean(axis=0)
        start = points - self._origin
        step = np.roll(start, -1, axis=0) - start
        length = np.hypot(step[:, 0], step[:, 1])
        middle = start + step / 2
        square = middle[:, :, None] * middle[:, None, :] + step[:, :, None] * step[:, None, :] / 12
        sums = np.concatenate(
            [length[:, None], length[:, None] * middle, length[:, None] * square.reshape(-1, 4)], 1
        )
        self._runs = self._summed(sums)
        chord = np.roll(points[kept], -1, axis=0) - points[kept]
        self._angle = np.arctan2(chord[:, 1], chord[:, 0])
        self._long = np.hypot(chord[:, 0], chord[:, 1])

    def _summed(self, sums: Floats) -> Floats:
        """Length, first and second moments of the sides of each wall, (walls, 7)."""
        kept = self._kept
        turned = np.roll(sums, -int(kept[0]), axis=0)
        return np.add.reduceat(turned, kept - kept[0], axis=0)

    def direction(self) -> float | None:
        """The angle of the walls, between -45 and 45 degrees; None where most have none."""
        angle = self.main_direction()
        for _ in range(2):
            off = _off(self._angle - angle)
            straight = off <= ASKEW
            if self._long[~straight].sum() > MOST_ASKEW * self._long.sum():
                return None
            angle = self._fitted(angle, straight)
        return angle

    def main_direction(self) -> float:
        """The mean angle of the walls, right angles aside; the longer ones weigh more."""
        four, weight = 4 * self._angle, self._long**2
        return math.atan2(weight @ np.sin(four), weight @ np.cos(four)) / 4

    def _fitted(self, angle: float, straight: NDArray[np.bool_]) -> float:
        """The direction from which the pixels' sides lie least far, near to one that is known."""
        runs = self._runs[straight]
        mean = runs[:, 1:3] / runs[:, :1]
        scatter = runs[:, 3:].reshape(-1, 2, 2) - runs[:, :1, None] * (
            mean[:, :, None] * mean[:, None, :]
        )
        along = _is_along(self._angle[straight] - angle)
        turned = scatter[~along][:, ::-1, ::-1] * np.array([[1, -1], [-1, 1]])
        total = scatter[along].sum(axis=0) + turned.sum(axis=0)
        best = math.atan2(2 * total[0, 1], total[0, 0] - total[1, 1]) / 2
        return angle + (best - angle + math.pi / 4) % (math.pi / 2) - math.pi / 4

    def regular(self, angle: float, tolerance: float) -> Floats | None:
        """The outline with walls along and across a direction.

        Args:
            angle: Of the direction.
            tolerance: Metres that nothing may be off.

        Returns:
            Its corners in metres, (n, 2); None where no such outline is near enough.
        """
        turn, mean, corners = self._turned(angle)
        along = _is_along(self._angle - angle)
        walls: list[_Wall] = []
        for number, is_along in enumerate(along.tolist()):
            wall = _Wall(is_along, float(mean[number, int(is_along)]), float(self._runs[number, 0]))
            if walls and walls[-1].along == is_along:
                _append(walls, wall, float(corners[number, 1 - int(is_along)]), tolerance)
            else:
                walls.append(wall)
        if len(walls) > 1 and walls[0].along == walls[-1].along:
            first = walls.pop(0)
            _append(walls, first, float(corners[0, 1 - int(first.along)]), tolerance)
        for share in SHORTEST:
            found = _corners(_without_short(list(walls), share * tolerance))
            if found is None or not is_simple(found):
                continue
            placed = found @ turn.T + self._origin
            if self._is_right(placed, tolerance):
                return np.asarray(placed)
        return None

    def partly_regular(self, angle: float, tolerance: float) -> Floats | None:
        """The outline with those walls along and across a direction that nearly are so already.

        Args:
            angle: Of the direction.
            tolerance: Metres that nothing may be off.

        Returns:
            Its corners in metres, (n, 2); None where no such outline is near enough.
        """
        turn, mean, corners = self._turned(angle)
        along = _is_along(self._angle - angle).astype(int)
        straight = (_off(self._angle - angle) <= ASKEW) & (self._long >= tolerance)
        found: list[Floats] = []
        for number, corner in enumerate(corners):
            # The wall before the corner, and the one after it.
            places = [corner.copy()]
            for wall in (number - 1, number):
                if straight[wall]:
                    places[-1][along[wall]] = mean[wall, along[wall]]
                both = straight[number - 1] and straight[number]
                if wall == number - 1 and both and along[number - 1] == along[number]:
                    places.append(corner.copy())
            found += places
        placed = np.array(found) @ turn.T + self._origin
        if len(placed) < 4 or not is_simple(placed) or not self._is_right(placed, tolerance):
            return None
        return np.asarray(placed)

    def _turned(self, angle: float) -> tuple[Floats, Floats, Floats]:
        """What turns coordinates into a direction; the runs' means and the corners so turned."""
        cos, sin = math.cos(angle), math.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        mean = self._runs[:, 1:3] / self._runs[:, :1] @ turn
        return turn, mean, (self.points[self._kept] - self._origin) @ turn

    def _is_right(self, corners: Floats, tolerance: float) -> bool:
        """Whether an outline goes round as this one does, and is near to it."""
        same_way = _signed(corners) * _signed(self.points) > 0
        return same_way and self._is_near(corners, tolerance)

    def _is_near(self, corners: Floats, tolerance: float) -> bool:
        """Whether no point of either outline is further from the other than that."""
        slack = tolerance * (1 + 1e-9)
        if farthest(self.points, corners) > slack:
            return False
        steps = np.arange(0, 1, 0.125)[:, None, None]
        after = np.roll(corners, -1, axis=0)
        dense = (corners + steps * (after - corners)).reshape(-1, 2)
        return farthest(dense, self.points) <= slack


def _cuts(points: Floats, reach: float) -> Ids:
    """The corners without which the outline would be further from the walls than that."""
    count = len(points)
    middle = points.mean(axis=0)
    first = int(((points - middle) ** 2).sum(axis=1).argmax())
    ring = np.roll(points, -first, axis=0)
    ring = np.concatenate([ring, ring[:1]])
    opposite = int(((ring - ring[0]) ** 2).sum(axis=1).argmax())
    kept, left = {0, opposite}, [(0, opposite), (opposite, count)]
    while left:
        begin, end = left.pop()
        if end - begin < 2:
            continue
        step = ring[end] - ring[begin]
        away = ring[begin + 1 : end] - ring[begin]
        square = max(float(step @ step), np.finfo(float).tiny)
        place = np.clip(away @ step / square, 0, 1)
        distance = ((away - place[:, None] * step) ** 2).sum(axis=1)
        worst = int(distance.argmax())
        if distance[worst] > reach**2:
            at = begin + 1 + worst
            kept.add(at)
            left += [(begin, at), (at, end)]
    if len(kept) < 4:  # hardly larger than a pixel
        return np.arange(count)
    return np.sort((np.array(sorted(kept)) + first) % count)


def _off(angle: Floats) -> Floats:
    """How far an angle is from the next right angle."""
    quarter = math.pi / 2
    return np.asarray(np.abs((angle + quarter / 2) % quarter - quarter / 2))


def _is_along(angle: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.abs(np.cos(angle)) >= np.abs(np.sin(angle)))


def _append(walls: list[_Wall], wall: _Wall, joint: float, tolerance: float) -> None:
    """Add a wall of the last one's direction: as one with it, or with a step between them."""
    last = walls[-1]
    if abs(last.offset - wall.offset) <= tolerance:
        walls[-1] = _joined(last, wall)
    else:
        walls += [_Wall(not wall.along, joint, abs(last.offset - wall.offset)), wall]


def _joined(one: _Wall, other: _Wall) -> _Wall:
    weight = one.weight + other.weight
    offset = (one.offset * one.weight + other.offset * other.weight) / weight
    return _Wall(one.along, offset, weight)


def _without_short(walls: list[_Wall], shortest: float) -> list[_Wall]:
    """Take out the shortest wall, and join those before and after it, until all are long enough."""
    while len(walls) > 4:
        count = len(walls)
        lengths = [
            abs(walls[(at + 1) % count].offset - walls[at - 1].offset) for at in range(count)
        ]
        at = min(range(count), key=lengths.__getitem__)
        if lengths[at] >= shortest:
            break
        walls = walls[at:] + walls[:at]
        walls = [_joined(walls[1], walls[-1]), *walls[2:-1]]
    return walls


def _corners(walls: list[_Wall]) -> Floats | None:
    """Where each wall meets the next, along and across the direction."""
    pairs = list(zip(walls, [*walls[1:], *walls[:1]], strict=True))
    if len(walls) < 4 or any(one.along == other.along for one, other in pairs):
        return None
    return np.array([
        (other.offset, one.offset) if one.along else (one.offset, other.offset)
        for one, other in pairs
    ])  # fmt: skip


def _signed(ring: Floats) -> float:
    x, y = (ring - ring[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
