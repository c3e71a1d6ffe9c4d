"""Stretches: the rows of a map as runs of one value. Maps have long ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def stretches(values: NDArray[Any]) -> tuple[Ids, Ids]:
    """Where the stretches of one value begin in each row, and how long they are.

    Args:
        values: (h, w).

    Returns:
        Places in the flattened values, (n,), in order; pixels of each, (n,).
    """
    begins = np.empty(values.shape, np.bool_)
    begins[:, :1] = True
    np.not_equal(values[:, 1:], values[:, :-1], out=begins[:, 1:])
    places = np.flatnonzero(begins)
    return places, np.diff(places, append=values.size)
