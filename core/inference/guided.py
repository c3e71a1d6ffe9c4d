"""Guided upsampling: from the logits of cells to those of pixels, along the borders of the image.

Cells are four pixels wide, and the network's logits waver where the image does not. Two steps, both
guided by the colours (He, Sun and Tang 2013): cells take the logits of cells of their colour around
them, and where a border runs between four cells, the logits of its pixels follow the pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional

from core.inference.blocks import CELL
from core.inference.cells import cell_colours, smooth
from core.model.image_colours import ImageColours

RIDGE = 1e-3
"""Added to the variance of each band: in even ground, borders lie midway between cells."""

SQUARES = 4096
"""Squares at once on a processor."""

ROWS = 4
"""Rows of squares at once on a processor, where all are enlarged."""

ELSEWHERE = 16
"""Times as many at once on other devices, whose memory the network needs."""


BANDS = 4
"""Of an image, the first ones, whose borders count: sixteen cells do not tell many slopes."""


class Guided:
    """The logits of a region's pixels.

    Args:
        logits: (classes, h, w) of its cells, float32.
        values: Raster values (inputs, CELL * h, CELL * w) of its pixels.
        valid: Where it has data, (CELL * h, CELL * w).
        scaled: From raster values to 0..1, of so many of the first inputs as it gets.
        image: What the image's colours say, where that counts.
    """

    def __init__(
        self,
        logits: Tensor,
        values: Tensor,
        valid: Tensor,
        scaled: Callable[[Tensor], Tensor],
        image: ImageColours | None = None,
    ) -> None:
        """Smooth the cells' logits."""
        values = values[:BANDS]
        self._values, self._scaled = values, scaled
        self._colours = cell_colours(values, valid, scaled)
        if image is not None:
            logits = image.add_to(logits, self._colours)
        self._logits = smooth(logits, self._colours)
        self._best = likeliest(self._logits, torch.arange(len(logits), device=logits.device))
        self._bilinear = _bilinear(logits.device)

    def classes(
        self, ids: Tensor, rows: slice, columns: slice, *, confidence: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Ids, (h, w), uint8, of the most likely classes of a window of the region's pixels.

        Where the four cells around a square of pixels agree, so do all pixels in it: a logit that
        is the largest in each of the four is so in any mean of them. Only the others are enlarged.

        Args:
            ids: Of the classes, (classes,), uint8.
            rows: Of the window.
            columns: Of the window.
            confidence: Also tell their probabilities in per cent, (h, w), uint8.
        """
        down, across = _squares(rows), _squares(columns)
        first, differ = self._differ(down, across)
        squares = (ids.int() * 0x01010101).index_select(0, first.flatten().int())
        classes = squares.view(len(first), 1, -1).repeat(1, CELL, 1)
        certain = self._certain(down, across) if confidence else None
        for row, column, found in self._follow(differ, down, across):
            classes[row, :, column] = _words(likeliest(found, ids), len(row))[:, :, 0]
            if certain is not None:
                certain[row, :, column] = _words(certainty(found), len(row))[:, :, 0]
        inside = _inside(rows, down), _inside(columns, across)
        return _bytes(classes)[inside].contiguous(), (
            None if certain is None else _bytes(certain)[inside].contiguous()
        )

    def logits(self, rows: slice, columns: slice) -> Tensor:
        """Logits (classes, h, w) of a window of the region's pixels.

        Args:
            rows: Of the window.
            columns: Of the window.
        """
        down, across = _squares(rows), _squares(columns)
        fine = functional.interpolate(
            self._corners(self._logits, down, across)[None],
            scale_factor=float(CELL),
            mode="bilinear",
            align_corners=False,
        )[0, :, CELL // 2 : -(CELL // 2), CELL // 2 : -(CELL // 2)].contiguous()
        first, differ = self._differ(down, across)
        squares = fine.view(len(fine), first.shape[0], CELL, first.shape[1], CELL)
        for row, column, found in self._follow(differ, down, across):
            pixels = found.view(len(fine), CELL, CELL, len(row)).permute(3, 0, 1, 2)
            squares[:, row, :, column] = pixels
        return fine[:, _inside(rows, down), _inside(columns, across)]

    def _certain(self, down: slice, across: slice) -> Tensor:
        """Probabilities in per cent of the classes of squares of one: ``_words`` (h, 4, w)."""
        cells = self._corners(self._logits, down, across)
        height, width = (side - 1 for side in cells.shape[1:])
        found = torch.empty(height, CELL, width, dtype=torch.int32, device=cells.device)
        some = _at_once(ROWS, cells.device)
        for top in range(0, height, some):
            part = found[top : top + some]
            rows = cells[:, top : top + len(part) + 1]
            corners = [rows[:, y : y + len(part), x : x + width] for y in (0, 1) for x in (0, 1)]
            percent = certainty(self._bilinear @ torch.stack(corners, 1).flatten(2))
            part.copy_(_words(percent, len(part), width))
        return found

    def _corners(self, cells: Tensor, down: slice, across: slice) -> Tensor:
        """Cells (..., h, w) at the corners of squares, one more a side than there are squares."""
        height, width = cells.shape[-2:]
        rows = torch.arange(down.start - 1, down.stop, device=cells.device).clamp_(0, height - 1)
        columns = torch.arange(across.start - 1, across.stop, device=cells.device)
        return cells[..., rows[:, None], columns.clamp_(0, width - 1)]

    def _differ(self, down: slice, across: slice) -> tuple[Tensor, Tensor]:
        """The most likely class of the first cell of each square, and whether another's differs."""
        best = self._corners(self._best, down, across)
        first = best[:-1, :-1]
        return first, (first != best[:-1, 1:]) | (first != best[1:, :-1]) | (first != best[1:, 1:])

    def _follow(
        self, differ: Tensor, down: slice, across: slice
    ) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Rows, columns and logits (classes, 16, squares) of the pixels of squares, some at a time.

        Args:
            differ: Which squares, (h, w).
            down: Their rows.
            across: Their columns.
        """
        rows, columns = differ.nonzero().int().unbind(1)
        some = _at_once(SQUARES, differ.device)
        for row, column in zip(torch.split(rows, some), torch.split(columns, some), strict=True):
            yield row, column, self._pixel_logits(row + down.start, column + across.start)

    def _pixel_logits(self, row: Tensor, column: Tensor) -> Tensor:
        """Logits (classes, 16, squares) of the pixels of squares.

        To what bilinear enlargement makes of the logits comes what it leaves out of the colours,
        times the slope of the logits over the colours of the sixteen cells around: a regression
        with a ridge. Squares come last in all arrays: products of so small matrices take longer.
        """
        count = len(self._logits)
        logits, colours = self._logits.flatten(1), self._colours.flatten(1)
        index = _around(row, column, *self._best.shape)
        cells = logits.new_empty(count + len(colours), len(index))
        torch.index_select(logits, 1, index, out=cells[:count])
        torch.index_select(colours, 1, index, out=cells[count:])
        cells = cells.view(len(cells), 16, len(row))
        colours = cells[count:]
        means = colours.mean(1, keepdim=True)
        colours -= means
        # Of the sixteen, the corners of the square.
        middle = cells.view(len(cells), 4, 4, len(row))[:, 1:3, 1:3].flatten(1, 2)
        fine = self._bilinear @ middle  # (planes, 16, squares)
        found, even = fine[:count], fine[count:]
        left_out = self._pixels(row, column).sub_(even.add_(means))
        for band, slope in zip(left_out, _slopes(cells, count), strict=True):
            found.addcmul_(band, slope[:, None])
        return found

    def _pixels(self, row: Tensor, column: Tensor) -> Tensor:
        """Colours (inputs, 16, squares) of the pixels of squares."""
        index = _around(CELL * row, CELL * column, *self._values.shape[1:])
        # One by one: bytes of all planes at once take several times as long.
        found = torch.stack([plane.index_select(0, index) for plane in self._values.flatten(1)])
        return self._scaled(found.view(len(found), 16, len(row)))


def likeliest(logits: Tensor, ids: Tensor) -> Tensor:
    """Ids (...), uint8, of the classes with the largest logits (classes, ...).

    Many times as fast as ``max``, whose indices processors look for one by one.
    """
    best, numbers = logits[0].clone(), ids.float()
    found, larger = torch.zeros_like(best).add_(numbers[0]), torch.empty_like(best)
    for plane, number in zip(logits[1:], numbers[1:], strict=True):
        found.lerp_(number, torch.gt(plane, best, out=larger))
        torch.maximum(best, plane, out=best)
    return found.to(torch.uint8)


def certainty(logits: Tensor) -> Tensor:
    """Probability in per cent (...), uint8, of the likeliest class, of logits (classes, ...)."""
    less = (logits - logits.amax(0)).exp_()
    return less.sum(0).reciprocal_().mul_(100).round_().to(torch.uint8)


def _at_once(count: int, device: torch.device) -> int:
    """How many at once, where it is so many on a processor."""
    return count if device.type == "cpu" else ELSEWHERE * count


def _words(pixels: Tensor, height: int, width: int = 1) -> Tensor:
    """Bytes (16, height * width) of the pixels of squares as (height, 4, width) of four bytes."""
    rows = pixels.view(CELL, CELL, height, width).permute(2, 0, 3, 1)
    return rows.clone(memory_format=torch.contiguous_format).view(torch.int32)[..., 0]


def _bytes(words: Tensor) -> Tensor:
    """The pixels (4 * h, 4 * w) of ``_words``."""
    return words.view(torch.uint8).flatten(0, 1)


def _squares(pixels: slice) -> slice:
    """Squares, between the centres of cells, that hold pixels; the first is half outside."""
    half = CELL // 2
    return slice((pixels.start + half) // CELL, (pixels.stop + half - 1) // CELL + 1)


def _inside(pixels: slice, squares: slice) -> slice:
    """Where pixels are among those of squares."""
    start = pixels.start + CELL // 2 - CELL * squares.start
    return slice(start, start + pixels.stop - pixels.start)


def _around(row: Tensor, column: Tensor, height: int, width: int) -> Tensor:
    """Index (16 * n,) into a flattened plane, of the four by four around each of n corners."""
    near = torch.arange(-2, 2, device=row.device, dtype=row.dtype)[:, None]
    rows, columns = (row + near).clamp_(0, height - 1), (column + near).clamp_(0, width - 1)
    return (rows.mul_(width)[:, None] + columns).flatten()


def _slopes(cells: Tensor, count: int) -> Tensor:
    """Slopes (inputs, classes, squares) of logits over colours.

    Args:
        cells: (classes + inputs, 16, squares); colours less their means.
        count: Of classes.
    """
    colours = cells[count:]
    # Covariances and variances.
    found = cells.new_zeros(len(colours), len(cells), cells.shape[2])
    for near in range(16):
        found.addcmul_(cells[:, near], colours[:, near, None])
    found[:, count:].diagonal().add_(16 * RIDGE)
    # Solved by elimination, which needs no pivots.
    for number in range(len(colours)):
        row = found[number] / found[number, count + number]
        found.addcmul_(row, found[:, count + number, None].clone(), value=-1)
        found[number] = row
    return found[:, :count]


def _bilinear(device: torch.device) -> Tensor:
    """Weights (16, 4) of a square's corners for its pixels."""
    near = (torch.arange(CELL, device=device) + 0.5) / CELL
    axis = torch.stack([1 - near, near])
    return torch.einsum("iy,jx->yxij", axis, axis).reshape(CELL * CELL, 4)
