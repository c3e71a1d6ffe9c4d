"""Generalisation: patches that are too small go to the class beside them, the smallest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vector.union import Ids, roots

LARGE = 2**62
"""Stands for the pixels of what is large enough."""


@dataclass(frozen=True)
class Borders:
    """Common borders of patches; a pair may come more than once.

    Attributes:
        first: One patch of each pair, (n,).
        second: The other.
        across: Upper or lower sides of pixels along the border.
        along: Left or right sides.
        places: Where it begins, in the order in which pixels' sides are met, row by row.
    """

    first: Ids
    second: Ids
    across: Ids
    along: Ids
    places: Ids

    @classmethod
    def none(cls) -> Borders:
        """No borders."""
        return cls(*np.empty((5, 0), np.int64))

    def chosen(self, which: NDArray[np.bool_] | Ids) -> Borders:
        """Some of them."""
        return Borders(
            self.first[which],
            self.second[which],
            self.across[which],
            self.along[which],
            self.places[which],
        )

    def between(self, first: Ids, second: Ids) -> Borders:
        """The same borders, of other patches."""
        return Borders(first, second, self.across, self.along, self.places)

    def with_others(self, other: Borders) -> Borders:
        """These and others."""
        return Borders(
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("first", "second", "across", "along", "places")
            )
        )

    def summed(self) -> Borders:
        """One of each pair, in order."""
        if not self.first.size:
            return self
        own = self.chosen(np.lexsort((self.second, self.first)))
        new = np.ones(own.first.size, np.bool_)
        new[1:] = (own.first[1:] != own.first[:-1]) | (own.second[1:] != own.second[:-1])
        starts = np.flatnonzero(new)
        return Borders(
            own.first[starts],
            own.second[starts],
            np.add.reduceat(own.across, starts),
            np.add.reduceat(own.along, starts),
            np.minimum.reduceat(own.places, starts),
        )


def absorb(
    classes: NDArray[np.int16],
    pixels: Ids,
    areas: NDArray[np.float64],
    borders: Borders,
    minimum: float,
    sides: tuple[float, float],
) -> NDArray[np.int16]:
    """Give each patch below a size to the class that has the longest border with it.

    The smallest goes first, by pixels, of equal ones the first. What a patch has taken up counts
    with its own size and borders from then on, and so do patches of one class that touch where a
    patch between them has gone. Of equal borders that counts which is met first, row by row. A
    patch without neighbours stays, however small. Patches that no smaller one touches do not wait
    for each other, which changes nothing: so many go in one round.

    Args:
        classes: Number of each patch's class, (n,).
        pixels: Of each patch.
        areas: Of each patch, in the unit of ``minimum``.
        borders: Between the patches, each once.
        minimum: Least size that stays.
        sides: Length of a pixel's upper and left side.

    Returns:
        The class of each patch then, (n,).
    """
    classes, areas = classes.copy(), areas.copy()
    pixels = np.where(areas < minimum, pixels, LARGE)
    group = np.arange(classes.size)
    both = borders.with_others(borders.between(borders.second, borders.first))
    while True:
        both = both.chosen(areas[both.first] < minimum)
        if not both.first.size:
            return classes[group]
        own, other = pixels[both.first], pixels[both.second]
        smaller = (other < own) | ((other == own) & (both.second < both.first))
        waits = np.zeros(classes.size, np.bool_)
        waits[both.first[smaller]] = True
        going = both.chosen(~waits[both.first])
        # By class: what a patch joins it joins to all neighbours of that class.
        kind = classes[going.second].astype(np.int64)
        kinds = going.between(going.first, kind).summed()
        lengths = kinds.across * sides[0] + kinds.along * sides[1]
        order = np.lexsort((kinds.places, -lengths, kinds.first))
        first = kinds.first[order]
        best = np.ones(order.size, np.bool_)
        best[1:] = first[1:] != first[:-1]
        classes[first[best]] = kinds.second[order][best]
        joined = classes[going.first] == classes[going.second]
        one, other = going.first[joined], going.second[joined]
        touched, places = np.unique(np.concatenate([one, other]), return_inverse=True)
        places = places.reshape(2, -1)
        parent = roots(touched.size, places[0], places[1])
        root = touched[parent]
        areas[touched] = np.bincount(parent, areas[touched], touched.size)
        total = np.bincount(parent, np.minimum(pixels[touched], 2**50), touched.size)
        pixels[touched] = np.where(areas[touched] < minimum, total.astype(np.int64), LARGE)
        now = np.arange(classes.size)
        now[touched] = root
        group = now[group]
        both = both.between(now[both.first], now[both.second])
        both = both.chosen(both.first != both.second).summed()
