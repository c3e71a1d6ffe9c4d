"""The formulas of accuracy assessment: two papers' examples, and what must hold for any sample."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accuracy.design import allocate, sample_size
from core.accuracy.estimates import Sample
from core.wire.errors import JobError

# Olofsson et al. 2014, tables 8 and 9.
OLOFSSON = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
MAPPED = np.array([200_000, 150_000, 3_200_000, 6_450_000])
HECTARES = 0.09

# Stehman 2014, table 2.
STRATA = "A" * 10 + "B" * 10 + "C" * 10 + "D" * 10
MAP = "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD"
TRUTH = "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB"
SIZES = [40_000, 30_000, 20_000, 10_000]


def from_matrix(counts, mapped):
    """A sample of points whose strata are the map's classes."""
    counts = np.asarray(counts)
    rows, columns = np.indices(counts.shape).reshape(2, -1)
    rows, columns = rows.repeat(counts.ravel()), columns.repeat(counts.ravel())
    ones = np.ones(len(rows), np.int64)
    return Sample(rows, rows, columns, np.arange(len(rows)), ones, np.diag(mapped) * 1.0)


def olofssons_errors(counts, mapped):
    """Equations 5, 6, 7 and 10 of the paper, written out as they stand there."""
    counts, mapped = np.asarray(counts, float), np.asarray(mapped, float)
    n, weights = counts.sum(axis=1), mapped / mapped.sum()
    users = np.diag(counts) / n
    overall = math.sqrt((weights**2 * users * (1 - users) / (n - 1)).sum())
    true = (mapped[:, None] * counts / n[:, None]).sum(axis=0)
    producers = np.diag(counts) * mapped / n / np.maximum(true, 1e-300)
    errors = []
    for j, accuracy in enumerate(producers):
        own = (mapped[j] * (1 - accuracy)) ** 2 * users[j] * (1 - users[j]) / (n[j] - 1)
        others = sum(
            mapped[i] ** 2 * counts[i, j] / n[i] * (1 - counts[i, j] / n[i]) / (n[i] - 1)
            for i in range(len(n))
            if i != j
        )
        errors.append(math.sqrt(own + accuracy**2 * others) / max(true[j], 1e-300))
    cells = weights[:, None] * counts / n[:, None]
    variances = ((weights[:, None] * cells - cells**2) / (n - 1)[:, None]).sum(axis=0)
    area = np.sqrt(np.maximum(variances, 0))  # 0 may come out as -1e-17
    return overall, np.sqrt(users * (1 - users) / (n - 1)), np.array(errors), area


def test_example_of_olofsson_et_al():
    sample = from_matrix(OLOFSSON, MAPPED)
    classes = range(4)

    def shown(estimates):
        return [(round(each.value, 2), round(each.margin, 2)) for each in estimates]

    assert (sample.counts == OLOFSSON).all()
    assert shown([sample.overall()]) == [(0.95, 0.02)]
    assert shown(map(sample.users, classes)) == [
        (0.88, 0.07), (0.73, 0.10), (0.93, 0.04), (0.96, 0.02),
    ]  # fmt: skip
    # The paper prints 0.23 and 0.01 for the second and fourth margin, which its own
    # equation 7 does not give; simulated samples (below) are with the equation.
    assert shown(map(sample.producers, classes)) == [
        (0.75, 0.21), (0.85, 0.25), (0.93, 0.03), (0.96, 0.02),
    ]  # fmt: skip
    deforestation = sample.area(0)
    assert round(deforestation.value * sample.size) == 235_086
    assert round(deforestation.value * sample.size * HECTARES) == 21_158
    assert round(deforestation.margin * sample.size * HECTARES) == 6_158


def test_errors_are_olofssons_where_the_strata_are_the_maps_classes():
    sample = from_matrix(OLOFSSON, MAPPED)
    overall, users, producers, area = olofssons_errors(OLOFSSON, MAPPED)
    assert sample.overall().error == pytest.approx(overall)
    for index in range(4):
        assert sample.users(index).error == pytest.approx(users[index])
        assert sample.producers(index).error == pytest.approx(producers[index])
        assert sample.area(index).error == pytest.approx(area[index])


def stehman():
    """Its strata are not the map's classes; stratum and map class are only told of the sample."""
    stratum, mapped, truth = (
        np.array(["ABCD".index(letter) for letter in text]) for text in (STRATA, MAP, TRUTH)
    )
    sizes = np.zeros((4, 4))
    np.add.at(sizes, (stratum, mapped), np.array(SIZES)[stratum] / 10)
    return Sample(stratum, mapped, truth, np.arange(40), np.ones(40, np.int64), sizes)


def test_example_of_stehman():
    sample = stehman()
    assert sample.area(0).value == pytest.approx(0.35)
    assert sample.area(2).value == pytest.approx(0.20)
    assert sample.overall().value == pytest.approx(0.63)
    assert sample.users(1).value == pytest.approx(0.574, abs=5e-4)
    assert sample.producers(1).value == pytest.approx(0.794, abs=5e-4)
    assert sample.proportions[1, 2] == pytest.approx(0.08)
    assert sample.area(0).error == pytest.approx(0.082, abs=5e-4)
    assert sample.area(2).error == pytest.approx(0.064, abs=5e-4)
    assert sample.overall().error == pytest.approx(0.085, abs=5e-4)
    assert sample.users(1).error == pytest.approx(0.125, abs=6e-4)
    assert sample.producers(1).error == pytest.approx(0.116, abs=6e-4)


def test_errors_are_the_spread_of_simulated_samples():
    """Producer's accuracy of the paper's classes, over many samples of the same size."""
    rng = np.random.default_rng(0)
    n = OLOFSSON.sum(axis=1)
    drawn = np.stack(
        [rng.multinomial(size, row / size, 4000) for size, row in zip(n, OLOFSSON, strict=True)], 1
    )
    true = (drawn * (MAPPED / n)[None, :, None]).sum(axis=1)
    simulated = drawn[:, range(4), range(4)] * (MAPPED / n) / true
    sample = from_matrix(OLOFSSON, MAPPED)
    linear = [sample.producers(index).error for index in range(4)]
    assert simulated.std(axis=0) == pytest.approx(linear, rel=0.1)


def test_intervals_cover_the_truth_as_often_as_they_say():
    """A map of which all is known, sampled and estimated over and over."""
    rng = np.random.default_rng(1)
    population = np.array([[9000, 600, 400], [500, 5000, 500], [100, 300, 3600]])
    cells = population / population.sum(axis=1, keepdims=True)
    true_area = population.sum(axis=0) / population.sum()
    covered = []
    for _ in range(400):
        counts = np.stack([rng.multinomial(60, row) for row in cells])
        sample = from_matrix(counts, population.sum(axis=1))
        truths = [
            (sample.overall(), np.trace(population) / population.sum()),
            (sample.area(1), true_area[1]),
            (sample.producers(0), 9000 / 9600),
            (sample.users(2), 0.9),
        ]
        covered.append([abs(each.value - true) <= each.margin for each, true in truths])
    assert np.mean(covered, axis=0) == pytest.approx([0.94] * 4, abs=0.035)


matrices = st.integers(2, 5).flatmap(
    lambda k: st.tuples(
        st.lists(
            st.lists(st.integers(0, 30), min_size=k, max_size=k).filter(lambda row: sum(row) > 1),
            min_size=k,
            max_size=k,
        ),
        st.lists(st.integers(100, 10**7), min_size=k, max_size=k),
    )
)


@given(matrices)
def test_for_any_sample(drawn):
    # A class that nobody saw has neither user's nor producer's accuracy; all else is defined.
    counts, mapped = drawn
    sample = from_matrix(counts, mapped)
    classes = range(len(mapped))
    assert sample.proportions.sum() == pytest.approx(1)
    assert sample.proportions.sum(axis=1) == pytest.approx(np.array(mapped) / sum(mapped))
    assert sum(sample.area(index).value for index in classes) == pytest.approx(1)
    assert sample.overall().value == pytest.approx(np.trace(sample.proportions))
    for estimate in (sample.overall(), *map(sample.users, classes), *map(sample.area, classes)):
        assert -1e-9 <= estimate.value <= 1 + 1e-9
        assert estimate.error >= 0
    overall, users, _, area = olofssons_errors(counts, mapped)
    assert sample.overall().error == pytest.approx(overall, abs=1e-9)
    assert [sample.users(index).error for index in classes] == pytest.approx(users, abs=1e-9)
    assert [sample.area(index).error for index in classes] == pytest.approx(area, abs=1e-7)


@given(st.lists(st.integers(2, 50), min_size=2, max_size=6))
def test_perfect_map(sizes):
    sample = from_matrix(np.diag(sizes), [10 * size for size in sizes])
    for index, size in enumerate(sizes):
        for estimate in (sample.overall(), sample.users(index), sample.producers(index)):
            assert (estimate.value, estimate.error) == pytest.approx((1, 0))
        assert sample.area(index).value == pytest.approx(size / sum(sizes))


def test_stratum_of_one_unit_leaves_only_what_does_not_depend_on_it():
    sample = from_matrix([[8, 2, 0], [1, 9, 0], [0, 0, 1]], [100, 100, 100])
    assert sample.overall().value == pytest.approx((0.8 + 0.9 + 1) / 3)
    assert math.isnan(sample.overall().error)
    assert math.isnan(sample.area(0).error)
    assert math.isnan(sample.users(2).error)
    assert sample.users(0).error == pytest.approx(math.sqrt(0.8 * 0.2 / 9))


def test_stratum_without_units_is_left_out():
    sample = from_matrix([[8, 2, 0], [1, 9, 0], [0, 0, 0]], [100, 300, 600])
    assert sample.size == 400
    assert sample.overall().value == pytest.approx(0.25 * 0.8 + 0.75 * 0.9)
    assert sample.overall().error > 0
    assert math.isnan(sample.users(2).value)
    assert math.isnan(sample.producers(2).value)
    assert sample.area(2).value == 0


def test_pixels_of_one_polygon_are_not_independent():
    """Equal pixels of one polygon say no more than one pixel of it."""
    pixels = from_matrix([[8, 2], [1, 9]], [100, 100])
    rows = [(0, 0, 8), (0, 1, 2), (1, 0, 1), (1, 1, 9)]
    stratum = np.array([m for m, _, n in rows for _ in range(n)])
    truth = np.array([t for _, t, n in rows for _ in range(n)])
    sizes = np.diag([100.0, 100.0])
    fifty = np.full(20, 50)
    polygons = Sample(stratum, stratum, truth, np.arange(20), fifty, sizes)
    for name in ("overall", "area", "users", "producers"):
        few, many = (
            getattr(each, name)(*([] if name == "overall" else [1])) for each in (pixels, polygons)
        )
        assert many.value == pytest.approx(few.value)
        assert many.error == pytest.approx(few.error)
    whole = Sample(stratum, stratum, truth, np.zeros(20, np.int64), fifty, sizes)
    assert math.isnan(whole.overall().error)
    assert (whole.units_drawn == 1).all()


def test_sample_size_of_the_papers_example():
    """Olofsson et al. 2014, section 5.1.1: 641 points for a standard error of 0.01."""
    assert sample_size(list(MAPPED), [0.7, 0.6, 0.9, 0.95], 0.01) == 641
    assert sample_size([10, 10], [1.0, 1.0], 0.01) == 1


def test_allocation_of_the_papers_example():
    """Table 6: the two rare classes get the minimum, the rest goes by area."""
    assert allocate(list(MAPPED), 641, 75) == [75, 75, 163, 328]


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.integers(1, 2000),
    st.integers(0, 100),
)  # fmt: skip
def test_allocation_of_any_sample(sizes, total, minimum):
    floors = [min(size, minimum) for size in sizes]
    if sum(floors) > total:
        with pytest.raises(JobError, match="more than"):
            allocate(sizes, total, minimum)
        return
    shares = allocate(sizes, total, minimum)
    assert sum(shares) == min(total, sum(sizes))
    for share, size, floor in zip(shares, sizes, floors, strict=True):
        assert floor <= share <= size
