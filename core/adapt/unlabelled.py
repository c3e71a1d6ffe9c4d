"""Classes without labels: learned from pixels that the base model is surest of.

Pseudo-labels (Lee 2013), for these classes alone: where a class is labelled, labels say more.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.adapt.experts import decide_of_base, group_probabilities
from core.adapt.samples import MOST_OF_UNIT, Samples, Unit

FEWEST = 20
"""Pixels that the base model's map must show of a class on the background."""

NOWHERE = -9, -9, -9, -9
"""Bounds of what is no polygon."""


def add_unlabelled(
    samples: Samples, traced: Sequence[Sequence[int]], features: Tensor, logits: Tensor
) -> Samples:
    """Samples with one more unit, the last, for each class that the base model alone knows.

    Args:
        samples: Labelled ones.
        traced: For each class its base channels, see ``trace_classes``; those of which a labelled
            class is made are no other's.
        features: (n, F) of pixels all over the image.
        logits: (n, base classes) of these by the base model.
    """
    labelled = set(samples.labels.tolist())
    used = {channel for own in labelled for channel in traced[own]}
    shown, share = decide_of_base(logits, traced), group_probabilities(logits, traced)
    parts, units = [], list(samples.units)
    for channel, own in enumerate(traced):
        there = (shown == channel).nonzero()[:, 0]
        if channel in labelled or used & set(own) or len(there) < FEWEST:
            continue
        sure = share[there, channel]
        there = there[sure >= sure.median()]
        count = min(MOST_OF_UNIT, len(there))
        spread = there[torch.arange(count) * len(there) // count]
        parts.append((spread, channel, len(units)))
        units.append(Unit(channel, -1, NOWHERE))
    return Samples(
        torch.cat([samples.features, *(features[chosen] for chosen, _, _ in parts)]),
        torch.cat([samples.labels, *(torch.full_like(p, own) for p, own, _ in parts)]),
        torch.cat([samples.unit, *(torch.full_like(p, number) for p, _, number in parts)]),
        tuple(units),
    )
