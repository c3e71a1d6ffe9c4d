"""Regions of the image, read as inference reads them: around labels, and some without any."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.adapt.clock import Clock
from core.adapt.labels import LABEL_CELL, Cell, LabelRaster
from core.adapt.polygons import LabelPolygons
from core.adapt.recent import Recent
from core.inference.blocks import Geometry, Plan
from core.inference.pipeline import BlockReader
from core.model.card import Card
from core.model.ginet import Context, GINet
from core.raster.grid import PixelWindow, spread_windows
from core.raster.reading import Raster
from core.raster.scaling import Scaling

Labels = LabelRaster | LabelPolygons

MOST_CONTEXTS = 8
"""Contexts in which regions without labels lie: each has millions of pixels."""

KNOWN_CONTEXTS = 16
"""Contexts that are remembered, some 15 MB each."""


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

    @property
    def key(self) -> tuple[PixelWindow, bytes]:
        """Equal where the same pixels are labelled alike."""
        return self.window, hashlib.blake2b(self.labels.numpy().tobytes()).digest()


class RegionReader:
    """Reads regions.

    Attributes:
        card: Of the base model.
        size: Of patches and regions.

    Args:
        raster: The image.
        scaling: From the image's values to 0..1.
        card: Of the base model.
        network: The base model's, on its device, in evaluation mode.
        scale: Model pixels per pixel of the image; labels are read at 1 only.
    """

    def __init__(
        self,
        raster: Raster,
        scaling: Scaling,
        card: Card,
        network: GINet,
        scale: float = 1.0,
    ) -> None:
        """Keep them; nothing is read yet."""
        self._raster, self._scaling, self._scale = raster, scaling, scale
        self.card, self.size, self._network = card, Size.of(card), network
        self._blocks = BlockReader(raster, scale, card.global_size)
        self._contexts: Recent[PixelWindow, Context] = Recent(KNOWN_CONTEXTS)

    def labelled(
        self,
        labels: Labels,
        groups: Sequence[Sequence[Cell]],
        clock: Clock,
        known: Sequence[Region] = (),
    ) -> list[Region]:
        """Read the regions around groups of labelled cells.

        Args:
            labels: Of the image.
            groups: Cells of each region; labels outside them do not count.
            clock: Checked after each.
            known: Regions whose pixels need not be read again.

        Returns:
            The regions, without those in which no labelled pixel holds data.
        """
        there = {region.window: region for region in known}
        windows = [self._window(group) for group in groups]
        found: list[Region | None] = [None] * len(groups)
        for index in sorted(range(len(groups)), key=lambda index: self._context(windows[index])):
            window = windows[index]
            own = torch.from_numpy(_own_labels(labels, window, groups[index]))
            if window in there:
                own = own.masked_fill_(~there[window].valid[0], -1)
                found[index] = replace(there[window], labels=own) if (own >= 0).any() else None
            else:
                found[index] = self._read(window, own)
            clock.check()
        return [region for region in found if region is not None]

    def unlabelled(self, most: int, seed: int, clock: Clock) -> list[Region]:
        """Read regions spread over the image, whatever is labelled there.

        Args:
            most: Of them; all that there are where the image has no more.
            seed: Of where they lie.
            clock: Checked after each.
        """
        side = self.size.region
        rng = np.random.default_rng((seed, 3))
        size = self._raster.width, self._raster.height
        chosen: list[tuple[PixelWindow, PixelWindow]] = []
        contexts: set[PixelWindow] = set()
        for window in spread_windows(*size, side, rng, 8 * most):
            context = self._context(window)
            if context in contexts or len(contexts) < MOST_CONTEXTS:
                contexts.add(context)
                chosen.append((context, window))
            if len(chosen) == most:
                break
        found = []
        for _, window in sorted(chosen):
            region = self.read(window)
            clock.check()
            if region is not None:
                found.append(region)
        return found

    def _read(self, window: PixelWindow, labels: Tensor) -> Region | None:
        """A region, None where no labelled pixel holds data."""
        region = self.read(window)
        if region is None:
            return None
        labels = labels.masked_fill(~region.valid[0], -1)
        return replace(region, labels=labels) if (labels >= 0).any() else None

    def read(self, window: PixelWindow) -> Region | None:
        """A region without labels, None where it holds no data.

        Args:
            window: Of the model grid; may reach beyond the image.
        """
        values, valid = self._blocks.region(window)
        if not valid.any():
            return None
        context = self._context(window)
        left, top, side = window[0] - context[0], window[1] - context[1], window[2]
        return Region(
            window,
            torch.from_numpy(self._scaling(values)),
            torch.from_numpy(valid)[None],
            torch.full((side, side), -1, dtype=torch.int16),
            self._see(context),
            torch.tensor([left, top, left + side, top + side]) / context[2],
        )

    @torch.no_grad()
    def _see(self, window: PixelWindow) -> Context:
        if window not in self._contexts:
            scene = self._blocks.scene(window)
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
        raster, scale = self._raster, self._scale
        x = min(int((window[0] + window[2] // 2) / scale), raster.width - 1)
        y = min(int((window[1] + window[3] // 2) / scale), raster.height - 1)
        plan = Plan(Geometry.of(self.card), raster.width, raster.height, (x, y, 1, 1), scale)
        return next(iter(plan)).context


def _own_labels(labels: Labels, window: PixelWindow, cells: Sequence[Cell]) -> NDArray[np.int16]:
    """Labels of a window, -1 outside of some cells."""
    found = labels.read(window)
    own = np.zeros(found.shape, np.bool_)
    for row, column in cells:
        y, x = row * LABEL_CELL - window[1], column * LABEL_CELL - window[0]
        own[max(y, 0) : max(y + LABEL_CELL, 0), max(x, 0) : max(x + LABEL_CELL, 0)] = True
    found[~own] = -1
    return found
