"""Boundary F1: do predicted borders between classes lie where the true ones do?

Source: Csurka, Larlus and Perronnin 2013, "What is a good evaluation measure for semantic
segmentation?", BMVC. A border pixel of a class has a neighbour of another class above, below, left
or right; the image's edge, unlabelled pixels and those predicted as no class make no border, and
nothing is asked of predictions on unlabelled pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SHARE = 0.0075
"""Tolerance as a share of the image's diagonal, as in the paper."""

STRIP = 1 << 22
"""Pixels whose distances are worked out at once."""

Labels = NDArray[np.signedinteger]


def default_tolerance(width: int, height: int) -> float:
    """Tolerance for an image in pixels: 0.75 % of its diagonal."""
    return SHARE * math.hypot(width, height)


def boundary_f1(
    truth: Labels, predicted: Labels, classes: int, tolerance: float
) -> NDArray[np.float64]:
    """Boundary F1 of each class in one image.

    Precision is the share of the predicted border's pixels with one of the true border within the
    tolerance, recall the other way round.

    Args:
        truth: Class indices (H, W); negative ones are unlabelled.
        predicted: Class indices (H, W); negative ones are no class.
        classes: Number of classes K.
        tolerance: Largest distance in pixels, between centres.

    Returns:
        (K,): 0 where only one of the borders exists, NaN where neither does.
    """
    counts = np.zeros((classes, 4))
    for true, found, inner in _strips(truth, predicted, math.floor(tolerance)):
        for ours, theirs, columns in ((found, true, np.s_[:2]), (true, found, np.s_[2:])):
            rows, cols = np.nonzero(ours[inner] >= 0)
            rows += inner.start
            kinds = ours[rows, cols]
            for index in range(classes):
                own = kinds == index
                near = _near(rows[own], cols[own], theirs == index, tolerance)
                counts[index, columns] += near, own.sum()
    near_found, all_found, near_true, all_true = counts.T
    with np.errstate(invalid="ignore"):
        precision, recall = near_found / all_found, near_true / all_true
        score = 2 * precision * recall / (precision + recall)
    score[(near_found == 0) & (near_true == 0)] = 0
    score[(all_found == 0) & (all_true == 0)] = np.nan
    return np.asarray(score)


def _strips(truth: Labels, predicted: Labels, reach: int) -> Iterator[tuple[Labels, Labels, slice]]:
    """Classes of the true and predicted border pixels, else -1, of strips of rows.

    A strip comes with the rows that its distances need; the slice says which of it are its own.
    """
    height, width = truth.shape
    rows = max(STRIP // width, 2 * reach, 1)
    for first in range(0, height, rows):
        end = min(first + rows, height)
        low, high = max(first - reach, 0), min(end + reach, height)
        more = slice(max(low - 1, 0), min(high + 1, height))
        inside = slice(low - more.start, high - more.start)
        true = _borders(truth[more])[inside]
        found = _borders(predicted[more])[inside]
        found[truth[low:high] < 0] = -1
        yield true, found, slice(first - low, end - low)


def _borders(labels: Labels) -> Labels:
    border = np.zeros(labels.shape, bool)
    for one, other in (
        (np.s_[1:], np.s_[:-1]),
        (np.s_[:, 1:], np.s_[:, :-1]),
    ):
        differ = (labels[one] != labels[other]) & (labels[one] >= 0) & (labels[other] >= 0)
        border[one] |= differ
        border[other] |= differ
    return np.where(border, labels, -1)


def _near(
    rows: NDArray[np.intp], cols: NDArray[np.intp], points: NDArray[np.bool_], tolerance: float
) -> int:
    """How many of the places have a point within the tolerance."""
    total = len(rows)
    if not total or not points.any():
        return 0
    reach = math.floor(tolerance)
    # Points to the left in the same row; a frame spares asking what lies outside the strip.
    before = np.pad(points, ((reach, reach), (reach + 1, reach))).cumsum(1, dtype=np.int32)
    for offset in sorted(range(-reach, reach + 1), key=abs):
        half = math.floor(math.sqrt(tolerance**2 - offset**2))
        row, left, right = rows + reach + offset, cols + reach - half, cols + reach + half + 1
        none = before[row, left] == before[row, right]
        rows, cols = rows[none], cols[none]
    return total - len(rows)
