"""The view: a part of the image as it is on the screen, classified by the current fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from affine import Affine
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.adapt.live.tiles import Seen
from core.inference.blocks import Block
from core.inference.decide import Classified, decide
from core.inference.guided import Guided
from core.model.familiarity import UNLIKE
from core.model.probe import CELL
from core.raster.grid import Extent, Grid, PixelWindow, apply
from core.raster.histogram import histogram
from core.results.writing import OutputSet
from core.wire.classes import ClassTable

MOST_PIXELS = 1_500_000
"""Of a view, at the resolution at which the model sees it."""

FINEST = 4
"""Pixels of a view to one of the screen, along a side, at most."""


@dataclass(frozen=True)
class View:
    """A part of an image.

    Attributes:
        factor: Width of its pixels in pixels of the image, a power of two: 1 where the view is no
            larger than ``MOST_PIXELS``. Beyond that the image is read reduced (area averages, from
            its overviews where it has any), which the model sees as a coarser one.
        window: In such pixels, counted from the image's corner.
    """

    factor: int
    window: PixelWindow

    @classmethod
    def of(cls, grid: Grid, name: str, extent: Extent, screen: tuple[int, int]) -> View:
        """The view of an extent.

        Args:
            grid: Of the image.
            name: Of the image, for the message.
            extent: In the grid's units.
            screen: Width and height in pixels of the screen.

        Raises:
            NoOverlap: The extent lies outside of the image.
        """
        left, top, width, height = grid.window(extent, name)
        factor = 1
        while width * height > MOST_PIXELS * factor**2 or (
            width > FINEST * factor * screen[0] and height > FINEST * factor * screen[1]
        ):
            factor *= 2
        starts, sizes = [], []
        for begin, size, whole in ((left, width, grid.width), (top, height, grid.height)):
            end = min(-(-(begin + size) // factor), max(round(whole / factor), 1))
            starts.append(min(begin // factor, end - 1))
            sizes.append(end - starts[-1])
        return cls(factor, (*starts, *sizes))  # type: ignore[arg-type]

    def grid(self, whole: Grid) -> Grid:
        """The view's own grid, of that of the image."""
        return whole.merged(self.factor).part(self.window)


def cut(covered: PixelWindow, window: PixelWindow, values: Tensor, pixels: int) -> Tensor:
    """Part of a map (..., h, w) whose cells have a side of so many pixels, cut outward."""
    left, top = window[0] - covered[0], window[1] - covered[1]
    right, bottom = left + window[2], top + window[3]
    return values[..., top // pixels : -(-bottom // pixels), left // pixels : -(-right // pixels)]


def ground_extent(
    window: PixelWindow, covered: PixelWindow, factor: int, transform: Affine
) -> Extent:
    """The extent of a window of a view's map, in the units of the image's CRS.

    Args:
        window: (column, row, width, height) counted from the map's corner.
        covered: Where the map is, in pixels of the view counted from the image's corner.
        factor: As in ``View``.
        transform: Of the image.

    Returns:
        (xmin, ymin, xmax, ymax).
    """
    left, top = ((a + b) * factor for a, b in zip(covered, window[:2], strict=False))
    right, bottom = left + window[2] * factor, top + window[3] * factor
    corners = [apply(transform, x, y) for x in (left, right) for y in (top, bottom)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def classify_view(view: View, seen: Seen, ids: Sequence[int], *, confidence: bool) -> Classified:
    """Choose the class of each pixel of a view.

    Args:
        view: The view.
        seen: From ``Tiles.logits``.
        ids: Of the classes.
        confidence: Work out confidences.
    """
    window, covered = view.window, seen.covered
    side = covered[2:]
    block = Block(window, tuple(map(float, window)), covered, covered, side, (covered[:2],))  # type: ignore[arg-type]
    return decide(
        block,
        Guided(seen.logits, seen.pixels, seen.valid, Tensor.float),
        cut(covered, window, seen.valid, 1),
        torch.tensor(ids, dtype=torch.uint8),
        confidence=confidence,
        probabilities=False,
    )


def percent_unlike(view: View, seen: Seen) -> float | None:
    """How much of a view's data is unlike all labels, in per cent; None where that is unknown.

    Args:
        view: The view.
        seen: From ``Tiles.logits``.
    """
    if seen.familiarity is None:
        return None
    data = functional.avg_pool2d(seen.valid[None, None].float(), CELL)[0, 0]
    data, own = (cut(seen.covered, view.window, part, CELL) for part in (data, seen.familiarity))
    return round(100 * float(data[own < UNLIKE].sum() / data.sum().clamp_min(1e-6)), 1)


def write_view(
    grid: Grid, classes: ClassTable, found: Classified, path: str, confidence: str | None
) -> list[dict[str, Any]]:
    """Write a view's rasters, replacing what is there when they are whole.

    Args:
        grid: Of the view.
        classes: Of the labels.
        found: What was found.
        path: Of the class raster.
        confidence: Of the confidence raster.

    Returns:
        Pixels and per cent of each class.

    Raises:
        OutputError: They cannot be written.
    """
    pixels: NDArray[np.int64] = histogram(found.classes)[list(classes.ids)]
    with OutputSet(grid, classes, path, confidence, overwrite=True) as outputs:
        outputs.write((0, 0, grid.width, grid.height), found.classes, found.confidence)
        outputs.complete(pixels.tolist(), None)
        outputs.publish()
    whole = max(int(pixels.sum()), 1)
    return [
        {
            "id": entry.id,
            "name": entry.name,
            "pixels": int(count),
            "percent": round(100 * int(count) / whole, 2),
        }
        for entry, count in zip(classes, pixels, strict=True)
    ]
