"""How a model is adapted to few labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NEW_RATE = 1e-3
"""Learning rate where a class is new to the base model: in 60 steps the usual one would not do."""


@dataclass(frozen=True)
class Schedule:
    """How a model is adapted.

    Chosen on Dubai 2 and Florence's held-out block, which the base model was validated on too, with
    three draws of polygons each; docs/RESULTS.md, Few labels, has the figures and what did not
    help.

    Attributes:
        steps: Optimiser steps.
        batch: Windows a step.
        cached: Patches whose encoder features are kept, about; each place has at least one.
        window: Side in pixels, a multiple of 32, of what is kept of a patch: around a label.
        rate: Learning rate.
        warm_up: Steps over which it rises.
        weight_decay: Of AdamW.
        balance: Classes weigh as the power -``balance`` of their labelled pixels.
        teaching: Weight of the base model's opinion on all pixels, where it knows all classes.
        average: Decay of the moving average.
        clip: Largest gradient norm.
        every: Steps between validations.
    """

    steps: int = 60
    batch: int = 8
    cached: int = 512
    window: int = 128
    rate: float = 3e-4
    warm_up: int = 8
    weight_decay: float = 0.02
    balance: float = 0.5
    teaching: float = 0.5
    average: float = 0.95
    clip: float = 5.0
    every: int = 15

    def rate_at(self, step: int) -> float:
        """Learning rate in a step, counted from 1."""
        return self.rate * min(1.0, step / self.warm_up)


def schedule_for(traced: Sequence[Sequence[int]]) -> Schedule:
    """The usual schedule, faster where there are classes that no base channel traces."""
    return Schedule() if all(traced) else Schedule(rate=NEW_RATE)
