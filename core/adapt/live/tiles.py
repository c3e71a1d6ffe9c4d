"""Tiles: cached features of the image, which stay valid while labels change."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.adapt.live.stages import Stages
from core.adapt.outcome import Outcome
from core.adapt.recent import Recent
from core.adapt.regions import RegionReader
from core.inference.predict import ramp
from core.model.card import Card
from core.model.device import Device
from core.model.familiarity import Familiarity, draw
from core.model.ginet import GINet
from core.model.optimise import optimise
from core.model.probe import CELL, Probe, texture
from core.raster.grid import PixelWindow
from core.raster.reading import Raster
from core.raster.scaling import Scaling

TILE, MARGIN = 256, 64
"""Side of a tile in model pixels, and how much the network sees around it: together as much as of a
region of labels. With a margin of 32, half as many pixels again would differ from a whole run."""

SIDE = TILE + 2 * MARGIN
"""Of what the network sees; neighbouring tiles are blended where both have seen the ground."""

MOST_BYTES = 400_000_000
"""Of the features that are remembered."""


@dataclass(frozen=True, eq=False)
class Tile:
    """Features of a tile and its margin.

    Attributes:
        levels: Features of the local encoder, (1, C, h, w) each.
        embedding: What the local head's classifier sees, (1, C, h, w).
        textures: From ``probe.texture``.
        pixels: Values (inputs, TILE, TILE) in 0..1, half precision, without the margin.
        valid: (TILE, TILE), without the margin.
    """

    levels: tuple[Tensor, ...]
    embedding: Tensor
    textures: tuple[Tensor, ...]
    pixels: Tensor
    valid: Tensor

    @property
    def bytes(self) -> int:
        """Of memory."""
        parts = (*self.levels, self.embedding, *self.textures, self.pixels, self.valid)
        return sum(part.nbytes for part in parts)

    def logits(
        self, classify: nn.Conv2d, probe: Probe, familiarity: Familiarity | None
    ) -> tuple[Tensor, Tensor | None]:
        """What ``Outcome.heads`` say, with the margin.

        Returns:
            Class logits (K, SIDE / CELL, SIDE / CELL), and how familiar that is, 0..1.
        """
        found: Tensor = classify(self.embedding.float())
        found = found + probe.add_up([level.float() for level in self.levels], self.textures)
        if familiarity is None:
            return found[0], None
        known = familiarity.measure(self.embedding)
        return draw(found, known)[0], known[0, 0]


@dataclass(frozen=True, eq=False)
class Seen:
    """All tiles that a view touches.

    Attributes:
        covered: The window that they cover, in pixels of the view counted from the image's corner.
        logits: (K, h / CELL, w / CELL).
        familiarity: (h / CELL, w / CELL), 0..1, see ``model.familiarity``; None where it is not of
            these labels.
        pixels: Values (inputs, h, w) in 0..1, half precision.
        valid: (h, w).
    """

    covered: PixelWindow
    logits: Tensor
    familiarity: Tensor | None
    pixels: Tensor
    valid: Tensor


class Tiles:
    """The tiles of an image, at its own resolution and at halves of it.

    Args:
        raster: The image.
        scaling: From its values to 0..1.
        card: Of the base model.
        device: Where to compute.
    """

    def __init__(self, raster: Raster, scaling: Scaling, card: Card, device: Device) -> None:
        """Start with none."""
        self._raster, self._scaling, self._card, self._device = raster, scaling, card, device
        self._networks: Recent[int, tuple[GINet, GINet]] = Recent(2)
        self._readers: Recent[tuple[int, int], RegionReader] = Recent(4)
        self._tiles: Recent[tuple[int, int, int, int], Tile | None] = Recent(
            MOST_BYTES, lambda tile: tile.bytes if tile else 0
        )

    def logits(
        self,
        outcome: Outcome,
        window: PixelWindow,
        factor: int,
        stages: Stages,
    ) -> Seen:
        """Logits of all tiles that a window touches.

        Within the margin of the outermost tiles they lack what tiles beyond would have said.

        Args:
            outcome: Of the fit.
            window: In pixels ``factor`` times as wide as the image's.
            factor: A power of two.
            stages: Takes a step for each tile.

        Raises:
            RasterReadError: The image breaks off there.
            Cancelled: ``stages`` said so.
        """
        left, top, width, height = window
        columns = range(left // TILE, -(-(left + width) // TILE))
        rows = range(top // TILE, -(-(top + height) // TILE))
        cells, margin, side = TILE // CELL, MARGIN // CELL, SIDE // CELL
        shape = len(rows) * cells + 2 * margin, len(columns) * cells + 2 * margin
        network, classes = outcome.features, len(outcome.linear.bias)
        total, weight = torch.zeros(classes, *shape), torch.full(shape, 1e-6)
        own = ramp(side, 2 * margin)
        say = torch.outer(own, own)
        size = len(rows) * TILE, len(columns) * TILE
        pixels = torch.zeros(len(self._raster.bands), *size, dtype=torch.float16)
        valid = torch.zeros(size, dtype=torch.bool)
        familiarity = torch.ones(len(rows) * cells, len(columns) * cells)
        parts = outcome.heads()
        stages.begin("features", len(rows) * len(columns))
        for y, row in enumerate(rows):
            for x, column in enumerate(columns):
                stages.check()
                tile = self._tile(network, factor, column, row)
                if tile is None:
                    continue
                with torch.inference_mode():
                    part, known = tile.logits(*parts)
                down, across = (slice(i * cells, i * cells + side) for i in (y, x))
                total[:, down, across] += part * say
                weight[down, across] += say
                if known is not None:
                    here = (slice(i * cells, (i + 1) * cells) for i in (y, x))
                    familiarity[tuple(here)] = known[margin:-margin, margin:-margin]
                inside = slice(y * TILE, (y + 1) * TILE), slice(x * TILE, (x + 1) * TILE)
                pixels[(slice(None), *inside)], valid[inside] = tile.pixels, tile.valid
        covered = columns[0] * TILE, rows[0] * TILE, len(columns) * TILE, len(rows) * TILE
        inner = slice(margin, -margin)
        return Seen(
            covered,
            total.div_(weight)[:, inner, inner],
            None if outcome.rarity is None else familiarity,
            pixels,
            valid,
        )

    def embedding(self, network: GINet, covered: PixelWindow, factor: int) -> Tensor:
        """Input of the local head's classifier, for tiles that were classified just before.

        Args:
            network: Whose features were classified.
            covered: From ``logits``.
            factor: As for ``logits``.

        Returns:
            A map (C, h / CELL, w / CELL).
        """
        left, top, width, height = (side // TILE for side in covered)
        cells, inner = TILE // CELL, slice(MARGIN // CELL, (MARGIN + TILE) // CELL)
        count = network.local_head.classify.in_channels
        found = torch.zeros(count, height * cells, width * cells)
        for y in range(height):
            for x in range(width):
                tile = self._tile(network, factor, left + x, top + y)
                if tile is not None:
                    part = tile.embedding[0, :, inner, inner].float()
                    found[:, y * cells : (y + 1) * cells, x * cells : (x + 1) * cells] = part
        return found

    def _tile(self, network: GINet, factor: int, column: int, row: int) -> Tile | None:
        key = id(network), factor, column, row
        if key not in self._tiles:
            self._tiles[key] = self._see(network, factor, column, row)
        return self._tiles[key]

    @torch.inference_mode()
    def _see(self, network: GINet, factor: int, column: int, row: int) -> Tile | None:
        fast, reader = self._fast(network), self._reader(network, factor)
        region = reader.read((column * TILE - MARGIN, row * TILE - MARGIN, SIDE, SIDE))
        if region is None:
            return None
        kind = self._device.kind
        image = region.values[None].to(kind, torch.float32)
        valid = region.valid[None].to(kind, torch.float32)
        levels = fast.encode(image, valid)
        fused = fast.inject(levels, region.box[None].to(kind), region.context)
        embedding = fast.local_head.embedding(fused)
        inner = slice(MARGIN, MARGIN + TILE)
        return Tile(
            tuple(level.cpu() for level in levels),
            embedding.cpu(),
            tuple(level.cpu() for level in texture(image, valid, network.seen)),
            region.values[:, inner, inner].half(),
            region.valid[0, inner, inner],
        )

    def _fast(self, network: GINet) -> GINet:
        """A copy of a network as inference runs it."""
        if id(network) not in self._networks:
            fast = copy.deepcopy(network)
            optimise(fast, self._device.kind, self._device.precision)
            self._networks[id(network)] = network, fast  # while it is kept, nothing has its id
        return self._networks[id(network)][1]

    def _reader(self, network: GINet, factor: int) -> RegionReader:
        key = id(network), factor
        if key not in self._readers:
            self._readers[key] = RegionReader(
                self._raster, self._scaling, self._card, self._fast(network), 1 / factor
            )
        return self._readers[key]
