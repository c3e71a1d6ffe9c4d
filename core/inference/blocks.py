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

from core.model.card import Card
from core.raster.grid import PixelWindow

CELL = 4
"""The network's finest stride: logits come in cells of this many model pixels."""

REACH = 10 * CELL
"""How far from a pixel, in model pixels, lie the logits that its class hangs on (``guided``)."""

STEP = 32
"""The network's coarsest stride: sides of patches are multiples of it."""

TILE = 256
"""Blocks begin at multiples of this many model pixels, as the tiles of most rasters do."""

BLOCK_STRIDES = 4
"""Of the card's patches, along a block's side: 2048 pixels with the default geometry."""

BLOCK_LOGITS = 40_000_000
"""Classes times pixels that a block may hold; more classes make the blocks smaller."""

Interval = tuple[int, int]
"""First and one past the last, along one axis."""


@dataclass(frozen=True)
class Geometry:
    """Sizes in model pixels, from the model's card.

    Attributes:
        patch: Side of the smallest patch, a multiple of 64; what the model was trained for.
        overlap: Shared by neighbouring patches, a multiple of 8; half is the margin of a block.
        context: Side of the window that the global branch sees.
        classes: Number of classes.
    """

    patch: int
    overlap: int
    context: int
    classes: int

    @classmethod
    def of(cls, card: Card) -> Geometry:
        """A model's."""
        return cls(card.patch, card.overlap, card.context, len(card.classes))

    @property
    def stride(self) -> int:
        """From one patch of that side to the next."""
        return self.patch - self.overlap

    @property
    def largest(self) -> int:
        """Side of the largest patch.

        The larger, the less of the work is overlap; 1344 pixels with the default geometry, which
        take some 90 MB in the widest layer in half precision.
        """
        return self.patch * 7 // 3 // STEP * STEP


@dataclass(frozen=True)
class Block:
    """One unit of work.

    Attributes:
        target: Window of the raster that it writes.
        core: The same window in model pixels (column, row, width, height), fractional.
        region: Window of the model grid that its patches cover; all sides multiples of ``CELL``.
        context: Window of the model grid that the global branch sees.
        patch: Width and height of its patches, multiples of ``STEP``.
        patches: Their origins (column, row) in the model grid, ``CELL``-aligned to the region.
    """

    target: PixelWindow
    core: tuple[float, float, float, float]
    region: PixelWindow
    context: PixelWindow
    patch: tuple[int, int]
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
    patch: int
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
        context = self.geometry.context
        left, right = column.patches[0], column.patches[-1] + column.patch
        top, bottom = row.patches[0], row.patches[-1] + row.patch
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
            patch=(column.patch, row.patch),
            patches=tuple((x, y) for y in row.patches for x in column.patches),
        )

    def block(self, length: int) -> int:
        """Side of the blocks along an axis, in model pixels.

        Args:
            length: Pixels of the raster along that axis.
        """
        most, pixels = self._largest_block, max(round(length * self.scale), 1)
        even = math.ceil(pixels / math.ceil(pixels / most))
        return min(math.ceil(even / TILE) * TILE, most)

    @property
    def _largest_block(self) -> int:
        """As many patches as fit the context and memory.

        Where model pixels are coarser than the raster's, blocks shrink so that what they write
        grows no more than twofold a side.
        """
        size = self.geometry
        count = min(
            BLOCK_STRIDES,
            (size.context - size.overlap) // size.stride,
            int(math.sqrt(BLOCK_LOGITS / size.classes)) // size.stride,
        )
        side = size.stride * max(count, 1)
        if self.scale >= 1:
            return side
        fine = int(side * min(2 * self.scale, 1) + 1e-3)
        return max(fine // size.stride * size.stride or fine // STEP * STEP, STEP)

    def _axis(self, length: int, start: int, size: int) -> list[_Span]:
        """Spans of all blocks along one axis that touch start..start+size (raster pixels)."""
        side = self.block(length)
        first = math.floor(start * self.scale / side)
        spans = []
        for index in range(max(first - 1, 0), math.ceil((start + size) * self.scale / side) + 1):
            # A raster pixel belongs to the block that holds its centre.
            begin = max(_first_centre(index * side, self.scale), start)
            end = min(_first_centre((index + 1) * side, self.scale), length, start + size)
            if begin < end:
                spans.append(self._span(length, index * side, side, (begin, end)))
        return spans

    def _span(self, length: int, origin: int, side: int, target: Interval) -> _Span:
        size = self.geometry
        model_length = max(round(length * self.scale), 1)
        core = target[0] * self.scale, target[1] * self.scale
        middle = origin + side // 2
        context = min(max(middle - size.context // 2, 0), max(model_length - size.context, 0))
        end = min(origin + side, model_length)
        patch = patch_side(end - origin, size)
        starts = patch_starts(origin, end, model_length, patch, size.overlap)
        # No patch that has a say in the extent's pixels may be left out, or the result would
        # depend on the extent.
        low, high = core[0] - REACH, core[1] + REACH
        needed = [s for s in starts if s < high and s + patch > low]
        return _Span(target, core, context, patch, tuple(needed))


def patch_side(length: int, size: Geometry) -> int:
    """Side of the patches of one block along one axis: as few as can be, and no larger than needed.

    Args:
        length: Pixels of the block; 0 where rounding to the model grid has left none.
        size: Sizes.
    """
    count = max(math.ceil(length / (size.largest - size.overlap)), 1)
    needed = math.ceil(length / count) + size.overlap
    return max(math.ceil(needed / STEP) * STEP, size.patch)


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
