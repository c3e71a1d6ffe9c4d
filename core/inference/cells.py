"""Cells: their colours, and their logits smoothed among cells of one colour."""

from __future__ import annotations

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

CHUNK = 88
"""Rows of cells at once: what is worked on stays in the processor's cache."""


def cell_colours(values: Tensor, valid: Tensor, scaled: Callable[[Tensor], Tensor]) -> Tensor:
    """Mean values of the pixels of cells, 0..1; ``NOWHERE`` where none has data.

    Args:
        values: Raster values (inputs, CELL * h, CELL * w).
        valid: Where there is data, (CELL * h, CELL * w).
        scaled: From raster values to 0..1.
    """
    bytewise = values.dtype == torch.uint8
    parts = torch.split(values.view(torch.int32) if bytewise else values, CELL * (CHUNK // CELL), 1)
    colours = torch.cat(
        [
            scaled(_sums(part).float().div_(CELL**2)) if bytewise else _means(scaled(part))
            for part in parts
        ],
        1,
    )
    if not everywhere(valid):
        there = functional.max_pool2d(valid[None].float(), CELL)[0].bool()
        colours.masked_fill_(~there, NOWHERE)
    return colours


def everywhere(valid: Tensor) -> bool:
    """Whether all of it is true; ``all`` takes seven times as long."""
    return bool(valid.view(torch.uint8).amin())


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
    cells = logits.flatten(1)
    for step in STEPS:
        cells = _smooth(cells, colours.flatten(1), step, logits.shape[2])
    return cells.view_as(logits)


def _smooth(cells: Tensor, colours: Tensor, step: int, width: int) -> Tensor:
    """One pass over cells (classes, n) whose rows follow each other in memory.

    So all neighbours of a kind are as far apart, and each pair of them is compared once.
    """
    count = cells.shape[1]
    some = width * (CHUNK if cells.device.type == "cpu" else count // width)
    column = torch.arange(width, device=cells.device)
    in_row = {
        across: ((column + across * step).clamp(0, width - 1) == column + across * step)
        .float()
        .repeat(some // width)
        for across in (1, -1)
    }
    sharpness = colours.new_full((1, len(colours)), -0.5 / (COLOUR**2 * len(colours)))
    total, weight = torch.empty_like(cells), colours.new_full((count,), 0.25)
    begun = 0
    for start in range(0, count, some):
        stop = min(start + some, count)
        ahead = slice(begun, min(stop + step * (width + 1), count))
        torch.mul(cells[:, ahead], 0.25, out=total[:, ahead])
        begun = ahead.stop
        for down, across, share in ((0, 1, 0.125), (1, 0, 0.125), (1, 1, 0.0625), (1, -1, 0.0625)):
            apart = step * (down * width + across)
            end = max(min(stop, count - apart), start)
            one, other = slice(start, end), slice(start + apart, end + apart)
            distance = (colours[:, one] - colours[:, other]).square_()
            alike = (sharpness @ distance)[0].clamp_(min=-FAR).exp_()
            if across:
                alike.mul_(in_row[across][: end - start])
            for here, there in ((one, other), (other, one)):
                total[:, here].addcmul_(cells[:, there], alike, value=share)
                weight[here].add_(alike, alpha=share)
        total[:, start:stop].div_(weight[start:stop])
    return total


def _sums(words: Tensor) -> Tensor:
    """Sums of the bytes of cells, int32: a row of a cell is one number of four bytes."""
    rows = (words[:, number::CELL] for number in range(CELL))
    total, *others = ((row & 0x00FF00FF).add_((row >> 8) & 0x00FF00FF) for row in rows)
    for pairs in others:
        total += pairs
    return (total & 0xFFFF).add_(total >> 16)


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
