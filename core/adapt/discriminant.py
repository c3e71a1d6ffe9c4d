"""A linear discriminant: each class is a Gaussian around its mean, all of the image's covariance.

In closed form (R. A. Fisher 1936; for few labels Z. Wang et al., "A hard-to-beat baseline for
training-free CLIP-based adaptation", ICLR 2024). With few labels a class's mean says less than the
base model, so it is drawn to the mean of what that takes for the class.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.adapt.regression import Linear, Scale

BASE_COUNTS = 1.0
"""Polygons for which the base model's own mean of a class counts."""

SHRINKAGE = 30.0
"""Added to the variances of standardised features, whose largest principal ones are about 100."""

SPREAD = 2.0
"""Standard deviation of the logits on the image, in the mean of the classes."""

PIXELS = 4000
"""Of the image that are looked at, about."""


@dataclass(frozen=True)
class Discriminant:
    """Fits a linear discriminant to samples of an image.

    Attributes:
        columns: (C,) of all features that count.
        scale: Of these on the image.
        pixels: (n, C) of these, standardised, of pixels all over the image.
        covariance: (C, C) of these, shrunk.
    """

    columns: Tensor
    scale: Scale
    pixels: Tensor
    covariance: Tensor

    @classmethod
    def of(cls, columns: Tensor, scale: Scale, background: Tensor) -> Discriminant:
        """For an image.

        Args:
            columns: Of all features that are to count.
            scale: Of all features on the image.
            background: (n, F) features of pixels all over the image.
        """
        own = scale[columns]
        pixels = own.standardise(_few(background)[:, columns])
        covariance = pixels.T @ pixels / len(pixels) + SHRINKAGE * torch.eye(len(columns))
        return cls(columns, own, pixels, covariance)

    def means(self, start: Linear, background: Tensor) -> Tensor:
        """Mean (K, C) of each class by the base model; the image's where that says nothing of them.

        Args:
            start: What the base model says of the classes, see ``base.begin``.
            background: The image's, as before.
        """
        share = start(_few(background)).softmax(1)
        return share.T @ self.pixels / share.sum(0).clamp_min(1e-6)[:, None]

    def __call__(
        self, before: Tensor, features: Tensor, labels: Tensor, weight: Tensor, polygon: Tensor
    ) -> Linear:
        """The classifier, for all features as given.

        Args:
            before: (K, C) means of the classes where there are no labels, from ``means``.
            features: (n, F) of labelled pixels.
            labels: (n,) class of each.
            weight: (n,) of each.
            polygon: (n,) number of the one that each lies in.
        """
        classes = len(before)
        owner = torch.full((int(polygon.max()) + 1,), classes)
        owner[polygon] = labels
        count = torch.bincount(owner, minlength=classes + 1)[:classes]
        known = self.scale.standardise(features[:, self.columns]) * weight[:, None]
        total = torch.zeros_like(before).index_add_(0, labels, known)
        mass = torch.zeros(classes).index_add_(0, labels, weight)
        mean = total / mass.clamp_min(1e-9)[:, None]
        share = (count / (count + BASE_COUNTS))[:, None]
        mean = share * mean + (1 - share) * before
        own = torch.linalg.solve(self.covariance, mean.T)
        bias = -(mean * own.T).sum(1) / 2
        own, bias = own - own.mean(1, keepdim=True), bias - bias.mean()
        size = SPREAD / (self.pixels @ own).std(0).mean().clamp_min(1e-6)
        own = size * own / self.scale.spread[:, None]
        full = torch.zeros(features.shape[1], classes)
        full[self.columns] = own
        return Linear(full, size * bias - self.scale.mean @ own)


def _few(background: Tensor) -> Tensor:
    return background[:: max(len(background) // PIXELS, 1)]
