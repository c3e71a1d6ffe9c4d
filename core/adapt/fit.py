"""Adapting a network to labelled regions of an image: a fit on frozen features.

The encoder stays, but for its statistics. Four experts begin as the base model: one sees all of the
encoder's features, one the finest levels alone, one plain colour and texture, one nothing but what
the base model says; beside them stands a linear discriminant. Held-out labels tell how much each is
to say, and whether the base model is better as it is.
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
    JUDGED,
    POWERS,
    HeldOut,
    choose_power,
    confusion,
    hold_out,
    is_believed,
    is_kept,
    report,
)
from core.adapt.discriminant import Discriminant
from core.adapt.experts import (
    EMBEDDING,
    NETWORK,
    STATISTICS,
    TEXTURE,
    ExpertFitter,
    add_up,
    columns_of,
    expert_columns,
    share_of_start,
    usual_shares,
)
from core.adapt.familiarity import fit_rarity
from core.adapt.folds import find_folds
from core.adapt.outcome import Outcome, Shares
from core.adapt.pseudo_labels import add_pseudo_labels
from core.adapt.regions import Region
from core.adapt.regression import Linear, Scale
from core.adapt.samples import (
    MOST_OF_POLYGON,
    Spots,
    features_at,
    find_spots,
    join_samples,
    pixels_per_polygon,
    take_background,
)
from core.adapt.training_set import RegionFeatures, TrainingSet
from core.model.ginet import GINet
from core.model.precision import Precision
from core.model.statistics import measure, normalised
from core.wire.classes import ClassTable

QUICK = 100
"""Pixels of each polygon to which a fit at once is made: a third of the time, nearly the same."""


class Adaptation:
    """Adapts a network to an image, to one set of labels after the other.

    Args:
        network: The base model's, on its device; stays as it is.
        statistics: The image's share of them in the base model, see ``Card.image_statistics``.
        spread: Regions spread over the image: how its pixels are, and how common its classes.
        precision: To compute features in.
        seed: Of everything random.
        clock: Gets the progress.

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
        seen = torch.cat((self._columns[NETWORK], self._columns[TEXTURE]))
        self._discriminant = Discriminant.of(seen, self._scale, self._background)
        self._regions: dict[Any, RegionFeatures] = {}

    def learn(
        self,
        regions: Sequence[Region],
        traced: Sequence[Sequence[int]],
        classes: ClassTable,
        clock: Clock,
    ) -> TrainingSet:
        """Compute the features of what is labelled.

        Args:
            regions: All labelled ones.
            traced: For each class its base channels, see ``trace_classes``.
            classes: The new ones.
            clock: Checked after each region.

        Raises:
            Cancelled: The user wants to stop.
        """
        known = self._regions
        spots = {
            region.key: known[region.key].spots
            if region.key in known
            else find_spots(region, self._seed)
            for region in regions
        }
        most = pixels_per_polygon(sum(len(own.polygons) for own in spots.values()))
        taken = _halved(most)  # so that one more polygon does not change it for all others
        found: dict[Any, RegionFeatures] = {}
        for region in regions:
            key = region.key
            there = known.get(key)
            if there is None or there.most != taken:
                there = self._region_features(region, spots[key], taken)
            found[key] = there
            clock.check()
        self._regions, own_regions = found, list(found.values())
        features = [each.features[each.first(most)] for each in own_regions]
        own = [each.spots.first(most) for each in own_regions]
        labelled = join_samples([each.region for each in own_regions], own, features)
        base, background = read_base(self._adapted), self._background
        said = base(labelled.features)
        said_of_all = base(background)
        samples, unlabelled = add_pseudo_labels(labelled, said, traced, background, said_of_all)
        of_base = unlabelled.trace(traced)
        believed = is_believed(decide_of_base(said, of_base), labelled, len(classes))
        start = begin(base, of_base if believed else [()] * len(classes), background)
        return TrainingSet(labelled, samples, unlabelled, classes, traced, start, own_regions, most)

    def fit(self, training: TrainingSet, shares: Shares | None = None) -> Outcome:
        """Fit at once: to ``QUICK`` pixels of each polygon, and without asking held-out labels.

        Args:
            training: From ``learn``.
            shares: Of the experts, where held-out labels have given them; the usual ones for
                experts that it lacks.
        """
        polygon, order = training.samples.polygon.sort(stable=True)
        size = torch.bincount(polygon)
        rank = torch.arange(len(polygon)) - (size.cumsum(0) - size)[polygon]
        few = order[rank % -(-size // QUICK)[polygon] == 0]  # all over each polygon
        shares = {**usual_shares(training.start), **(shares or {})}
        experts = self._fitter(training)(training.samples, few)
        shares = {name: shares[name] for name in experts}
        return self._with_common(training, add_up(experts, shares), shares)

    def hold_out(self, training: TrainingSet, clock: Clock) -> HeldOut | None:
        """Ask each fold of the labels what fits without it say; None where there are too few.

        Args:
            training: From ``learn``.
            clock: Gets the progress; where its time is up, no more are asked.

        Raises:
            Cancelled: The user wants to stop.
        """
        count = len(training.classes)
        drawn = len(training.labelled.polygons)
        folds = find_folds(training.samples.polygons, drawn, count, self._seed)
        if not folds:
            return None
        self._plain(training, clock)  # remembered: the folds take what time is left
        fit = partial(self._fitter(training), training.samples)

        def report_fold(held_out: HeldOut) -> bool:
            clock.reach(0.6 + 0.3 * held_out.folds / len(folds))
            clock.emit("fold", done=held_out.folds, total=len(folds))
            return clock.left == 0

        return hold_out(training.samples, folds, fit, count, report_fold)

    def conclude(self, training: TrainingSet, held_out: HeldOut | None, clock: Clock) -> Outcome:
        """Add the experts up as held-out labels recommend, or keep the base model.

        Args:
            training: From ``learn``.
            held_out: From ``hold_out``.
            clock: Checked on the way.

        Raises:
            Cancelled: The user wants to stop.
        """
        everything = torch.arange(len(training.samples.labels))
        experts = self._fitter(training)(training.samples, everything)
        shares: Shares = usual_shares(training.start)
        if held_out is None:
            return self._with_common(training, add_up(experts, shares), shares)
        plain = self._plain(training, clock)[held_out.index]
        shown = decide_of_base(plain, training.traced)
        shares = held_out.choose_shares(shares)
        fitted, said = add_up(experts, shares), held_out.added_up(shares)
        on_image = self._shares_of_classes(fitted)
        common = self._common(training, on_image)
        power = choose_power(said, common, held_out.labels)
        after = said + power * common
        before = confusion(shown, held_out.labels, len(training.classes))
        judged = knows_all(training.traced) and len(training.labelled.polygons) >= JUDGED
        if judged and is_kept(shown, after.argmax(1), held_out, on_image, self._seed):
            confident = group_probabilities(plain, training.traced).clamp_min(1e-6).log()
            validation = report(before, confident, held_out, training.classes)
            linear = self._regrouped(training.traced, clock)
            return Outcome(self._base, linear, shares, validation=validation, kept=True)
        validation = report(before, after, held_out, training.classes)
        outcome = self._with_common(training, fitted, shares, power)
        return replace(outcome, validation=validation)

    def _fitter(self, training: TrainingSet) -> ExpertFitter:
        """What fits the experts to some of the samples."""
        start, background = training.start, self._background
        evidence, polygons = Scale.of(start(background)), training.labelled.effective_number
        discriminant = partial(self._discriminant, self._discriminant.means(start, background))
        return ExpertFitter(self._columns, self._scale, start, evidence, polygons, discriminant)

    def _with_common(
        self, training: TrainingSet, fitted: Linear, shares: Shares, power: float = POWERS[-1]
    ) -> Outcome:
        """The outcome of experts that are added up, with the classes' shares on the image."""
        common = self._common(training, self._shares_of_classes(fitted))
        linear = Linear(fitted.weight, fitted.bias + power * common)
        embedding = columns_of(self._adapted)[EMBEDDING][0]
        rarity = fit_rarity(training.samples, self._background, embedding, self._scale)
        return Outcome(self._adapted, linear, shares, rarity)

    def _common(self, training: TrainingSet, on_image: Tensor) -> Tensor:
        """What the classes' shares on the image add to their logits, (K,).

        Labels are drawn class by class and weigh the same, the ground does not; the base model has
        learned from ground, so they count by half where the experts begin as it. The shares are the
        first step of Saerens, Latinne and Decaestecker 2002 (Neural Computation 14(1), equation
        2.9); further ones run away where the probabilities are not exact.
        """
        part = share_of_start(training.start, training.labelled.effective_number)
        return (1 - part / 2) * on_image.log()

    def _shares_of_classes(self, fitted: Linear) -> Tensor:
        """Mean probability of each class on the image, (K,)."""
        return fitted(self._background).softmax(1).mean(0).clamp_min(1e-6)

    def _region_features(self, region: Region, spots: Spots, most: int) -> RegionFeatures:
        features = self._features(self._adapted, region, spots.first(most))
        return RegionFeatures(region, spots, most, features)

    def _features(self, network: GINet, region: Region, spots: Spots) -> Tensor:
        return features_at(network, region, spots.rows, spots.columns, self._precision)

    def _plain(self, training: TrainingSet, clock: Clock) -> Tensor:
        """Logits (n, base classes) by the base model."""
        own = read_base(self._base)
        logits = []
        for each in training.regions:
            if each.base is None:
                features = self._features(self._base, each.region, each.spots.first(each.most))
                each.base = own(features)
                clock.check()
            logits.append(each.base[each.first(training.most)])
        return torch.cat(logits)

    def _regrouped(self, traced: Sequence[Sequence[int]], clock: Clock) -> Linear:
        """The base model's classifier for the new classes."""
        base = read_base(self._base)
        features: Tensor = torch.zeros(0, len(base.weight))
        if any(len(parts) > 1 for parts in traced):
            features = take_background(self._base, self._spread, self._precision, self._seed, clock)
        return regroup(base, traced, features)


def _halved(most: int) -> int:
    """The least of ``MOST_OF_POLYGON``, half of it, a quarter ... that is so many."""
    found = MOST_OF_POLYGON
    while found // 2 >= most:
        found //= 2
    return found
