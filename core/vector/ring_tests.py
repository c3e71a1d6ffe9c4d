"""Ring tests: whether rings cross themselves or each other, and how far apart they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


MARGIN = 1e-4
"""Metres: what is nearer touches, for coordinates on a map are rounded."""


def farthest(points: Floats, ring: Floats) -> float:
    """The largest distance of points (n, 2) from a ring (m, 2)."""
    return float(_distances(points, ring).min(axis=1).max())


def _distances(points: Floats, ring: Floats) -> Floats:
    """Of points (n, 2) from the sides of a ring (m, 2): (n, m)."""
    step = np.roll(ring, -1, axis=0) - ring
    square = np.maximum((step**2).sum(axis=1), np.finfo(float).tiny)
    away = points[:, None, :] - ring[None]
    place = np.clip((away * step).sum(axis=2) / square, 0, 1)
    return np.asarray(np.sqrt(((away - place[..., None] * step) ** 2).sum(axis=2)))


def is_simple(ring: Floats) -> bool:
    """Whether no two sides of a ring meet but neighbours in their corner."""
    count, at = len(ring), np.arange(len(ring))
    way = np.roll(ring, -1, axis=0) - ring
    if not (way**2).sum(axis=1).all():
        return False
    meet = _meeting(ring, ring)
    meet[at, at] = meet[at, (at + 1) % count] = meet[(at + 1) % count, at] = False
    away = _distances(ring, ring)
    away[at, at] = away[at, at - 1] = np.inf  # a corner's own sides
    if away.min() < MARGIN:
        return False
    # A side must not lead back along the one before it.
    following = np.roll(way, -1, axis=0)
    turns = way[:, 0] * following[:, 1] - way[:, 1] * following[:, 0]
    back = (turns == 0) & ((way * following).sum(axis=1) < 0)
    return not (np.any(meet) or np.any(back))


def touch(one: Floats, other: Floats) -> bool:
    """Whether two rings have a point in common."""
    near = min(_distances(one, other).min(), _distances(other, one).min())
    return bool(near < MARGIN or np.any(_meeting(one, other)))


def _meeting(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Which sides of a ring (n, 2) have points in common with which of another (m, 2): (n, m)."""

    def turns(start: Floats, end: Floats, points: Floats) -> Floats:
        way, to = end - start, points[None] - start[:, None]
        return np.asarray(way[:, :1] * to[..., 1] - way[:, 1:] * to[..., 0])

    a, b, c, d = one, np.roll(one, -1, axis=0), other, np.roll(other, -1, axis=0)
    meet = (turns(a, b, c) * turns(a, b, d) <= 0) & (turns(c, d, a) * turns(c, d, b) <= 0).T
    low, high = np.minimum(a, b)[:, None], np.maximum(a, b)[:, None]
    boxes = (low <= np.maximum(c, d)[None]) & (np.minimum(c, d)[None] <= high)
    return np.asarray(meet & boxes.all(axis=2))
