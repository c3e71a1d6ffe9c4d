"""Regions of the image, read as inference reads them: around labels, and some without any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from core.model.ginet import Context, GINet
from core.raster.grid import PixelWindow
from core.raster.reading import Raster
from core.raster.scaling import Scaling

MOST_CONTEXTS = 8
"""Contexts that regions without labels may add to be read: each has millions of pixels."""


@dataclass(frozen=True)
class Size:
    """Sides in pixels.

    Attributes:
        patch: Of the ground whose labels share a region.
        region: Of what is read around it, so that the network sees what is beside the labels.
    """

    patch: int
    region: int

    @classmethod
    def of(cls, card: Card) -> Size:
        """For a model: patches as small as the base model's own training had."""
        patch = min(card.patch // 32 * 32, 256)
        return cls(patch, patch + patch // 64 * 32)


@dataclass(frozen=True)
class Region:
    """What is read at one place.

    Attributes:
        window: In the image; may reach beyond a smaller one, which is mirrored there.
        values: (inputs, region, region) in 0..1.
        valid: (1, region, region).
        labels: (region, region) output channel, -1 where unlabelled.
        context: What the global branch knows about the scene around it.
        box: (4,) of the region within its context: x0, y0, x1, y1 in 0..1.
    """

    window: PixelWindow
    values: Tensor
    valid: Tensor
    labels: Tensor
    context: Context
    box: Tensor


class RegionReader:
    """Reads regions.

    Attributes:
        card: Of the base model.
        size: Of patches and regions.

    Args:
        raster: The image.
        labels: Its labels.
        scaling: From the image's values to 0..1.
        card: Of the base model.
        network: The base model's, on its device, in evaluation mode.
    """

    def __init__(
        self,
        raster: Raster,
        labels: LabelRaster | LabelPolygons,
        scaling: Scaling,
        card: Card,
        network: GINet,
    ) -> None:
        """Keep them; nothing is read yet."""
        self._raster, self._labels, self._scaling = raster, labels, scaling
        self.card, self.size, self._network = card, Size.of(card), network
        self._blocks = BlockReader(raster, 1.0, card.global_size)
        self._contexts: dict[PixelWindow, Context] = {}

    def labelled(self, groups: Sequence[Sequence[Cell]], clock: Clock) -> list[Region | None]:
        """Read the regions around groups of labelled cells.

        Args:
            groups: Cells of each region; labels outside them do not count.
            clock: Checked after each.

        Returns:
            The regions, None where no labelled pixel holds data.
        """
        windows = [self._window(group) for group in groups]
        found: list[Region | None] = [None] * len(groups)
        for index in sorted(range(len(groups)), key=lambda index: self._context(windows[index])):
            window = windows[index]
            labels = torch.from_numpy(self._own_labels(window, groups[index]))
            found[index] = self._read(window, labels)
            clock.check()
        return found

    def unlabelled(self, most: int, seed: int, clock: Clock) -> list[Region]:
        """Read regions spread over the image, whatever is labelled there.

        Args:
            most: Of them; all that there are where the image has no more.
            seed: Of where they lie.
            clock: Checked after each.
        """
        side = self.size.region
        starts = [
            np.unique(np.linspace(0, max(end - side, 0), -(-end // side)).astype(int))
            for end in (self._raster.height, self._raster.width)
        ]
        count = len(starts[0]) * len(starts[1])
        order = np.random.default_rng((seed, 3)).permutation(count)[: 8 * most]
        chosen: list[tuple[PixelWindow, PixelWindow]] = []
        contexts = set(self._contexts)
        limit = len(contexts) + MOST_CONTEXTS
        for number in order.tolist():
            row, column = divmod(number, len(starts[1]))
            window = int(starts[1][column]), int(starts[0][row]), side, side
            context = self._context(window)
            if context in contexts or len(contexts) < limit:
                contexts.add(context)
                chosen.append((context, window))
            if len(chosen) == most:
                break
        found = []
        for _, window in sorted(chosen):
            region = self._read(window, torch.full((side, side), -1, dtype=torch.int16))
            clock.check()
            if region is not None:
                found.append(region)
        return found

    def _read(self, window: PixelWindow, labels: Tensor) -> Region | None:
        """A region, None where no wanted pixel holds data."""
        wanted = bool((labels >= 0).any())
        context = self._context(window)
        pixels = self._blocks.read(self._block(window, context))
        if pixels is None:
            return None
        valid = torch.from_numpy(pixels.region_valid)
        labels = labels.masked_fill(~valid, -1)
        if wanted and not (labels >= 0).any():
            return None
        left, top = window[0] - context[0], window[1] - context[1]
        side = window[2]
        return Region(
            window,
            torch.from_numpy(self._scaling(pixels.region)),
            valid[None],
            labels,
            self._see(context, pixels.scene),
            torch.tensor([left, top, left + side, top + side]) / context[2],
        )

    @torch.no_grad()
    def _see(self, window: PixelWindow, scene: ScenePixels) -> Context:
        if window not in self._contexts:
            device = self._network.local_head.classify.weight.device
            self._contexts[window] = self._network.context(
                torch.from_numpy(self._scaling(scene.values))[None].to(device),
                torch.from_numpy(scene.valid)[None, None].float().to(device),
            )
        return self._contexts[window]

    def _window(self, cells: Sequence[Cell]) -> PixelWindow:
        rows, columns = zip(*cells, strict=True)
        side = self.size.region
        starts = []
        for line, end in ((columns, self._raster.width), (rows, self._raster.height)):
            centre = (min(line) + max(line) + 1) * LABEL_CELL // 2
            starts.append(int(np.clip(centre - side // 2, 0, max(end - side, 0))))
        return starts[0], starts[1], side, side

    def _context(self, window: PixelWindow) -> PixelWindow:
        """That of the block in which inference would see the region's middle."""
        raster = self._raster
        x = min(window[0] + window[2] // 2, raster.width - 1)
        y = min(window[1] + window[3] // 2, raster.height - 1)
        plan = Plan(Geometry.of(self.card), raster.width, raster.height, (x, y, 1, 1))
        return next(iter(plan)).context

    def _block(self, window: PixelWindow, context: PixelWindow) -> Block:
        left, top, width, height = window
        target = (
            left,
            top,
            min(width, self._raster.width - left),
            min(height, self._raster.height - top),
        )
        return Block(target, target, window, context, (width, height), ((left, top),))

    def _own_labels(self, window: PixelWindow, cells: Sequence[Cell]) -> NDArray[np.int16]:
        labels = self._labels.read(window)
        own = np.zeros(labels.shape, np.bool_)
        for row, column in cells:
            y, x = row * LABEL_CELL - window[1], column * LABEL_CELL - window[0]
            own[max(y, 0) : max(y + LABEL_CELL, 0), max(x, 0) : max(x + LABEL_CELL, 0)] = True
        labels[~own] = -1
        return labels
