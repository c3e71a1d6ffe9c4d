"""Adapting a network to labelled regions of an image: a fit on frozen features.

The encoder stays, but for its statistics. Two experts see its features and plain colour and
texture; held-out labels tell how much each is to say, and whether they are needed at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.adapt.classes import knows_all
from core.adapt.clock import Clock
from core.adapt.crossvalidation import (
    HeldOut,
    confusion,
    fitted_shares,
    hold_out,
    is_kept,
    report,
    score,
)
from core.adapt.experts import (
    add_up,
    build,
    expert_columns,
    fit_experts,
    group_probabilities,
    read_base,
    regroup,
)
from core.adapt.folds import find_folds
from core.adapt.prior import class_shares
from core.adapt.regions import Region
from core.adapt.samples import Spots, Unit, find_spots, take_background, take_samples
from core.adapt.statistics import with_statistics_of
from core.model.ginet import GINet
from core.model.precision import Precision
from core.wire.classes import ClassTable

COMMON = 0.5
"""How far the classes' shares on the image count: their power in Bayes' rule. Labels tell them but
roughly; chosen on places of ``benchmarks.contest``'s tuning set."""


@dataclass(frozen=True)
class Outcome:
    """An adapted network.

    Attributes:
        network: With the new classes.
        validation: Scores on held-out labels ``before`` and ``after``; None without any.
        shares: Of the experts by name.
        kept: Whether it is the base model as it was, which was at least as good.
    """

    network: GINet
    validation: dict[str, Any] | None
    shares: dict[str, float]
    kept: bool = False


@dataclass(frozen=True)
class Adaptation:
    """What is adapted to what.

    Attributes:
        network: The base model's, on its device, in evaluation mode; stays as it is.
        traced: For each class its base channels, see ``trace_classes``.
        classes: The new ones.
        precision: To compute features in.
        seed: Of everything random.
        clock: Told of the progress.
    """

    network: GINet
    traced: Sequence[Sequence[int]]
    classes: ClassTable
    precision: Precision
    seed: int
    clock: Clock

    def run(self, regions: Sequence[Region], spread: Sequence[Region]) -> Outcome:
        """Fit.

        Args:
            regions: Labelled ones.
            spread: Others, spread over the image: how its pixels are, and how common its classes.

        Raises:
            Cancelled: The user wants to stop.
        """
        clock, count = self.clock, len(self.classes)
        spots, units = find_spots(regions, self.seed)
        adapted = with_statistics_of(self.network, spread, self.precision, clock)
        clock.reach(0.3)
        samples = take_samples(adapted, regions, spots, units, self.precision, clock)
        clock.reach(0.5)
        background = take_background(adapted, spread, self.precision, self.seed, clock)
        clock.reach(0.6)
        columns = expert_columns(adapted)
        names = list(columns)
        folds = find_folds(units, count, self.seed)
        plain = self._plain(regions, spots, samples.units) if folds else torch.zeros(0, count)

        def told(held: HeldOut) -> bool:
            clock.reach(0.6 + 0.3 * held.folds / len(folds))
            logits = torch.stack(list(held.logits.values())).mean(0)
            clock.emit(
                "metrics",
                fold=held.folds,
                folds=len(folds),
                miou={
                    "held out": score(confusion(logits, held.labels)),
                    "before": score(confusion(plain[held.index], held.labels)),
                },
            )
            return clock.left == 0

        held = hold_out(samples, folds, columns, count, told)
        shares = fitted_shares(held, names)
        fitted = fit_experts(samples, torch.arange(len(samples.labels)), columns, count)
        clock.check()
        linear = add_up([fitted[name] for name in names], shares, torch.zeros(count))
        common = COMMON * class_shares(linear(background)).log()
        linear = add_up([linear], [1.0], common)
        told_shares = {name: round(share, 3) for name, share in zip(names, shares, strict=True)}
        if held is None:
            return Outcome(build(adapted, linear), None, told_shares)
        before = confusion(plain[held.index], held.labels)
        logits = [share * held.logits[name] for share, name in zip(shares, names, strict=True)]
        after = torch.stack(logits).sum(0) + common
        if knows_all(self.traced) and is_kept(before, after, held):
            confident = plain[held.index].clamp_min(1e-6).log()
            validation = report(before, confident, held, self.classes)
            return Outcome(self._base(spread), validation, {}, kept=True)
        validation = report(before, after, held, self.classes)
        return Outcome(build(adapted, linear), validation, told_shares)

    def _plain(
        self, regions: Sequence[Region], spots: Sequence[Spots], units: tuple[Unit, ...]
    ) -> Tensor:
        """Probabilities (n, K) by the base model, which never says what it does not know."""
        samples = take_samples(self.network, regions, spots, units, self.precision, self.clock)
        return group_probabilities(read_base(self.network)(samples.features), self.traced)

    def _base(self, spread: Sequence[Region]) -> GINet:
        """The base model with the new classes."""
        base = read_base(self.network)
        features: Tensor = torch.zeros(0, len(base.weight))
        if any(len(parts) > 1 for parts in self.traced):
            features = take_background(self.network, spread, self.precision, self.seed, self.clock)
        return build(self.network, regroup(base, self.traced, features))
