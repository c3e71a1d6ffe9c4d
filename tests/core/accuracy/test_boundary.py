"""Boundary F1: by hand on shifted squares, and against all pairs of pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accuracy import boundary
from core.accuracy.boundary import boundary_f1, default_tolerance


def square(left, size=10):
    labels = np.zeros((20, 24), np.int16)
    labels[5 : 5 + size, left : left + size] = 1
    return labels


@pytest.mark.parametrize(
    ("tolerance", "share"),
    [
        # Of the 36 border pixels, 7 above and 7 below lie on the other's border.
        (0, 14 / 36),
        # 9 above, 9 below; on one upright side the two next to each end.
        (2, 22 / 36),
        (2.99, 22 / 36),
        (3, 1),
    ],
)
def test_a_square_shifted_by_three_pixels(tolerance, share):
    assert boundary_f1(square(5), square(8), 2, tolerance)[1] == pytest.approx(share)


def test_the_ground_around_a_square_has_a_border_without_corners():
    assert boundary_f1(square(5), square(8), 2, 0)[0] == pytest.approx(14 / 40)


def test_precision_and_recall_differ():
    """A true square of 10 within a found one of 12, one pixel around: corners are 1.41 away."""
    truth, found = square(5), np.zeros((20, 24), np.int16)
    found[4:16, 4:16] = 1
    precision = 40 / 44
    assert boundary_f1(truth, found, 2, 1)[1] == pytest.approx(2 * precision / (precision + 1))


def test_a_class_in_one_image_only_and_one_in_none():
    truth, found = square(5), square(5)
    found[found == 1] = 2
    np.testing.assert_array_equal(boundary_f1(truth, found, 4, 3), [1, 0, 0, np.nan])


def test_the_edge_of_the_image_and_of_the_labels_is_no_border():
    truth = np.full((20, 24), 1, np.int16)
    truth[:, :4] = -1
    found = truth.copy()
    found[:, 20:] = -1
    assert np.isnan(boundary_f1(truth, found, 2, 3)).all()


def test_nothing_is_asked_of_predictions_on_unlabelled_pixels():
    truth = np.ones((20, 24), np.int16)
    truth[:, 12:] = 0
    truth[:8] = -1
    found = np.ones((20, 24), np.int16)
    found[:, 12:] = 0
    found[2:5, 2:5] = 0
    np.testing.assert_array_equal(boundary_f1(truth, found, 2, 1), [1, 1])


def test_the_default_tolerance_is_a_share_of_the_diagonal():
    assert default_tolerance(300, 400) == pytest.approx(0.0075 * 500)


def slow(truth, found, classes, tolerance):
    """As the paper has it, pixel by pixel."""

    def border(labels, index):
        height, width = labels.shape
        return [
            (row, col)
            for row in range(height)
            for col in range(width)
            if labels[row, col] == index and truth[row, col] >= 0
            for y, x in ((row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1))
            if 0 <= y < height and 0 <= x < width and labels[y, x] not in (-1, index)
        ]

    def share(ours, others):
        near = [
            any((a - c) ** 2 + (b - d) ** 2 <= tolerance**2 for c, d in others) for a, b in ours
        ]
        return np.mean(near) if near else 0.0

    scores = []
    for index in range(classes):
        one, other = set(border(truth, index)), set(border(found, index))
        pair = share(one, other), share(other, one)
        scores.append(
            2 * np.prod(pair) / sum(pair) if sum(pair) else 0.0 if one | other else np.nan
        )
    return scores


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(0, 2**32 - 1),
    st.floats(0, 6),
    st.integers(1, 200),
)
def test_as_all_pairs_of_pixels_in_strips_of_any_height(height, width, seed, tolerance, strip):
    truth, found = np.random.default_rng(seed).integers(-1, 3, (2, height, width)).astype(np.int16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boundary, "STRIP", strip)
        scores = boundary_f1(truth, found, 3, tolerance)
    np.testing.assert_allclose(scores, slow(truth, found, 3, tolerance))
