"""Experts: linear classifiers that know different things, and the network that their sum makes.

Regressions begin as the base model and are changed as little as labels ask for: the maximum a
posteriori where the base model is what is believed before (as a zero-shot classifier is in J.
Silva-Rodríguez et al., "A closer look at the few-shot adaptation of large vision-language models",
CVPR 2024). Beside them stands a linear discriminant.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.adapt.regression import Linear, Scale, fit_logistic
from core.adapt.samples import Samples
from core.model.familiarity import Familiarity
from core.model.ginet import GINet
from core.model.probe import Probe, texture_channels

NETWORK, DETAIL, TEXTURE = "network", "detail", "texture"
DISCRIMINANT, BASE = "discriminant", "base model"

PENALTIES = {NETWORK: 0.2, DETAIL: 0.02, TEXTURE: 0.02}
"""Of what an expert changes, over the number of polygons: many may ask for more than few.
Chosen, as all numbers here, on places of ``benchmarks.contest`` that the base model had not learned
from."""

FROM_NOTHING = {NETWORK: 3e-2, DETAIL: 3e-3, TEXTURE: 1e-3}
"""Penalties where the base model says nothing of the classes."""

SCALING = 0.1
"""Penalty where the base model's evidence is weighed anew."""

FEW = 5
"""Polygons up to which the experts begin as the base model; with twice as many, with half of its
evidence. Numbers of polygons are effective ones, see ``regression.effective_number``."""

BESIDE_BASE = {NETWORK: 0.16, DETAIL: 0.15, TEXTURE: 0.2, DISCRIMINANT: 0.06, BASE: 0.5}
ALONE = {NETWORK: 0.16, DETAIL: 0.15, TEXTURE: 0.32, DISCRIMINANT: 0.06}
"""Usual shares of the experts, where the base model says something of the classes and where not."""

STATISTICS = 0.5
"""The image's share of those that normalise what the experts see, see ``model.statistics``."""

EMBEDDING, TEXTURES, LEVELS = "embedding", "texture", "level"

FINEST = 2
"""Levels of the encoder that the expert of detail sees; among all of them the coarse ones, which
have most of the channels, drown them."""


def columns_of(network: GINet) -> dict[str, list[slice]]:
    """Where the parts of ``stack_features`` stand, of each kind the finest first."""
    width, channels = network.local_head.classify.in_channels, network.local_encoder.channels
    textures = texture_channels(network.inputs)
    found: dict[str, list[slice]] = {EMBEDDING: [slice(0, width)], TEXTURES: [], LEVELS: []}
    at = width
    parts = [(TEXTURES, textures[0])]
    for count, texture in zip(channels, textures[1:], strict=True):
        parts += [(LEVELS, count), (TEXTURES, texture)]
    for name, count in parts:
        found[name].append(slice(at, at + count))
        at += count
    return found


def expert_columns(network: GINet) -> dict[str, Tensor]:
    """Columns of the features that each expert sees that is a regression on some of them."""
    columns = columns_of(network)
    embedding, levels, textures = columns[EMBEDDING], columns[LEVELS], columns[TEXTURES]

    def indices(parts: list[slice]) -> Tensor:
        return torch.cat([torch.arange(part.start, part.stop) for part in parts])

    return {
        NETWORK: indices(embedding + levels),
        DETAIL: indices(levels[:FINEST]),
        TEXTURE: indices(textures),
    }


def share_of_start(start: Linear, polygons: float) -> float:
    """Which part, 0..1, of the base model's evidence the experts begin with.

    Args:
        start: What the base model says of the classes, see ``base.begin``.
        polygons: Effective number of labelled ones.
    """
    return min(1.0, FEW / polygons) if start.weight.any() else 0.0


def usual_shares(start: Linear) -> dict[str, float]:
    """Shares of the experts before held-out labels have given better ones.

    Args:
        start: What the base model says of the classes, see ``base.begin``.
    """
    return dict(BESIDE_BASE if start.weight.any() else ALONE)


@dataclass(frozen=True)
class ExpertFitter:
    """Fits the experts to samples.

    Attributes:
        columns: Of all features that each regression sees, from ``expert_columns``.
        scale: Of all features on the image.
        start: What the base model says of the classes, see ``base.begin``.
        evidence: How that is distributed on the image.
        polygons: Effective number of labelled ones.
        discriminant: Fits the linear discriminant, to features, labels, weights and polygons.
    """

    columns: Mapping[str, Tensor]
    scale: Scale
    start: Linear
    evidence: Scale
    polygons: float
    discriminant: Callable[[Tensor, Tensor, Tensor, Tensor], Linear]

    def __call__(self, samples: Samples, chosen: Tensor) -> dict[str, Linear]:
        """The experts; each takes all features.

        Args:
            samples: All.
            chosen: (n,) which of them to learn from.
        """
        start, classes = self.start, len(self.start.bias)
        labels, features = samples.labels[chosen], samples.features[chosen]
        targets = functional.one_hot(labels, classes).float()
        weight = samples.weigh(chosen)
        said = start(features)
        part = share_of_start(start, self.polygons)
        known = BASE in usual_shares(start)
        found = {}
        for name, own in self.columns.items():
            penalty = PENALTIES[name] / self.polygons if known else FROM_NOTHING[name]
            used = features[:, own]
            change = fit_logistic(used, targets, weight, self.scale[own], penalty, part * said)
            full = part * start.weight
            full[own] += change.weight
            found[name] = Linear(full, part * start.bias + change.bias)
        found[DISCRIMINANT] = self.discriminant(features, labels, weight, samples.polygon[chosen])
        if known:
            change = fit_logistic(
                said, targets, weight, self.evidence, SCALING, said, penalise_bias=True
            )
            found[BASE] = Linear(
                start.weight + start.weight @ change.weight,
                start.bias + start.bias @ change.weight + change.bias,
            )
        return found


def add_up(experts: Mapping[str, Linear], shares: Mapping[str, float]) -> Linear:
    """The product of experts in given shares, which is linear too."""
    return Linear(
        torch.stack([share * experts[name].weight for name, share in shares.items()]).sum(0),
        torch.stack([share * experts[name].bias for name, share in shares.items()]).sum(0),
    )


def build(network: GINet, linear: Linear, rarity: Linear | None = None) -> GINet:
    """A copy of a network that decides as a linear function of all features says.

    Args:
        network: Computes the features.
        linear: The function.
        rarity: From ``familiarity.fit_rarity``; None leaves the network as sure as it is.
    """
    adapted = copy.deepcopy(network).cpu().float()
    own = heads(network, linear, rarity)
    adapted.local_head.classify, adapted.probe, adapted.familiarity = own
    head = adapted.global_head
    head.classify = nn.Conv2d(head.classify.in_channels, len(linear.bias), 1)
    nn.init.zeros_(head.classify.weight)
    nn.init.zeros_(head.classify.bias)  # type: ignore[arg-type]
    return adapted.requires_grad_(requires_grad=False).eval()


def heads(
    network: GINet, linear: Linear, rarity: Linear | None
) -> tuple[nn.Conv2d, Probe, Familiarity | None]:
    """What ``build`` gives the network: the local head's classifier, its probe, its familiarity."""
    columns, classes = columns_of(network), len(linear.bias)
    classify = nn.Conv2d(network.local_head.classify.in_channels, classes, 1)
    probe = Probe(network.local_encoder.channels, network.inputs, network.seen, classes)
    with torch.no_grad():
        _set(classify, linear.weight[columns[EMBEDDING][0]])
        classify.bias.copy_(linear.bias)  # type: ignore[union-attr]
        for name, layers in ((LEVELS, probe.levels), (TEXTURES, probe.textures)):
            for own, layer in zip(columns[name], layers, strict=True):
                _set(layer, linear.weight[own])
        if rarity is None:
            known = network.familiarity
            return classify, probe, known and copy.deepcopy(known).cpu().float()
        familiarity = Familiarity(classify.in_channels)
        _set(familiarity.known, -rarity.weight)
        familiarity.known.bias.copy_(-rarity.bias)  # type: ignore[union-attr]
    return classify, probe, familiarity


def _set(layer: nn.Module, weight: Tensor) -> None:
    layer.weight.copy_(weight.T[:, :, None, None])  # type: ignore[operator]
