"""The plan: how a raster of any size is cut into blocks, each with its context and its patches.

Pure arithmetic, nothing is read. All of it is anchored at the raster's origin: what a pixel becomes
does not depend on the extent that was asked for, and any block can be run alone.

Two pixel grids meet here. The *raster* has the pixels that are written; the *model* grid has the
pixels that the network sees. They are the same unless the raster is resampled to the model's ground
resolution. ``scale`` is model pixels per raster pixel along each axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from core.grid import PixelWindow

CELL = 4
"""The network's finest stride: logits come in cells of this many model pixels."""

BLOCK_PATCHES = 4
"""Patches along a block's side: 2048 pixels with the default geometry."""

BLOCK_LOGITS = 40_000_000
"""Classes times pixels that a block may hold; more classes make the blocks smaller."""

Interval = tuple[int, int]
"""First and one past the last, along one axis."""


@dataclass(frozen=True)
class Geometry:
    """Sizes in model pixels, from the model's card.

    Attributes:
        patch: Side of a patch, a multiple of 64.
        overlap: Shared by neighbouring patches, a multiple of 8; half is the margin of a block.
        context: Side of the window that the global branch sees.
        classes: Number of classes.
    """

    patch: int
    overlap: int
    context: int
    classes: int

    @property
    def stride(self) -> int:
        """From one patch to the next."""
        return self.patch - self.overlap


@dataclass(frozen=True)
class Block:
    """One unit of work.

    Attributes:
        target: Window of the raster that it writes.
        core: The same window in model pixels (column, row, width, height), fractional.
        region: Window of the model grid that its patches cover; all sides multiples of ``CELL``.
        context: Window of the model grid that the global branch sees.
        patches: Origins (column, row) of its patches in the model grid, ``CELL``-aligned to the
            region.
    """

    target: PixelWindow
    core: tuple[float, float, float, float]
    region: PixelWindow
    context: PixelWindow
    patches: tuple[tuple[int, int], ...]

    @property
    def resampled(self) -> bool:
        """Whether the model's pixels differ from the raster's."""
        return self.core[2:] != self.target[2:]


@dataclass(frozen=True)
class _Span:
    """One axis of a block: intervals of raster and model pixels."""

    target: Interval
    core: tuple[float, float]
    context: int
    patches: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """All blocks of a run.

    Attributes:
        geometry: Sizes.
        width: Columns of the raster.
        height: Rows of the raster.
        extent: Window of the raster that is to be classified.
        scale: Model pixels per raster pixel.
    """

    geometry: Geometry
    width: int
    height: int
    extent: PixelWindow
    scale: float = 1.0

    @property
    def columns(self) -> list[_Span]:
        """Block columns that the extent touches."""
        return self._axis(self.width, self.extent[0], self.extent[2])

    @property
    def rows(self) -> list[_Span]:
        """Block rows that the extent touches."""
        return self._axis(self.height, self.extent[1], self.extent[3])

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self.columns) * len(self.rows)

    @property
    def patches(self) -> int:
        """Number of patches of all blocks."""
        across, down = (sum(len(s.patches) for s in axis) for axis in (self.columns, self.rows))
        return across * down

    def __iter__(self) -> Iterator[Block]:
        """Blocks row by row."""
        columns = self.columns
        for row in self.rows:
            for column in columns:
                yield self._block(column, row)

    def _block(self, column: _Span, row: _Span) -> Block:
        patch, context = self.geometry.patch, self.geometry.context
        left, right = column.patches[0], column.patches[-1] + patch
        top, bottom = row.patches[0], row.patches[-1] + patch
        return Block(
            target=_start_size(column.target, row.target),
            core=(
                column.core[0],
                row.core[0],
                column.core[1] - column.core[0],
                row.core[1] - row.core[0],
            ),
            region=(left, top, right - left, bottom - top),
            context=(column.context, row.context, context, context),
            patches=tuple((x, y) for y in row.patches for x in column.patches),
        )

    @property
    def block(self) -> int:
        """Side of a block in model pixels.

        As many patches as fit the context and memory. Where model pixels are coarser than the
        raster's, blocks shrink so that what they write grows no more than twofold a side.
        """
        size = self.geometry
        count = min(
            BLOCK_PATCHES,
            (size.context - size.overlap) // size.stride,
            int(math.sqrt(BLOCK_LOGITS / size.classes)) // size.stride,
        )
        side = size.stride * max(count, 1)
        if self.scale >= 1:
            return side
        fine = int(side * min(2 * self.scale, 1))
        return max(fine // size.stride * size.stride or fine // 32 * 32, 32)

    def _axis(self, length: int, start: int, size: int) -> list[_Span]:
        """Spans of all blocks along one axis that touch start..start+size (raster pixels)."""
        side = self.block
        first = math.floor(start * self.scale / side)
        spans = []
        for index in range(max(first - 1, 0), math.ceil((start + size) * self.scale / side) + 1):
            # A raster pixel belongs to the block that holds its centre.
            begin = max(_first_centre(index * side, self.scale), start)
            end = min(_first_centre((index + 1) * side, self.scale), length, start + size)
            if begin < end:
                spans.append(self._span(length, index * side, (begin, end)))
        return spans

    def _span(self, length: int, origin: int, target: Interval) -> _Span:
        size = self.geometry
        model_length = max(round(length * self.scale), 1)
        core = target[0] * self.scale, target[1] * self.scale
        middle = origin + self.block // 2
        context = min(max(middle - size.context // 2, 0), max(model_length - size.context, 0))
        starts = patch_starts(
            origin, min(origin + self.block, model_length), model_length, size.patch, size.overlap
        )
        # Bilinear sampling at the core's edge reaches one cell further; no patch that has a say
        # in the extent's pixels may be left out, or the result would depend on the extent.
        low, high = core[0] - CELL, core[1] + CELL
        needed = [s for s in starts if s < high and s + size.patch > low]
        return _Span(target, core, context, tuple(needed))


def patch_starts(begin: int, end: int, length: int, patch: int, overlap: int) -> list[int]:
    """Where the patches of one block begin along one axis.

    They cover the block and a margin of half the overlap around it, at the raster's edges too,
    where the margin lies outside. At the raster's end the last one moves inward, to a multiple of
    ``CELL`` from the first.

    Args:
        begin: First pixel of the block.
        end: One past its last.
        length: Pixels of the raster.
        patch: Side of a patch.
        overlap: Of neighbouring patches.
    """
    margin = overlap // 2
    low, high = begin - margin, end + margin
    if high - low <= patch:
        return [max(min(low, length + margin - patch), -margin)]
    last = low + math.ceil((high - patch - low) / CELL) * CELL
    count = math.ceil((last - low) / (patch - overlap)) + 1
    return [min(low + index * (patch - overlap), last) for index in range(count)]


def _first_centre(edge: int, scale: float) -> int:
    """First raster pixel whose centre lies at or beyond an edge given in model pixels."""
    return max(math.ceil(edge / scale - 0.5), 0)


def _start_size(column: Interval, row: Interval) -> PixelWindow:
    return column[0], row[0], column[1] - column[0], row[1] - row[0]
