"""Areas: against the ellipsoid's known surface and pyproj's geodesic polygons."""

import math

import numpy as np
import pyproj
import pytest
from affine import Affine
from rasterio.crs import CRS

from core.raster.areas import PixelAreas
from core.results.totals import Totals
from core.wire.classes import ClassTable, LandCoverClass

WGS84_SURFACE = 510_065_621_724_088.4
"""Square metres, as published for the ellipsoid (510 065 621.724 km2)."""


def polygon_area(transform, crs, col, row, width=1, height=1, points=1):
    """Geodesic area of a window; with ``points`` to a side it follows the grid's own lines."""
    side = np.linspace(0, 1, points, endpoint=False)
    u = np.concatenate([side, np.ones(points), 1 - side, np.zeros(points)]) * width + col
    v = np.concatenate([np.zeros(points), side, np.ones(points), 1 - side]) * height + row
    x = transform.a * u + transform.b * v + transform.c
    y = transform.d * u + transform.e * v + transform.f
    crs = pyproj.CRS(crs)
    if not crs.is_geographic:
        x, y = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
    return abs(crs.get_geod().polygon_area_perimeter(x, y)[0])


def test_the_whole_earth_in_degrees():
    areas = PixelAreas(Affine(1, 0, -180, 0, -1, 90), CRS.from_epsg(4326), 360, 180)
    total = areas.of_window((0, 0, 360, 180)).sum() * 360
    assert total == pytest.approx(WGS84_SURFACE, rel=1e-9)


def test_degrees_on_a_sphere():
    sphere = CRS.from_proj4("+proj=longlat +R=6371000 +no_defs")
    areas = PixelAreas(Affine(1, 0, 0, 0, -1, 60), sphere, 10, 10)
    top = areas.of_window((3, 0, 1, 1)).item()
    zone = math.sin(math.radians(60)) - math.sin(math.radians(59))
    assert top == pytest.approx(6_371_000**2 * math.radians(1) * zone, rel=1e-12)


def test_grads_and_other_ellipsoids():
    transform, crs = Affine(0.001, 0, 0, 0, -0.001, 54), CRS.from_epsg(4807)  # NTF (Paris), grads
    areas = PixelAreas(transform, crs, 10, 10)
    expected = polygon_area(
        Affine(0.0009, 0, 0, 0, -0.0009, 48.6), "+proj=longlat +ellps=clrk80ign", 0, 0
    )
    assert areas.of_window((0, 0, 1, 1)).item() == pytest.approx(expected, rel=1e-6)


def mercator_y(latitude):
    return 6378137 * math.atanh(math.sin(math.radians(latitude)))


WORLD_PIXEL = 2 * math.pi * 6378137 / 256
CASES = {
    "utm, central meridian": (32633, Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000), 2048),
    "utm, zone's edge, 2 cm": (32633, Affine(0.02, 0, 166_021, 0, -0.02, 1000), 2048),
    "utm, rotated": (32755, Affine(6, 8, 600_000, 8, -6, 6_000_000), 2048),
    "mercator, equator": (3857, Affine(0.3, 0, 1e6, 0, -0.3, 300), 2048),
    "mercator, 45 degrees": (3857, Affine(0.6, 0, 1e6, 0, -0.6, mercator_y(45)), 2048),
    "mercator, 60 degrees, 30 m": (3857, Affine(30, 0, 1e6, 0, -30, mercator_y(60)), 2048),
    "mercator, 60 degrees, 1 km": (3857, Affine(1000, 0, 0, 0, -1000, mercator_y(60)), 2048),
    "mercator, world in 256 pixels": (
        3857,
        Affine(WORLD_PIXEL, 0, -128 * WORLD_PIXEL, 0, -WORLD_PIXEL, 128 * WORLD_PIXEL),
        256,
    ),
    "equal area": (3035, Affine(10, 0, 4_000_000, 0, -10, 3_000_000), 2048),
    "over the north pole": (3995, Affine(5000, 0, -1e6, 0, -5000, 1e6), 400),
    "across the antimeridian": (3832, Affine(100, 0, 3_290_000, 0, -100, 1_000_000), 2048),
    "feet": (2263, Affine(1, 0, 900_000, 0, -1, 200_000), 2048),
    "degrees, rotated": (4326, Affine(0.2, 0.02, 10, 0.02, -0.2, 50), 100),
}


@pytest.mark.parametrize(("epsg", "transform", "size"), CASES.values(), ids=CASES)
def test_projected_pixels(epsg, transform, size):
    areas = PixelAreas(transform, CRS.from_epsg(epsg), size, size).of_window((0, 0, size, size))
    areas = np.broadcast_to(areas, (size, size))
    coarse = areas[0, 0] > 100**2  # else straight is true enough, and many short edges are noise
    for row in (0, size // 3, size // 2, size - 1):
        for col in (0, size // 3, size - 1):
            expected = polygon_area(transform, epsg, col, row, points=64 if coarse else 1)
            assert areas[row, col] == pytest.approx(expected, rel=1e-5)
    tenth = size // 10
    whole = polygon_area(
        transform, epsg, tenth, tenth, 2 * tenth, tenth, points=4096 if coarse else 1
    )
    assert areas[tenth : 2 * tenth, tenth : 3 * tenth].sum() == pytest.approx(whole, rel=1e-5)


def test_a_window_has_the_areas_it_has_in_the_whole():
    epsg, transform, size = CASES["mercator, 60 degrees, 30 m"]
    areas = PixelAreas(transform, CRS.from_epsg(epsg), size, size)
    whole = areas.of_window((0, 0, size, size))
    np.testing.assert_allclose(
        areas.of_window((700, 300, 37, 1)), whole[300:301, 700:737], rtol=1e-5
    )


def test_an_equal_area_projection_has_equal_pixels():
    areas = PixelAreas(Affine(10, 0, 4e6, 0, -10, 3e6), CRS.from_epsg(3035), 999, 999)
    np.testing.assert_allclose(areas.of_window((0, 0, 999, 999)), 100, rtol=1e-6)


def test_pixels_off_the_earth_have_no_area():
    beyond = PixelAreas(Affine(1, 0, 0, 0, -1, 95), CRS.from_epsg(4326), 10, 10)
    assert beyond.of_window((0, 0, 10, 10))[:5].tolist() == [[0.0]] * 5
    disc = CRS.from_proj4("+proj=ortho +lat_0=0 +lon_0=0")
    corner = PixelAreas(Affine(1e5, 0, -9e6, 0, -1e5, 9e6), disc, 180, 180)
    assert corner.of_window((0, 0, 5, 5)).sum() == 0


@pytest.mark.parametrize("crs", [None, CRS.from_wkt('LOCAL_CS["site",UNIT["metre",1]]')])
def test_no_areas_without_an_earth(crs):
    areas = PixelAreas(Affine(1, 0, 0, 0, -1, 0), crs, 10, 10)
    assert areas.of_window((0, 0, 10, 10)) is None
    assert areas.ground_resolution is None


@pytest.mark.parametrize(
    ("epsg", "transform", "metres"),
    [
        (32633, Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000), 0.5 / 0.9996),
        (3857, Affine(1, 0, 0, 0, -1, mercator_y(60)), math.sqrt(0.50126 * 0.50042)),
        (4326, Affine(1e-5, 0, 0, 0, -1e-5, 0), math.sqrt(1.11319 * 1.10574)),
        (2263, Affine(1, 0, 1e6, 0, -1, 2e5), 0.3048),
    ],
)
def test_ground_resolution(epsg, transform, metres):
    areas = PixelAreas(transform, CRS.from_epsg(epsg), 10, 10)
    assert areas.ground_resolution == pytest.approx(metres, rel=1e-4)


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:32633"])
@pytest.mark.parametrize("stretch", [1, 50])
def test_totals_are_sums_of_pixels(crs, stretch):
    ids, width, height = [0, 3, 7, 255], 300, 1200
    values = np.random.default_rng(1).choice(np.array(ids, np.uint8), (height, width // stretch))
    values = values.repeat(stretch, 1)
    where = (
        Affine(900, 0, 3e5, 0, -900, 5e6) if crs == "EPSG:32633" else Affine(0.1, 0, 8, 0, -0.1, 60)
    )
    areas = PixelAreas(where, CRS.from_string(crs) if crs else None, width, height)
    classes = ClassTable(
        [LandCoverClass(each, f"class {each}", f"#00000{each}") for each in (3, 0, 9)]
    )
    totals = Totals(classes, areas)
    for row in range(0, height, 600):
        for col in range(0, width, 100):
            totals.add((col, row, 100, 600), values[row : row + 600, col : col + 100])
    assert totals.pixels.tolist() == [(values == 3).sum(), (values == 0).sum(), 0]
    if crs is None:
        assert totals.square_metres is None
    else:
        full = np.broadcast_to(areas.of_window((0, 0, width, height)), values.shape)
        expected = [full[values == 3].sum(), full[values == 0].sum(), 0]
        assert totals.square_metres == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("transform", "crs"),
    [
        (Affine(1e-3, 0, 8, 0, -1e-3, 60), "EPSG:4326"),
        (Affine(900, 200, 3e5, 150, -900, 5e6), "EPSG:32633"),
        (Affine(700, 0, 1e6, 0, -700, 6e6), "EPSG:3857"),
    ],
)
def test_stretches_are_sums_of_pixels(transform, crs):
    width, height = 90, 70
    areas = PixelAreas(transform, CRS.from_string(crs), width, height)
    pixels = np.broadcast_to(areas.of_window((0, 0, width, height)), (height, width))
    random = np.random.default_rng(0)
    row = np.sort(random.integers(0, height, 200))
    start = random.integers(0, width, 200)
    stop = start + random.integers(0, width + 1 - start)
    expected = [pixels[r, a:b].sum() for r, a, b in zip(row, start, stop, strict=True)]
    for part in (slice(0, 50), slice(50, 200)):
        found = areas.of_stretches(row[part], start[part], stop[part])
        assert found == pytest.approx(expected[part], rel=1e-9)
