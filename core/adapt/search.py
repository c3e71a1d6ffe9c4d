"""Two trainings: one finds how many steps help on held-out ground, one takes them on all labels.

Where the second is cut short, by the time or by the user, the first one's network is delivered: it
is whole, and what it scores on held-out ground is known.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.adapt.clock import Clock
from core.adapt.learn import Cached, Learner
from core.adapt.places import READ_BY, Place
from core.classes import ClassTable
from core.metrics import intersection_over_union, mean_iou
from core.model.ginet import GINet

READ, CACHED, SEARCHED = 0.1, 0.25, 0.65
"""Share of the work that is done after each part, about: for the progress."""

CACHE_BY = 0.4
"""Share of the time after which there are no more patches than places."""

SEARCH = 0.45
"""Share of the remaining time that the first training may take."""


@dataclass(frozen=True)
class Split:
    """Labelled places by their part.

    Attributes:
        trained: Both trainings see them.
        held: They validate the first training; the second one sees them.
        between: They touch both; only the second training sees them.
    """

    trained: list[Place]
    held: list[Place]
    between: list[Place]

    @property
    def all(self) -> list[Place]:
        """All places."""
        return self.trained + self.held + self.between


@dataclass(frozen=True)
class Outcome:
    """An adapted network.

    Attributes:
        network: With the new classes.
        steps: It was trained for, 0 where no training helped on held-out ground.
        validation: Held-out scores ``before`` and ``after`` of the first training; None without
            held-out ground.
        all_labels: Whether it learned from all labels, not only from those of the first training.
    """

    network: GINet
    steps: int
    validation: dict[str, Any] | None
    all_labels: bool = True


def adapt(learner: Learner, split: Split, classes: ClassTable, seed: int, clock: Clock) -> Outcome:
    """Adapt the learner's network to labelled places, within about the clock's time.

    Raises:
        Cancelled: The user wants to stop.
    """
    for place in split.all:
        learner.teach(place)
        clock.check()
    clock.reach(READ)
    each = max(learner.schedule.cached // len(split.all), 1)
    first = READ_BY + (CACHE_BY - READ_BY) * len(split.trained) / len(split.all)
    trained = learner.cache(split.trained, each, seed, clock, first)
    others = learner.cache(split.held + split.between, each, seed + 1, clock, CACHE_BY)
    clock.reach(CACHED)
    if not split.held:
        network, steps = _train(learner, split.all, trained + others, seed, clock, CACHED)
        return Outcome(network, steps, None)
    search = _Search(learner, split.held, clock)
    learner.fit(split.trained, trained, seed, search)
    validation = search.report(classes)
    clock.reach(SEARCHED)
    if not search.best:
        return Outcome(search.network, 0, validation)
    network, steps = _train(
        learner, split.all, trained + others, seed, clock, SEARCHED, search.best
    )
    if steps < search.best:
        return Outcome(search.network, search.best, validation, all_labels=False)
    return Outcome(network, steps, validation)


def _train(
    learner: Learner,
    places: Sequence[Place],
    cached: Sequence[Cached],
    seed: int,
    clock: Clock,
    begun: float,
    steps: int | None = None,
) -> tuple[GINet, int]:
    most = steps or learner.schedule.total

    def told(step: int, loss: float, _: GINet) -> bool:
        clock.reach(begun + (1 - begun) * step / most)
        _tell(clock, learner, "all", step, most, loss, {})
        return step >= most or not clock.left

    return learner.fit(places, cached, seed, told)


class _Search:
    """Validates the first training and remembers the best step and its network."""

    def __init__(self, learner: Learner, held: Sequence[Place], clock: Clock) -> None:
        self._learner, self._held, self._clock = learner, held, clock
        self._until = clock.left * (1 - SEARCH)
        self.network = learner.start()
        self._before = self._after = self._score(self.network)
        self.best = 0

    def __call__(self, step: int, loss: float, network: GINet) -> bool:
        schedule, clock = self._learner.schedule, self._clock
        clock.reach(CACHED + (SEARCHED - CACHED) * step / schedule.total)
        end = step == schedule.total or clock.left <= self._until
        scores = {}
        if end or step % schedule.every == 0:
            found = self._score(network)
            if mean_iou(found) >= mean_iou(self._after):
                self._after, self.best = found, step
                self.network = copy.deepcopy(network)
            scores = {
                "held out": round(mean_iou(found), 4),
                "before": round(mean_iou(self._before), 4),
            }
        _tell(clock, self._learner, "part", step, schedule.total, loss, scores)
        return end

    def _score(self, network: GINet) -> NDArray[np.int64]:
        return self._learner.score(network, self._held)

    def report(self, classes: ClassTable) -> dict[str, Any]:
        names = [entry.name for entry in classes]
        return {
            "before": round(mean_iou(self._before), 4),
            "after": round(mean_iou(self._after), 4),
            "iou_before": _by_name(names, self._before),
            "iou_after": _by_name(names, self._after),
            "pixels": int(self._before.sum()),
        }


def _by_name(names: Sequence[str], matrix: NDArray[np.int64]) -> dict[str, float]:
    found = zip(names, intersection_over_union(matrix).tolist(), strict=True)
    return {name: round(value, 4) for name, value in found if value == value}


def _tell(
    clock: Clock,
    learner: Learner,
    labels: str,
    step: int,
    steps: int,
    loss: float,
    scores: dict[str, float],
) -> None:
    """Tell of a step of the training on ``labels``: "part" or "all"."""
    rate = learner.schedule.rate_at(step)
    fields = {"labels": labels, "step": step, "steps": steps, "learning_rate": rate}
    clock.emit("metrics", **fields, loss=round(loss, 5), miou=scores)
