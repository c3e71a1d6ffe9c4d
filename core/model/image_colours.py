"""Image colours: what the colours of an image say of its classes, learned from its own map.

A network that errs on new ground still knows most of it, and there the colours of its classes are
to be seen: each class is a Gaussian of colour, fitted to the cells by their probabilities, and
again with what the colours have changed (self-training; H. J. Scudder 1965). By Bayes' rule its
logarithm, less that of all cells, is added to the logits. A band that the network does not see,
near infrared above all, tells most.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

WEIGHT = 0.4
"""Of what colours say: the network has seen them too, so that they are no evidence of their own."""

OUTLIERS = 0.05
"""Share of a class's cells that may be of any colour of the image."""

FEW = 0.002
"""Share of all cells for which all that are there speak in each class: some are hardly there."""

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
        mean: (classes, bands), 0..1.
        whitening: (classes, bands, bands) triangular; makes differences from the mean standard.
        height: (classes,) logarithm of the density at the mean.
    """

    share: Tensor
    mean: Tensor
    whitening: Tensor
    height: Tensor

    @classmethod
    def fit(cls, logits: Tensor, colours: Tensor) -> ImageColours:
        """To cells of an image.

        Args:
            logits: (n, classes) of the network, n at least 1.
            colours: (n, bands), 0..1.
        """
        logits, colours = logits.double(), colours.double()
        found = _gaussians((SHARPNESS * logits).softmax(1), colours)
        for _ in range(ROUNDS - 1):
            known = logits + found.evidence(colours)
            found = _gaussians((SHARPNESS * known).softmax(1), colours)
        return cls(*(each.float() for each in vars(found).values()))

    def evidence(self, colours: Tensor) -> Tensor:
        """What to add to the logits (n, classes) of cells of these colours (n, bands)."""
        apart = torch.einsum("nb,cba->cna", colours, self.whitening)
        apart -= torch.einsum("cb,cba->ca", self.mean, self.whitening)[:, None]
        density = (self.height[:, None] - apart.square().sum(2) / 2).T
        every = torch.logsumexp(density + self.share.log(), 1, keepdim=True)
        likelihood = (density - every).exp()
        return torch.log((1 - OUTLIERS) * likelihood + OUTLIERS) * WEIGHT

    def to(self, device: str) -> ImageColours:
        """The same on a device."""
        return ImageColours(*(each.to(device) for each in vars(self).values()))

    def add_to(self, logits: Tensor, colours: Tensor) -> Tensor:
        """Logits (classes, h, w) of cells with what their colours (bands, h, w) say."""
        return logits + self.evidence(colours.flatten(1).T).T.view_as(logits)


def _gaussians(shares: Tensor, colours: Tensor) -> ImageColours:
    """Of classes with these probabilities (n, classes) of cells of these colours (n, bands)."""
    even = torch.full_like(shares[:, :1], FEW)
    weight = (shares + even) / (shares + even).sum(0)
    mean = weight.T @ colours
    apart = colours[:, None] - mean
    covariance = torch.einsum("nc,nca,ncb->cab", weight, apart, apart)
    covariance += NOISE * torch.eye(colours.shape[1])
    whitening = torch.linalg.inv(torch.linalg.cholesky(covariance)).mT
    height = whitening.diagonal(dim1=1, dim2=2).log().sum(1)
    return ImageColours(shares.mean(0).clamp_min(1e-9), mean, whitening, height)
