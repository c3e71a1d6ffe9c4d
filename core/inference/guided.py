"""Guided upsampling: from the logits of cells to those of pixels, along the borders of the image.

Cells are four pixels wide, and the network's logits waver where the image does not. Two steps, both
guided by the colours (He, Sun and Tang 2013): cells take the logits of cells of their colour around
them, and where a border runs between four cells, the logits of its pixels follow the pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.inference.blocks import CELL

COLOUR = 0.01
"""Standard deviation of a band's values (0..1) within which cells are of one colour."""

STEPS = 2, 5
"""Cells between neighbours in each pass of ``smooth``."""

FAR = 20.0
"""Half a square of standard deviations beyond which it does not count; or arithmetic were slow."""

NOWHERE = 9.0
"""Colour of cells without data: nothing is like it, dark water least of all."""

RIDGE = 1e-3
"""Added to the variance of each band: in even ground, borders lie midway between cells."""

CHUNK = 96
"""Rows of cells at once: what is worked on stays in the processor's cache."""

Index = tuple[slice, slice, slice]


class Guided:
    """The logits of a region's pixels.

    Args:
        logits: (classes, h, w) of its cells, float32.
        values: Raster values (inputs, CELL * h, CELL * w) of its pixels.
        valid: Where it has data, (CELL * h, CELL * w).
        scaled: From raster values to 0..1.
    """

    def __init__(
        self, logits: Tensor, values: Tensor, valid: Tensor, scaled: Callable[[Tensor], Tensor]
    ) -> None:
        """Smooth the cells' logits."""
        self._values, self._scaled = values, scaled
        colours = cell_colours(values, scaled)
        if not valid.all():
            there = functional.max_pool2d(valid[None].float(), CELL)[0].bool()
            colours.masked_fill_(~there, NOWHERE)
        # Two cells more at the edges: what a square at a corner looks at.
        self._cells = _framed(torch.cat([smooth(logits, colours), colours]), 2)
        self._logits = self._cells[: len(logits)]

    def classes(self, ids: Tensor, rows: slice, columns: slice) -> Tensor:
        """Ids (h, w), uint8, of the most likely classes of a window of the region's pixels.

        Where the four cells around a square of pixels agree, so do all pixels in it: a logit that
        is the largest in each of the four is so in any mean of them. Only the others are enlarged.

        Args:
            ids: Of the classes, (classes,), uint8.
            rows: Of the window.
            columns: Of the window.
        """
        down, across = _squares(rows), _squares(columns)
        first, differ = self._differ(down, across)
        # A row of a square is one number of four bytes.
        squares = (ids[first].int() * 0x01010101)[:, None].repeat(1, CELL, 1)
        row, column = differ.nonzero(as_tuple=True)
        found = self._follow(row + down.start, column + across.start).max(0).indices.T
        squares[row, :, column] = ids[found].contiguous().view(torch.int32)
        fine = squares.view(torch.uint8).view(CELL * first.shape[0], CELL * first.shape[1])
        return fine[_inside(rows, down), _inside(columns, across)]

    def logits(self, rows: slice, columns: slice) -> Tensor:
        """Logits (classes, h, w) of a window of the region's pixels.

        Args:
            rows: Of the window.
            columns: Of the window.
        """
        down, across = _squares(rows), _squares(columns)
        fine = functional.interpolate(
            self._ends(down, across)[None],
            scale_factor=float(CELL),
            mode="bilinear",
            align_corners=False,
        )[0, :, CELL // 2 : -(CELL // 2), CELL // 2 : -(CELL // 2)].contiguous()
        first, differ = self._differ(down, across)
        row, column = differ.nonzero(as_tuple=True)
        found = self._follow(row + down.start, column + across.start)
        squares = fine.view(len(fine), first.shape[0], CELL, first.shape[1], CELL)
        squares[:, row, :, column] = found.view(len(fine), CELL, CELL, len(row)).permute(3, 0, 1, 2)
        return fine[:, _inside(rows, down), _inside(columns, across)]

    def _ends(self, down: slice, across: slice) -> Tensor:
        """Logits of the cells at the corners of squares, one more a side than there are squares."""
        return self._logits[:, down.start + 1 : down.stop + 2, across.start + 1 : across.stop + 2]

    def _differ(self, down: slice, across: slice) -> tuple[Tensor, Tensor]:
        """The most likely class of the first cell of each square, and whether another's differs."""
        best = self._ends(down, across).max(0).indices  # many times as fast as argmax
        first = best[:-1, :-1]
        return first, (first != best[:-1, 1:]) | (first != best[1:, :-1]) | (first != best[1:, 1:])

    def _follow(self, row: Tensor, column: Tensor) -> Tensor:
        """Logits (classes, 16, squares) of the pixels of squares.

        To what bilinear enlargement makes of the logits comes what it leaves out of the colours,
        times the slope of the logits over the colours of the sixteen cells around: a regression
        with a ridge. Squares come last in all arrays: products of so small matrices take longer.
        """
        near = torch.arange(4, device=row.device)[:, None]
        index = _index(row + near, column + near, self._cells.shape[2])
        cells = self._cells.flatten(1).index_select(1, index).view(len(self._cells), 16, len(row))
        count = len(self._logits)
        logits, colours = cells[:count], cells[count:]
        spread = colours - colours.mean(1, keepdim=True)
        variance, covariance = (
            torch.stack([(band * each).mean(1) for band in spread]).permute(2, 0, 1)
            for each in (spread, logits)
        )
        ridge = RIDGE * torch.eye(len(spread), device=row.device)
        slopes = torch.linalg.solve(variance + ridge, covariance)  # (squares, inputs, classes)
        middle = cells[:, (5, 6, 9, 10)]  # of the sixteen, those at the square's corners
        fine = _bilinear(row.device) @ middle  # (planes, 16, squares)
        found, even = fine[:count], fine[count:]
        left_out = self._pixels(row, column) - even
        for band, slope in zip(left_out, slopes.permute(1, 2, 0).contiguous(), strict=True):
            found.addcmul_(band, slope[:, None])
        return found

    def _pixels(self, row: Tensor, column: Tensor) -> Tensor:
        """Colours (inputs, 16, squares) of the pixels of squares."""
        inside = torch.arange(CELL, device=row.device)[:, None] - CELL // 2
        height, width = self._values.shape[1:]
        rows = (CELL * row + inside).clamp(0, height - 1)
        columns = (CELL * column + inside).clamp(0, width - 1)
        index = _index(rows, columns, width)
        found = torch.stack([band.flatten().index_select(0, index) for band in self._values])
        return self._scaled(found.view(len(found), CELL * CELL, len(row)))


def cell_colours(values: Tensor, scaled: Callable[[Tensor], Tensor]) -> Tensor:
    """Mean values (inputs, h, w), 0..1, of the pixels of cells; see ``Guided``."""
    rows = CHUNK * CELL
    return torch.cat(
        [_means(scaled(values[:, top : top + rows])) for top in range(0, values.shape[1], rows)], 1
    )


def _means(values: Tensor) -> Tensor:
    """Means of cells: sums of slices, which take less time than pooling."""
    for dim in (1, 2):
        first, *others = (
            values[(slice(None),) * dim + (slice(part, None, CELL),)] for part in range(CELL)
        )
        values = first.clone()
        for other in others:
            values += other
    return values.div_(CELL**2)


def smooth(logits: Tensor, colours: Tensor) -> Tensor:
    """Means of the logits of cells of one colour, some seven cells around.

    An edge-avoiding a-trous wavelet (Dammertz et al. 2010): passes of 3 x 3 cells, ever
    further apart, weighted 1, 2, 1.

    Args:
        logits: (classes, h, w).
        colours: (inputs, h, w), 0..1.

    Returns:
        (classes, h, w).
    """
    scaled = colours * (2 * COLOUR**2 * len(colours)) ** -0.5
    found = torch.empty_like(logits)
    for top in range(0, logits.shape[1], CHUNK):
        begin = max(top - sum(STEPS), 0)
        rows = slice(begin, top + CHUNK + sum(STEPS))
        part = _smooth(logits[:, rows], scaled[:, rows])
        found[:, top : top + CHUNK] = part[:, top - begin : top - begin + CHUNK]
    return found


def _smooth(logits: Tensor, colours: Tensor) -> Tensor:
    for step in STEPS:
        total, weight = logits * 0.25, torch.full_like(logits[0], 0.25)
        for down, across, share in ((0, 1, 0.125), (1, 0, 0.125), (1, 1, 0.0625), (1, -1, 0.0625)):
            one, other = _pairs(down * step, across * step)
            distance = (colours[one] - colours[other]).square_().sum(0)
            alike = (math.log(share) - distance.clamp_(max=FAR)).exp_()
            for here, there in ((one, other), (other, one)):
                total[here].addcmul_(logits[there], alike)
                weight[here[1:]].add_(alike)
        logits = total.div_(weight)
    return logits


def _pairs(down: int, across: int) -> tuple[Index, Index]:
    """Cells that have another so far below and to the right, or to the left, and these others."""
    above, below = slice(None, -down or None), slice(down, None)
    left, right = slice(None, -abs(across) or None), slice(abs(across), None)
    if across < 0:
        left, right = right, left
    return (slice(None), above, left), (slice(None), below, right)


def _framed(cells: Tensor, by: int) -> Tensor:
    """Cells (n, h, w) with the outermost ones repeated."""
    return functional.pad(cells[None], (by, by, by, by), mode="replicate")[0]


def _squares(pixels: slice) -> slice:
    """Squares, between the centres of cells, that hold pixels; the first is half outside."""
    half = CELL // 2
    return slice((pixels.start + half) // CELL, (pixels.stop + half - 1) // CELL + 1)


def _inside(pixels: slice, squares: slice) -> slice:
    """Where pixels are among those of squares."""
    start = pixels.start + CELL // 2 - CELL * squares.start
    return slice(start, start + pixels.stop - pixels.start)


def _index(rows: Tensor, columns: Tensor, width: int) -> Tensor:
    """Index (16 * squares,) into a flattened plane, of rows and columns (4, squares)."""
    return (rows[:, None] * width + columns).flatten()


def _bilinear(device: torch.device) -> Tensor:
    """Weights (16, 4) of a square's corners for its pixels."""
    near = (torch.arange(CELL, device=device) + 0.5) / CELL
    axis = torch.stack([1 - near, near])
    return torch.einsum("iy,jx->yxij", axis, axis).reshape(CELL * CELL, 4)
