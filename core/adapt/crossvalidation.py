"""A training for each fold: together they tell how many steps help, and their mean is delivered.

They begin alike and stay near each other, so that the mean of their weights is a network too, which
learned from all labels (Wortsman et al., Model soups, ICML 2022). Where much ground hangs together,
some of it touches what is held out in each fold; one more training, on all of it, joins the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.accuracy.metrics import intersection_over_union, mean
from core.adapt.clock import Clock
from core.adapt.folds import Fold
from core.adapt.learn import Learner, Tail
from core.adapt.places import Place
from core.model.ginet import GINet
from core.wire.classes import ClassTable

READ, CACHED = 0.1, 0.25
"""Share of the work that is done after each part, about: for the progress."""

CACHE_BY = 0.4
"""Share of the time after which there are no more patches than places."""

FIRST = 0.45
"""Share of the remaining time that the first training may take: another one, with what the first
one held out, is worth more than its last steps."""


@dataclass(frozen=True)
class Outcome:
    """An adapted network.

    Attributes:
        network: With the new classes.
        steps: It was trained for, 0 where no training helped on held-out ground.
        validation: Scores on held-out ground ``before`` and ``after``, of all folds in one
            confusion matrix; None without held-out ground.
        all_labels: Whether each place taught one of the trainings at least; false only where the
            time or the user cut them short.
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
    steps = learner.schedule.steps
    if not folds:
        everything = _Training(learner, (), clock, 1, 1, steps)
        network, steps = learner.fit(places, cached, seed, everything)
        return Outcome(network, steps, None)

    def fit(training: _Training, indices: Sequence[int]) -> None:
        own = set(indices)
        learner.fit(
            [places[index] for index in indices],
            [patch for patch in cached if patch.place in own],
            seed + training.number,
            training,
        )

    untaught = set(range(len(places))).difference(*(fold.trained for fold in folds))
    of = len(folds) + bool(untaught)
    first = _Training(learner, _held(places, folds[0]), clock, 1, of, steps)
    begin = clock.elapsed
    fit(first, folds[0].trained)
    longest = clock.elapsed - begin
    done = [first]
    for number, fold in enumerate(folds[1:], 2):
        # One that will not come to its end would be in vain.
        if clock.left <= longest:
            break
        training = _Training(
            learner, _held(places, fold), clock, number, of, max(first.tails), tuple(done)
        )
        fit(training, fold.trained)
        if training.is_whole:
            done.append(training)
    scores = _pool(done)
    best = max(scores, key=lambda step: (_mean(scores[step]), step))
    validation = _report(scores[0], scores[best], classes, len(done))
    taught = {index for fold in folds[: len(done)] for index in fold.trained}
    tails = [training.tails[best] for training in done]
    if best and len(done) == len(folds) and untaught and clock.left > longest:
        training = _Training(learner, (), clock, of, of, best, (first,))
        fit(training, range(len(places)))
        if training.is_whole:
            tails.append(training.tails[best])
            taught |= untaught
    all_labels = len(taught) == len(places)
    return Outcome(learner.with_tail(tails), best, validation, all_labels)


def _held(places: Sequence[Place], fold: Fold) -> list[Place]:
    return [places[index] for index in fold.held]


@dataclass
class _Training:
    """Validates one training at certain steps and keeps what its network learned by then.

    Attributes:
        held: The ground.
        number: From 1 ``of`` all trainings that there are to be.
        last: Step at which it ends.
        former: Trainings of other folds, with which its scores are told.
        matrices: For each of these steps, 0 among them, the confusion matrix on held-out ground.
        tails: For each of these steps the network's.
    """

    learner: Learner
    held: Sequence[Place]
    clock: Clock
    number: int
    of: int
    last: int
    former: tuple[_Training, ...] = ()
    matrices: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    tails: dict[int, Tail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at the start."""
        more = self.number < self.of and not self.former
        self._until = self.clock.left * (1 - FIRST) if more else 0.0
        self._look(0, self.learner.start())

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return max(self.tails) == self.last

    def __call__(self, step: int, loss: float, network: GINet) -> bool:
        schedule, clock = self.learner.schedule, self.clock
        clock.reach(CACHED + (1 - CACHED) * (self.number - 1 + step / self.last) / self.of)
        out_of_time = clock.left <= self._until
        end = step == self.last or out_of_time
        scores = {}
        if step == self.last or step % schedule.every == 0 or (end and not self.former):
            self._look(step, network)
            if self.held:
                both = _pool([*self.former, self])
                scores = {"held out": _round(both[step]), "before": _round(both[0])}
        clock.emit(
            "metrics",
            fold=self.number,
            folds=self.of,
            step=step,
            steps=self.last,
            learning_rate=schedule.rate_at(step),
            loss=round(loss, 5),
            miou=scores,
        )
        return end

    def _look(self, step: int, network: GINet) -> None:
        self.matrices[step] = self.learner.score(network, self.held)
        self.tails[step] = self.learner.tail(network)


def _pool(trainings: Sequence[_Training]) -> dict[int, NDArray[np.int64]]:
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
    return mean(intersection_over_union(matrix), np.flatnonzero(matrix.sum(1)).tolist())


def _round(matrix: NDArray[np.int64]) -> float:
    return round(_mean(matrix), 4)


def _by_name(names: Sequence[str], matrix: NDArray[np.int64]) -> dict[str, float]:
    values, held = intersection_over_union(matrix).tolist(), matrix.sum(1) > 0
    return {
        name: round(value, 4)
        for name, value, there in zip(names, values, held, strict=True)
        if there
    }
