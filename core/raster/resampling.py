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
from numpy.typing import DTypeLike, NDArray

MOST_RESAMPLING = 64
"""Pixels along a side that become one, or the other way round, at most: beyond it, a few of a
model's would be a block of the raster that memory could not hold."""


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
    def step(self) -> int:
        """Samples that each target is the mean of, if these are whole, side by side; else 0."""
        count = self.index.shape[1]
        even = np.ptp(self.weight) < 1e-6 / count and (np.diff(self.index[:, 0]) == count).all()
        return count if even else 0

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
        if self.step and self.within(origin, size):
            sums = self.whole_sums(values, origin, axis, np.float32)
            return np.asarray(np.divide(sums, np.float32(self.step), dtype=np.float32))
        along = [1] * values.ndim
        along[axis] = -1
        shape = list(values.shape)
        shape[axis] = len(self.index)
        total = np.zeros(shape, np.float32)
        for index, weight in zip((self.index - origin).T, self.weight.T, strict=True):
            inside = (index >= 0) & (index < size)
            taken = values.take(np.clip(index, 0, size - 1), axis)
            total += taken * np.where(inside, weight, np.float32(0)).reshape(along)
        return total

    def whole_sums(
        self, values: NDArray[Any], origin: int, axis: int, dtype: DTypeLike
    ) -> NDArray[Any]:
        """Sums of ``step`` samples along an axis, of a type that holds them; else see ``sum``."""
        first, reach = int(self.index[0, 0]) - origin, self.index.size
        beyond = max(-first, 0), max(first + reach - values.shape[axis], 0)
        if any(beyond):
            values = np.pad(values, [beyond if n == axis else (0, 0) for n in range(values.ndim)])
        first += beyond[0]
        parts = [[slice(None)] * values.ndim for _ in range(self.step)]
        for place, part in enumerate(parts, first):
            part[axis] = slice(place, first + reach, self.step)
        total = values[tuple(parts[0])].astype(dtype)
        for part in parts[1:]:
            total += values[tuple(part)]
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
    full = valid.all() and all(
        taps.within(first, size)
        for taps, first, size in zip((rows, cols), origin, valid.shape, strict=True)
    )
    if values.dtype == np.uint8 and rows.step and cols.step:
        return _means_of_bytes(values, None if full else valid, rows, cols, origin)
    if full:
        whole = cols.sum(rows.sum(values, origin[0], 1), origin[1], 2)
        return whole, np.ones(whole.shape[1:], np.bool_)
    stack = np.concatenate([values, valid[None].astype(np.float32)])
    stack = cols.sum(rows.sum(stack, origin[0], 1), origin[1], 2)
    share = stack[-1]
    covered = share >= 0.5 - 1e-5
    return np.where(covered, stack[:-1] / np.where(covered, share, 1), 0), covered


def _means_of_bytes(
    values: NDArray[np.uint8],
    valid: NDArray[np.bool_] | None,
    rows: Taps,
    cols: Taps,
    origin: tuple[int, int],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """``resample`` where targets are means of whole bytes, by exact sums; None is all valid."""
    whole = rows.step * cols.step
    exact = np.uint16 if 255 * whole < 2**16 else np.uint32

    def sums(pixels: NDArray[np.uint8]) -> NDArray[Any]:
        return cols.whole_sums(rows.whole_sums(pixels, origin[0], 1, exact), origin[1], 2, exact)

    total = sums(values)
    if valid is None:
        means = np.divide(total, np.float32(whole), dtype=np.float32)
        return means, np.ones(means.shape[1:], np.bool_)
    count = sums(valid[None].view(np.uint8))[0]
    covered = 2 * count.astype(np.int64) >= whole
    return np.divide(total, np.maximum(count, 1), dtype=np.float32) * covered, covered
