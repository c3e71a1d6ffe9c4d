"""Generalisation: patches that are too small go to a neighbour; small holes are filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.vector.borders import Borders, summed
from core.vector.patches import OUTSIDE
from core.vector.union import Ids, numbered, roots


def absorb(
    classes: Ids, sizes: NDArray[np.float64], borders: Borders, minimum: float
) -> tuple[Ids, Ids]:
    """Give each patch below a size to the neighbour with the longest common border.

    The smallest goes first; what a patch has taken up counts with its own size and borders from
    then on, and so do patches of one class that touch where a patch between them has gone. Of
    equal borders the one with the larger patch counts, of equal patches the first. Nothing goes to
    where there are no data; a patch with no other neighbour stays, however small. Patches that no
    smaller one touches do not wait for each other: so many go in one round.

    Args:
        classes: Class index of each patch, (n,).
        sizes: Of each patch.
        borders: Between the patches.
        minimum: Least size that stays.

    Returns:
        The first of the patches that each patch is part of now, and the class of each, (n,).
    """
    classes, sizes = classes.copy(), sizes.astype(np.float64)
    group = np.arange(classes.size)
    first, second, length = borders
    keep = (classes[first] != OUTSIDE) & (classes[second] != OUTSIDE)
    first, second, length = first[keep], second[keep], length[keep]
    source, target = np.concatenate([first, second]), np.concatenate([second, first])
    length = np.concatenate([length, length])
    while True:
        small = sizes[source] < minimum
        source, target, length = source[small], target[small], length[small]
        if not source.size:
            return group, classes
        # A patch waits for its smaller neighbours.
        larger = (sizes[target] < sizes[source]) | (
            (sizes[target] == sizes[source]) & (target < source)
        )
        waits = np.zeros(classes.size, np.bool_)
        waits[source[larger]] = True
        goes = ~waits[source]
        one, other = source[goes], target[goes]
        order = np.lexsort((other, -sizes[other], -length[goes], one))
        one, other = one[order], other[order]
        best = np.ones(one.size, np.bool_)
        best[1:] = one[1:] != one[:-1]
        classes[one[best]] = classes[other[best]]
        joined = classes[one] == classes[other]
        touched, places = np.unique(np.stack([one[joined], other[joined]]), return_inverse=True)
        places = places.reshape(2, -1)
        parent = touched[roots(touched.size, places[0], places[1])]
        sizes[touched] = np.bincount(np.searchsorted(touched, parent), sizes[touched], touched.size)
        now = np.arange(classes.size)
        now[touched] = parent
        group = now[group]
        source, target = now[source], now[target]
        apart = source != target
        source, target, length = summed(source[apart], target[apart], length[apart])


def fill_holes(
    wanted: NDArray[np.bool_],
    sizes: NDArray[np.float64],
    borders: Borders,
    at_edge: NDArray[np.bool_],
    largest: float,
) -> Ids:
    """Which patch fills each small hole.

    A hole is what is not wanted, whatever its classes, and has one wanted patch all around it.

    Args:
        wanted: Which patches become features, (n,).
        sizes: Of each patch.
        borders: Between the patches.
        at_edge: Which patches touch the raster's edge.
        largest: Size below which a hole is filled.

    Returns:
        For each patch the one that it is part of now, (n,).
    """
    first, second, _ = borders
    inside = ~wanted[first] & ~wanted[second]
    parent = roots(wanted.size, first[inside], second[inside])
    hole, count = numbered(parent)
    size = np.bincount(hole, sizes, count)
    open_ = np.bincount(hole, at_edge, count) > 0
    around = wanted[first] != wanted[second]
    unwanted = np.where(wanted[first], second, first)[around]
    owner = np.where(wanted[first], first, second)[around]
    lowest, highest = np.full(count, wanted.size), np.full(count, -1)
    np.minimum.at(lowest, hole[unwanted], owner)
    np.maximum.at(highest, hole[unwanted], owner)
    fills = (lowest == highest) & ~open_ & (size < largest)
    group = np.arange(wanted.size)
    filled = ~wanted & fills[hole]
    group[filled] = lowest[hole[filled]]
    return group
