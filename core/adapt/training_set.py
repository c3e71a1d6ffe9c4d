"""Training set: labelled pixels with their features, and classes without labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.adapt.pseudo_labels import Unlabelled
from core.adapt.regions import Region
from core.adapt.regression import Linear
from core.adapt.samples import Samples, Spots
from core.wire.classes import ClassTable

LEARNED, ABSENT, REPLACED = "learned", "absent", "replaced"
"""What becomes of a class without labels: it is learned from the base model, or not, because this
shows none of it on the image, or because a labelled class has taken its place."""


@dataclass
class RegionFeatures:
    """A labelled region with the features of its labelled pixels.

    Attributes:
        region: Itself.
        spots: Its labelled pixels.
        most: How many of each polygon the features are of.
        features: (n, features) of these pixels.
        base: (n, base classes) logits of the base model there, once they are asked for.
    """

    region: Region
    spots: Spots
    most: int
    features: Tensor
    base: Tensor | None = None

    def first(self, most: int) -> Tensor:
        """Which of the features are of the first so many pixels of each polygon."""
        return torch.from_numpy(self.spots.first(self.most).rank < most)


@dataclass(frozen=True)
class TrainingSet:
    """Labels and the features of their pixels.

    Attributes:
        labelled: Samples of all regions.
        samples: These first, then those of the base model, see ``add_pseudo_labels``.
        unlabelled: What became of these classes.
        classes: All, labelled or not.
        traced: For each class its base channels, see ``trace_classes``.
        start: What is believed before, see ``base.begin``.
        regions: The labelled ones.
        most: Pixels taken of each polygon.
    """

    labelled: Samples
    samples: Samples
    unlabelled: Unlabelled
    classes: ClassTable
    traced: Sequence[Sequence[int]]
    start: Linear
    regions: Sequence[RegionFeatures]
    most: int

    @property
    def learned(self) -> set[int]:
        """Channels of the classes that there is something to learn of."""
        return set(self.samples.labels.tolist())

    @property
    def fates(self) -> dict[str, str]:
        """What became of classes without labels, by name: ``LEARNED``, ``ABSENT``, ``REPLACED``."""
        labelled, found = set(self.labelled.labels.tolist()), self.unlabelled
        return {
            entry.name: LEARNED
            if channel in found.learned
            else REPLACED
            if channel in found.replaced
            else ABSENT
            for channel, entry in enumerate(self.classes)
            if channel not in labelled
        }

    @property
    def warnings(self) -> list[str]:
        """What the user should know of classes without labels."""
        names = [repr(entry.name) for entry in self.classes]
        unknown = [
            f"{names[channel]} has no labels, and the base model does not know it: no map will "
            "have it."
            for channel, parts in enumerate(self.traced)
            if not parts and self.classes[channel].name in self.fates
        ]
        return [
            *(
                f"{names[channel]} has no labels and gives way to {names[owner]}, which is drawn "
                "where the base model shows it. Label some of it to have both."
                for channel, owner in self.unlabelled.replaced.items()
            ),
            *unknown,
        ]
