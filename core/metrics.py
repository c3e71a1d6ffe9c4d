"""Scores from one confusion matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def confusion_matrix(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """Count pixels by true class (rows) and predicted class (columns).

    Args:
        truth: Class indices of any shape; negative ones are ignored.
        predicted: Class indices of the same shape; a negative one is a miss of the true class
            and no false positive of another (it is counted in an extra, last column).
        classes: Number of classes K.

    Returns:
        (K, K + 1).
    """
    labelled = truth >= 0
    columns = np.where(predicted < 0, classes, predicted)
    flat = truth[labelled].astype(np.int64) * (classes + 1) + columns[labelled]
    return np.bincount(flat, minlength=classes * (classes + 1)).reshape(classes, classes + 1)


def intersection_over_union(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """IoU of each class: TP / (TP + FP + FN); NaN for a class neither present nor predicted."""
    hits = np.diag(confusion).astype(np.float64)
    union = confusion.sum(1) + confusion[:, : len(hits)].sum(0) - hits
    with np.errstate(invalid="ignore"):
        return np.asarray(hits / union)


def mean_iou(confusion: NDArray[np.int64]) -> float:
    """Mean IoU over the classes that are present or predicted."""
    return float(np.nanmean(intersection_over_union(confusion)))
