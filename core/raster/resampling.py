"""Masked resampling: area average where pixels shrink, bilinear where they grow.

GDAL's own decimated reads keep declared nodata out of an average, but let undeclared NaN spread,
call a pixel valid when a sliver of it is, and place fractional windows only to a hundredth of a
pixel. What feeds the network should be exact, and it is only this much arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Taps:
    """Which source samples make up each target sample along one axis, and how much of each.

    Attributes:
        index: Source samples, (targets, taps); may lie beyond the source.
        weight: Their weights, (targets, taps); each row sums to 1.
    """

    index: NDArray[np.int64]
    weight: NDArray[np.float32]

    @classmethod
    def over(cls, start: float, length: float, count: int) -> Taps:
        """Divide a stretch of the source evenly among target samples.

        Args:
            start: Where the stretch begins; source sample i reaches from i to i + 1.
            length: Its length in source samples.
            count: Target samples.
        """
        step = length / count
        if step >= 1:
            low = start + step * np.arange(count)[:, None]
            index = np.floor(low).astype(np.int64) + np.arange(math.ceil(step) + 1)
            overlap = np.minimum(index + 1, low + step) - np.maximum(index, low)
            weight = np.maximum(overlap, 0) / step
        else:
            centre = start + step * (np.arange(count)[:, None] + 0.5) - 0.5
            index = np.floor(centre).astype(np.int64) + np.arange(2)
            weight = 1 - np.abs(index - centre)
        used = (weight > 1e-9).any(axis=0)
        return cls(index[:, used], weight[:, used].astype(np.float32))

    def part(self, first: int, end: int) -> Taps:
        """The taps of some of the target samples."""
        return Taps(self.index[first:end], self.weight[first:end])

    def reach(self, size: int) -> tuple[int, int]:
        """First and end (one past the last) of the source samples needed, within ``size``."""
        first, end = int(self.index.min()), int(self.index.max()) + 1
        return min(max(first, 0), size), max(min(end, size), 0)

    def within(self, origin: int, size: int) -> bool:
        """Whether all samples lie in an array of that size, whose first is the source's origin."""
        return bool(origin <= self.index.min() and self.index.max() < origin + size)

    @property
    def _even(self) -> bool:
        """Whether the targets are means of whole source samples, side by side."""
        count = self.index.shape[1]
        return bool(
            np.ptp(self.weight) < 1e-6 / count and (np.diff(self.index[:, 0]) == count).all()
        )

    def sum(self, values: NDArray[Any], origin: int, axis: int) -> NDArray[np.float32]:
        """Weighted sums along an axis.

        Args:
            values: Source samples; those beyond the array count as 0.
            origin: Source sample that the array's first one is.
            axis: Axis to resample.

        Returns:
            The array with the target samples along the axis.
        """
        size = values.shape[axis]
        along = [1] * values.ndim
        along[axis] = -1
        shape = list(values.shape)
        shape[axis] = len(self.index)
        total = np.zeros(shape, np.float32)
        if self._even and self.within(origin, size):
            step, reach = self.index.shape[1], self.index.size
            if values.dtype == np.uint8 and step <= 257:  # sums fit, and take half the time
                total = total.astype(np.uint16)
            for first in self.index[0] - origin:
                part: list[slice] = [slice(None)] * values.ndim
                part[axis] = slice(first, first + reach, step)
                total += values[tuple(part)]
            return np.divide(total, np.float32(step), dtype=np.float32)
        for index, weight in zip((self.index - origin).T, self.weight.T, strict=True):
            inside = (index >= 0) & (index < size)
            taken = values.take(np.clip(index, 0, size - 1), axis)
            total += taken * np.where(inside, weight, np.float32(0)).reshape(along)
        return total


def resample(
    values: NDArray[Any],
    valid: NDArray[np.bool_],
    rows: Taps,
    cols: Taps,
    origin: tuple[int, int],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Resample values so that invalid pixels lend nothing to their neighbours.

    Args:
        values: (bands, h, w), 0 where invalid.
        valid: (h, w).
        rows: Taps of the rows.
        cols: Taps of the columns.
        origin: Source (row, column) of the first sample.

    Returns:
        Values (bands, rows, cols), 0 where invalid, and validity: true where at least half of a
        target pixel is covered by valid ones.
    """
    if valid.all() and all(
        taps.within(first, size)
        for taps, first, size in zip((rows, cols), origin, valid.shape, strict=True)
    ):
        whole = cols.sum(rows.sum(values, origin[0], 1), origin[1], 2)
        return whole, np.ones(whole.shape[1:], np.bool_)
    stack = np.concatenate([values, valid[None].astype(np.float32)])
    stack = cols.sum(rows.sum(stack, origin[0], 1), origin[1], 2)
    share = stack[-1]
    covered = share >= 0.5 - 1e-5
    return np.where(covered, stack[:-1] / np.where(covered, share, 1), 0), covered
