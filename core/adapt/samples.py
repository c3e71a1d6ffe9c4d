"""Samples: labelled pixels with all that a linear classifier may know about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import rasterio.features
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.adapt.clock import Clock
from core.adapt.regions import Region
from core.model.ginet import GINet
from core.model.precision import Precision
from core.model.probe import CELL, stack_features

MOST_OF_UNIT, MOST = 300, 24_000
"""Pixels that are taken of one unit and of all: more of the same polygon teach little."""

BACKGROUND = 1000
"""Pixels that are taken of a region without labels."""


@dataclass(frozen=True)
class Unit:
    """Connected pixels of a class, such as a polygon: what is held out together.

    Attributes:
        channel: Its class.
        region: Number of the region that it was read in.
        bounds: First column and row, last column and row, in the image.
        part: How much its class weighs, 0..1, where one with labels weighs 1.
    """

    channel: int
    region: int
    bounds: tuple[int, int, int, int]
    part: float = 1.0

    def touches(self, other: Unit) -> bool:
        """Whether the two may be parts of one polygon, cut where regions end."""
        return self.region != other.region and all(
            self.bounds[axis] <= other.bounds[axis + 2] + 1
            and other.bounds[axis] <= self.bounds[axis + 2] + 1
            for axis in (0, 1)
        )


@dataclass(frozen=True)
class Samples:
    """Labelled pixels.

    Attributes:
        features: (n, F), see ``stack_features``; single precision, on the CPU.
        labels: (n,) class of each.
        unit: (n,) number of each one's unit.
        units: The units.
    """

    features: Tensor
    labels: Tensor
    unit: Tensor
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Spots:
    """Pixels of one region to learn from.

    Attributes:
        rows: (n,).
        columns: (n,).
        unit: (n,) number of each one's unit within the region.
        rank: (n,) place within its unit, from 0, in random order.
        units: The region's; they call it number 0.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    unit: NDArray[np.intp]
    rank: NDArray[np.intp]
    units: tuple[Unit, ...]

    def first(self, most: int) -> Spots:
        """So many of each unit at most."""
        own = self.rank < most
        rows, columns, unit = self.rows[own], self.columns[own], self.unit[own]
        return Spots(rows, columns, unit, self.rank[own], self.units)


def find_spots(region: Region, seed: int) -> Spots:
    """The pixels to learn from, up to ``MOST_OF_UNIT`` of each unit.

    Args:
        region: A labelled one.
        seed: Of which; what lies in other regions does not matter.
    """
    numbers = _number_units(region.labels.numpy())
    left, top = region.window[:2]
    rng = np.random.default_rng((seed, 1, left, top))
    rows, columns = np.nonzero(numbers)
    order = np.lexsort((rng.random(len(rows)), numbers[rows, columns]))
    rows, columns = rows[order], columns[order]
    own = numbers[rows, columns]
    begin = np.searchsorted(own, np.arange(1, own.max() + 2))
    units = []
    for low, high in pairwise(begin):
        y, x = rows[low:high], columns[low:high]
        bounds = left + x.min(), top + y.min(), left + x.max(), top + y.max()
        channel = int(region.labels[y[0], x[0]])
        units.append(Unit(channel, 0, tuple(map(int, bounds))))  # type: ignore[arg-type]
    rank = np.arange(len(own)) - begin[own - 1]
    unit = own.astype(np.intp) - 1
    return Spots(rows, columns, unit, rank, tuple(units)).first(MOST_OF_UNIT)


def share_of_unit(units: int) -> int:
    """How many pixels are taken of each unit, where there are so many units."""
    return min(MOST_OF_UNIT, max(MOST // max(units, 1), 1))


def _number_units(labels: NDArray[np.int16]) -> NDArray[np.int32]:
    """Connected pixels of a class, numbered from 1; 0 where unlabelled."""
    shapes = rasterio.features.shapes(labels, labels >= 0, connectivity=8)
    numbered = [(shape, number) for number, (shape, _) in enumerate(shapes, 1)]
    numbers: NDArray[np.int32] = rasterio.features.rasterize(numbered, labels.shape, dtype=np.int32)
    return np.where(labels >= 0, numbers, 0)


def join_samples(
    regions: Sequence[Region], spots: Sequence[Spots], features: Sequence[Tensor]
) -> Samples:
    """Samples of several regions together.

    Args:
        regions: Labelled ones.
        spots: Of each region.
        features: (n, F) of the spots of each region.
    """
    labels, number, units = [], [], list[Unit]()
    for index, (region, own) in enumerate(zip(regions, spots, strict=True)):
        labels.append(region.labels[own.rows, own.columns].long())
        number.append(torch.from_numpy(own.unit + len(units)))
        units += [replace(unit, region=index) for unit in own.units]
    return Samples(torch.cat(list(features)), torch.cat(labels), torch.cat(number), tuple(units))


def take_background(
    network: GINet, regions: Sequence[Region], precision: Precision, seed: int, clock: Clock
) -> Tensor:
    """Features (n, F) of pixels with data anywhere in regions.

    Args:
        network: On its device, in evaluation mode.
        regions: Any.
        precision: To compute in.
        seed: Of which pixels.
        clock: Checked after each region.
    """
    rng = np.random.default_rng((seed, 2))
    features = []
    for region in regions:
        rows, columns = np.nonzero(region.valid[0].numpy())
        chosen = rng.choice(len(rows), min(BACKGROUND, len(rows)), replace=False)
        spots = rows[chosen], columns[chosen]
        features.append(features_at(network, region, *spots, precision))
        clock.check()
    return torch.cat(features)


@torch.no_grad()
def features_at(
    network: GINet,
    region: Region,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    precision: Precision,
) -> Tensor:
    """Features (n, F) of pixels of a region, between cells as inference has its logits."""
    device = network.local_head.classify.weight.device
    image, valid = (part[None].to(device, torch.float32) for part in (region.values, region.valid))
    with precision.autocast():
        encoded = network.encode(image, valid)
        fused = network.inject(encoded, region.box[None].to(device), region.context)
        embedding = network.local_head.embedding(fused)
    maps = stack_features(encoded, embedding, image, valid).cpu()
    height, width = maps.shape[2:]
    x = (torch.from_numpy(columns) + 0.5) / (CELL * width) * 2 - 1
    y = (torch.from_numpy(rows) + 0.5) / (CELL * height) * 2 - 1
    grid = torch.stack((x, y), -1)[None, None].float()
    found = functional.grid_sample(
        maps, grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return found[0, :, 0].T.contiguous()
