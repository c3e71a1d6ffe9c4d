"""Pseudo-labels (Lee 2013): pixels of a class that the base model is surest of.

Of classes without labels, for whatever is not learned of is lost; and of those with few polygons,
of which the only one may be a poor example, where these confirm the base model's word: there they
are one polygon more. Those of a class that is rare on the image weigh less, or it would spread. A
class that the base model has no word for is one of its classes by another name, or grows from one:
what most of its labels are to the base model. That class gives way, or it would claim their ground.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.adapt.base import decide_of_base, group_probabilities
from core.adapt.samples import MOST_OF_POLYGON, Polygon, Samples

FEWEST = 20
"""Pixels that the base model's map must show of a class on the background."""

CLAIM = 0.5
"""Share of a new class's labels that must be one class to the base model."""

FEW = 3
"""Polygons of a class to which one of pseudo-labels is added; more of them say enough."""

CONFIRMED = 0.5
"""Share of a class's labels that the base model must call by its name, and of what it calls so
that must be its labels, the classes weighing the same."""

NOWHERE = -9, -9, -9, -9
"""Bounds of what is no polygon."""


@dataclass(frozen=True)
class Unlabelled:
    """What becomes of classes without labels.

    Attributes:
        learned: Those that are learned from the base model.
        replaced: Those that give way to a labelled one, and to which.
    """

    learned: frozenset[int]
    replaced: Mapping[int, int]

    def trace(self, traced: Sequence[Sequence[int]]) -> list[list[int]]:
        """Base channels of each class: of one that gave way, its successor's."""
        found = [list(parts) for parts in traced]
        for number, other in self.replaced.items():
            found[other] += found[number]
            found[number] = []
        return found


def add_pseudo_labels(
    samples: Samples,
    said: Tensor,
    traced: Sequence[Sequence[int]],
    features: Tensor,
    logits: Tensor,
) -> tuple[Samples, Unlabelled]:
    """Samples with one more polygon, after theirs, for each class that the base model knows.

    Args:
        samples: Labelled ones.
        said: (s, base classes) logits of these by the base model.
        traced: For each class its base channels, see ``trace_classes``; those of which a labelled
            class is made are no other's.
        features: (n, F) of pixels all over the image.
        logits: (n, base classes) of these by the base model.
    """
    labelled = set(samples.labels.tolist())
    confirmed = _confirmed(samples, decide_of_base(said, traced), len(traced))
    owner = {
        channel: own
        for own in labelled
        for channel in traced[own] or _grown_from(said[samples.labels == own])
    }
    shown, share = decide_of_base(logits, traced), group_probabilities(logits, traced)
    parts, polygons = [], list(samples.polygons)
    replaced: dict[int, int] = {}
    for channel, own in enumerate(traced):
        there = (shown == channel).nonzero()[:, 0]
        if channel in labelled:
            if channel not in confirmed:
                continue
        elif owners := [owner[each] for each in own if each in owner]:
            replaced[channel] = owners[0]
            continue
        if len(there) < FEWEST:
            continue
        sure = share[there, channel]
        common = len(there) * len(traced) / len(features)
        there = there[sure >= sure.median()]
        count = min(MOST_OF_POLYGON, len(there))
        spread = there[torch.arange(count) * len(there) // count]
        parts.append((spread, channel, len(polygons)))
        polygons.append(Polygon(channel, NOWHERE, min(1.0, common)))
    training = Samples(
        torch.cat([samples.features, *(features[chosen] for chosen, _, _ in parts)]),
        torch.cat([samples.labels, *(torch.full_like(p, own) for p, own, _ in parts)]),
        torch.cat([samples.polygon, *(torch.full_like(p, number) for p, _, number in parts)]),
        tuple(polygons),
    )
    learned = frozenset(own for _, own, _ in parts) - labelled
    return training, Unlabelled(learned, replaced)


def _confirmed(samples: Samples, shown: Tensor, classes: int) -> set[int]:
    """Classes of few polygons of which the base model shows (n,) most, and little else as them."""
    matrix = torch.zeros(classes, classes + 1)  # the last column is of -1
    weight = samples.weigh(torch.arange(len(shown)))
    matrix.index_put_((samples.labels, shown), weight, accumulate=True)
    right, square = matrix.diagonal(), matrix[:, :classes]
    found = (right > CONFIRMED * matrix.sum(1)) & (right > CONFIRMED * square.sum(0))
    drawn = Counter(polygon.channel for polygon in samples.polygons)
    return {channel for channel in found.nonzero()[:, 0].tolist() if drawn[channel] <= FEW}


def _grown_from(said: Tensor) -> list[int]:
    """The base class that most labels of a new class are to the base model, if there is one."""
    count = torch.bincount(said.argmax(1), minlength=said.shape[1])
    return [int(count.argmax())] if count.max() > CLAIM * len(said) else []
