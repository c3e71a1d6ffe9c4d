"""Chains: lines that follow each other, given which one comes before each."""

from __future__ import annotations

import numpy as np

from core.vector.union import Ids


def openings(tail: Ids, before: Ids) -> Ids:
    """A line of each ring without a node: the one that begins at the ring's least point.

    Those that begin at a lesser point than the lines before and after them are candidates. Between
    neighbouring candidates the lesser stays, until one of each ring is its own neighbour.
    """
    lines, found = np.arange(tail.size), [np.empty(0, np.int64)]
    while True:
        number = np.arange(tail.size)
        on = before != number
        after = number.copy()
        after[before[on]] = number[on]
        less = (tail < tail[before]) & ((tail < tail[after]) | (after == number))
        candidates = np.flatnonzero(on & less)
        if not candidates.size:
            return np.concatenate(found)
        cut = before.copy()
        cut[candidates] = candidates
        reached = followed(cut)[0][before[candidates]]
        rank = np.full(tail.size, -1)
        rank[candidates] = np.arange(candidates.size)
        lines, tail, before = lines[candidates], tail[candidates], rank[reached]
        number = np.arange(candidates.size)
        found.append(lines[before == number])
        before = np.where(before < 0, number, before)  # leads to a node: on no ring


def followed(before: Ids) -> tuple[Ids, Ids]:
    """Where each line's way back ends, and its length: by doubling (Wyllie 1979)."""
    reached, steps = before.copy(), (before != np.arange(before.size)).astype(np.int64)
    going = np.flatnonzero(reached[reached] != reached)
    while going.size:
        via = reached[going]
        steps[going], reached[going] = steps[going] + steps[via], reached[via]
        going = going[reached[reached[going]] != reached[going]]
    return reached, steps
