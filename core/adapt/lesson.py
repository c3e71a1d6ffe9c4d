"""Lesson: labels, and what is seen of the pixels that bear them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.adapt.regions import Region
from core.adapt.samples import Samples, Spots
from core.wire.classes import ClassTable


@dataclass
class Seen:
    """What is known of a labelled region.

    Attributes:
        region: Itself.
        spots: Its labelled pixels.
        most: How many of each unit the features are of.
        features: (n, features) of these pixels.
        base: (n, base classes) logits of the base model there, once they are asked for.
    """

    region: Region
    spots: Spots
    most: int
    features: Tensor
    base: Tensor | None = None

    def first(self, most: int) -> Tensor:
        """Which of the features are of the first so many pixels of each unit."""
        return torch.from_numpy(self.spots.first(self.most).rank < most)


@dataclass(frozen=True)
class Lesson:
    """Labels and what is seen of them.

    Attributes:
        samples: Of all regions.
        taught: These first, then those of classes without labels, see ``add_unlabelled``.
        classes: Of the labels.
        traced: For each class its base channels, see ``trace_classes``.
        seen: Of the regions.
        most: Pixels taken of each unit.
    """

    samples: Samples
    taught: Samples
    classes: ClassTable
    traced: Sequence[Sequence[int]]
    seen: Sequence[Seen]
    most: int

    @property
    def warnings(self) -> list[str]:
        """What the user should know of classes without labels."""
        labelled, taught = (set(own.labels.tolist()) for own in (self.samples, self.taught))
        missing = {k: repr(own.name) for k, own in enumerate(self.classes) if k not in labelled}
        return [
            f"{name} has no labels: it is learned from where the base model is surest of it."
            if channel in taught
            else f"{name} has no labels, and the base model shows none of it: no map will have it."
            for channel, name in missing.items()
        ]
