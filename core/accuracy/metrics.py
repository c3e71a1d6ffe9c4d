"""Scores from one confusion matrix.

A confusion matrix here has K + 1 columns, of which the last holds what was predicted as none of
the K classes, and K rows, or K + 1 where a last one counts the predictions on unlabelled pixels.
A score of 0 / 0, of which nothing can be said, is NaN and left out of means.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Confusion = NDArray[np.int64]
PerClass = NDArray[np.float64]


def confusion_matrix(
    truth: NDArray[np.integer],
    predicted: NDArray[np.integer],
    classes: int,
    *,
    unlabelled: bool = False,
) -> Confusion:
    """Count pixels by true class (rows) and predicted class (columns).

    Args:
        truth: Class indices of any shape; negative ones are unlabelled.
        predicted: Class indices of the same shape; a negative one is a miss of the true class
            and no false positive of another (it is counted in an extra, last column).
        classes: Number of classes K.
        unlabelled: Count unlabelled pixels too, in an extra, last row.

    Returns:
        (K, K + 1), or (K + 1, K + 1) with the unlabelled.
    """
    rows = classes + unlabelled
    if unlabelled:
        truth = np.where(truth < 0, classes, truth)
    known = truth >= 0
    columns = np.where(predicted < 0, classes, predicted)
    flat = truth[known].astype(np.int64) * (classes + 1) + columns[known]
    return np.bincount(flat, minlength=rows * (classes + 1)).reshape(rows, classes + 1)


def intersection_over_union(confusion: Confusion) -> PerClass:
    """IoU of each class, TP / (TP + FP + FN); NaN for a class neither present nor predicted."""
    hits, true, predicted = _counts(confusion)
    return _ratio(hits, true + predicted - hits)


def f1_score(confusion: Confusion) -> PerClass:
    """F1 of each class, 2 TP / (2 TP + FP + FN); NaN as for IoU."""
    hits, true, predicted = _counts(confusion)
    return _ratio(2 * hits, true + predicted)


def precision(confusion: Confusion) -> PerClass:
    """Share of each class's predictions that are right; NaN for a class that is not predicted."""
    hits, _, predicted = _counts(confusion)
    return _ratio(hits, predicted)


def recall(confusion: Confusion) -> PerClass:
    """Share of each class's pixels that are found; NaN for a class that is not present."""
    hits, true, _ = _counts(confusion)
    return _ratio(hits, true)


def accuracy(confusion: Confusion) -> float:
    """Share of all counted pixels that are right; no class for an unlabelled one is not."""
    hits, _, _ = _counts(confusion)
    return float(_ratio(hits.sum(), confusion.sum()))


def kappa(confusion: Confusion) -> float:
    """Cohen's kappa: agreement beyond that of chance, (p_o - p_e) / (1 - p_e).

    Source: Cohen 1960, "A coefficient of agreement for nominal scales".
    """
    hits, true, predicted = _counts(confusion)
    # All times total^2, so that the differences are of whole numbers.
    total, chance = float(confusion.sum()), float(true @ predicted)
    return float(_ratio(hits.sum() * total - chance, total**2 - chance))


def mean_iou(confusion: Confusion) -> float:
    """Mean IoU over the classes that are present or predicted."""
    return mean(intersection_over_union(confusion))


def mean(values: PerClass, which: Sequence[int] | slice = np.s_[:]) -> float:
    """Mean of those scores that are not NaN; NaN where all are.

    Args:
        values: One score a class.
        which: Classes to take.
    """
    chosen = values[which]
    known = chosen[~np.isnan(chosen)]
    return float(known.mean()) if known.size else float("nan")


def _counts(confusion: Confusion) -> tuple[PerClass, PerClass, PerClass]:
    """Of each class: pixels found, pixels present, pixels predicted."""
    classes = confusion.shape[1] - 1
    hits = np.diagonal(confusion)[:classes].astype(np.float64)
    return hits, confusion.sum(1)[:classes] * 1.0, confusion.sum(0)[:classes] * 1.0


def _ratio(part: NDArray[np.floating] | float, whole: NDArray[np.floating] | float) -> PerClass:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.divide(part, whole))


def number(score: float) -> float | None:
    """A score as a JSON value: NaN becomes null."""
    return None if np.isnan(score) else float(score)
