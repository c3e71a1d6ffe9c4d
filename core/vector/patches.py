"""Patches: connected pixels of one class, found strip by strip and joined across strips.

Pixels are connected over their sides, not their corners: so a patch has one outer outline, which
never touches itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.vector.union import Ids, numbered, roots

OUTSIDE = -1
"""Class index of what holds no data."""


def label(classes: NDArray[np.integer]) -> tuple[NDArray[np.int32], int]:
    """Number the patches of a strip in the order of their first pixels, row by row.

    Args:
        classes: Class indices, (h, w).

    Returns:
        The number of each pixel's patch, from 0, (h, w); how many there are.
    """
    height, width = classes.shape
    if (classes == classes[0, 0]).all():
        return np.zeros((height, width), np.int32), 1
    begins = np.ones((height, width), np.bool_)
    np.not_equal(classes[:, 1:], classes[:, :-1], out=begins[:, 1:])
    runs = (np.cumsum(begins, dtype=np.int32) - 1).reshape(height, width)
    # Two runs that touch do so first where one of them begins.
    meets = (classes[1:] == classes[:-1]) & (begins[1:] | begins[:-1])
    group, count = numbered(roots(int(runs[-1, -1]) + 1, runs[:-1][meets], runs[1:][meets]))
    return group.astype(np.int32)[runs], count


@dataclass
class Census:
    """What is known of each patch of a raster, once all strips are counted.

    Attributes:
        classes: Class index of each patch, (n,); ``OUTSIDE`` where it holds no data.
        pixels: Of each patch.
        areas: Square metres of each patch; None where they are unknown.
        last_rows: The last row of each patch.
        at_edge: Whether each patch touches the raster's edge.
        confidence: Sum over each patch's pixels of their confidence, and how many have one; None
            where there is no such raster.
    """

    classes: Ids
    pixels: Ids
    areas: NDArray[np.float64] | None
    last_rows: Ids
    at_edge: NDArray[np.bool_]
    confidence: tuple[NDArray[np.float64], Ids] | None


@dataclass
class Strips:
    """Counts patches strip by strip, then joins those that strips have cut.

    Attributes:
        starts: Number of the first patch of each strip, over all strips.
    """

    starts: list[int] = field(default_factory=list)
    _columns: dict[str, list[NDArray[np.generic]]] = field(default_factory=dict)
    _pairs: list[NDArray[np.int64]] = field(default_factory=list)
    _last: tuple[NDArray[np.integer], Ids] | None = None
    _count: int = 0

    def add(
        self,
        classes: NDArray[np.integer],
        row: int,
        areas: NDArray[np.float64] | None,
        confidence: tuple[NDArray[np.int64], NDArray[np.bool_]] | None = None,
    ) -> NDArray[np.int64]:
        """Count a strip; the next is the one below it.

        Args:
            classes: Class indices, (h, w).
            row: Of the strip's first pixels in the raster.
            areas: Square metres of its pixels, to be broadcast to (h, w).
            confidence: Of its pixels, and where there is one.

        Returns:
            The number of each pixel's patch over all strips, before strips are joined, (h, w).
        """
        labels, count = label(classes)
        self.starts.append(self._count)
        flat = labels.ravel()
        pixels = np.bincount(flat, minlength=count)
        own = np.empty(count, np.int16)
        own[flat] = classes.ravel()
        last = np.zeros(count, np.int64)
        for line in range(len(labels)):
            last[labels[line]] = row + line
        edge = np.zeros(count, np.bool_)
        edge[labels[:, [0, -1]]] = True
        if not row:
            edge[labels[0]] = True
        found: dict[str, NDArray[np.generic]] = dict(
            zip(("class", "pixels", "last", "edge"), (own, pixels, last, edge), strict=True)
        )
        if areas is not None:
            weights = np.broadcast_to(areas, labels.shape)
            found["area"] = np.bincount(flat, weights.ravel(), count)
        if confidence is not None:
            values, known = confidence
            found["sum"] = np.bincount(flat, np.where(known, values, 0).ravel(), count)
            found["known"] = np.bincount(flat[known.ravel()], minlength=count)
        for name, column in found.items():
            self._columns.setdefault(name, []).append(column)
        ids = labels.astype(np.int64) + self._count
        if self._last is not None:
            above, above_ids = self._last
            touch = above == classes[0]
            pairs = np.stack([above_ids[touch], ids[0][touch]])
            self._pairs.append(np.unique(pairs, axis=1))
        self._last = classes[-1].copy(), ids[-1].copy()
        self._count += count
        return ids

    def join(self) -> tuple[Ids, Census]:
        """Join what strips have cut.

        Returns:
            The number of each strip patch's patch, in the order of their first pixels in the
            raster; and the patches.
        """
        pairs = np.concatenate([np.empty((2, 0), np.int64), *self._pairs], axis=1)
        group, count = numbered(roots(self._count, pairs[0], pairs[1]))
        columns = {name: np.concatenate(parts) for name, parts in self._columns.items()}
        self._columns.clear()

        def summed(name: str) -> NDArray[np.float64]:
            return np.asarray(np.bincount(group, columns.pop(name), count), np.float64)

        classes = np.empty(count, np.int64)
        classes[group] = columns["class"]
        last = np.zeros(count, np.int64)
        np.maximum.at(last, group, columns["last"])
        at_edge = (summed("edge") > 0) | (last == last.max())
        areas = summed("area") if "area" in columns else None
        confidence = None
        if "sum" in columns:
            confidence = summed("sum"), summed("known").astype(np.int64)
        return group, Census(
            classes, summed("pixels").astype(np.int64), areas, last, at_edge, confidence
        )
