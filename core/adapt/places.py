"""Labelled places of a raster, read as inference reads, each with what the scene tells it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.adapt.clock import Clock
from core.adapt.labels import LABEL_CELL, Cell, LabelRaster
from core.adapt.polygons import LabelPolygons
from core.inference.blocks import Block, Geometry, Plan
from core.inference.pipeline import BlockReader
from core.inference.predict import ScenePixels
from core.model.card import Card
from core.model.ggn import Modulation
from core.model.ginet import Context, GINet
from core.model.precision import fetch, keep
from core.raster.grid import PixelWindow
from core.raster.reading import Raster
from core.raster.scaling import Scaling

VIEWS = tuple((turn, flip) for flip in (False, True) for turn in range(4))
"""Quarter turns and mirrorings."""

SCENES = 64
"""Most runs of the global branch: with many contexts there are fewer views of each."""

MOST = 96
"""Places that are read at most, which bounds memory and time."""

COST = 3
"""Encoded patches that a place costs, about, before the training begins."""

READ_BY = 0.25
"""Share of the time after which a place is seen in one view only."""


@dataclass(frozen=True)
class Size:
    """Sides in pixels.

    Attributes:
        patch: Of a training patch.
        region: Of what is read around a place, so that patches can be cut here and there.
    """

    patch: int
    region: int

    @classmethod
    def of(cls, card: Card) -> Size:
        """For a model: patches as small as the base model's own training had."""
        patch = min(card.patch // 32 * 32, 256)
        return cls(patch, patch + patch // 64 * 32)


@dataclass
class Place:
    """One labelled place.

    Attributes:
        values: (inputs, region, region) in 0..1, half precision.
        valid: (1, region, region).
        labels: (region, region) output channel, -1 where unlabelled.
        views: For each view what the scene tells: see ``View``.
        teacher: (K, region/4, region/4) probabilities by the base model, or None.
        features: The encoder's of the whole region, each (1, C, h, w) in half precision; empty
            until they are needed.
    """

    values: Tensor
    valid: Tensor
    labels: Tensor
    views: list[View] = field(default_factory=list)
    teacher: Tensor | None = None
    features: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class View:
    """The modulations around a place, one view of it, cut out of the scene's.

    Attributes:
        modulations: For each level maps (2C, n, n) and vector (2C,), half precision.
        box: (4,) of the region within them: x0, y0, x1, y1.
    """

    modulations: tuple[tuple[Tensor, Tensor], ...]
    box: Tensor


@torch.inference_mode()
def most_places(network: GINet, card: Card, size: Size, seconds: float) -> int:
    """How many places can be prepared in a time on this machine; it tries what one takes.

    Args:
        network: The base model's, on its device.
        card: The base model's.
        size: Of patches.
        seconds: To prepare them in.
    """
    device = network.local_head.classify.weight.device
    image = torch.zeros(1, len(card.bands), size.patch, size.patch, device=device)
    took = math.inf
    for _ in range(2):  # the first is slow
        begin = time.monotonic()
        float(network.encode(image, torch.ones_like(image[:, :1]))[0].sum())
        took = min(took, time.monotonic() - begin)
    return int(min(seconds / (COST * took), MOST))


class PlaceReader:
    """Reads places.

    Attributes:
        card: Of the base model.
        size: Of patches and regions.

    Args:
        raster: The image.
        labels: Its labels.
        scaling: From the image's values to 0..1.
        card: Of the base model.
    """

    def __init__(
        self, raster: Raster, labels: LabelRaster | LabelPolygons, scaling: Scaling, card: Card
    ) -> None:
        """Keep them."""
        self._raster, self._labels = raster, labels
        self.card, self.size = card, Size.of(card)
        self._scaling = scaling

    def read(
        self, groups: Sequence[Sequence[Cell]], network: GINet, clock: Clock
    ) -> list[Place | None]:
        """Read places and run the global branch on their scenes.

        Args:
            groups: The cells of each place; labels outside them do not count.
            network: The base model's, in evaluation mode.
            clock: Checked after each view and place. Where time is short there are fewer views.

        Returns:
            The places, None where no labelled pixel holds data.
        """
        regions = [self._region(group) for group in groups]
        contexts = [self._context(region) for region in regions]
        views = VIEWS[: max(1, min(len(VIEWS), SCENES // max(len(set(contexts)), 1)))]
        places: list[Place | None] = [None] * len(groups)
        reader = BlockReader(self._raster, 1.0, self.card.global_size)
        last: ScenePixels | None = None
        seen: list[Context] = []
        scenes = 0
        for index in sorted(range(len(groups)), key=lambda index: contexts[index]):
            region, context = regions[index], contexts[index]
            pixels = reader.read(self._block(region, context))
            if pixels is None:
                continue
            if pixels.scene is not last:
                last = pixels.scene
                scene = torch.from_numpy(self._scaling(last.values))
                valid = torch.from_numpy(last.valid)
                seen, scenes = [], scenes + 1
                for view in views:
                    seen.append(_see(network, scene, valid, view))
                    clock.check()
                    if clock.past(READ_BY * scenes / len(set(contexts))):
                        break
            labels = torch.from_numpy(self._own_labels(region, groups[index]))
            valid = torch.from_numpy(pixels.region_valid)
            labels[~valid] = -1
            if not (labels >= 0).any():
                continue
            values = torch.from_numpy(self._scaling(pixels.region))
            place = Place(values, valid[None], labels)
            left, top = region[0] - context[0], region[1] - context[1]
            box = torch.tensor([left, top, left + region[2], top + region[3]]) / context[2]
            place.views = [
                _cut(known, turned_box(box, view)) for known, view in zip(seen, views, strict=False)
            ]
            places[index] = place
            clock.check()
        return places

    def _region(self, cells: Sequence[Cell]) -> PixelWindow:
        rows, columns = zip(*cells, strict=True)
        side = self.size.region
        starts = []
        for line, end in ((columns, self._raster.width), (rows, self._raster.height)):
            centre = (min(line) + max(line) + 1) * LABEL_CELL // 2
            starts.append(int(np.clip(centre - side // 2, 0, max(end - side, 0))))
        return starts[0], starts[1], side, side

    def _context(self, region: PixelWindow) -> PixelWindow:
        """That of the block in which inference would see the region's middle."""
        card, raster = self.card, self._raster
        x = min(region[0] + region[2] // 2, raster.width - 1)
        y = min(region[1] + region[3] // 2, raster.height - 1)
        geometry = Geometry.of(card)
        return next(iter(Plan(geometry, raster.width, raster.height, (x, y, 1, 1)))).context

    def _block(self, region: PixelWindow, context: PixelWindow) -> Block:
        left, top, width, height = region
        target = (
            left,
            top,
            min(width, self._raster.width - left),
            min(height, self._raster.height - top),
        )
        return Block(target, target, region, context, (width, height), ((left, top),))

    def _own_labels(self, region: PixelWindow, cells: Sequence[Cell]) -> NDArray[np.int16]:
        labels = self._labels.read(region)
        own = np.zeros(labels.shape, np.bool_)
        for row, column in cells:
            y, x = row * LABEL_CELL - region[1], column * LABEL_CELL - region[0]
            own[max(y, 0) : max(y + LABEL_CELL, 0), max(x, 0) : max(x + LABEL_CELL, 0)] = True
        labels[~own] = -1
        return labels


def turned(array: Tensor, view: tuple[int, bool]) -> Tensor:
    """A view of maps (..., H, W)."""
    turn, flip = view
    array = torch.rot90(array, turn, (-2, -1))
    return array.flip(-1) if flip else array


def turned_box(box: Tensor, view: tuple[int, bool]) -> Tensor:
    """Where a box (x0, y0, x1, y1 in 0..1) comes to lie in a view."""
    x0, y0, x1, y1 = box.unbind(-1)
    turn, flip = view
    for _ in range(turn):
        x0, y0, x1, y1 = y0, 1 - x1, y1, 1 - x0
    if flip:
        x0, x1 = 1 - x1, 1 - x0
    return torch.stack((x0, y0, x1, y1), -1)


@torch.inference_mode()
def _see(network: GINet, scene: Tensor, valid: Tensor, view: tuple[int, bool]) -> Context:
    device = network.local_head.classify.weight.device
    return network.context(
        turned(scene, view)[None].to(device), turned(valid[None, None].float(), view).to(device)
    )


def _cut(context: Context, box: Tensor) -> View:
    """The part of a scene's modulations that sampling under a box can reach, in whole cells."""
    if context.modulations is None:
        return View((), box)
    cells = context.modulations[-1].maps.shape[-1]
    count = min(math.ceil(round(float(box[2] - box[0]) * cells, 3)) + 2, cells)
    x, y = (
        int(np.clip(math.floor(float(start) * cells - 0.5), 0, cells - count)) for start in box[:2]
    )
    cut = []
    for modulation in context.modulations:
        step = modulation.maps.shape[-1] // cells
        part = np.s_[0, :, y * step : (y + count) * step, x * step : (x + count) * step]
        cut.append((keep(modulation.maps[part]), keep(modulation.vector[0])))
    return View(tuple(cut), (box * cells - torch.tensor([x, y, x, y])) / count)


def stack_views(views: Sequence[View], device: str) -> Context:
    """A context of several scenes, one for each view."""
    modulations = tuple(
        Modulation(
            *(
                fetch([view.modulations[level][part][None] for view in views], device)
                for part in (0, 1)
            )
        )
        for level in range(len(views[0].modulations))
    )
    return Context(modulations or None, torch.empty(0))
