"""Scores of a confusion matrix: by hand, and against torchmetrics."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torchmetrics.functional import classification as theirs

from core.accuracy import metrics

TRUTH = np.array([0, 0, 0, 1, 1, -1])
PREDICTED = np.array([0, 0, 1, 1, -1, 0])


def test_scores_by_hand():
    matrix = metrics.confusion_matrix(TRUTH, PREDICTED, 3)
    np.testing.assert_array_equal(matrix, [[2, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]])
    np.testing.assert_allclose(metrics.intersection_over_union(matrix), [2 / 3, 1 / 3, np.nan])
    np.testing.assert_allclose(metrics.precision(matrix), [1, 1 / 2, np.nan])
    np.testing.assert_allclose(metrics.recall(matrix), [2 / 3, 1 / 2, np.nan])
    np.testing.assert_allclose(metrics.f1_score(matrix), [4 / 5, 1 / 2, np.nan])
    assert metrics.mean_iou(matrix) == pytest.approx(0.5)
    assert metrics.accuracy(matrix) == pytest.approx(3 / 5)
    # Chance: (3 x 2 + 2 x 2) / 25.
    assert metrics.kappa(matrix) == pytest.approx((0.6 - 0.4) / (1 - 0.4))


def test_unlabelled_pixels_in_a_row_of_their_own_make_false_positives():
    matrix = metrics.confusion_matrix(TRUTH, PREDICTED, 2, unlabelled=True)
    np.testing.assert_array_equal(matrix, [[2, 1, 0], [0, 1, 1], [1, 0, 0]])
    np.testing.assert_allclose(metrics.intersection_over_union(matrix), [2 / 4, 1 / 3])
    np.testing.assert_allclose(metrics.recall(matrix), [2 / 3, 1 / 2])
    assert metrics.accuracy(matrix) == pytest.approx(3 / 6)


def test_no_class_for_an_unlabelled_pixel_is_no_hit():
    matrix = metrics.confusion_matrix(np.array([-1, 0]), np.array([-1, 0]), 1, unlabelled=True)
    assert metrics.accuracy(matrix) == 0.5


def test_nothing_counted_is_not_a_number():
    nothing = np.zeros((2, 3), np.int64)
    for score in (metrics.mean_iou, metrics.accuracy, metrics.kappa):
        assert np.isnan(score(nothing))


@given(st.integers(2, 5), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_as_torchmetrics(classes, pixels, seed):
    random = np.random.default_rng(seed)
    truth = random.integers(-1, random.integers(1, classes + 1), pixels)
    predicted = random.integers(0, random.integers(1, classes + 1), pixels)
    assume((truth >= 0).any())
    pair = torch.from_numpy(predicted), torch.from_numpy(truth)
    count = metrics.confusion_matrix(truth, predicted, classes)
    counted = theirs.multiclass_confusion_matrix(*pair, classes, ignore_index=-1)
    np.testing.assert_array_equal(count[:, :-1], counted)
    for ours, name in (
        (metrics.intersection_over_union, "jaccard_index"),
        (metrics.f1_score, "f1_score"),
        (metrics.precision, "precision"),
        (metrics.recall, "recall"),
    ):
        measure = getattr(theirs, f"multiclass_{name}")
        each = measure(*pair, classes, average="none", ignore_index=-1)
        # Theirs says 0 where ours says that nothing can be said.
        np.testing.assert_allclose(np.nan_to_num(ours(count)), each, atol=1e-6)
    mean = theirs.multiclass_jaccard_index(*pair, classes, ignore_index=-1)
    assert metrics.mean_iou(count) == pytest.approx(float(mean), abs=1e-6)
    micro = theirs.multiclass_accuracy(*pair, classes, average="micro", ignore_index=-1)
    assert metrics.accuracy(count) == pytest.approx(float(micro), abs=1e-6)
    kappa = theirs.multiclass_cohen_kappa(*pair, classes, ignore_index=-1)
    assert metrics.kappa(count) == pytest.approx(float(kappa), abs=1e-5, nan_ok=True)
