"""Outcome: the network adapted to labels, and what the user should know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from core.adapt.experts import build, heads
from core.adapt.regression import Linear
from core.model.familiarity import Familiarity
from core.model.ginet import GINet
from core.model.probe import Probe

NOT_VALIDATED = (
    "Too few places are labelled to hold any out: nothing is known about the adapted model's "
    "accuracy. Label at least two separate places of two classes or more."
)
NO_GAIN = (
    "The adapted model was not better than the base model on the held-out labels, so the base "
    "model is kept as it is. Check the labels, or add more where the map is wrong."
)
DOUBTFUL = (
    "On the held-out labels the base model was better, though not surely. Compare both maps, or "
    "label more where the new one is wrong."
)

Shares = Mapping[str, float]
"""Of the experts by name."""


@dataclass(frozen=True)
class Outcome:
    """A network adapted to labels.

    Attributes:
        features: The network whose features count.
        linear: What is said of them.
        shares: Of the experts in it, where it is not the base model.
        rarity: How unlike all labels a look is, see ``familiarity.fit_rarity``; None where it is
            the base model.
        validation: Scores on held-out labels ``before`` and ``after``; None without any.
        kept: Whether it is the base model as it was, which was at least as good.
    """

    features: GINet
    linear: Linear
    shares: Shares
    rarity: Linear | None = None
    validation: dict[str, Any] | None = None
    kept: bool = False

    @property
    def warnings(self) -> list[str]:
        """What the user should know."""
        if self.validation is None:
            return [NOT_VALIDATED]
        if self.kept:
            return [NO_GAIN]
        return [DOUBTFUL] if self.validation["after"] < self.validation["before"] else []

    def build(self) -> GINet:
        """The network with the new classes."""
        return build(self.features, self.linear, self.rarity)

    def heads(self) -> tuple[nn.Conv2d, Probe, Familiarity | None]:
        """What decides in it, see ``experts.heads``."""
        return heads(self.features, self.linear, self.rarity)
