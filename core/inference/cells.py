"""Cells: their colours, and their logits smoothed among cells of one colour."""

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

CHUNK = 96
"""Rows of cells at once: what is worked on stays in the processor's cache."""

Index = tuple[slice, slice, slice]


def cell_colours(values: Tensor, valid: Tensor, scaled: Callable[[Tensor], Tensor]) -> Tensor:
    """Mean values of the pixels of cells, 0..1; ``NOWHERE`` where none has data.

    Args:
        values: Raster values (inputs, CELL * h, CELL * w).
        valid: Where there is data, (CELL * h, CELL * w).
        scaled: From raster values to 0..1.
    """
    bytewise = values.dtype == torch.uint8
    parts = torch.split(values.view(torch.int32) if bytewise else values, CELL * CHUNK // 4, 1)
    if bytewise:
        colours = scaled(torch.cat([_sums(part) for part in parts], 1).float().div_(CELL**2))
    else:
        colours = torch.cat([_means(scaled(part)) for part in parts], 1)
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
