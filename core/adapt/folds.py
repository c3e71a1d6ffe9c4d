"""Folds for cross-validation: labelled polygons, each of which is held out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.adapt.labels import LABEL_CELL, Cell, components
from core.adapt.samples import Polygon

FOLDS = 4

NEVER = -1
"""The fold of what is never held out: the only polygon of a class, and what is not labelled."""


@dataclass(frozen=True)
class Fold:
    """Polygons by their part in one fit, as indices.

    Attributes:
        training: The fit learns from them.
        held_out: They validate it.
    """

    training: tuple[int, ...]
    held_out: tuple[int, ...]


def find_folds(polygons: Sequence[Polygon], drawn: int, classes: int, seed: int) -> list[Fold]:
    """Deal polygons into folds: separate ones count as separate, however near.

    Args:
        polygons: Labelled ones first; each fit learns from all others.
        drawn: How many are labelled.
        classes: Number of classes.
        seed: Of who goes where.

    Returns:
        The folds; none where only polygons of one class could be held out, for then all is right
        that is called so.
    """
    of_class = [np.eye(classes, dtype=np.int64)[polygon.channel] for polygon in polygons[:drawn]]
    dealt = deal(of_class, FOLDS, np.random.default_rng((seed, 0)))
    dealt += [NEVER] * (len(polygons) - drawn)
    found = []
    held_classes: set[int] = set()
    for number in sorted(set(dealt) - {NEVER}):
        held_out = tuple(index for index, fold in enumerate(dealt) if fold == number)
        training = tuple(index for index, fold in enumerate(dealt) if fold != number)
        present = {polygons[index].channel for index in training}
        tested = {polygons[index].channel for index in held_out} & present
        if len(present) > 1 and tested:
            found.append(Fold(training, held_out))
            held_classes |= tested
    return found if len(held_classes) > 1 else []


def deal(pixels: Sequence[NDArray[np.int64]], folds: int, random: np.random.Generator) -> list[int]:
    """The fold of each polygon, such that each class that has two or more is in several.

    Args:
        pixels: For each polygon (K,) labelled pixels of each class.
        folds: To deal into.
        random: Decides.
    """
    has = np.array(pixels) > 0
    dealt = np.full(len(has), NEVER)
    only = has[:, has.sum(0) == 1].any(1)
    for channel in np.argsort(has.sum(0), kind="stable"):
        for index in random.permutation(np.flatnonzero(has[:, channel] & ~only)):
            if dealt[index] == NEVER:
                filled = [
                    (has[dealt == fold, channel].sum(), (dealt == fold).sum())
                    for fold in range(folds)
                ]
                dealt[index] = filled.index(min(filled))
    for channel in range(has.shape[1]):
        own = np.flatnonzero(has[:, channel])
        if len(own) and (dealt[own] == dealt[own[0]]).all():
            dealt[own[0]] = NEVER
    return dealt.tolist()


def group_cells(cells: Iterable[Cell], side: int) -> list[list[Cell]]:
    """Cells by the region in which they are read: those that touch and together fit a patch.

    Args:
        cells: Labelled ones.
        side: Of a patch, in cells.
    """
    groups = []
    for component in components(set(cells)):
        top, left = (min(line) for line in zip(*component, strict=True))
        parts: dict[Cell, list[Cell]] = defaultdict(list)
        for row, column in component:
            parts[(row - top) // side, (column - left) // side].append((row, column))
        groups += [sorted(part) for _, part in sorted(parts.items())]
    return groups


def choose_groups(
    counts: dict[Cell, NDArray[np.int64]], patch: int, most: int, random: np.random.Generator
) -> list[list[Cell]]:
    """Groups of labelled cells to be read, the classes taking turns where there are too many.

    Args:
        counts: Labelled pixels of each class in each cell.
        patch: Side of a patch in pixels.
        most: Groups, but one of each class at least.
        random: Decides.
    """
    groups = group_cells(counts, max(patch // LABEL_CELL, 1))
    pixels = np.array([np.sum([counts[cell] for cell in group], axis=0) for group in groups])
    most = max(most, pixels.shape[1])
    if len(groups) <= most:
        return groups
    queues = [list(random.permutation(np.flatnonzero(column))) for column in pixels.T]
    chosen: dict[int, None] = {}
    while len(chosen) < most:
        for queue in queues:
            while queue and queue[-1] in chosen:
                queue.pop()
            if queue and len(chosen) < most:
                chosen[int(queue.pop())] = None
    return [groups[index] for index in sorted(chosen)]
