"""The base model as a linear classifier: what it says, and what it says of other classes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.adapt.experts import EMBEDDING, LEVELS, TEXTURES, columns_of
from core.adapt.regression import Linear, Scale, fit_logistic
from core.model.ginet import GINet

REGROUPING = 1e-5
"""Penalty where the base model's classes become others: it is to be as it was."""

NEW = 0.14
"""Odds of a new class against all known ones together, before there are labels."""


def read_base(network: GINet) -> Linear:
    """The base model's own classifier, as a linear function of all features."""
    columns = columns_of(network)
    head = network.local_head.classify
    weight = torch.zeros(columns[TEXTURES][-1].stop, head.out_channels)
    weight[columns[EMBEDDING][0]] = _matrix(head)
    if network.probe is not None:
        for name, layers in ((LEVELS, network.probe.levels), (TEXTURES, network.probe.textures)):
            for own, layer in zip(columns[name], layers, strict=True):
                weight[own] = _matrix(layer)
    if head.bias is None:
        raise RuntimeError("a classifier has a bias")
    return Linear(weight, head.bias.detach().float().cpu())


def begin(base: Linear, traced: Sequence[Sequence[int]], features: Tensor) -> Linear:
    """What is believed of any classes before there are labels.

    Those that are made of the base model's are as probable as it says; of several that share some
    of its classes each gets an equal part. A new one is as probable everywhere.

    Args:
        base: From ``read_base``.
        traced: For each class its base channels, see ``trace_classes``.
        features: (n, F) of pixels of the image.
    """
    known = [number for number, parts in enumerate(traced) if parts]
    weight = torch.zeros(len(base.weight), len(traced))
    bias = torch.zeros(len(traced))
    if not known:
        return Linear(weight, bias)
    grouped = regroup(base, [traced[number] for number in known], features)
    for column, number in enumerate(known):
        rivals = sum(bool({*traced[number]} & {*traced[other]}) for other in known)
        weight[:, number] = grouped.weight[:, column]
        bias[number] = grouped.bias[column] - math.log(rivals)
    said = features @ weight[:, known] + bias[known]
    mean = weight[:, known] @ said.softmax(1).mean(0)  # nearly the evidence of all together
    level = (said.logsumexp(1) - features @ mean).mean() + math.log(NEW)
    for number, parts in enumerate(traced):
        if not parts:
            weight[:, number], bias[number] = mean, level
    return Linear(weight, bias)


def regroup(base: Linear, traced: Sequence[Sequence[int]], features: Tensor) -> Linear:
    """The base model's classifier for classes that are made of one or several of its own.

    One made of several is as probable as they are together; no linear function is just that, so the
    nearest one on given features is fitted.

    Args:
        base: From ``read_base``.
        traced: For each class its base channels, some at least.
        features: (n, F) of pixels of the image.
    """
    if all(len(parts) == 1 for parts in traced):
        own = [parts[0] for parts in traced]
        return Linear(base.weight[:, own], base.bias[own])
    seen = base.weight.abs().sum(1) > 0
    wanted = group_probabilities(base(features), traced)
    wanted = wanted / wanted.sum(1, keepdim=True).clamp_min(1e-6)
    even = torch.full((len(features),), 1 / len(features))
    used = features[:, seen]
    fitted = fit_logistic(used, wanted, even, Scale.of(used), REGROUPING)
    weight = torch.zeros(features.shape[1], len(traced))
    weight[seen] = fitted.weight
    return Linear(weight, fitted.bias)


def decide_of_base(logits: Tensor, traced: Sequence[Sequence[int]]) -> Tensor:
    """What the base model's own map shows: (n,) new classes, -1 where it is none of them.

    Args:
        logits: (n, base classes).
        traced: For each class its base channels; of two that share one the first is shown.
    """
    shown = torch.full((logits.shape[1],), -1)
    for number in reversed(range(len(traced))):
        shown[list(traced[number])] = number
    return shown[logits.argmax(1)]


def group_probabilities(logits: Tensor, traced: Sequence[Sequence[int]]) -> Tensor:
    """The base model's probabilities (n, K) of other classes; 0 for new ones."""
    share = logits.float().softmax(1)
    return torch.stack([share[:, list(parts)].sum(1) for parts in traced], 1)


def _matrix(layer: nn.Module) -> Tensor:
    """Weights (inputs, outputs) of a 1x1 convolution."""
    weight: Tensor = layer.weight  # type: ignore[assignment]
    return weight.detach().float().cpu()[:, :, 0, 0].T
