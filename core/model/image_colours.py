"""Image colours: what the colours of an image say of its classes, learned from its own map.

A network that errs on new ground still knows most of it, and there the colours of its classes are
to be seen: each class is a Gaussian of colour, fitted to the cells by their probabilities, and
again with what the colours have changed (self-training; H. J. Scudder 1965). By Bayes' rule its
logarithm, less that of all cells, is added to the logits. A band that the network does not see,
near infrared above all, tells most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

SEEN, UNSEEN = 0.25, 0.4
"""Weights of what colours say: the network has seen them too, unless it is of further bands."""

OUTLIERS = 0.1
"""Cells of each class that may be of any colour, in shares of the class: so what is like no cell
that was looked at says nothing."""

FEW = 0.002
"""Share of the image for which half is believed: of a class that is hardly there nothing is known,
so that any cell may be of it."""

COMMON = 0.5
"""Share of the classes' own frequency in what colours say: without it the rare win too often, and
with all of it they are lost, as the network knows it too."""

NOISE = 1e-5
"""Added to variances of colours (0..1): a band may be even, or a copy of another."""

ROUNDS = 3

SHARPNESS = 2.0
"""Of the probabilities by which classes are fitted: what the network is sure of counts for more."""


@dataclass(frozen=True)
class ImageColours:
    """Gaussians of colour of the classes of an image.

    Attributes:
        share: (classes,) of the image.
        mean: (classes + 1, bands), 0..1; the last is of all cells.
        whitening: (classes + 1, bands, bands) triangular; makes differences from the mean standard.
        height: (classes + 1,) logarithm of the density at the mean.
        weight: Of what colours say, 0 to 1.
    """

    share: Tensor
    mean: Tensor
    whitening: Tensor
    height: Tensor
    weight: float

    @classmethod
    def fit(cls, logits: Tensor, colours: Tensor, weight: float) -> ImageColours:
        """To cells of an image.

        Args:
            logits: (classes, n) of the network, n at least 1.
            colours: (bands, n), 0..1.
            weight: ``SEEN``, or ``UNSEEN`` where a band is new to the network.
        """
        logits, colours = logits.double(), colours.double()
        found = _gaussians((SHARPNESS * logits).softmax(0), colours, weight)
        for _ in range(ROUNDS - 1):
            known = logits + found.evidence(colours)
            found = _gaussians((SHARPNESS * known).softmax(0), colours, weight)
        return found.to(torch.float32)

    def evidence(self, colours: Tensor) -> Tensor:
        """What to add to the logits (classes, n) of cells of these colours (bands, n)."""
        centre = torch.einsum("cb,cba->ca", self.mean, self.whitening).reshape(-1, 1)
        apart = torch.addmm(-centre, self.whitening.mT.flatten(0, 1), colours)
        apart = apart.square_().view(len(self.mean), -1, colours.shape[1])
        density = self.height[:, None] - apart.sum(1) / 2
        share = self.share[:, None]
        of_class, of_any = density[:-1], density[-1] + math.log(OUTLIERS)
        of_all = torch.logsumexp(of_class + share.log(), 0)
        known = share / (share + FEW)
        likely = (of_class - of_all).exp_() * known + (1 - known)
        other = (of_any - of_all).sigmoid_()
        told = torch.lerp(likely, torch.ones_like(other), other).log_()
        return (told + COMMON * (share + FEW).log()) * self.weight

    def to(self, target: str | torch.dtype) -> ImageColours:
        """The same on a device, or in a precision."""
        return ImageColours(
            self.share.to(target),
            self.mean.to(target),
            self.whitening.to(target),
            self.height.to(target),
            self.weight,
        )

    def add_to(self, logits: Tensor, colours: Tensor) -> Tensor:
        """Logits (classes, h, w) of cells with what their colours (bands, h, w) say."""
        return logits + self.evidence(colours.flatten(1)).view_as(logits)


def _gaussians(shares: Tensor, colours: Tensor, weight: float) -> ImageColours:
    """Of classes with these probabilities (classes, n) of cells of these colours (bands, n)."""
    part = torch.cat((shares + FEW, torch.ones_like(shares[:1])))
    part /= part.sum(1, keepdim=True)
    mean = part @ colours.T
    apart = colours - mean[:, :, None]
    covariance = (apart * part[:, None]) @ apart.mT
    covariance += NOISE * torch.eye(len(colours))
    whitening = torch.linalg.inv(torch.linalg.cholesky(covariance)).mT
    height = whitening.diagonal(dim1=1, dim2=2).log().sum(1)
    return ImageColours(shares.mean(1).clamp_min(1e-9), mean, whitening, height, weight)
