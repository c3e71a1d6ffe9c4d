"""The probe: linear classifiers on every level of the local branch, to learn from few labels.

"Linear on all levels" (DINOv2, arXiv 2304.07193, section 7.4) on frozen features, beside which it
sees what forests live on: colour and texture around each cell, at five scales. All of it is linear
in its features, so a fit is convex, and at inference each level costs one 1x1 convolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.model.pyramid import LEVELS

CELL = 4
"""Side in pixels of the cells in which colour and texture are summed up: the finest stride."""

FLOOR = 1e-4
"""Added to what logarithms are taken of; values are 0..1, so their squares are at most 1."""


class Probe(nn.Module):
    """Logits from encoder features and from colour and texture, added to those of the local head.

    Args:
        channels: Encoder channels at strides 4, 8, 16, 32.
        inputs: Bands of the image.
        seen: How many of them, the first ones, the encoders see.
        classes: Number of classes.
    """

    def __init__(self, channels: Sequence[int], inputs: int, seen: int, classes: int) -> None:
        """Start at zero: the local head decides alone."""
        super().__init__()
        self.seen = seen
        self.levels = nn.ModuleList(nn.Conv2d(c, classes, 1, bias=False) for c in channels)
        self.textures = nn.ModuleList(
            nn.Conv2d(count, classes, 1, bias=False) for count in texture_channels(inputs)
        )
        for layer in (*self.levels, *self.textures):
            nn.init.zeros_(layer.weight)

    def forward(self, features: Sequence[Tensor], image: Tensor, valid: Tensor) -> Tensor:
        """Logits (N, classes, H/4, W/4), in single precision.

        Args:
            features: The local encoder's of the patches, at strides 4, 8, 16, 32.
            image: (N, inputs, H, W) in 0..1.
            valid: (N, 1, H, W), 0..1; what is invalid counts for nothing.
        """
        return self.add_up(features, texture(image, valid, self.seen))

    def add_up(self, features: Sequence[Tensor], textures: Sequence[Tensor]) -> Tensor:
        """Logits as of ``forward``.

        Args:
            features: As there.
            textures: From ``texture``.
        """
        coarse: Tensor | None = None
        for level in reversed(range(LEVELS)):
            here = self.levels[level](features[level]).float()
            here = here + _apply(self.textures[level + 1], textures[level + 1])
            coarse = here if coarse is None else here + _enlarge(coarse)
        return _apply(self.textures[0], textures[0]) + (0.0 if coarse is None else coarse)


def stack_features(
    features: Sequence[Tensor], embedding: Tensor, image: Tensor, valid: Tensor, seen: int
) -> Tensor:
    """Concatenate the inputs of a probe and of its local head's classifier at the finest stride.

    A linear function of it is what ``Probe`` and ``Head.classify`` work out level by level.

    Args:
        features: As for ``Probe.forward``.
        embedding: (N, width, H/4, W/4) of the local head.
        image: As for ``Probe.forward``.
        valid: As for ``Probe.forward``.
        seen: As for ``Probe``.

    Returns:
        (N, F, H/4, W/4), single precision: embedding, finest texture, then for each level from the
        finest to the coarsest the encoder's features and the texture.
    """
    textures = texture(image, valid, seen)
    coarse: Tensor | None = None
    for level in reversed(range(LEVELS)):
        here = torch.cat((features[level].float(), textures[level + 1]), 1)
        coarse = here if coarse is None else torch.cat((here, _enlarge(coarse)), 1)
    finest = [] if coarse is None else [coarse]
    return torch.cat((embedding.float(), textures[0], *finest), 1)


def texture_channels(inputs: int) -> tuple[int, ...]:
    """Number of features in each map of ``texture``."""
    return inputs + 2, *([inputs + 3] * LEVELS)


def texture(image: Tensor, valid: Tensor, seen: int) -> list[Tensor]:
    """Mean colour and texture around each cell.

    Args:
        image: (N, inputs, H, W) in 0..1, H and W multiples of 32.
        valid: (N, 1, H, W), 0..1.
        seen: How many bands, the first ones, are the grey whose texture counts.

    Returns:
        Of single cells (N, inputs + 2, H/4, W/4): means of the bands, logarithms of the gradient's
        energy and of the variance of the grey. Of windows of about 5 cells at strides 4, 8,
        16 and 32 (N, inputs + 3, h, w): the same, and the logarithm of the energy of the gradient
        from cell to cell.
    """
    image, valid = image.float(), valid.float()
    bands = image.shape[1]
    image = image * valid
    grey = image[:, :seen].mean(1, keepdim=True)
    pooled = functional.avg_pool2d(torch.cat((image, grey.square(), _energy(grey, valid)), 1), CELL)
    weight = functional.avg_pool2d(valid, CELL)
    cells = pooled / weight.clamp_min(FLOOR)
    maps = [_describe(cells, bands, seen)]
    coarse = _energy(cells[:, :seen].mean(1, keepdim=True), (weight > 0).float())
    sums = torch.cat((pooled, coarse * weight), 1)
    for level in range(LEVELS):
        if level:
            sums, weight = functional.avg_pool2d(sums, 2), functional.avg_pool2d(weight, 2)
        maps.append(_describe(_blur(sums) / _blur(weight).clamp_min(FLOOR), bands, seen))
    return maps


def _energy(grey: Tensor, valid: Tensor) -> Tensor:
    """Squared gradient; none where a neighbour is invalid."""
    right = (grey[..., 1:] - grey[..., :-1]).square_() * (valid[..., 1:] * valid[..., :-1])
    below = (grey[..., 1:, :] - grey[..., :-1, :]).square_()
    below *= valid[..., 1:, :] * valid[..., :-1, :]
    return functional.pad(right, (0, 1)) + functional.pad(below, (0, 0, 0, 1))


def _describe(means: Tensor, bands: int, seen: int) -> Tensor:
    """Means of bands, of the squared grey and of energies to features."""
    colour, squared, energies = means[:, :bands], means[:, bands : bands + 1], means[:, bands + 1 :]
    variance = (squared - colour[:, :seen].mean(1, keepdim=True).square()).clamp_min(0)
    return torch.cat((colour, torch.cat((variance, energies), 1).add(FLOOR).log_()), 1)


def _blur(maps: Tensor) -> Tensor:
    """Twice a mean of 3 x 3; beyond the edge lies nothing."""
    for _ in range(2):
        maps = functional.avg_pool2d(maps, 3, 1, padding=1)
    return maps


def _enlarge(maps: Tensor) -> Tensor:
    return functional.interpolate(maps, scale_factor=2.0, mode="bilinear", align_corners=False)


def _apply(layer: nn.Module, maps: Tensor) -> Tensor:
    """A 1x1 convolution in single precision, whatever the network's: logarithms reach far."""
    weight: Tensor = layer.weight  # type: ignore[assignment]
    return functional.conv2d(maps, weight.float())
