"""The labelled regions of an image: which are read, and whether they teach anything."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core.adapt.clock import Clock
from core.adapt.folds import choose_groups
from core.adapt.labels import Cell
from core.adapt.regions import Labels, Region, RegionReader
from core.adapt.training_set import TrainingSet
from core.model.ginet import GINet
from core.wire.classes import ClassTable
from core.wire.errors import JobError

NO_POLYGON = "Check that the polygons lie on the image, and that both have the right CRS."

MOST_REGIONS, MOST_SPREAD = 96, 24
"""Labelled regions that are read at most, and regions spread over the image."""

REGION_COST = 3
"""What a region costs in all, in times of one pass of the encoder, about."""


def read_spread(reader: RegionReader, seed: int, clock: Clock, most: int) -> list[Region]:
    """Regions spread over the image.

    Args:
        reader: Of the image.
        seed: Of where they lie.
        clock: Checked after each.
        most: That there is time for.
    """
    return reader.unlabelled(max(min(most, MOST_SPREAD), 1), seed, clock)


def read_labelled(
    reader: RegionReader,
    labels: Labels,
    counts: dict[Cell, NDArray[np.int64]],
    seed: int,
    clock: Clock,
    most: int = MOST_REGIONS,
    known: Sequence[Region] = (),
) -> list[Region]:
    """Regions with labels.

    Args:
        reader: Of the image.
        labels: Of the image.
        counts: Of the labels, from their ``count``.
        seed: Of which are read where there are too many.
        clock: Checked after each.
        most: That there is time for.
        known: Regions whose pixels need not be read again.
    """
    rng = np.random.default_rng((seed, 0))
    groups = choose_groups(counts, reader.size.patch, min(most, MOST_REGIONS), rng)
    return reader.labelled(labels, groups, clock, known)


@torch.inference_mode()
def affordable(network: GINet, reader: RegionReader, seconds: float) -> int:
    """How many regions there is time for on this machine; it tries what one takes."""
    device = network.local_head.classify.weight.device
    side = reader.size.region
    image = torch.zeros(1, len(reader.card.bands), side, side, device=device)
    took = math.inf
    for _ in range(2):  # the first is slow
        begin = time.monotonic()
        float(network.encode(image, torch.ones_like(image[:, :1]))[0].sum())
        took = min(took, time.monotonic() - begin)
    return int(min(seconds / (REGION_COST * took), MOST_REGIONS))


def count_cells(counts: dict[Cell, NDArray[np.int64]], classes: int) -> NDArray[np.int64]:
    """Labelled pixels of each class in all cells, (K,)."""
    return sum(counts.values(), np.zeros(classes, np.int64))


def count_pixels(regions: Sequence[Region], classes: int) -> NDArray[np.int64]:
    """Labelled pixels of each class in regions, (K,)."""
    total = np.zeros(classes, np.int64)
    for region in regions:
        labels = region.labels.numpy()
        total += np.bincount(labels[labels >= 0], minlength=classes)
    return total


def check_counts(
    pixels: NDArray[np.int64],
    classes: ClassTable,
    traced: Sequence[Sequence[int]],
    name: str,
    empty: str,
) -> None:
    """Demand labels of two classes, or of one beside others that the base model knows.

    Args:
        pixels: (K,) labelled ones.
        classes: All, labelled or not.
        traced: For each class its base channels, see ``trace_classes``.
        name: Of the labels, for the message.
        empty: What to change where nothing is labelled.

    Raises:
        JobError: There are fewer.
    """
    there = np.flatnonzero(pixels).tolist()
    if not there:
        raise JobError(f"No pixel of {name} is labelled where the image holds data.", empty)
    used = set(traced[there[0]])
    if len(there) == 1 and not any(
        own and not used & set(own) for channel, own in enumerate(traced) if channel != there[0]
    ):
        raise one_class_only(name, classes[there[0]].name)


def check_training_set(training: TrainingSet, name: str) -> None:
    """Demand something to learn of two classes.

    Args:
        training: Of the labels.
        name: Of the labels, for the message.

    Raises:
        JobError: There is of one only.
    """
    if len(training.learned) < 2:
        raise one_class_only(name, training.classes[min(training.learned)].name)


def one_class_only(name: str, there: str) -> JobError:
    """That labels are of one class."""
    return JobError(
        f"{name} holds one class only, {there!r}.",
        "Label at least two classes: one teaches nothing about where it ends.",
    )
