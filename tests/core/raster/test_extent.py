"""Extents and windows: snapping, rotation, rasters without georeference."""

import numpy as np
import pytest
from affine import Affine
from hypothesis import assume, given
from hypothesis import strategies as st
from rasterio.control import GroundControlPoint

from core.raster.grid import Grid, apply
from core.wire.errors import NoOverlap

WIDTH, HEIGHT = 1000, 700
UTM = Grid(WIDTH, HEIGHT, Affine(0.3, 0, 500_000.15, 0, -0.3, 5_000_000.7), None, True)

sizes = st.sampled_from([1e-7, 0.02, 0.3, 1.0, 30.0, 156543.03392804097])
origins = st.floats(-2e7, 2e7)


@st.composite
def windows(draw):
    col, row = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    return col, row, draw(st.integers(1, WIDTH - col)), draw(st.integers(1, HEIGHT - row))


@given(windows(), sizes, origins, origins, st.booleans())
def test_the_extent_of_a_window_gives_that_window(window, size, x, y, south_up):
    if size < 0.01:  # degrees
        x, y = x / 2e7 * 180, y / 2e7 * 90
    grid = Grid(WIDTH, HEIGHT, Affine(size, 0, x, 0, size if south_up else -size, y), None, True)
    assert grid.window(grid.part(window).extent) == window


@given(windows(), st.tuples(*[st.floats(0.01, 0.99)] * 4))
def test_extents_are_snapped_outward(window, shrink):
    col, row, width, height = window
    assume(width > 1 and height > 1)
    left, top, right, bottom = shrink
    x0, y1 = apply(UTM.transform, col + left, row + top)
    x1, y0 = apply(UTM.transform, col + width - right, row + height - bottom)
    assert UTM.window((x0, y0, x1, y1)) == window


@given(windows(), st.floats(1, 359), st.booleans())
def test_rotated_grids_cover_the_extent(window, angle, flipped):
    transform = Affine.translation(300, 400) @ Affine.rotation(angle)
    grid = Grid(
        WIDTH, HEIGHT, transform @ Affine.scale(2, 2 if flipped else -2), None, georeferenced=True
    )
    part = grid.part(window)
    col, row, width, height = grid.window(part.extent)
    assert col <= window[0]
    assert row <= window[1]
    assert col + width >= window[0] + window[2]
    assert row + height >= window[1] + window[3]
    # A corner of the window, seen from the whole grid and from the part.
    assert apply(part.transform, 0, 0) == pytest.approx(apply(grid.transform, *window[:2]))


def test_an_extent_reaching_beyond_is_cut_to_the_raster():
    xmin, ymin, xmax, ymax = UTM.extent
    assert UTM.window((xmin - 50, ymin - 50, xmax + 1e300, ymax + 50)) == (0, 0, WIDTH, HEIGHT)
    assert UTM.window((xmin - 50, ymax - 0.3, xmin + 0.6, ymax + 50)) == (0, 0, 2, 1)


def test_an_extent_smaller_than_a_pixel_is_that_pixel():
    x, y = apply(UTM.transform, 5.5, 7.5)
    assert UTM.window((x, y, x + 1e-9, y + 1e-9)) == (5, 7, 1, 1)
    x, y = apply(UTM.transform, 5, 7)
    assert UTM.window((x, y - 1e-8, x + 1e-8, y))[2:] == (1, 1)


@pytest.mark.parametrize("side", range(4))
def test_an_extent_that_only_touches_an_edge_is_outside(side):
    xmin, ymin, xmax, ymax = UTM.extent
    extent = [
        (xmin - 9, ymin, xmin, ymax),
        (xmax, ymin, xmax + 9, ymax),
        (xmin, ymin - 9, xmax, ymin),
        (xmin, ymax, xmax, ymax + 9),
    ][side]
    with pytest.raises(NoOverlap):
        UTM.window(extent)


def test_no_overlap_names_both_extents():
    with pytest.raises(NoOverlap) as caught:
        UTM.window((10, 20, 30, 40), "town.tif")
    assert "(10, 20, 30, 40)" in caught.value.message
    assert "(500000.15, 4999790.7, 500300.15, 5000000.7)" in caught.value.message
    assert "town.tif" in caught.value.message
    assert "coordinate system" in caught.value.hint


def test_without_georeference_y_is_minus_the_row():
    grid = Grid(100, 50)
    assert grid.extent == (0, -50, 100, 0)
    assert grid.window((2, -5, 4, -3)) == (2, 3, 2, 2)


def test_part_of_a_picture_lies_where_the_picture_has_it():
    part = Grid(100, 50).part((2, 3, 4, 5))
    assert part.georeferenced
    assert part.extent == (2, -8, 6, -3)
    assert not Grid(100, 50).part((0, 0, 4, 5)).georeferenced


def test_control_points_move_with_the_part():
    grid = Grid(100, 50, gcps=(GroundControlPoint(10, 20, 1.0, 2.0, 3.0),))
    (point,) = grid.part((5, 4, 10, 10)).gcps
    assert (point.row, point.col, point.x, point.y, point.z) == (6, 15, 1.0, 2.0, 3.0)


NORTH_UP = Affine(0.3, 0, 500_000.1, 0, -0.3, 4_000_000.2)


@pytest.mark.parametrize("noise", [0.0, 1.0, -1.0])
@pytest.mark.parametrize("crs_shift", [0.0, 4.9e6])
def test_a_point_on_an_edge_lies_in_the_pixel_to_the_east_and_south(noise, crs_shift):
    transform = Affine.translation(crs_shift, 0) @ NORTH_UP
    columns, rows = np.arange(1000.0), np.arange(1000.0)[::-1]
    x, y = apply(transform, columns, rows)
    for grid in (
        Grid(1000, 1000, transform),
        Grid(1000, 1000, transform @ Affine.translation(0, 1000) @ Affine.scale(1, -1)),
        Grid(1000, 1000, transform @ Affine.translation(1000, 0) @ Affine.scale(-1, 1)),
    ):
        x_noisy, y_noisy = x + noise * np.spacing(x), y + noise * np.spacing(y)
        found = grid.pixels_at(x_noisy, y_noisy)
        centre_x, centre_y = apply(grid.transform, found[0] + 0.5, found[1] + 0.5)
        assert centre_x == pytest.approx(x + 0.15, abs=1e-6)
        assert centre_y == pytest.approx(y - 0.15, abs=1e-6)


@pytest.mark.parametrize("turn", [30, 45, 90, 135, 200, 315])
def test_points_in_rotated_grids(turn):
    transform = Affine.translation(500_000, 4_000_000) @ Affine.rotation(turn)
    grid = Grid(50, 40, transform @ Affine.scale(2, -2))
    columns, rows = (each.ravel().astype(float) for each in np.mgrid[0:50, 0:40])
    inside = grid.pixels_at(*apply(grid.transform, columns + 0.3, rows + 0.7))
    assert (np.stack(inside) == (columns, rows)).all()
    corners = np.stack(grid.pixels_at(*apply(grid.transform, columns, rows))) - (columns, rows)
    assert (corners == corners[:, :1]).all()  # all the same of the four that meet there
    x, y = np.array([np.nan, np.inf]), np.zeros(2)
    assert not np.isfinite(grid.pixels_at(x, y)[0]).any()
