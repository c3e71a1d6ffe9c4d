"""Adapting a network to labelled regions of an image: a fit on frozen features.

The encoder stays, but for its statistics. Three experts begin as the base model: one sees the
encoder's features, one plain colour and texture, one nothing but what the base model says; held-out
labels tell how much each is to say, and whether the base model is better as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from core.adapt.base import begin, decide_of_base, group_probabilities, read_base, regroup
from core.adapt.classes import knows_all
from core.adapt.clock import Clock
from core.adapt.crossvalidation import (
    POWERS,
    HeldOut,
    choose_power,
    confusion,
    hold_out,
    is_believed,
    is_kept,
    report,
    score,
)
from core.adapt.experts import (
    STATISTICS,
    ExpertFitter,
    add_up,
    expert_columns,
    share_of_start,
    usual_shares,
)
from core.adapt.folds import find_folds
from core.adapt.lesson import Lesson, Seen
from core.adapt.outcome import Outcome, Shares
from core.adapt.regions import Region
from core.adapt.regression import Linear, Scale
from core.adapt.samples import (
    MOST_OF_UNIT,
    Spots,
    features_at,
    find_spots,
    join_samples,
    share_of_unit,
    take_background,
)
from core.adapt.unlabelled import add_unlabelled
from core.model.ginet import GINet
from core.model.precision import Precision
from core.model.statistics import measure, normalised
from core.wire.classes import ClassTable

QUICK = 100
"""Pixels of each unit to which a fit at once is made: a third of the time, and nearly the same."""


class Adaptation:
    """Adapts a network to an image, to one set of labels after the other.

    Args:
        network: The base model's, on its device; stays as it is.
        statistics: The image's share of them in the base model, see ``Card.image_statistics``.
        spread: Regions spread over the image: how its pixels are, and how common its classes.
        precision: To compute features in.
        seed: Of everything random.
        clock: Told of the progress.

    Raises:
        Cancelled: The user wants to stop.
    """

    def __init__(
        self,
        network: GINet,
        statistics: float,
        spread: Sequence[Region],
        precision: Precision,
        seed: int,
        clock: Clock,
    ) -> None:
        """Take the image's statistics."""
        self._spread, self._precision, self._seed = spread, precision, seed
        views = [(region.values, region.valid) for region in spread]
        of_image = measure(network, views, precision, clock.check)
        self._adapted = normalised(network, of_image, STATISTICS)
        self._base = normalised(network, of_image, statistics)
        clock.reach(0.3)
        self._background = take_background(self._adapted, spread, precision, seed, clock)
        self._columns, self._scale = expert_columns(network), Scale.of(self._background)
        self._seen: dict[Any, Seen] = {}

    def learn(
        self,
        regions: Sequence[Region],
        traced: Sequence[Sequence[int]],
        classes: ClassTable,
        clock: Clock,
    ) -> Lesson:
        """See what is labelled.

        Args:
            regions: All labelled ones.
            traced: For each class its base channels, see ``trace_classes``.
            classes: The new ones.
            clock: Checked after each region.

        Raises:
            Cancelled: The user wants to stop.
        """
        known = self._seen
        spots = {
            region.key: known[region.key].spots
            if region.key in known
            else find_spots(region, self._seed)
            for region in regions
        }
        most = share_of_unit(sum(len(own.units) for own in spots.values()))
        taken = _halved(most)  # so that one more polygon does not change it for all others
        found: dict[Any, Seen] = {}
        for region in regions:
            key = region.key
            there = known.get(key)
            if there is None or there.most != taken:
                there = self._see(region, spots[key], taken)
            found[key] = there
            clock.check()
        self._seen, seen = found, list(found.values())
        features = [each.features[each.first(most)] for each in seen]
        own = [each.spots.first(most) for each in seen]
        samples = join_samples([each.region for each in seen], own, features)
        base, background = read_base(self._adapted), self._background
        shown = base(samples.features)
        taught, unlabelled = add_unlabelled(samples, shown, traced, background, base(background))
        of_base = unlabelled.trace(traced)
        believed = is_believed(decide_of_base(shown, of_base), samples, len(classes))
        start = begin(base, of_base if believed else [()] * len(classes), background)
        return Lesson(samples, taught, unlabelled, classes, traced, start, seen, most)

    def fit(self, lesson: Lesson, shares: Shares | None = None) -> Outcome:
        """Fit at once: to ``QUICK`` pixels of each unit, and without asking held-out labels.

        Args:
            lesson: From ``learn``.
            shares: Of the experts, where held-out labels have told them; the usual ones for
                experts that it lacks.
        """
        unit, order = lesson.taught.unit.sort(stable=True)
        first = torch.searchsorted(unit, torch.arange(len(lesson.taught.units)))
        few = order[torch.arange(len(unit)) - first[unit] < QUICK]
        shares = {**usual_shares(lesson.start), **(shares or {})}
        experts = self._fitter(lesson)(lesson.taught, few)
        shares = {name: shares[name] for name in experts}
        return self._with_common(lesson, add_up(experts, shares), shares)

    def hold_out(self, lesson: Lesson, clock: Clock) -> HeldOut | None:
        """Ask each fold of the labels what fits without it say; None where there are too few.

        Args:
            lesson: From ``learn``.
            clock: Told of the folds; where its time is up, no more are asked.

        Raises:
            Cancelled: The user wants to stop.
        """
        count = len(lesson.classes)
        folds = find_folds(lesson.taught.units, count, self._seed)
        if not folds:
            return None
        before = decide_of_base(self._plain(lesson, clock), lesson.traced)
        fit = partial(self._fitter(lesson), lesson.taught)

        def told(held: HeldOut) -> bool:
            clock.reach(0.6 + 0.3 * held.folds / len(folds))
            after = torch.stack(list(held.logits.values())).mean(0).argmax(1)
            clock.emit(
                "metrics",
                fold=held.folds,
                folds=len(folds),
                miou={
                    "held out": score(confusion(after, held.labels, count)),
                    "before": score(confusion(before[held.index], held.labels, count)),
                },
            )
            return clock.left == 0

        return hold_out(lesson.taught, folds, fit, count, told)

    def conclude(self, lesson: Lesson, held: HeldOut | None, clock: Clock) -> Outcome:
        """Add the experts up as held-out labels recommend, or keep the base model.

        Args:
            lesson: From ``learn``.
            held: From ``hold_out``.
            clock: Checked on the way.

        Raises:
            Cancelled: The user wants to stop.
        """
        experts = self._fitter(lesson)(lesson.taught, torch.arange(len(lesson.taught.labels)))
        shares: Shares = usual_shares(lesson.start)
        if held is None:
            return self._with_common(lesson, add_up(experts, shares), shares)
        plain = self._plain(lesson, clock)[held.index]
        shown = decide_of_base(plain, lesson.traced)
        shares = held.choose_shares(shares)
        fitted, said_of_held = add_up(experts, shares), held.added_up(shares)
        on_image = self._shares_of_classes(fitted)
        common = self._common(lesson, on_image)
        power = choose_power(said_of_held, common, held.labels)
        after = said_of_held + power * common
        before = confusion(shown, held.labels, len(lesson.classes))
        if knows_all(lesson.traced) and is_kept(shown, after.argmax(1), held, on_image, self._seed):
            confident = group_probabilities(plain, lesson.traced).clamp_min(1e-6).log()
            validation = report(before, confident, held, lesson.classes)
            linear = self._regrouped(lesson.traced, clock)
            return Outcome(self._base, linear, shares, validation, kept=True)
        validation = report(before, after, held, lesson.classes)
        outcome = self._with_common(lesson, fitted, shares, power)
        return replace(outcome, validation=validation)

    def _fitter(self, lesson: Lesson) -> ExpertFitter:
        """What fits the experts to some of the samples."""
        evidence = Scale.of(lesson.start(self._background))
        polygons = lesson.samples.effective_number
        return ExpertFitter(self._columns, self._scale, lesson.start, evidence, polygons)

    def _with_common(
        self, lesson: Lesson, fitted: Linear, shares: Shares, power: float = POWERS[-1]
    ) -> Outcome:
        """The outcome of experts that are added up, with the classes' shares on the image."""
        common = self._common(lesson, self._shares_of_classes(fitted))
        return Outcome(self._adapted, Linear(fitted.weight, fitted.bias + power * common), shares)

    def _common(self, lesson: Lesson, on_image: Tensor) -> Tensor:
        """What the classes' shares on the image add to their logits, (K,).

        Labels are drawn class by class and weigh the same, the ground does not; the base model has
        learned from ground, so they count by half where the experts begin as it. The shares are the
        first step of Saerens, Latinne and Decaestecker 2002 (Neural Computation 14(1), equation
        2.9); further ones run away where the probabilities are not exact.
        """
        part = share_of_start(lesson.start, lesson.samples.effective_number)
        return (1 - part / 2) * on_image.log()

    def _shares_of_classes(self, fitted: Linear) -> Tensor:
        """Mean probability of each class on the image, (K,)."""
        return fitted(self._background).softmax(1).mean(0).clamp_min(1e-6)

    def _see(self, region: Region, spots: Spots, most: int) -> Seen:
        features = self._features(self._adapted, region, spots.first(most))
        return Seen(region, spots, most, features)

    def _features(self, network: GINet, region: Region, spots: Spots) -> Tensor:
        return features_at(network, region, spots.rows, spots.columns, self._precision)

    def _plain(self, lesson: Lesson, clock: Clock) -> Tensor:
        """Logits (n, base classes) by the base model."""
        own = read_base(self._base)
        logits = []
        for each in lesson.seen:
            if each.base is None:
                features = self._features(self._base, each.region, each.spots.first(each.most))
                each.base = own(features)
                clock.check()
            logits.append(each.base[each.first(lesson.most)])
        return torch.cat(logits)

    def _regrouped(self, traced: Sequence[Sequence[int]], clock: Clock) -> Linear:
        """The base model's classifier for the new classes."""
        base = read_base(self._base)
        features: Tensor = torch.zeros(0, len(base.weight))
        if any(len(parts) > 1 for parts in traced):
            features = take_background(self._base, self._spread, self._precision, self._seed, clock)
        return regroup(base, traced, features)


def _halved(most: int) -> int:
    """The least of ``MOST_OF_UNIT``, half of it, a quarter ... that is so many."""
    found = MOST_OF_UNIT
    while found // 2 >= most:
        found //= 2
    return found
