"""The network with other classes: known ones keep their weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from core.model.pyramid import Head
from core.wire.classes import ClassTable
from core.wire.errors import JobError

Origins = Mapping[str, Sequence[str]]
"""For new classes the base model's classes that they are made of, by names."""


def trace_classes(base: ClassTable, classes: ClassTable, origins: Origins) -> list[list[int]]:
    """For each class the base model's channels that it is made of: none for a new one.

    Raises:
        JobError: A name in ``origins`` does not exist, or a base class is used twice.
    """
    names = {entry.name: channel for channel, entry in enumerate(base)}
    known = {entry.name for entry in classes}
    for name, parts in origins.items():
        if name not in known:
            raise JobError(f"There is no class {name!r}; its origins are of no use.")
        if odd := [part for part in parts if part not in names]:
            raise JobError(
                f"The class {name!r} cannot be made of {odd[0]!r}: the base model knows "
                f"{', '.join(names)}."
            )
    traced = [
        [names[part] for part in origins.get(entry.name, (entry.name,)) if part in names]
        for entry in classes
    ]
    used = [channel for channels in traced for channel in channels]
    if len(set(used)) < len(used):
        twice = next(channel for channel in used if used.count(channel) > 1)
        raise JobError(f"Two classes are made of the base model's class {base[twice].name!r}.")
    return traced


def exchange_classes(head: Head, traced: Sequence[Sequence[int]]) -> None:
    """Give a head other classes, in place.

    A class made of several gets their mean, its bias raised as if their probabilities were added;
    that knows little of any: see ``fit_classifier``. A new one starts with small random weights.
    """
    old = head.classify
    new = nn.Conv2d(old.in_channels, len(traced), 1)
    with torch.no_grad():
        nn.init.normal_(new.weight, std=0.01)
        nn.init.constant_(_bias(new), float(_bias(old).mean()))
        for channel, parts in enumerate(traced):
            if parts:
                new.weight[channel] = old.weight[list(parts)].mean(0)
                _bias(new)[channel] = _bias(old)[list(parts)].mean() + math.log(len(parts))
    head.classify = new


def fit_classifier(head: Head, known: Sequence[int], evidence: Tensor, opinions: Tensor) -> None:
    """Let a head begin with the base model's opinion, in place.

    No mean of weights does that for a class made of several: whatever is plainly one of them is
    little of their mean. The fit is convex and takes about a second.

    Args:
        head: With the new classes.
        known: Channels of those that the base model knows; the others stay as they are, and so
            does a single one, of which these opinions say nothing.
        evidence: (n, width) that the classifier sees at n pixels.
        opinions: (n, len(known)) the base model's probabilities there.
    """
    layer, rows = head.classify, list(known)
    weight = layer.weight.detach()[rows, :, 0, 0].clone().requires_grad_()
    bias = _bias(layer).detach()[rows].clone().requires_grad_()
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        logits = evidence @ weight.T + bias
        value = -(opinions * logits.log_softmax(1)).sum(1).mean()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        layer.weight[rows] = weight[:, :, None, None]
        _bias(layer)[rows] = bias


def group_probabilities(logits: Tensor, traced: Sequence[Sequence[int]]) -> Tensor:
    """The base model's probabilities (N, K, h, w) for other classes; 0 for new ones."""
    share = logits.float().softmax(1)
    groups = [share[:, list(parts)].sum(1) for parts in traced]
    return torch.stack(groups, 1)


def _bias(layer: nn.Conv2d) -> Tensor:
    if layer.bias is None:
        raise RuntimeError("a classifier has a bias")
    return layer.bias
