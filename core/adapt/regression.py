"""Multinomial logistic regression, and the mixture of several that held-out samples recommend."""

from __future__ import annotations

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


def fit_logistic(features: Tensor, targets: Tensor, weight: Tensor, penalty: float) -> Linear:
    """Fit by L-BFGS; convex, so the same whatever it begins with.

    Args:
        features: (n, F); they are standardised for the fit, and the result is for them as given.
        targets: (n, K) wanted probability of each class.
        weight: (n,), sums to 1.
        penalty: Of the squared weights of standardised features, against the mean log-loss.
    """
    mean = (weight[:, None] * features).sum(0)
    spread = (weight[:, None] * (features - mean).square()).sum(0).sqrt() + 1e-3
    x = ((features - mean) / spread).clamp_(-REACH, REACH)
    coefficients = torch.zeros(features.shape[1], targets.shape[1], requires_grad=True)
    bias = torch.zeros(targets.shape[1], requires_grad=True)

    def loss() -> Tensor:
        log = (x @ coefficients + bias).log_softmax(1)
        fit = -(weight * (targets * log).sum(1)).sum()
        return fit + penalty / 2 * coefficients.square().sum()

    _minimise(loss, [coefficients, bias], ITERATIONS)
    own = coefficients.detach() / spread[:, None]
    return Linear(own, bias.detach() - mean @ own)


def mix(
    logits: Sequence[Tensor], labels: Tensor, weight: Tensor, prior: float
) -> tuple[float, ...]:
    """Shares in which several experts' logits are added up: those with the least log-loss.

    A product of experts (Hinton 2002): where one is unsure the others decide. What they say must be
    about samples that they have not learned from; the shares are then also the temperature at which
    the probabilities are honest (Guo et al. 2017, arXiv 1706.04599).

    Args:
        logits: Of each expert (n, K).
        labels: (n,).
        weight: (n,), sums to 1.
        prior: How much equal shares are preferred: few samples must not decide all.
    """
    experts = torch.stack([own.log_softmax(1) for own in logits])
    raw = torch.zeros(len(experts), requires_grad=True)

    def loss() -> Tensor:
        share = raw.exp()
        log = torch.einsum("e,enk->nk", share, experts).log_softmax(1)
        fit = -(weight * log.gather(1, labels[:, None])[:, 0]).sum()
        return fit + prior * (raw - raw.mean()).square().sum() + prior / 10 * raw.square().sum()

    _minimise(loss, [raw], 30)
    return tuple(raw.detach().exp().tolist())


def _minimise(loss: object, parameters: list[Tensor], iterations: int) -> None:
    optimiser = torch.optim.LBFGS(
        parameters, max_iter=iterations, history_size=10, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        value: Tensor = loss()  # type: ignore[operator]
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]
