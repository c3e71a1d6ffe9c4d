"""Lines between patches: traced, thinned and smoothed, they stay a plane map."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio import features
from strips import runs_of

from core.vector import outlines
from core.vector.chains import followed, openings
from core.vector.features import PIXELS
from core.vector.outlines import Tracer
from core.vector.patches import Patches
from core.vector.rings import Sides, assembled
from core.vector.simplify import simplified, smoothed
from core.vector.triangles import Corners

MAPS = st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(1, 4), st.integers(0, 2**31))


def noise(height, width, classes, seed):
    """A map of noise; 0 is no class."""
    return np.random.default_rng(seed).integers(0 if classes > 1 else 1, max(classes, 2),
                                                (height, width))  # fmt: skip


def traced(values, draw=None, step=100):
    """Polygons of all patches of a map, and the pixels of each."""
    height, width = values.shape
    tracer, patches, sides = Tracer(width, height), Patches(width), None
    for row in range(0, height, step):
        runs, sums = runs_of(values[row : row + step])
        strip = patches.add(runs, row, sums)
        tracer.add(strip, strip.patches)
        bottom = min(row + step, height)
        if bottom % outlines.BAND and bottom != height:
            continue
        now = patches.now()
        arcs = tracer.end(*patches.edge(), now)
        lines = draw(arcs) if draw else (arcs.columns, arcs.rows, arcs.starts)
        fresh = Sides.of(arcs, *lines, width)
        if sides is not None:
            sides.patch = now[sides.patch]
        sides = fresh if sides is None else sides.with_others(fresh)
    if not len(sides):
        return None, None
    made = assembled(sides)
    return made, patches.sum(PIXELS)[made.patch].astype(int)


def thinned(tolerance):
    def draw(arcs):
        fewer = simplified(arcs, tolerance, (1.0, 1.0))
        return fewer.columns, fewer.rows, fewer.starts

    return draw


def pieces(made):
    """All straight pieces of rings, as {(from, to)}; fails where one comes twice."""
    columns, rows, starts = made.closed(turned=False)
    found = []
    for begin, end in itertools.pairwise(starts):
        points = list(zip(columns[begin:end], rows[begin:end], strict=False))
        found += itertools.pairwise(points)
    assert len(found) == len(set(found)), "two patches on one side of a line"
    return set(found)


def crosses(one, other):
    """Whether two pieces meet elsewhere than in their ends, exactly for multiples of 1/16."""

    def turn(p, q, r):
        return np.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    def on(p, q, r):
        return (
            turn(p, q, r) == 0
            and min(p[0], q[0]) <= r[0] <= max(p[0], q[0])
            and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])
            and r not in (p, q)
        )

    (a, b), (c, d) = one, other
    if {a, b} == {c, d}:
        return True
    if on(a, b, c) or on(a, b, d) or on(c, d, a) or on(c, d, b):
        return True
    if {a, b} & {c, d}:
        return False
    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


@settings(max_examples=60)
@given(MAPS)
def test_polygons_are_the_patches(shape):
    values = noise(*shape)
    made, pixels = traced(values, step=3)
    if made is None:
        assert not values.any()
        return
    expected = features.shapes(values.astype(np.uint8), values > 0, connectivity=4)
    sizes = [round(_size(each["coordinates"])) for each, _ in expected]
    assert sorted(made.sizes().tolist()) == sorted(sizes)
    assert made.sizes().tolist() == pixels.tolist()
    assert (made.ring_sizes > 0).all()
    pieces(made)


def _size(rings):
    outer, *holes = (
        abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))) / 2
        for ring in rings
    )
    return outer - sum(holes)


@settings(max_examples=60)
@given(MAPS, st.sampled_from([0.3, 0.8, 2.0, 9.0]), st.booleans())
def test_drawn_lines_never_meet_and_move_no_further_than_allowed(shape, tolerance, smooth):
    values = noise(*shape)
    if not values.any():
        return

    def draw(arcs):
        fewer = simplified(arcs, tolerance, (1.0, 1.0))
        far = max(_farthest(arcs, fewer, arc) for arc in range(len(arcs)))
        assert far <= tolerance + 1e-9
        return smoothed(fewer) if smooth else (fewer.columns, fewer.rows, fewer.starts)

    made, _ = traced(values, draw)
    assert len(made.patch) == len(traced(values)[0].patch)
    assert (made.ring_sizes > 0).all()
    assert (made.sizes() > 0).all()
    found = pieces(made)
    lines = sorted({tuple(sorted(each)) for each in found})
    assert not [
        (one, other)
        for at, one in enumerate(lines)
        for other in lines[at + 1 :]
        if crosses(one, other)
    ]
    # What is no outer edge has a patch on both sides, or none is there.
    if (values > 0).all():
        inner = [each for each in found if (each[1], each[0]) not in found]
        outer = _edge_length(values.shape)
        assert sum(np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in inner) <= outer + 1e-9


def _edge_length(shape):
    return 2 * sum(shape)


def _farthest(arcs, fewer, arc):
    """How far the farthest of an arc's corners is from its drawn line."""
    own, drawn = (slice(each.starts[arc], each.starts[arc + 1]) for each in (arcs, fewer))
    points = np.stack([arcs.columns[own], arcs.rows[own]], 1).astype(float)
    line = np.stack([fewer.columns[drawn], fewer.rows[drawn]], 1).astype(float)
    assert (points[[0, -1]] == line[[0, -1]]).all()
    best = np.full(len(points), np.inf)
    for a, b in itertools.pairwise(line):
        way = b - a
        place = np.clip(((points - a) @ way) / max(way @ way, 1e-30), 0, 1)
        best = np.minimum(best, np.hypot(*(points - a - place[:, None] * way).T))
    return best.max()


def test_bands_change_no_polygon(monkeypatch):
    values = noise(70, 50, 3, 5)
    whole, _ = traced(values)
    monkeypatch.setattr(outlines, "BAND", 16)
    monkeypatch.setattr(outlines, "LEAST_BAND", 16)
    parted, pixels = traced(values, step=8)
    assert parted.sizes().tolist() == pixels.tolist()
    assert sorted(parted.sizes().tolist()) == sorted(whole.sizes().tolist())
    # But for points on straight lines, where bands meet.
    assert {p for each in pieces(whole) for p in each} <= {
        p for each in pieces(parted) for p in each
    }


def _arcs(values):
    height, width = values.shape
    tracer, patches = Tracer(width, height), Patches(width)
    strip = patches.add(*_with_row(values))
    tracer.add(strip, strip.patches)
    return tracer.end(*patches.edge(), patches.now())


def _with_row(values):
    runs, sums = runs_of(values)
    return runs, 0, sums


def test_a_staircase_becomes_a_straight_line():
    arcs = _arcs((np.add.outer(np.arange(40), np.arange(40)) > 40) + 1)
    fewer = simplified(arcs, 0.75, (1.0, 1.0))
    common = np.flatnonzero((fewer.left == 1) & (fewer.right == 2))
    assert np.diff(arcs.starts)[common].tolist() == [77]
    assert np.diff(fewer.starts)[common].max() <= 3


def test_a_ring_is_smoothed_all_around():
    values = np.zeros((9, 9), int)
    values[2:7, 2:7] = 1
    arcs = _arcs(values)
    columns, rows, _ = smoothed(arcs)
    corners = {(2, 2), (2, 7), (7, 2), (7, 7)}
    assert not corners & set(zip(columns.tolist(), rows.tolist(), strict=False))


@pytest.mark.parametrize("step", [1, 4])
def test_corners_within_triangles(step):
    random = np.random.default_rng(step)
    places = random.integers(0, 12, (2, 60)) * step
    triangles = random.integers(0, 12 * step, (2, 3, 300))
    found = Corners(*places, step).within(*triangles)
    x, y = np.unique(places, axis=1)
    for k in range(300):
        (ax, bx, cx), (ay, by, cy) = triangles[:, :, k]
        turns = np.array([
            (qx - px) * (y - py) - (qy - py) * (x - px)
            for px, py, qx, qy in ((ax, ay, bx, by), (bx, by, cx, cy), (cx, cy, ax, ay))
        ])  # fmt: skip
        inside = (turns >= 0).all(0) | (turns <= 0).all(0)
        inside &= (x >= min(ax, bx, cx)) & (x <= max(ax, bx, cx))
        inside &= (y >= min(ay, by, cy)) & (y <= max(ay, by, cy))
        assert found[k] == inside.sum()


def test_chains_and_rings():
    before = np.array([0, 0, 1, 5, 3, 4, 6, 8, 7])  # a chain, a ring of three, one alone, a pair
    tail = np.array([9, 8, 7, 4, 3, 5, 6, 2, 1])
    assert sorted(openings(tail, before)) == [4, 8]
    before[[4, 8]] = [4, 8]
    reached, steps = followed(before)
    assert reached.tolist() == [0, 0, 0, 4, 4, 4, 6, 8, 8]
    assert steps.tolist() == [0, 1, 2, 2, 0, 1, 0, 1, 0]
