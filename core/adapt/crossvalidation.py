"""A training for each fold: together they tell how many steps help, and their mean is delivered.

They begin alike and stay near each other, so that the mean of their weights is a network too, which
learned from all labels (Wortsman et al., Model soups, ICML 2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.adapt.clock import Clock
from core.adapt.folds import Fold
from core.adapt.learn import Learner, Tail
from core.adapt.places import Place
from core.classes import ClassTable
from core.metrics import intersection_over_union
from core.model.ginet import GINet

READ, CACHED = 0.1, 0.25
"""Share of the work that is done after each part, about: for the progress."""

CACHE_BY = 0.4
"""Share of the time after which there are no more patches than places."""

FIRST = 0.5
"""Share of the remaining time that the first training may take, where others are to follow."""


@dataclass(frozen=True)
class Outcome:
    """An adapted network.

    Attributes:
        network: With the new classes.
        steps: It was trained for, 0 where no training helped on held-out ground.
        validation: Scores on held-out ground ``before`` and ``after``, of all folds in one
            confusion matrix; None without held-out ground.
        all_labels: Whether each label taught one of the trainings at least.
    """

    network: GINet
    steps: int
    validation: dict[str, Any] | None
    all_labels: bool = True


def adapt(
    learner: Learner,
    places: Sequence[Place],
    folds: Sequence[Fold],
    classes: ClassTable,
    seed: int,
    clock: Clock,
) -> Outcome:
    """Adapt the learner's network to labelled places, within about the clock's time.

    Raises:
        Cancelled: The user wants to stop.
    """
    for place in places:
        learner.teach(place)
        clock.check()
    clock.reach(READ)
    each = max(learner.schedule.cached // len(places), 1)
    cached = learner.cache(places, each, seed, clock, CACHE_BY)
    clock.reach(CACHED)
    if not folds:
        everything = _Training(learner, (), clock, 1, 1)
        network, steps = learner.fit(places, cached, seed, everything)
        return Outcome(network, steps, None)
    done: list[_Training] = []
    longest = 0.0
    for number, fold in enumerate(folds, 1):
        begin = clock.elapsed
        # One that will not come to its end would be in vain.
        if done and clock.left <= longest:
            break
        held = [places[index] for index in fold.held]
        training = _Training(learner, held, clock, number, len(folds), done)
        own = set(fold.trained)
        learner.fit(
            [places[index] for index in fold.trained],
            [patch for patch in cached if patch.place in own],
            seed + number,
            training,
        )
        if training.is_whole:
            done.append(training)
        longest = max(longest, clock.elapsed - begin)
    scores = pool(done)
    best = max(scores, key=lambda step: (_mean(scores[step]), step))
    taught = {index for fold in folds[: len(done)] for index in fold.trained}
    network = learner.with_tail([training.tails[best] for training in done])
    validation = _report(scores[0], scores[best], classes, len(done))
    return Outcome(network, best, validation, all_labels=len(taught) == len(places))


@dataclass
class _Training:
    """Validates one training at certain steps and keeps what its network learned by then.

    Attributes:
        former: Trainings of other folds, which tell at which steps to look and when to end.
        matrices: For each of these steps, 0 among them, the confusion matrix on held-out ground.
        tails: For each of these steps the network's.
    """

    learner: Learner
    held: Sequence[Place]
    clock: Clock
    number: int
    of: int
    former: Sequence[_Training] = ()
    matrices: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    tails: dict[int, Tail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at the start."""
        more = self.number < self.of and not self.former
        self._until = self.clock.left * (1 - FIRST) if more else 0.0
        self._last = max(self.former[0].tails) if self.former else self.learner.schedule.steps
        self._look(0, self.learner.start())

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return not self.former or max(self.tails) == self._last

    def __call__(self, step: int, loss: float, network: GINet) -> bool:
        schedule, clock = self.learner.schedule, self.clock
        clock.reach(CACHED + (1 - CACHED) * (self.number - 1 + step / self._last) / self.of)
        out_of_time = clock.left <= self._until
        end = step == self._last or out_of_time
        scores = {}
        if step == self._last or step % schedule.every == 0 or (end and not self.former):
            self._look(step, network)
            if self.held:
                both = pool([*self.former, self])
                scores = {"held out": _round(both[step]), "before": _round(both[0])}
        clock.emit(
            "metrics",
            fold=self.number,
            folds=self.of,
            step=step,
            steps=self._last,
            learning_rate=schedule.rate_at(step),
            loss=round(loss, 5),
            miou=scores,
        )
        return end

    def _look(self, step: int, network: GINet) -> None:
        self.matrices[step] = self.learner.score(network, self.held)
        self.tails[step] = self.learner.tail(network)


def pool(trainings: Sequence[_Training]) -> dict[int, NDArray[np.int64]]:
    """For each step that all of them have come to, their confusion matrices as one."""
    steps = set.intersection(*(set(training.matrices) for training in trainings))
    return {
        step: np.sum([training.matrices[step] for training in trainings], axis=0)
        for step in sorted(steps)
    }


def _report(
    before: NDArray[np.int64], after: NDArray[np.int64], classes: ClassTable, folds: int
) -> dict[str, Any]:
    names = [entry.name for entry in classes]
    return {
        "before": _round(before),
        "after": _round(after),
        "iou_before": _by_name(names, before),
        "iou_after": _by_name(names, after),
        "pixels": int(before.sum()),
        "folds": folds,
    }


def _mean(matrix: NDArray[np.int64]) -> float:
    """Mean IoU of the classes that are held out.

    Of another one a few false pixels are worth as much as all of a class, and to lose them would
    pass for a gain.
    """
    return float(intersection_over_union(matrix)[matrix.sum(1) > 0].mean())


def _round(matrix: NDArray[np.int64]) -> float:
    return round(_mean(matrix), 4)


def _by_name(names: Sequence[str], matrix: NDArray[np.int64]) -> dict[str, float]:
    found = zip(names, intersection_over_union(matrix).tolist(), strict=True)
    return {name: round(value, 4) for name, value in found if value == value}
