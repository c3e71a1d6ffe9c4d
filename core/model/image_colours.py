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
            logits: (n, classes) of the network, n at least 1.
            colours: (n, bands), 0..1.
            weight: ``SEEN``, or ``UNSEEN`` where a band is new to the network.
        """
        logits, colours = logits.double(), colours.double()
        found = _gaussians((SHARPNESS * logits).softmax(1), colours, weight)
        for _ in range(ROUNDS - 1):
            known = logits + found.evidence(colours)
            found = _gaussians((SHARPNESS * known).softmax(1), colours, weight)
        return found.to(torch.float32)

    def evidence(self, colours: Tensor) -> Tensor:
        """What to add to the logits (n, classes) of cells of these colours (n, bands)."""
        apart = torch.einsum("nb,cba->cna", colours, self.whitening)
        apart -= torch.einsum("cb,cba->ca", self.mean, self.whitening)[:, None]
        density = (self.height[:, None] - apart.square().sum(2) / 2).T
        of_class, of_any = density[:, :-1], density[:, -1:] + math.log(OUTLIERS)
        of_all = torch.logsumexp(of_class + self.share.log(), 1, keepdim=True)
        known = self.share / (self.share + FEW)
        of_class = torch.logaddexp(of_class + known.log(), of_all + (1 - known).log())
        told = torch.logaddexp(of_class, of_any) - torch.logaddexp(of_all, of_any)
        return (told + COMMON * (self.share + FEW).log()) * self.weight

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
        return logits + self.evidence(colours.flatten(1).T).T.view_as(logits)


def _gaussians(shares: Tensor, colours: Tensor, weight: float) -> ImageColours:
    """Of classes with these probabilities (n, classes) of cells of these colours (n, bands)."""
    part = torch.cat((shares + FEW, torch.ones_like(shares[:, :1])), 1)
    part /= part.sum(0)
    mean = part.T @ colours
    apart = colours[:, None] - mean
    covariance = torch.einsum("nc,nca,ncb->cab", part, apart, apart)
    covariance += NOISE * torch.eye(colours.shape[1])
    whitening = torch.linalg.inv(torch.linalg.cholesky(covariance)).mT
    height = whitening.diagonal(dim1=1, dim2=2).log().sum(1)
    return ImageColours(shares.mean(0).clamp_min(1e-9), mean, whitening, height, weight)
