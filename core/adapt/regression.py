"""Multinomial logistic regression, and the mixture of several that held-out samples recommend."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

REACH = 6.0
"""Standard deviations beyond which a feature says no more while it is learned from."""

ITERATIONS = 40
"""Of L-BFGS; more change the held-out scores by less than the draws of the labels do."""


@dataclass(frozen=True)
class Linear:
    """Logits that are linear in features: ``features @ weight + bias``.

    Attributes:
        weight: (F, K).
        bias: (K,).
    """

    weight: Tensor
    bias: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        """Logits (n, K) of features (n, F)."""
        return features @ self.weight + self.bias


@dataclass(frozen=True)
class Scale:
    """How features are distributed on an image.

    Attributes:
        mean: (F,).
        spread: (F,) standard deviations, above 0.
    """

    mean: Tensor
    spread: Tensor

    @classmethod
    def of(cls, features: Tensor) -> Scale:
        """Of features (n, F) from all over the image: a few polygons show little of it."""
        return cls(features.mean(0), features.std(0, correction=0) + 1e-3)

    def __getitem__(self, columns: Tensor | slice) -> Scale:
        """Of some features."""
        return Scale(self.mean[columns], self.spread[columns])

    def standardise(self, features: Tensor) -> Tensor:
        """Features (n, F) in standard deviations from the mean, up to ``REACH``."""
        return ((features - self.mean) / self.spread).clamp_(-REACH, REACH)


def weigh_samples(labels: Tensor, groups: Tensor, classes: int) -> Tensor:
    """Weights (n,) that sum to 1: equal for all classes, large polygons by the root of their size.

    Args:
        labels: (n,) class of each sample.
        groups: (n,) polygon of each sample, counted from 0.
        classes: Number of classes; some may be without samples.
    """
    size = torch.bincount(groups).clamp_min(1).float()
    weight = size[groups].rsqrt()
    of_class = torch.zeros(classes).index_add_(0, labels, weight)
    weight = weight / of_class[labels]
    return weight / weight.sum()


def effective_number(labels: Tensor, groups: Tensor, classes: int) -> float:
    """How many polygons of equal weight would say as much as these.

    A scrap of a polygon counts little, and so does one of many of the same class (L. Kish, "Survey
    Sampling", 1965: the squared sum of the weights over the sum of their squares).

    Args:
        labels: (n,) class of each sample.
        groups: (n,) polygon of each sample, counted from 0.
        classes: Number of classes; some may be without samples.
    """
    weight = torch.bincount(groups, weigh_samples(labels, groups, classes))
    return float(1 / weight.square().sum())


def fit_logistic(
    features: Tensor,
    targets: Tensor,
    weight: Tensor,
    scale: Scale,
    penalty: float,
    before: Tensor | None = None,
    *,
    penalise_bias: bool = False,
) -> Linear:
    """Fit by L-BFGS; convex, so the same whatever it begins with.

    Args:
        features: (n, F); the result is for them as given.
        targets: (n, K) wanted probability of each class.
        weight: (n,), sums to 1.
        scale: By which features are standardised for the fit.
        penalty: Of the squared weights of standardised features, against the mean log-loss.
        before: (n, K) logits to which the result is to be added.
        penalise_bias: Likewise; else it is free.
    """
    x = scale.standardise(features)
    coefficients = torch.zeros(features.shape[1], targets.shape[1], requires_grad=True)
    bias = torch.zeros(targets.shape[1], requires_grad=True)
    offset = torch.zeros(1) if before is None else before

    def loss() -> Tensor:
        log = (x @ coefficients + bias + offset).log_softmax(1)
        size = coefficients.square().sum()
        if penalise_bias:
            size = size + bias.square().sum()
        return penalty / 2 * size - (weight * (targets * log).sum(1)).sum()

    _minimise(loss, [coefficients, bias], ITERATIONS)
    own = coefficients.detach() / scale.spread[:, None]
    return Linear(own, bias.detach() - scale.mean @ own)


def mix(
    logits: Sequence[Tensor],
    labels: Tensor,
    weight: Tensor,
    usual: Sequence[float],
    prior: float,
) -> tuple[float, ...]:
    """Shares in which several experts' logits are added up: those with the least log-loss.

    A product of experts (Hinton 2002): where one is unsure the others decide. What they say must be
    about samples that they have not learned from; the shares are then also the temperature at which
    the probabilities are honest (Guo et al. 2017, arXiv 1706.04599).

    Args:
        logits: Of each expert (n, K).
        labels: (n,).
        weight: (n,), sums to 1.
        usual: Shares before anything is known, above 0.
        prior: How much they are preferred: few samples must not decide all. Ten times less so where
            all shares rise or fall together.
    """
    experts = torch.stack([own.log_softmax(1) for own in logits])
    start = torch.tensor(usual).log()
    raw = start.clone().requires_grad_()

    def loss() -> Tensor:
        share = raw.exp()
        log = torch.einsum("e,enk->nk", share, experts).log_softmax(1)
        fit = -(weight * log.gather(1, labels[:, None])[:, 0]).sum()
        change = raw - start
        apart = (change - change.mean()).square().sum()
        return fit + prior * (apart + change.square().sum() / 10)

    _minimise(loss, [raw], 30)
    return tuple(raw.detach().exp().tolist())


def _minimise(loss: object, parameters: list[Tensor], iterations: int) -> None:
    optimiser = _Minimiser(
        parameters, max_iter=iterations, history_size=10, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        for parameter in parameters:  # as its ``zero_grad`` does
            parameter.grad = None
        value: Tensor = loss()  # type: ignore[operator]
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]


class _Minimiser(torch.optim.LBFGS):
    """PyTorch's L-BFGS, but for what loads PyTorch's compiler: that takes longer than many fits."""

    add_param_group = inspect.unwrap(torch.optim.LBFGS.add_param_group)
