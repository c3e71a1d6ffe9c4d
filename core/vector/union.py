"""Which of numbered things belong together, given pairs that do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def roots(count: int, first: NDArray[np.integer], second: NDArray[np.integer]) -> Ids:
    """The least member of each thing's group.

    Each round hangs the larger root of each pair below the smaller one, then shortens all ways to
    their root (Shiloach and Vishkin 1982, An O(log n) parallel connectivity algorithm).

    Args:
        count: Things, numbered from 0.
        first: One of each pair, (n,).
        second: The other, (n,).

    Returns:
        (count,).
    """
    parent = np.arange(count, dtype=np.int64)
    while first.size:
        one, other = parent[first], parent[second]
        apart = one != other
        first, second = first[apart], second[apart]
        one, other = one[apart], other[apart]
        np.minimum.at(parent, np.maximum(one, other), np.minimum(one, other))
        while True:
            shorter = parent[parent]
            if np.array_equal(shorter, parent):
                break
            parent = shorter
    return parent


def numbered(parent: Ids) -> tuple[Ids, int]:
    """Groups by the order of their least members.

    Args:
        parent: From ``roots``.

    Returns:
        The number of each thing's group, from 0; how many groups there are.
    """
    is_root = parent == np.arange(parent.size)
    number = np.cumsum(is_root) - 1
    return np.asarray(number[parent]), int(is_root.sum())
