"""Experts: linear classifiers that know different things, and the network that their sum makes."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.adapt.regression import Linear, Scale, fit_logistic, weigh_samples
from core.adapt.samples import Samples
from core.model.ginet import GINet
from core.model.probe import Probe, texture_channels

NETWORK, TEXTURE, BASE = "network", "texture", "base model"

PENALTIES = {NETWORK: 3e-2, TEXTURE: 1e-3}
"""Of each expert that is fitted; chosen, as are the shares, on places of ``benchmarks.contest``'s
tuning set."""

REGROUPING = 1e-5
"""Penalty where the base model's classes become others: it is to be as it was."""

STATISTICS = 0.5
"""The image's share of those that normalise what the experts see, see ``model.statistics``."""

ALONE, BESIDE_BASE = 0.4, 0.25
"""Usual share of each fitted expert, without the base model and beside it."""

BASE_OF_UNITS = 10
"""Usual share of the base model, times the labelled units: it gives way to many labels."""

EMBEDDING, TEXTURES, LEVELS = "embedding", "texture", "level"


def columns_of(network: GINet) -> dict[str, list[slice]]:
    """Where the parts of ``stack_features`` stand, of each kind the finest first."""
    width, channels = network.local_head.classify.in_channels, network.local_encoder.channels
    textures = texture_channels(_inputs(network))
    found: dict[str, list[slice]] = {EMBEDDING: [slice(0, width)], TEXTURES: [], LEVELS: []}
    at = width
    parts = [(TEXTURES, textures[0])]
    for count, texture in zip(channels, textures[1:], strict=True):
        parts += [(LEVELS, count), (TEXTURES, texture)]
    for name, count in parts:
        found[name].append(slice(at, at + count))
        at += count
    return found


def _inputs(network: GINet) -> int:
    first = next(network.local_encoder.parameters())
    return int(first.shape[1])


def expert_columns(network: GINet) -> dict[str, Tensor]:
    """Columns of the features that each expert sees."""
    columns = columns_of(network)

    def indices(*names: str) -> Tensor:
        return torch.cat([torch.arange(s.start, s.stop) for name in names for s in columns[name]])

    return {NETWORK: indices(EMBEDDING, LEVELS), TEXTURE: indices(TEXTURES)}


def share_of_fitted(shares: Mapping[str, float]) -> float:
    """Which part, 0..1, of all that is added up was fitted to the labels."""
    return 1 - shares.get(BASE, 0.0) / sum(shares.values())


def usual_shares(units: int, *, trusted: bool) -> dict[str, float]:
    """Shares of the experts before held-out labels have told better ones.

    Args:
        units: Number of labelled units: the fewer, the more the base model has to say.
        trusted: Whether the base model is one of the experts.
    """
    if not trusted:
        return {NETWORK: ALONE, TEXTURE: ALONE}
    return {NETWORK: BESIDE_BASE, TEXTURE: BESIDE_BASE, BASE: BASE_OF_UNITS / units}


def fit_experts(
    samples: Samples,
    chosen: Tensor,
    columns: Mapping[str, Tensor],
    scale: Scale,
    classes: int,
) -> dict[str, Linear]:
    """Fit each expert to chosen samples; the result takes all features.

    Args:
        samples: All.
        chosen: (n,) which of them to learn from.
        columns: From ``expert_columns``.
        scale: Of all features on the image.
        classes: Number of classes.
    """
    labels = samples.labels[chosen]
    targets = functional.one_hot(labels, classes).float()
    weight = weigh_samples(labels, samples.unit[chosen], classes)
    features = samples.features[chosen]
    found = {}
    for name, own in columns.items():
        fitted = fit_logistic(features[:, own], targets, weight, scale[own], PENALTIES[name])
        full = torch.zeros(features.shape[1], classes)
        full[own] = fitted.weight
        found[name] = Linear(full, fitted.bias)
    return found


def add_up(experts: Mapping[str, Linear], shares: Mapping[str, float]) -> Linear:
    """The product of experts in given shares, which is linear too."""
    return Linear(
        torch.stack([share * experts[name].weight for name, share in shares.items()]).sum(0),
        torch.stack([share * experts[name].bias for name, share in shares.items()]).sum(0),
    )


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


def regroup(base: Linear, traced: Sequence[Sequence[int]], features: Tensor) -> Linear:
    """The base model's classifier for classes that are made of one or several of its own.

    One made of several is as probable as they are together; no linear function is just that, so the
    nearest one on given features is fitted.

    Args:
        base: From ``read_base``.
        traced: For each class its base channels, each of them in one class at most.
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


def build(network: GINet, linear: Linear) -> GINet:
    """A copy of a network that decides as a linear function of all features says."""
    adapted = copy.deepcopy(network).cpu().float()
    adapted.local_head.classify, adapted.probe = heads(network, linear)
    head = adapted.global_head
    head.classify = nn.Conv2d(head.classify.in_channels, len(linear.bias), 1)
    nn.init.zeros_(head.classify.weight)
    nn.init.zeros_(head.classify.bias)  # type: ignore[arg-type]
    return adapted.requires_grad_(requires_grad=False).eval()


def heads(network: GINet, linear: Linear) -> tuple[nn.Conv2d, Probe]:
    """The local head's classifier and the probe that together are a linear function."""
    columns, classes = columns_of(network), len(linear.bias)
    classify = nn.Conv2d(network.local_head.classify.in_channels, classes, 1)
    probe = Probe(network.local_encoder.channels, _inputs(network), classes)
    with torch.no_grad():
        _set(classify, linear.weight[columns[EMBEDDING][0]])
        classify.bias.copy_(linear.bias)  # type: ignore[union-attr]
        for name, layers in ((LEVELS, probe.levels), (TEXTURES, probe.textures)):
            for own, layer in zip(columns[name], layers, strict=True):
                _set(layer, linear.weight[own])
    return classify, probe


def _set(layer: nn.Module, weight: Tensor) -> None:
    layer.weight.copy_(weight.T[:, :, None, None])  # type: ignore[operator]


def _matrix(layer: nn.Module) -> Tensor:
    """Weights (inputs, outputs) of a 1x1 convolution."""
    weight: Tensor = layer.weight  # type: ignore[assignment]
    return weight.detach().float().cpu()[:, :, 0, 0].T
