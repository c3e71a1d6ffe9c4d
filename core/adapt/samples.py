"""Samples: labelled pixels with all that a linear classifier may know about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """

    channel: int
    region: int
    bounds: tuple[int, int, int, int]

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
    """Chosen pixels of one region: rows, columns, and the number of each one's unit."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    unit: NDArray[np.intp]


def find_spots(regions: Sequence[Region], seed: int) -> tuple[list[Spots], tuple[Unit, ...]]:
    """The pixels to learn from, as many of each unit as can be.

    Args:
        regions: Labelled ones.
        seed: Of which.
    """
    rng = np.random.default_rng((seed, 1))
    numbered = [_number_units(region.labels.numpy()) for region in regions]
    count = sum(int(numbers.max()) for numbers in numbered)
    most = min(MOST_OF_UNIT, max(MOST // max(count, 1), 1))
    units: list[Unit] = []
    spots = []
    for index, (region, numbers) in enumerate(zip(regions, numbered, strict=True)):
        rows, columns = np.nonzero(numbers)
        own = numbers[rows, columns]
        order = np.lexsort((rng.random(len(own)), own))
        begin = np.searchsorted(own[order], np.arange(1, own.max() + 2))
        chosen = np.sort(
            np.concatenate([order[low : min(high, low + most)] for low, high in pairwise(begin)])
        )
        spots.append(Spots(rows[chosen], columns[chosen], own[chosen] - 1 + len(units)))
        left, top = region.window[:2]
        for low, high in pairwise(begin):
            part = order[low:high]
            y, x = rows[part], columns[part]
            bounds = left + x.min(), top + y.min(), left + x.max(), top + y.max()
            channel = int(region.labels[y[0], x[0]])
            units.append(Unit(channel, index, tuple(map(int, bounds))))  # type: ignore[arg-type]
    return spots, tuple(units)


def _number_units(labels: NDArray[np.int16]) -> NDArray[np.int32]:
    """Connected pixels of a class, numbered from 1; 0 where unlabelled."""
    shapes = rasterio.features.shapes(labels, labels >= 0, connectivity=8)
    numbered = [(shape, number) for number, (shape, _) in enumerate(shapes, 1)]
    numbers: NDArray[np.int32] = rasterio.features.rasterize(numbered, labels.shape, dtype=np.int32)
    return np.where(labels >= 0, numbers, 0)


def take_samples(
    network: GINet,
    regions: Sequence[Region],
    spots: Sequence[Spots],
    units: tuple[Unit, ...],
    precision: Precision,
    clock: Clock,
) -> Samples:
    """Features of the chosen pixels.

    Args:
        network: On its device, in evaluation mode.
        regions: Labelled ones.
        spots: Of each region.
        units: All of them.
        precision: To compute in.
        clock: Checked after each region.
    """
    features, labels = [], []
    for region, own in zip(regions, spots, strict=True):
        features.append(features_at(network, region, own.rows, own.columns, precision))
        labels.append(region.labels[own.rows, own.columns].long())
        clock.check()
    number = torch.from_numpy(np.concatenate([own.unit for own in spots]))
    return Samples(torch.cat(features), torch.cat(labels), number, units)


def take_background(
    network: GINet, regions: Sequence[Region], precision: Precision, seed: int, clock: Clock
) -> Tensor:
    """Features (n, F) of pixels with data anywhere in regions; arguments as above."""
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
        embedding = network.local_head.evidence(fused)
    maps = stack_features(encoded, embedding, image, valid).cpu()
    height, width = maps.shape[2:]
    x = (torch.from_numpy(columns) + 0.5) / (CELL * width) * 2 - 1
    y = (torch.from_numpy(rows) + 0.5) / (CELL * height) * 2 - 1
    grid = torch.stack((x, y), -1)[None, None].float()
    found = functional.grid_sample(
        maps, grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return found[0, :, 0].T.contiguous()
