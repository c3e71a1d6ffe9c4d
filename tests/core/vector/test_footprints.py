"""Footprints: right angles where buildings have them, near the pixels, off each other."""

import math

import numpy as np
import pytest
from rasterio import features
from strips import drawn

from core.vector import outlines
from core.vector.drawing import BuildingDrawer, Frame
from core.vector.footprints import Footprints, _Footprint
from core.vector.ring_tests import farthest, touch
from core.vector.walls import Outline

SIZE = 90


def turned(angle, size=SIZE):
    """Places of pixels along and across a direction, from the middle."""
    y, x = np.mgrid[0:size, 0:size] + 0.5 - size / 2
    return (
        x * math.cos(angle) + y * math.sin(angle),
        -x * math.sin(angle) + y * math.cos(angle),
    )


def footprints(mask, tolerance=1.5, sides=(1.0, 1.0), step=SIZE):
    """Rings of each building of a mask, in pixels, and how many have right angles."""
    classes = mask * 2
    height, width = mask.shape
    frame = Frame(width, height, sides)
    drawer = BuildingDrawer(frame, tolerance)
    found = {}
    for made, known in drawn(classes, drawer, step, outlines.BAND):
        assert set(made.patch.tolist()) <= set(known.numbers.tolist())
        assert set(known.chosen(made.patch).classes.tolist()) == {2}
        for patch, rings in made:
            points = np.stack([made.columns, made.rows], 1)
            found[patch] = [
                points[made.starts[ring] : made.starts[ring + 1]]
                for ring in range(rings.start, rings.stop)
            ]
    assert len(found) == len(list(features.shapes(mask.astype(np.uint8), mask, connectivity=4)))
    return list(found.values()), drawer.regular


def corners(ring):
    """Angles in degrees at the corners of a ring."""
    to, back = np.roll(ring, -1, 0) - ring, np.roll(ring, 1, 0) - ring
    turn = to[:, 0] * back[:, 1] - to[:, 1] * back[:, 0]
    return np.degrees(np.arctan2(turn, (to * back).sum(1))) % 360


@pytest.mark.parametrize("degrees", [0, 5, 17, 30, 44, 61, 88])
def test_turned_buildings_get_their_walls_back(degrees):
    u, v = turned(math.radians(degrees))
    within = (abs(u) < 30.3) & (abs(v) < 20.7)
    court = (abs(u) < 10) & (abs(v) < 6)
    wing = (u > 8) & (v > 4)
    for mask, sizes in ((within, [4]), (within & ~wing, [6]), (within & ~court, [4, 4])):
        found, regular = footprints(mask)
        (rings,) = found
        assert regular == 1
        assert [len(ring) for ring in rings] == sizes
        for ring in rings:
            assert np.allclose(corners(ring) % 180, 90)
            edge = np.roll(ring, -1, 0) - ring
            angle = np.degrees(np.arctan2(edge[:, 1], edge[:, 0])) - degrees
            assert (abs((angle + 45) % 90 - 45) < 1).all()
        # As large as the building within a pixel of its outline.
        area = abs(_area(rings[0]))
        expected = 60.6 * 41.4 - (22.3 * 16.7 if sizes == [6] else 0)
        assert area == pytest.approx(expected, rel=0.01)


def _area(ring):
    x, y = ring.T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def test_a_round_building_stays_round():
    u, v = turned(0)
    found, regular = footprints(u**2 + v**2 < 25**2)
    assert regular == 0
    ((ring, *_),) = found
    assert len(ring) > 8


@pytest.mark.parametrize(("tolerance", "sides"), [(0.4, (0.5, 0.8)), (3.0, (1.0, 1.0))])
def test_nothing_is_further_off_than_the_tolerance_nor_on_another(tolerance, sides):
    random = np.random.default_rng(7)
    mask = np.zeros((SIZE, SIZE), np.bool_)
    for _ in range(24):
        u, v = turned(random.uniform(0, math.pi))
        du, dv = random.uniform(-40, 40, 2)
        mask |= (abs(u - du) < random.uniform(2, 9)) & (abs(v - dv) < random.uniform(2, 9))
    mask ^= (random.random(mask.shape) < 0.01) & mask
    found, _ = footprints(mask, tolerance, sides)
    cover = np.zeros((SIZE * 2, SIZE * 2), np.int64)
    y, x = (np.mgrid[0 : SIZE * 2, 0 : SIZE * 2] + 0.5 + 1e-4) / 2
    places = np.stack([x.ravel(), y.ravel()], 1)
    for rings in found:
        inside = np.zeros(len(places), np.bool_)
        for ring in rings:
            inside ^= _within(places, ring)
        cover += inside.reshape(cover.shape)
    assert cover.max() == 1
    pixels = np.argwhere(np.pad(mask, 1)[1:-1, 1:-1])[:, ::-1] + 0.5
    middle = np.zeros(mask.shape, np.bool_)
    for rings in found:
        inside = np.zeros(len(pixels), np.bool_)
        for ring in rings:
            inside ^= _within(pixels, ring)
        for (column, row), is_in in zip((pixels - 0.5).astype(int), inside, strict=True):
            middle[row, column] |= is_in
    # A pixel's middle may be on the other side only near to an outline.
    for row, column in np.argwhere(middle != mask):
        place = np.array([[column + 0.5, row + 0.5]]) * sides
        near = min(farthest(place, ring * sides) for rings in found for ring in rings)
        assert near <= tolerance + max(sides) / 2


def _within(points, ring):
    after = np.roll(ring, -1, 0)
    passes = (ring[:, 1] > points[:, 1:]) != (after[:, 1] > points[:, 1:])
    height = np.where(after[:, 1] == ring[:, 1], 1, after[:, 1] - ring[:, 1])
    at = ring[:, 0] + (points[:, 1:] - ring[:, 1]) * (after[:, 0] - ring[:, 0]) / height
    return (passes & (points[:, :1] < at)).sum(1) % 2 == 1


def test_bands_change_no_building_that_lies_in_one(monkeypatch):
    mask = np.zeros((SIZE, SIZE), np.bool_)
    mask[5:14, 5:20] = mask[40:46, 30:50] = mask[70:78, 60:80] = True
    whole, _ = footprints(mask)
    monkeypatch.setattr(outlines, "BAND", 32)
    parted, _ = footprints(mask, step=8)
    for rings, others in zip(whole, parted, strict=True):
        assert np.allclose(np.sort(rings[0], 0), np.sort(others[0], 0))


def test_a_regular_outline_in_anothers_way_goes_back():
    square = np.array([[0.0, 0], [0, 10], [10, 10], [10, 0]])
    made = Footprints(1.0, (1.0, 1.0))
    large = _Footprint(1, [square], [square * 1.2])
    small = _Footprint(2, [square * 0.5 + [11, 0]], [square * 0.5 + [10.5, 0]])
    made._waiting = [large, small]
    done = made.ended(np.inf)
    assert small.regular is None, "the smaller first"
    assert large.regular is None, "then it, for they still meet"
    assert done.patch.tolist() == [1, 2]
    assert made.regular == 0


def test_an_outline_too_small_for_walls():
    pixel = np.array([[0.0, 0], [0, 1], [1, 1], [1, 0]])
    outline = Outline(pixel, 1.0)
    assert outline.direction() == pytest.approx(0)
    assert abs(_area(outline.regular(0, 2.0))) == pytest.approx(1)


def test_a_court_that_would_touch_its_outline_keeps_the_building_as_it_is():
    mask = np.zeros((40, 40), np.bool_)
    mask[5:30, 5:30] = True
    mask[6:20, 6:20] = False  # a wall of one pixel
    for tolerance in (0.5, 2.0, 4.0):
        ((outline, court),), _ = footprints(mask, tolerance)
        assert not touch(outline, court)
        assert _within(court, outline).all()
