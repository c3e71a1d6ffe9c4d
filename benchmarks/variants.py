"""The networks and schedules that benchmarks/ablation.py compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from core.model.card import Card
from core.model.ginet import Context, GINet
from core.model.modelfile import build_network
from core.model.window import sample_window


@dataclass(frozen=True)
class Variant:
    """One configuration.

    Attributes:
        card: Changes of the recipe's card.
        sample: Changes of its sample.
        schedule: Changes of its schedule.
        longer: Factor on its steps.
        build: Makes the network.
        predictions: Names of the ways to predict that are scored, keys of ``PREDICTIONS``.
    """

    card: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)
    schedule: Mapping[str, Any] = field(default_factory=dict)
    longer: float = 1.0
    build: Callable[[Card], GINet] = build_network
    predictions: tuple[str, ...] = ("local",)


class GlobalOnly(GINet):
    """Predicts with the global branch alone."""

    def segment(self, patches: Tensor, _: Tensor, boxes: Tensor, context: Context) -> Tensor:
        logits = self.global_head(context.features)
        size = (patches.shape[2] // 4, patches.shape[3] // 4)
        return sample_window(logits.expand(1, -1, -1, -1), boxes, None, size)


class Both(GINet):
    """Predicts with the product of what both branches find likely."""

    def segment(self, patches: Tensor, valid: Tensor, boxes: Tensor, context: Context) -> Tensor:
        local = super().segment(patches, valid, boxes, context)
        scene = GlobalOnly.segment(self, patches, valid, boxes, context)  # type: ignore[arg-type]
        return local.log_softmax(1) + scene.log_softmax(1)


class NoScene(GINet):
    """Predicts without the scene."""

    def context(self, scene: Tensor, valid: Tensor) -> Context:
        return replace(super().context(scene, valid), modulations=None)


class OtherScene(GINet):
    """Predicts with what the global branch sees in another scene, one that was trained on."""

    other: Tensor | None = None

    def context(self, _: Tensor, valid: Tensor) -> Context:
        if self.other is None:
            raise RuntimeError("set `other` first")
        return super().context(self.other, torch.ones_like(valid))


class ColourApart(GINet):
    """In training the scene is recoloured apart from its patches."""

    def context(self, scene: Tensor, valid: Tensor) -> Context:
        if self.training:
            shape = (len(scene), scene.shape[1], 1, 1)
            gain = torch.empty(shape).uniform_(0.7, 1.3)
            scene = (scene * gain + torch.empty(len(scene), 1, 1, 1).uniform_(-0.1, 0.1)).clamp(
                0, 1
            )
        return super().context(scene, valid)


def colour_apart(card: Card) -> GINet:
    network = build_network(card)
    network.__class__ = ColourApart
    return network


def stop_gradient(card: Card, build: Callable[[Card], GINet] = build_network) -> GINet:
    """The patches' loss does not reach the global encoder: it learns from its own loss and LAD."""
    network = build(card)
    for modulator in network.modulators:
        modulator.register_forward_pre_hook(_detached)
    return network


def _detached(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(tensor.detach() for tensor in inputs)


PREDICTIONS: dict[str, type[GINet]] = {
    "local": GINet,
    "global": GlobalOnly,
    "both": Both,
    "no scene": NoScene,
    "other scene": OtherScene,
}


def shared_encoders(card: Card) -> GINet:
    network = build_network(card)
    network.global_encoder = network.local_encoder
    network.register_state_dict_post_hook(_apart)
    return network


def _apart(_: nn.Module, state: dict[str, Any], *__: Any) -> None:
    """Files of weights do not hold a tensor twice."""
    copies = {k: v.clone() for k, v in state.items() if k.startswith("global_encoder.")}
    state.update(copies)


def maps_only(card: Card) -> GINet:
    """GGN without the scene's statistics."""
    network = build_network(card)
    for modulator in network.modulators:
        for layer in (modulator.hidden, modulator.vector):
            layer.requires_grad_(requires_grad=False)
    return network


def coarse_only(card: Card) -> GINet:
    """GGN at the two coarsest levels."""
    network = build_network(card)
    for modulator in list(network.modulators)[:2]:
        modulator.requires_grad_(requires_grad=False)
    return network


SEPARATE = {"injection": "none"}
VARIANTS = {
    # the two branches side by side: nothing flows between them, so this is both of them alone
    "separate": Variant(SEPARATE, schedule={"lad": 0.0}, predictions=("local", "global")),
    # a step of the local branch alone takes 1 / 1.75 of the time of one of GINet
    "separate, equal time": Variant(
        SEPARATE, schedule={"lad": 0.0}, longer=1.75, predictions=("local", "global")
    ),
    "lad": Variant(SEPARATE, predictions=("local", "global")),
    "ggn": Variant(schedule={"lad": 0.0}, predictions=("local", "global")),
    "ggn lad": Variant(predictions=("local", "global", "no scene", "other scene")),
    "ggn lad x0.1": Variant(schedule={"lad": 1.0}),
    "ggn lad x10": Variant(schedule={"lad": 100.0}),
    "ggn lad reversed": Variant(schedule={"lad_teacher": "global"}),
    "ggn lad kl": Variant(schedule={"lad_distance": "kl", "lad": 0.3}),
    "adain lad": Variant({"injection": "adain"}),
    "shared encoders": Variant(build=shared_encoders),
    "maps only": Variant(build=maps_only),
    "coarse only": Variant(build=coarse_only),
    "always injected": Variant(schedule={"injection_dropout": 0.0}),
    "half injected": Variant(schedule={"injection_dropout": 0.5}),
    "stop gradient": Variant(build=stop_gradient),
    "colour apart": Variant(build=colour_apart),
    "stop gradient, colour apart": Variant(build=partial(stop_gradient, build=colour_apart)),
    "context 768": Variant({"context": 768}, {"context": 768}),
    "context 3072": Variant({"context": 3072}, {"context": 3072}),
}
