"""Active learning: the place in view whose label is expected to help most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.adapt.samples import Polygon
from core.model.familiarity import UNLIKE
from core.model.probe import CELL
from core.raster.grid import PixelWindow
from core.wire.classes import ClassTable

PLACE = 32
"""Side in pixels of the places among which one is chosen."""

LEAST_DATA = 0.5
"""Share of a place that must hold data."""

UNSURE = 0.8
"""Share of the greatest doubt from which a place counts as doubtful too."""

SAMPLES = 1500
"""Labelled pixels that places are compared with, at most."""


@dataclass(frozen=True)
class Advice:
    """A place.

    Attributes:
        window: (column, row, width, height) in pixels of the view's map.
        first: Channel of the likeliest class there.
        second: Of the next one.
        strange: Whether the place is unlike all labels, not merely between two classes.
    """

    window: PixelWindow
    first: int
    second: int
    strange: bool

    def reason(self, classes: ClassTable) -> str:
        """Why it was chosen, in a sentence."""
        first, second = (classes[channel].name for channel in (self.first, self.second))
        if self.strange:
            return f"The place is unlike all that is labelled; it may be {first}."
        return f"The place may be {first} or {second}."


def advise(
    logits: Tensor,
    embedding: Tensor,
    familiarity: Tensor | None,
    valid: Tensor,
    taken: NDArray[np.bool_],
    labelled: Tensor,
) -> Advice | None:
    """Choose a place.

    Worth = doubt x distance x size. Doubt is the mean over a place of 1 - (p1 - p2), the margin of
    the two likeliest classes (Scheffer et al. 2001, doi 10.1007/3-540-44816-0_31); distance, to the
    nearest labelled pixel among features, in terms of the median over all places (between half and
    twice as much); size, the root of how many of the nine places around it are as doubtful.

    Args:
        logits: (K, h, w) in cells.
        embedding: (C, h, w) in cells.
        familiarity: (h, w) in cells, 0..1, see ``model.familiarity``; None where it is unknown.
        valid: (h * CELL, w * CELL) where the image holds data.
        taken: (h // 8, w // 8) which places are labelled already, or out of view.
        labelled: (n, C) embedding of labelled pixels.

    Returns:
        The place; None where none is left.
    """
    cells = PLACE // CELL
    share = logits.softmax(0)
    best = share.topk(2, dim=0).values
    doubt = functional.avg_pool2d((1 - (best[0] - best[1]))[None, None], cells)[0, 0].numpy()
    data = functional.avg_pool2d(valid[None, None].float(), PLACE)[0, 0].numpy()
    free = (data >= LEAST_DATA) & ~taken
    if not free.any():
        return None
    far = _distances(functional.avg_pool2d(embedding[None], cells)[0], labelled)
    relative = np.clip(far / max(float(np.median(far[free])), 1e-6), 0.5, 2.0)
    like = torch.from_numpy(free & (doubt >= UNSURE * doubt[free].max())).float()
    around = functional.avg_pool2d(like[None, None], 3, 1, padding=1)[0, 0].numpy() * 9
    worth = np.where(free, doubt * relative * np.sqrt(np.maximum(around, 1)), -1.0)
    row, column = divmod(int(worth.argmax()), worth.shape[1])
    rows = slice(row * cells, (row + 1) * cells)
    columns = slice(column * cells, (column + 1) * cells)
    first, second = share[:, rows, columns].mean((1, 2)).topk(2).indices.tolist()
    strange = familiarity is not None and bool(familiarity[rows, columns].mean() < UNLIKE)
    return Advice((column * PLACE, row * PLACE, PLACE, PLACE), first, second, strange)


def labelled_places(
    polygons: Sequence[Polygon], covered: PixelWindow, window: PixelWindow, factor: int
) -> NDArray[np.bool_]:
    """Which places hold labels already, or extend beyond the view.

    Args:
        polygons: Labelled ones, in pixels of the image.
        covered: What the places cover, in pixels of the view.
        window: What is in view, likewise.
        factor: Pixels of the image to one of the view, along a side.
    """
    left, top, width, height = covered
    taken = np.ones((height // PLACE, width // PLACE), np.bool_)
    x, y = window[0] - left, window[1] - top
    rows = slice(-(-y // PLACE), (y + window[3]) // PLACE)
    columns = slice(-(-x // PLACE), (x + window[2]) // PLACE)
    if rows.start >= rows.stop or columns.start >= columns.stop:  # a view of less than a place
        rows, columns = slice(y // PLACE, None), slice(x // PLACE, None)
    taken[rows, columns] = False
    for polygon in polygons:
        first_x, first_y, last_x, last_y = (edge // factor for edge in polygon.bounds)
        if last_x >= left and last_y >= top:
            taken[
                max(first_y - top, 0) // PLACE : (last_y - top) // PLACE + 1,
                max(first_x - left, 0) // PLACE : (last_x - left) // PLACE + 1,
            ] = True
    return taken


def _distances(places: Tensor, labelled: Tensor) -> NDArray[np.float32]:
    """Distance (h, w) of each place to the nearest labelled pixel, in standard deviations."""
    _, height, width = places.shape
    flat = places.flatten(1).T
    spread = flat.std(0, correction=0) + 1e-3
    step = max(len(labelled) // SAMPLES, 1)
    found = torch.cdist(flat / spread, labelled[::step] / spread).min(1).values
    return np.asarray(found.view(height, width).numpy())
