"""Between pixels: logits at places that are not the centres of the model's pixels.

Where a raster is finer or coarser than the model, its pixels lie between the model's, and their
logits are bilinear means of the four around.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.inference.guided import likeliest
from core.wire.classes import NODATA

AT_ONCE = 65536
"""Places that are looked up at once, so that they stay in the processor's cache."""


@dataclass(frozen=True)
class Places:
    """Places along one axis.

    Attributes:
        first: Index (n,) of the pixel whose centre comes before.
        second: Index (n,) of the next one, or of the same at the end.
        share: Of the second, (n,), 0 to 1.
    """

    first: Tensor
    second: Tensor
    share: Tensor


def places(begin: float, end: float, count: int, length: int, device: torch.device) -> Places:
    """The centres of so many pixels between two places of an axis of ``length`` pixels."""
    step = (end - begin) / count
    # Double precision, which not all devices have.
    at = begin - 0.5 + step * (torch.arange(count, dtype=torch.float64) + 0.5)
    at.clamp_(0, length - 1)
    first = at.long()
    second, share = (first + 1).clamp_(max=length - 1), (at - first).float()
    return Places(first.to(device), second.to(device), share.to(device))


def between(logits: Tensor, at: Places, dim: int) -> Tensor:
    """Logits of places along one dimension, of those of pixels."""
    share = at.share.view(-1, *[1] * (logits.dim() - 1 - dim))
    return logits.index_select(dim, at.first).lerp_(logits.index_select(dim, at.second), share)


def classes_between(logits: Tensor, down: Places, across: Places, ids: Tensor) -> Tensor:
    """Ids (rows, columns), uint8, of the likeliest classes at all places.

    Where the four pixels around agree, so does all between: a logit that is the largest of each is
    so of any mean of them. Only elsewhere are means worked out.

    Args:
        logits: Of the pixels, (classes, h, w).
        down: Rows.
        across: Columns.
        ids: Of the classes, (classes,), uint8.
    """
    best = likeliest(logits, ids)
    height, width = best.shape
    agreed = best.clone()
    for row, column in ((0, 1), (1, 0), (1, 1)):
        here, other = best[: height - row, : width - column], best[row:, column:]
        agreed[: height - row, : width - column].masked_fill_(here != other, NODATA)
    found = agreed[:, across.first][down.first]
    rows, columns = (found == NODATA).nonzero().unbind(1)
    for some in zip(torch.split(rows, AT_ONCE), torch.split(columns, AT_ONCE), strict=True):
        found[some] = likeliest(_at(logits, down, across, *some), ids)
    return found


def _at(logits: Tensor, down: Places, across: Places, row: Tensor, column: Tensor) -> Tensor:
    """Logits (classes, n) at the n places of these rows and columns."""
    width, flat = logits.shape[2], logits.flatten(1)
    left, right, share = across.first[column], across.second[column], across.share[column]
    above, below = (
        flat.index_select(1, line + left).lerp_(flat.index_select(1, line + right), share)
        for line in (down.first[row] * width, down.second[row] * width)
    )
    return above.lerp_(below, down.share[row])
