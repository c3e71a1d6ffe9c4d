"""Augmentation: samples turned and mirrored, and their images in other colours or in none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


def turned(sample: tuple[Tensor, ...], turn: int, flip: bool) -> tuple[Tensor, ...]:
    """Turn a sample by ``turn`` times 90 degrees against the clock, then perhaps mirror it.

    Args:
        sample: As ``draw`` returns it, the boxes last.
        turn: 0 to 3.
        flip: Exchange left and right.
    """
    *images, boxes = sample
    for _ in range(turn):
        x0, y0, x1, y1 = boxes.unbind(1)
        boxes = torch.stack((y0, 1 - x1, y1, 1 - x0), 1)
    images = [torch.rot90(image, turn, (-2, -1)) for image in images]
    if flip:
        x0, y0, x1, y1 = boxes.unbind(1)
        boxes = torch.stack((1 - x1, y0, 1 - x0, y1), 1)
        images = [image.flip(-1) for image in images]
    return (*images, boxes)


def recolour(images: Sequence[Tensor], rng: np.random.Generator) -> list[Tensor]:
    """Change gain of each band, contrast, gamma, saturation and sharpness alike in all images."""
    gain = torch.from_numpy(
        rng.uniform(0.9, 1.1, images[0].shape[1]) * rng.uniform(0.75, 1.25)
    ).float()
    gamma = float(np.exp(rng.uniform(np.log(0.7), np.log(1.4))))
    saturation = float(rng.uniform(0.5, 1.35))
    offset = float(rng.uniform(-0.08, 0.08))
    blur = float(rng.uniform(0, 1)) if rng.random() < 0.3 else 0.0
    noise = float(rng.uniform(0, 0.03)) if rng.random() < 0.3 else 0.0
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    changed = []
    for image in images:
        colour = (image * gain.view(1, -1, 1, 1) + offset).clamp(0, 1) ** gamma
        grey = colour.mean(1, keepdim=True)
        colour = grey + (colour - grey) * saturation
        if blur:
            soft = functional.avg_pool2d(colour, 3, 1, 1, count_include_pad=False)
            colour = colour + (soft - colour) * blur
        if noise:
            colour = colour + torch.randn(colour.shape, generator=generator) * noise
        changed.append(colour.clamp(0, 1))
    return changed


def without_colour(images: Sequence[Tensor], rng: np.random.Generator) -> list[Tensor]:
    """One grey in all bands of the images, mixed of them as a film or a sensor may."""
    shares = torch.from_numpy(rng.dirichlet(np.ones(images[0].shape[1]))).float()
    return [
        (image * shares.view(1, -1, 1, 1)).sum(1, keepdim=True).expand_as(image) for image in images
    ]
