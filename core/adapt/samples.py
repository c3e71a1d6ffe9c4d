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
from core.adapt.regression import effective_number, weigh_samples
from core.model.ginet import GINet
from core.model.precision import Precision
from core.model.probe import CELL, stack_features

MOST_OF_POLYGON, MOST = 300, 24_000
"""Pixels that are taken of one polygon and of all: more of the same polygon teach little."""

BACKGROUND = 1000
"""Pixels that are taken of a region without labels."""


@dataclass(frozen=True)
class Polygon:
    """Connected pixels of a class: what is held out together.

    Attributes:
        channel: Its class.
        bounds: First column and row, last column and row, in the image.
        part: How much its class weighs, 0..1, where one with labels weighs 1.
    """

    channel: int
    bounds: tuple[int, int, int, int]
    part: float = 1.0


@dataclass(frozen=True)
class Samples:
    """Labelled pixels.

    Attributes:
        features: (n, F), see ``stack_features``; single precision, on the CPU.
        labels: (n,) class of each.
        polygon: (n,) number of the one that each lies in.
        polygons: All of them.
    """

    features: Tensor
    labels: Tensor
    polygon: Tensor
    polygons: tuple[Polygon, ...]

    @property
    def effective_number(self) -> float:
        """Of the polygons, see ``regression.effective_number``."""
        classes = max(polygon.channel for polygon in self.polygons) + 1
        return effective_number(self.labels, self.polygon, classes)

    def weigh(self, chosen: Tensor) -> Tensor:
        """Weights (n,) of some samples, which sum to 1; see ``regression.weigh_samples``.

        Args:
            chosen: (n,) which of them.
        """
        labels, polygon = self.labels[chosen], self.polygon[chosen]
        parts = torch.tensor([own.part for own in self.polygons])[polygon]
        weight = weigh_samples(labels, polygon, int(labels.max()) + 1) * parts
        return weight / weight.sum()


@dataclass(frozen=True)
class Spots:
    """Pixels of one region to learn from.

    Attributes:
        rows: (n,).
        columns: (n,).
        polygon: (n,) number of the one that each lies in, within the region.
        rank: (n,) place within its polygon, from 0, in random order.
        polygons: The region's.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    polygon: NDArray[np.intp]
    rank: NDArray[np.intp]
    polygons: tuple[Polygon, ...]

    def first(self, most: int) -> Spots:
        """So many of each polygon at most."""
        own = self.rank < most
        rows, columns, polygon = self.rows[own], self.columns[own], self.polygon[own]
        return Spots(rows, columns, polygon, self.rank[own], self.polygons)


def find_spots(region: Region, seed: int) -> Spots:
    """The pixels to learn from, up to ``MOST_OF_POLYGON`` of each polygon.

    Args:
        region: A labelled one.
        seed: Of which; what lies in other regions does not matter.
    """
    numbers = _number_polygons(region.labels.numpy())
    left, top = region.window[:2]
    rng = np.random.default_rng((seed, 1, left, top))
    rows, columns = np.nonzero(numbers)
    order = np.lexsort((rng.random(len(rows)), numbers[rows, columns]))
    rows, columns = rows[order], columns[order]
    own = numbers[rows, columns]
    begin = np.searchsorted(own, np.arange(1, own.max() + 2))
    polygons = []
    for low, high in pairwise(begin):
        y, x = rows[low:high], columns[low:high]
        bounds = left + x.min(), top + y.min(), left + x.max(), top + y.max()
        channel = int(region.labels[y[0], x[0]])
        polygons.append(Polygon(channel, tuple(map(int, bounds))))  # type: ignore[arg-type]
    rank = np.arange(len(own)) - begin[own - 1]
    polygon = own.astype(np.intp) - 1
    return Spots(rows, columns, polygon, rank, tuple(polygons)).first(MOST_OF_POLYGON)


def pixels_per_polygon(polygons: int) -> int:
    """How many pixels are taken of each polygon, where there are so many polygons."""
    return min(MOST_OF_POLYGON, max(MOST // max(polygons, 1), 1))


def _number_polygons(labels: NDArray[np.int16]) -> NDArray[np.int32]:
    """Connected pixels of a class, numbered from 1; 0 where unlabelled."""
    shapes = rasterio.features.shapes(labels, labels >= 0, connectivity=8)
    numbered = [(shape, number) for number, (shape, _) in enumerate(shapes, 1)]
    numbers: NDArray[np.int32] = rasterio.features.rasterize(numbered, labels.shape, dtype=np.int32)
    return np.where(labels >= 0, numbers, 0)


def join_samples(
    regions: Sequence[Region], spots: Sequence[Spots], features: Sequence[Tensor]
) -> Samples:
    """Samples of several regions together; a polygon that regions cut is one again.

    Args:
        regions: Labelled ones.
        spots: Of each region.
        features: (n, F) of the spots of each region.
    """
    labels, number, parts, source = [], [], list[Polygon](), list[int]()
    for index, (region, own) in enumerate(zip(regions, spots, strict=True)):
        labels.append(region.labels[own.rows, own.columns].long())
        number.append(torch.from_numpy(own.polygon + len(parts)))
        parts += own.polygons
        source += [index] * len(own.polygons)
    owner = _join_parts(parts, source)
    polygons = []
    for joined in range(owner.max() + 1):
        of_polygon = [parts[index] for index in np.flatnonzero(owner == joined)]
        first = np.min([part.bounds[:2] for part in of_polygon], 0).tolist()
        last = np.max([part.bounds[2:] for part in of_polygon], 0).tolist()
        polygons.append(Polygon(of_polygon[0].channel, (*first, *last)))
    polygon = torch.from_numpy(owner)[torch.cat(number)]
    return Samples(torch.cat(list(features)), torch.cat(labels), polygon, tuple(polygons))


def _join_parts(parts: Sequence[Polygon], source: Sequence[int]) -> NDArray[np.intp]:
    """The polygon (n,) of each part, from 0: parts of a class whose bounds touch across regions.

    Args:
        parts: Polygons within their regions.
        source: Number of the region of each.
    """
    channel, region = np.array([part.channel for part in parts]), np.array(source)
    bounds = np.array([part.bounds for part in parts])
    first, last = bounds[:, :2], bounds[:, 2:]
    owner = np.arange(len(parts))
    for index in range(len(parts)):
        touching = (first <= last[index] + 1).all(1) & (first[index] <= last + 1).all(1)
        touching &= (channel == channel[index]) & (region != region[index])
        if touching.any():
            owner[np.isin(owner, owner[touching])] = owner[index]
    return np.unique(owner, return_inverse=True)[1].reshape(-1)


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
    maps = stack_features(encoded, embedding, image, valid, network.seen).cpu()
    height, width = maps.shape[2:]
    x = (torch.from_numpy(columns) + 0.5) / (CELL * width) * 2 - 1
    y = (torch.from_numpy(rows) + 0.5) / (CELL * height) * 2 - 1
    grid = torch.stack((x, y), -1)[None, None].float()
    found = functional.grid_sample(
        maps, grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return found[0, :, 0].T.contiguous()
