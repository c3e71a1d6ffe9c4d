"""Runs: rows of pixels as stretches of one class, and which of them meet from row to row.

Between two rows, and after the last pixel of each, lies one place outside of the raster: so what is
beside a pixel or below it can be told from places alone, for all rows of a strip at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vector.union import Ids

NONE = 0
"""Number of no class: of what lies outside of the raster, and of what nobody asks for."""
PARTS = np.int64(2**15)
"""More than any class's number: patches of classes that differ by a multiple are parts of one."""


@dataclass(frozen=True)
class Runs:
    """Rows of a raster.

    Attributes:
        width: Columns.
        height: Rows.
        starts: The first place of each run, row * (width + 1) + column, (n,), in order, from 0.
        classes: Number of each run's class, (n,), from 1, plus a multiple of ``PARTS``; ``NONE``.
    """

    width: int
    height: int
    starts: Ids
    classes: NDArray[np.signedinteger[Any]]

    @property
    def stride(self) -> int:
        """Places from a row to the next."""
        return self.width + 1

    @property
    def lengths(self) -> Ids:
        """Places of each run."""
        return np.diff(self.starts, append=self.height * self.stride)

    def with_classes(self, classes: NDArray[np.signedinteger[Any]]) -> Runs:
        """The same runs, of other classes."""
        return Runs(self.width, self.height, self.starts, classes)

    def joins(self) -> Ids:
        """The first of the runs that follow each other with one class."""
        new = np.ones(self.starts.size, np.bool_)
        np.not_equal(self.classes[1:], self.classes[:-1], out=new[1:])
        return np.flatnonzero(new)

    def last_row(self) -> Runs:
        """The runs of the last row, by themselves."""
        begin = (self.height - 1) * self.stride
        first = int(np.searchsorted(self.starts, begin, "right")) - 1
        starts = np.maximum(self.starts[first:] - begin, 0)
        return Runs(self.width, 1, starts, self.classes[first:])

    def below(self, above: Runs) -> Runs:
        """These with the row above them."""
        starts = np.concatenate([above.starts, self.starts + self.stride])
        classes = np.concatenate([above.classes, self.classes])
        return Runs(self.width, self.height + 1, starts, classes)

    def pixels(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value of each run as pixels, (h, w)."""
        every = np.repeat(values, self.lengths).reshape(self.height, self.stride)
        return every[:, : self.width]

    @classmethod
    def nothing(cls, width: int, number: int = NONE) -> Runs:
        """A row outside of the raster."""
        return cls(width, 1, np.zeros(1, np.int64), np.array([number], np.int16))


def run_starts(values: NDArray[np.generic], valid: NDArray[np.bool_]) -> Ids:
    """Where the runs of a strip begin: of equal values, either all valid or none.

    Args:
        values: Of any type, (h, w).
        valid: Where there are any, (h, w).

    Returns:
        See ``Runs.starts``; the place after each row is a run too.
    """
    height, width = values.shape
    begins = np.empty((height, width + 1), np.bool_)
    begins[:, 0] = begins[:, -1] = True
    np.not_equal(values[:, 1:], values[:, :-1], out=begins[:, 1:-1])
    if not valid.all():
        begins[:, 1:-1] |= valid[:, 1:] != valid[:, :-1]
    return np.flatnonzero(begins)


def runs_of(classes: NDArray[np.signedinteger[Any]]) -> Runs:
    """The runs of a strip of class numbers, (h, w)."""
    height, width = classes.shape
    starts = run_starts(classes, np.ones(classes.shape, np.bool_))
    beyond = np.pad(classes, ((0, 0), (0, 1)), constant_values=NONE)
    return Runs(width, height, starts, beyond.ravel()[starts])


@dataclass(frozen=True)
class Meetings:
    """Pairs of runs, one above the other, in the order of the places where they first meet.

    Attributes:
        places: There, in the upper row, (n,).
        upper: Number of the upper run.
        lower: Number of the lower run.
        lengths: For how many places they meet.
    """

    places: Ids
    upper: Ids
    lower: Ids
    lengths: Ids


def meetings(runs: Runs) -> Meetings:
    """All pairs of runs that meet from row to row."""
    starts, stride = runs.starts, runs.stride
    end = (runs.height - 1) * stride
    first = int(np.searchsorted(starts, stride))
    upper = starts[: int(np.searchsorted(starts, end))]
    lower = starts[first:] - stride
    # A pair begins where either of its runs does.
    below = np.searchsorted(starts, upper + stride, "right") - 1
    above = np.searchsorted(starts, lower, "right") - 1
    alone = np.flatnonzero(starts[above] != lower)
    places = np.concatenate([upper, lower[alone]])
    order = np.argsort(places, kind="stable")
    places = places[order]
    return Meetings(
        places,
        np.concatenate([np.arange(upper.size), above[alone]])[order],
        np.concatenate([below, alone + first])[order],
        np.diff(places, append=end),
    )
