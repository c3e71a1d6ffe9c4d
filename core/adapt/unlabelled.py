"""Classes without labels: learned from pixels that the base model is surest of.

Pseudo-labels (Lee 2013), for these classes alone: where a class is labelled, labels say more. One
that is rare on the image weighs less than a labelled one, or it would spread. A class that the base
model has no word for is one of its classes by another name, or grows from one: what most of its
labels are to the base model. That class gives way, or it would claim their ground.
"""

from __future__ import annotations

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


def add_unlabelled(
    samples: Samples,
    said: Tensor,
    traced: Sequence[Sequence[int]],
    features: Tensor,
    logits: Tensor,
) -> tuple[Samples, Unlabelled]:
    """Samples with one more polygon, the last, for each class that the base model alone knows.

    Args:
        samples: Labelled ones.
        said: (s, base classes) logits of these by the base model.
        traced: For each class its base channels, see ``trace_classes``; those of which a labelled
            class is made are no other's.
        features: (n, F) of pixels all over the image.
        logits: (n, base classes) of these by the base model.
    """
    labelled = set(samples.labels.tolist())
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
            continue
        if owners := [owner[each] for each in own if each in owner]:
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
    return training, Unlabelled(frozenset(own for _, own, _ in parts), replaced)


def _grown_from(said: Tensor) -> list[int]:
    """The base class that most labels of a new class are to the base model, if there is one."""
    count = torch.bincount(said.argmax(1), minlength=said.shape[1])
    return [int(count.argmax())] if count.max() > CLAIM * len(said) else []
