"""Decision: from a block's logits in cells to the classes of the raster's pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.inference.blocks import CELL, Block
from core.model.window import sample_window
from core.wire.classes import NODATA

STRIP = 256
"""Rows of a block that are brought to full resolution at once."""


@dataclass(frozen=True)
class Classified:
    """A finished block.

    Attributes:
        classes: Class ids, 255 without data, (h, w).
        confidence: Probability of the class in per cent, 255 without data, (h, w).
        probabilities: Of each class in per cent, (classes, h, w), 255 without data.
    """

    classes: NDArray[np.uint8]
    confidence: NDArray[np.uint8] | None
    probabilities: NDArray[np.uint8] | None


def decide(
    block: Block,
    logits: Tensor,
    valid: Tensor,
    ids: Tensor,
    *,
    confidence: bool,
    probabilities: bool,
) -> Classified:
    """Choose the class of each pixel, a strip at a time.

    Args:
        block: From the plan.
        logits: (classes, h, w) of its region, in cells.
        valid: (h, w) of its target.
        ids: (classes,), uint8.
        confidence: Work out confidences.
        probabilities: Work out all classes' probabilities.
    """
    _, _, width, height = block.target
    classes = torch.empty(height, width, dtype=torch.uint8, device=logits.device)
    certain = torch.empty_like(classes) if confidence else None
    shares = classes.new_empty(len(ids), height, width) if probabilities else None
    for top in range(0, height, STRIP):
        rows = slice(top, min(top + STRIP, height))
        classes[rows] = _classes(block, logits, ids, rows)
        if not (confidence or probabilities):
            continue
        share = _enlarged(block, logits, rows).softmax(0)
        if shares is not None:
            shares[:, rows] = (share * 100).round_()
        if certain is not None:
            certain[rows] = (share.amax(0) * 100).round_()
    if not valid.all():
        empty = ~valid.to(logits.device)
        for plane in (classes, certain, shares):
            if plane is not None:
                plane.masked_fill_(empty, NODATA)
    return Classified(
        classes.cpu().numpy(),
        None if certain is None else certain.cpu().numpy(),
        None if shares is None else shares.cpu().numpy(),
    )


def _classes(block: Block, logits: Tensor, ids: Tensor, rows: slice) -> Tensor:
    """Ids (rows, width) of the most likely classes."""
    if block.resampled:
        return ids[_enlarged(block, logits, rows).max(0).indices]
    part, inset, offset = _cells(block, logits, rows)
    # The first square of pixels between the centres of four cells begins half a cell in.
    framed = functional.pad(part[None], (1, 1, 1, 1), mode="replicate")[0]
    inset, offset = inset + CELL // 2, offset + CELL // 2
    height, width = rows.stop - rows.start, block.target[2]
    return most_likely(framed, ids)[inset : inset + height, offset : offset + width]


def most_likely(logits: Tensor, ids: Tensor) -> Tensor:
    """Ids of the most likely classes between the centres of cells, as if enlarged bilinearly.

    The result begins and ends half a cell within the outermost cells. Where the four cells around a
    square agree, so do all pixels in it: a logit that is the largest in each of the four is so in
    any mean of them. Only the other squares are enlarged.

    Args:
        logits: (classes, h, w), float32.
        ids: (classes,), uint8.

    Returns:
        (CELL * (h - 1), CELL * (w - 1)), uint8.
    """
    best = ids[logits.max(0).indices]  # many times as fast as argmax
    first, right, below, across = _corners(best)
    differ = (first != right) | (first != below) | (first != across)
    # A row of a square is one number of four bytes.
    squares = (first.int() * 0x01010101)[:, None].repeat(1, CELL, 1)
    row, column = differ.nonzero(as_tuple=True)
    ends = torch.stack([c[:, row, column] for c in _corners(logits)], 2)
    near = (torch.arange(CELL, device=logits.device) + 0.5) / CELL
    axis = torch.stack([1 - near, near])
    weights = torch.einsum("iy,jx->ijyx", axis, axis).reshape(4, CELL * CELL)
    inside = (ends @ weights).max(0).indices
    squares[row, :, column] = ids[inside].view(torch.int32)
    height, width = first.shape
    return squares.view(torch.uint8).view(CELL * height, CELL * width)


def _corners(cells: Tensor) -> list[Tensor]:
    """The cells above left, above right, below left and below right of each square."""
    halves = slice(None, -1), slice(1, None)
    return [cells[..., rows, columns] for rows in halves for columns in halves]


def _enlarged(block: Block, logits: Tensor, rows: slice) -> Tensor:
    """Logits (classes, rows, width) of rows of a block's target, bilinear."""
    if not block.resampled:
        part, inset, offset = _cells(block, logits, rows)
        fine = functional.interpolate(
            part[None], scale_factor=float(CELL), mode="bilinear", align_corners=False
        )[0]
        height, width = rows.stop - rows.start, block.target[2]
        return fine[:, inset : inset + height, offset : offset + width]
    left, top, width, height = block.region
    x, y, across, down = block.core
    columns, target_rows = block.target[2:]
    begin, stop = y + down * rows.start / target_rows, y + down * rows.stop / target_rows
    box = torch.tensor([[x - left, begin - top, x + across - left, stop - top]]) / torch.tensor(
        [width, height, width, height]
    )
    size = rows.stop - rows.start, columns
    return sample_window(logits[None], box.to(logits.device), None, size)[0]


def _cells(block: Block, logits: Tensor, rows: slice) -> tuple[Tensor, int, int]:
    """The cells that rows of a block's target need, where its pixels are the model's.

    Cells are enlarged exactly, so that what a pixel becomes does not hang on where the region
    begins.

    Returns:
        Their logits, and how many pixels down and to the right of the first one the rows begin.
    """
    inset = round(block.core[1]) - block.region[1] + rows.start
    low = max(inset // CELL - 1, 0)  # one cell more on each side is what bilinear needs
    high = (inset + rows.stop - rows.start) // CELL + 2
    return logits[:, low:high], inset - low * CELL, round(block.core[0]) - block.region[0]
