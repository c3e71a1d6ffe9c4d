"""Feature pyramid: encoder features in, four maps of equal width out, fused for the head.

After Lin et al. 2017 (arXiv 1612.03144); fused by summation at stride 4 as in Kirillov et al. 2019
(arXiv 1901.02446).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

LEVELS = 4


class Pyramid(nn.Module):
    """Top-down pyramid, without the normalisation of its outputs: each branch brings its own.

    Args:
        channels: Encoder channels at strides 4, 8, 16, 32.
        width: Channels of each output.
    """

    def __init__(self, channels: Sequence[int], width: int) -> None:
        """Build with random weights."""
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(c, width, 1) for c in channels)
        self.output = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in channels
        )

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        """Pyramid maps P2..P5, each (B, width, h, w) at its feature's size."""
        top: Tensor | None = None
        maps: list[Tensor] = []
        for feature, lateral, output in zip(
            reversed(features), reversed(self.lateral), reversed(self.output), strict=True
        ):
            here = lateral(feature)
            top = here if top is None else here + functional.interpolate(top, scale_factor=2.0)
            maps.append(output(top))
        return maps[::-1]


def fuse(maps: list[Tensor]) -> Tensor:
    """Sum of all pyramid maps at the finest one's size, (B, width, h, w)."""
    coarse = maps[-1]
    for finer in reversed(maps[:-1]):
        coarse = finer + functional.interpolate(coarse, scale_factor=2.0, mode="bilinear")
    return coarse


class Head(nn.Module):
    """Class logits from fused features.

    Args:
        width: Channels of the fused features.
        classes: Number of classes.
    """

    def __init__(self, width: int, classes: int) -> None:
        """Build with random weights."""
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.classify = nn.Conv2d(width, classes, 1)

    def forward(self, fused: Tensor) -> Tensor:
        """Logits (B, classes, h, w) at the size of ``fused``."""
        logits: Tensor = self.classify(self.embedding(fused))
        return logits

    def embedding(self, fused: Tensor) -> Tensor:
        """Input of the classifier, (B, width, h, w)."""
        return functional.relu(self.norm(self.conv(fused)))


def upsample(logits: Tensor, size: Sequence[int]) -> Tensor:
    """Logits resampled bilinearly to ``size`` (height, width)."""
    return functional.interpolate(
        logits, size=torch.Size(size), mode="bilinear", align_corners=False
    )
