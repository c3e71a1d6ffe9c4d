"""Necks: what is narrow is cut, what is a building is not, however the raster is read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio import features

from core.vector.necks import Necks
from core.vector.runs import PARTS, runs_of

SIDES = (1.0, 1.0)


def keys(classes, least, step=1000, sides=SIDES):
    """Class and part of each pixel of a map, (h, w)."""
    height, width = classes.shape
    rows = range(0, height, step)
    necks = Necks(width, height, sides, least, None)
    for row in rows:
        necks.add(runs_of(classes[row : row + step].astype(np.int16)))
    strips = [necks.of(strip) for strip in range(len(rows))]
    necks.close()
    return np.concatenate([runs.pixels(runs.classes) for runs in strips])


def numbered(values):
    """Connected parts of equal values, numbered by their first pixels, 0 stays; (h, w)."""
    _, same = np.unique(values, return_inverse=True)
    same = same.reshape(values.shape).astype(np.int32)
    shapes = [each for each, _ in features.shapes(same, values > 0, connectivity=4)]
    found = features.rasterize(zip(shapes, range(1, 1 + len(shapes)), strict=True), values.shape)
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    first[0] = -1 if (found == 0).any() else first[0]
    return np.argsort(np.argsort(first))[inverse].reshape(found.shape) + (found > 0).all()


def dumb_bell(width):
    mask = np.zeros((30, 60), np.int16)
    mask[5:25, 5:25] = mask[5:25, 35:55] = 1
    mask[10 : 10 + width, 25:35] = 1
    return mask


@pytest.mark.parametrize(("width", "parts"), [(1, 2), (4, 2), (8, 1)])
def test_a_dumb_bell_is_cut_in_the_middle_of_a_narrow_bar(width, parts):
    found = numbered(keys(dumb_bell(width), 6.0))
    assert found.max() == parts
    if parts == 2:
        assert (found[10 : 10 + width, 24:36] == np.repeat([1, 2], 6)).all()


def test_half_as_long_pixels_are_cut_at_half_the_width():
    wide = dumb_bell(8)
    assert numbered(keys(wide, 6.0, sides=(1.0, 0.5))).max() == 2
    assert numbered(keys(wide, 3.0, sides=(1.0, 0.5))).max() == 1
    assert numbered(keys(wide.T, 6.0, sides=(0.5, 1.0))).max() == 2


def test_buildings_are_not_cut():
    mask = np.zeros((90, 90), np.int16)
    mask[5:45, 5:17] = mask[33:45, 5:40] = 1  # an L, twice as wide as the least
    mask[5:25, 60:62] = 1  # narrow everywhere
    y, x = np.mgrid[0:90, 0:90]
    mask[abs(x - 60 + y - 60) + abs(x - 60 - y + 60) < 30] = 1  # askew
    mask[85:88, :20] = mask[88:, 5:9] = 1
    mask[0:3, 30:50] = 1  # goes on beyond the edge
    assert (numbered(keys(mask, 6.0)) == numbered(mask)).all()
    assert (keys(mask, 6.0) > 0).sum() == mask.sum()


def test_a_ring_with_a_narrow_side_stays_whole():
    mask = np.ones((60, 60), np.int16)
    mask[15:35, 15:58] = 0
    assert numbered(keys(mask, 6.0, 7)).max() == 1


def test_a_long_thin_tail_is_no_part_of_a_house():
    mask = np.zeros((20, 60), np.int16)
    mask[2:18, 2:18] = 1
    mask[10, 18:58] = 1
    found = numbered(keys(mask, 6.0))
    assert found.max() == 2
    house = found == found[10, 10]
    assert house[10].nonzero()[0].max() == 16 + 24  # four widths from where discs fit


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_parts_make_up_the_patch_however_the_raster_is_read(data):
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    classes = np.zeros((60, 50), np.int16)
    for _ in range(12):
        row, column, height, width = random.integers([0, 0, 1, 1], [58, 48, 30, 30])
        classes[row : row + height, column : column + width] = random.integers(0, 3)
    least = data.draw(st.sampled_from([1.0, 2.5, 4.0, 7.0]))
    sides = data.draw(st.sampled_from([SIDES, (0.7, 1.3)]))
    whole = keys(classes, least, sides=sides)
    assert (whole % PARTS == classes).all()
    found = numbered(whole)
    for step in (1, 7, 32):
        assert (numbered(keys(classes, least, step, sides)) == found).all()
    # Every core is one part by itself: nothing of it was cut apart or joined to another.
    parts = np.unique(whole[whole >= PARTS])
    assert all(np.unique(found[whole == part]).size == 1 for part in parts)
