"""Protocols and scores, by hand on a small confusion matrix."""

from dataclasses import replace

import numpy as np
import pytest

from core.accuracy.score import Protocol, Score, pool
from core.cli.summary import score_lines
from core.wire.errors import DatasetError

# Rows and columns: unknown, a, b; last row unlabelled, last column none of them.
CONFUSION = np.array([[1, 2, 0, 0], [1, 5, 1, 0], [0, 1, 3, 1], [0, 4, 0, 0]])
BOUNDARY = np.array([[0.1, 0.5, np.nan]])


def score(**protocol):
    return Score("x", ("unknown", "a", "b"), CONFUSION, BOUNDARY, Protocol(**protocol))


def test_a_class_left_out_counted_and_ignored():
    fields = score(leave_out=("unknown",)).to_dict()
    # a: 5 / (7 + 8 - 5), b: 3 / (5 + 4 - 3); the two pixels of unknown are false positives of a.
    assert fields["value"] == fields["miou"] == pytest.approx((5 / 10 + 3 / 6) / 2)
    assert fields["accuracy"] == pytest.approx(9 / 15)
    # a: 5 / (7 + 6 - 5).
    assert fields["left_out_ignored"]["miou"] == pytest.approx((5 / 8 + 3 / 6) / 2)
    assert fields["left_out_ignored"]["accuracy"] == pytest.approx(8 / 12)
    assert fields["boundary_f1"] == pytest.approx(0.5)


def test_unlabelled_pixels_are_ignored_unless_asked_for():
    assert score().value == pytest.approx((1 / 4 + 5 / 10 + 3 / 6) / 3)
    counted = score(leave_out=("unlabelled",))
    assert counted.value == pytest.approx((1 / 4 + 5 / 14 + 3 / 6) / 3)
    assert counted.to_dict()["left_out_ignored"]["miou"] == pytest.approx(score().value)


def test_the_headline_may_be_one_class():
    one = score(headline="b")
    assert (one.metric, one.value) == ("IoU of b", 0.5)
    assert one.to_card()["metric"] == "IoU of b"
    assert one.to_card()["value"] == 0.5


def test_pools_are_of_all_pixels_and_of_all_scenes():
    other = replace(score(), confusion=10 * CONFUSION.T[[0, 1, 2, 3]], boundary=BOUNDARY / 2)
    apart = replace(score(), classes=("x", "y", "z"))
    together, alone = pool("both", [score(), other, apart])
    np.testing.assert_array_equal(together.confusion, CONFUSION + 10 * CONFUSION.T)
    assert together.boundary_f1 == pytest.approx((0.3 + 0.15) / 2)
    assert alone.to_dict()["scenes"] == 1


def test_a_table_has_aligned_columns():
    fields = score(leave_out=("unknown",)).to_dict()
    each, together = score_lines([fields], [fields]).split("\n\n")
    assert each.splitlines() == ["scene    mIoU", "x      0.5000"]
    head, *rows = together.splitlines()
    # Kappa: (15 x 9 - 82) / (225 - 82), for 3 x 2 + 7 x 8 + 5 x 4 = 82.
    assert head == "x, 1 scenes: mIoU 0.5000, accuracy 0.6000, kappa 0.3706"
    end = rows[0].index("IoU") + 3
    assert [row[end - 6 : end] for row in rows[1:]] == [
        *("0.2500", "0.5000", "0.5000", "0.5000", "0.5625"),
    ]
    assert rows[-1].startswith("mean, unknown ignored")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"headlines": "a"}, "headlines"),
        ({"headline": 3}, "not a name"),
        ({"leave_out": "unknown"}, "not a list"),
        ({"leave_out": [1]}, "not a list"),
        (["mIoU"], "may hold"),
        ({"headline": "c"}, "names 'c'"),
        ({"headline": "unlabelled"}, "names 'unlabelled'"),
        ({"leave_out": ["unkown"]}, "names 'unkown'"),
        ({"leave_out": ["unknown", "a", "b"]}, "leaves out"),
        ({"leave_out": ["a"], "headline": "a"}, "leaves out"),
    ],
    ids=str,
)
def test_a_protocol_that_does_not_fit(fields, message):
    with pytest.raises(DatasetError, match=message):
        Protocol.from_fields(fields).check(("unknown", "a", "b"))
