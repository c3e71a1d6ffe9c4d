"""Decision: from the logits of a block's region to the classes of the raster's pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.inference.between import Places, between, classes_between, places
from core.inference.blocks import Block
from core.inference.cells import everywhere
from core.inference.guided import Guided, certainty, likeliest
from core.wire.classes import NODATA

STRIP = 256
"""Rows of pixels, the raster's or the model's, that are brought to full resolution at once."""


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
    region: Guided,
    valid: Tensor,
    ids: Tensor,
    *,
    confidence: bool,
    probabilities: bool,
) -> Classified:
    """Choose the class of each pixel.

    Args:
        block: From the plan.
        region: Logits of its region.
        valid: (h, w) of its target.
        ids: (classes,), uint8.
        confidence: Work out confidences.
        probabilities: Work out all classes' probabilities.
    """
    _, _, width, height = block.target
    if not (probabilities or block.resampled):
        window = _window(block, slice(0, height))
        return _classified(valid, *region.classes(ids, *window, confidence=confidence), None)
    classes = torch.empty(height, width, dtype=torch.uint8, device=ids.device)
    certain = torch.empty_like(classes) if confidence else None
    shares = classes.new_empty(len(ids), height, width) if probabilities else None
    # Where the raster is coarser than the model, one row is several of the region's.
    step = max(min(STRIP, round(STRIP * height / block.core[3])), 1)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        if not (confidence or probabilities):
            classes[rows] = classes_between(*_around(block, region, rows), ids)
            continue
        logits = _logits(block, region, rows)
        classes[rows] = likeliest(logits, ids)
        if certain is not None:
            certain[rows] = certainty(logits)
        if shares is not None:
            shares[:, rows] = logits.softmax(0).mul_(100).round_()
    return _classified(valid, classes, certain, shares)


def _classified(
    valid: Tensor, classes: Tensor, certain: Tensor | None, shares: Tensor | None
) -> Classified:
    """The block, with NODATA where it has none."""
    if not everywhere(valid):
        empty = ~valid.to(classes.device)
        for plane in (classes, certain, shares):
            if plane is not None:
                plane.masked_fill_(empty, NODATA)
    return Classified(
        classes.cpu().numpy(),
        None if certain is None else certain.cpu().numpy(),
        None if shares is None else shares.cpu().numpy(),
    )


def _window(block: Block, rows: slice) -> tuple[slice, slice]:
    """Rows and columns of the region that are rows of a target whose pixels are the model's."""
    left = round(block.core[0]) - block.region[0]
    top = round(block.core[1]) - block.region[1]
    return slice(top + rows.start, top + rows.stop), slice(left, left + block.target[2])


def _logits(block: Block, region: Guided, rows: slice) -> Tensor:
    """Logits (classes, rows, width) of rows of a block's target."""
    if not block.resampled:
        return region.logits(*_window(block, rows))
    logits, down, across = _around(block, region, rows)
    return between(between(logits, across, 2), down, 1)


def _around(block: Block, region: Guided, rows: slice) -> tuple[Tensor, Places, Places]:
    """Logits around rows of a target whose pixels are not the model's; its pixels among them."""
    begin, left = block.core[1] - block.region[1], block.core[0] - block.region[0]
    _, _, columns, target_rows = block.target
    _, _, across, down = block.core
    top, bottom = (begin + down * row / target_rows for row in (rows.start, rows.stop))
    right = left + across
    window = _reach(top, bottom, block.region[3]), _reach(left, right, block.region[2])
    logits = region.logits(*window)
    (y, x), (height, width) = (part.start for part in window), logits.shape[1:]
    return (
        logits,
        places(top - y, bottom - y, rows.stop - rows.start, height, logits.device),
        places(left - x, right - x, columns, width, logits.device),
    )


def _reach(start: float, stop: float, length: int) -> slice:
    """Pixels that bilinear sampling between two places needs, of so many that there are."""
    return slice(max(math.floor(start - 0.5), 0), min(math.ceil(stop + 0.5), length))
