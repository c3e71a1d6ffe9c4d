"""Ground for cross-validation: labelled pieces dealt into folds, each of which is held out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.adapt.labels import LABEL_CELL, Cell, around, components
from core.adapt.places import Size

FOLDS = 4
"""Where there is time; else two."""

NEVER = -1
"""The fold of what is never held out: the only piece of a class."""

UNITS = (8, 4, 2)
"""Cells along a side of the largest piece of labelled ground that is held out together: the first
of these with which most folds can be held out."""


@dataclass(frozen=True)
class Piece:
    """Labelled ground that is read at one place.

    Attributes:
        cells: Its cells.
        pixels: (K,) labelled pixels of each class.
        fold: In which it is held out, or ``NEVER``.
    """

    cells: tuple[Cell, ...]
    pixels: NDArray[np.int64]
    fold: int = NEVER


@dataclass(frozen=True)
class Fold:
    """Pieces by their part in one training, as indices.

    Attributes:
        trained: It learns from them.
        held: They validate it; no trained one touches any of them.
    """

    trained: tuple[int, ...]
    held: tuple[int, ...]


def deal_ground(
    counts: dict[Cell, NDArray[np.int64]], size: Size, folds: int, random: np.random.Generator
) -> list[Piece]:
    """Cut labelled ground into pieces and deal them, in as large units as there can be.

    Args:
        counts: Labelled pixels of each class in each cell.
        size: Of patches: a piece fits one.
        folds: To deal into.
        random: Decides.

    Returns:
        The pieces, all ``NEVER`` held out where nothing can be.
    """
    best: list[Piece] = []
    most = 0
    for side in UNITS:
        units = find_units(counts, side)
        pieces = [
            Piece(tuple(group), _pixels(group, counts), fold)
            for unit, fold in zip(
                units, deal([unit.pixels for unit in units], folds, random), strict=True
            )
            for group in group_cells(unit.cells, size)
        ]
        found = len(find_folds(pieces))
        if not best or found > most:
            best, most = pieces, found
        if most == folds:
            break
    return best if most else [Piece(piece.cells, piece.pixels) for piece in best]


def find_units(counts: dict[Cell, NDArray[np.int64]], side: int) -> list[Piece]:
    """Connected cells, large areas cut into squares of ``side`` cells."""
    found = []
    for component in components(set(counts)):
        parts: dict[Cell, list[Cell]] = defaultdict(list)
        for row, column in component:
            parts[row // side, column // side].append((row, column))
        # What fits a square is one piece wherever the squares' edges run.
        rows, columns = zip(*component, strict=True)
        if max(np.ptp(rows), np.ptp(columns)) < side:
            parts = {(0, 0): component}
        found += [Piece(tuple(part), _pixels(part, counts)) for _, part in sorted(parts.items())]
    return found


def deal(pixels: Sequence[NDArray[np.int64]], folds: int, random: np.random.Generator) -> list[int]:
    """The fold of each unit of ground, such that each class that has two or more is in several.

    Args:
        pixels: For each unit (K,) labelled pixels of each class.
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


def find_folds(pieces: Sequence[Piece]) -> list[Fold]:
    """The folds that can be held out: what is asked of a class, another piece teaches.

    None where all of them ask for one class only: all is right that is called so.
    """
    found = []
    classes: set[int] = set()
    for number in sorted({piece.fold for piece in pieces} - {NEVER}):
        held = tuple(index for index, piece in enumerate(pieces) if piece.fold == number)
        near = {cell for index in held for own in pieces[index].cells for cell in around(own)}
        trained = tuple(
            index
            for index, piece in enumerate(pieces)
            if piece.fold != number and near.isdisjoint(piece.cells)
        )
        taught = _classes(pieces, trained)
        asked = _classes(pieces, held)
        if trained and asked and asked <= taught:
            found.append(Fold(trained, held))
            classes |= asked
    return found if len(classes) > 1 else []


def _classes(pieces: Sequence[Piece], indices: Iterable[int]) -> set[int]:
    return {int(channel) for index in indices for channel in np.flatnonzero(pieces[index].pixels)}


def group_cells(cells: Iterable[Cell], size: Size) -> list[list[Cell]]:
    """Cells by the place at which they are read: those that touch and together fit a patch."""
    side = size.patch // LABEL_CELL
    places = []
    for component in components(set(cells)):
        top, left = (min(line) for line in zip(*component, strict=True))
        groups: dict[Cell, list[Cell]] = defaultdict(list)
        for row, column in component:
            groups[(row - top) // side, (column - left) // side].append((row, column))
        places += [sorted(group) for _, group in sorted(groups.items())]
    return places


def choose_pieces(pieces: Sequence[Piece], most: int, random: np.random.Generator) -> list[Piece]:
    """At most so many pieces, as many of each fold, but one of each class and fold at least."""
    chosen: list[Piece] = []
    numbers = sorted({piece.fold for piece in pieces})
    for number in numbers:
        own = [piece for piece in pieces if piece.fold == number]
        chosen += _choose(own, max(most // len(numbers), len(own[0].pixels)), random)
    return chosen


def _choose(pieces: list[Piece], most: int, random: np.random.Generator) -> list[Piece]:
    """At most so many, the classes taking turns to choose theirs."""
    if len(pieces) <= most:
        return pieces
    pixels = np.array([piece.pixels for piece in pieces])
    queues = [list(random.permutation(np.flatnonzero(column))) for column in pixels.T]
    chosen: dict[int, None] = {}
    while len(chosen) < most:
        for queue in queues:
            while queue and queue[-1] in chosen:
                queue.pop()
            if queue and len(chosen) < most:
                chosen[int(queue.pop())] = None
    return [pieces[index] for index in sorted(chosen)]


def _pixels(cells: Iterable[Cell], counts: dict[Cell, NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.asarray(np.sum([counts[cell] for cell in cells], axis=0))
