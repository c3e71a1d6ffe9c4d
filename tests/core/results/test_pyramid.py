"""Tiles and overviews: GDAL's own, whatever windows come, and however many threads there are."""

from itertools import pairwise

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasters import HALF_METRE, UTM

from core.raster.grid import Grid
from core.results import pyramid, tiff
from core.results.partial_file import PartialRaster
from core.results.pyramid import CLASSES, SHARES, Pyramid, majority

NODATA = 255


def values(height, width, bands=1):
    """Noise of four values in squares of one to eight pixels, with gaps."""
    rng = np.random.default_rng(0)
    some = np.array([0, 1, 2, 100, NODATA], np.uint8)
    layers = [
        rng.choice(some, (bands, height // n + 1, width // n + 1)).repeat(n, 1).repeat(n, 2)
        for n in (1, 8)
    ]
    layers = [layer[:, :height, :width] for layer in layers]
    return np.where(rng.random((height, width)) < 0.3, *layers)


def windows(height, width, side):
    """That cover a raster, from the last to the first."""
    return [
        (col, row, min(side, width - col), min(side, height - row))
        for row in reversed(range(0, height, side))
        for col in reversed(range(0, width, side))
    ]


def write(path, pixels, style=CLASSES, side=700):
    bands, height, width = pixels.shape
    names = [f"band {band}" for band in range(bands)]
    grid = Grid(width, height, HALF_METRE, UTM, georeferenced=True)
    part = PartialRaster(str(path), grid, names, style, {})
    for col, row, across, down in windows(height, width, side):
        part.write((col, row, across, down), pixels[:, row : row + down, col : col + across])
    part.complete()
    part.publish()
    return path


def levels(path):
    with rasterio.open(path) as dataset:
        count = len(dataset.overviews(1))
        found = [dataset.read()]
    for level in range(count):
        with rasterio.open(path, overview_level=level) as overview:
            found.append(overview.read())
    return found


@pytest.mark.parametrize(
    ("style", "resampling", "bands"),
    [(CLASSES, Resampling.mode, 1), (SHARES, Resampling.average, 3)],
)
def test_overviews_are_those_of_gdal(tmp_path, style, resampling, bands):
    pixels = values(1024, 2048, bands)
    with rasterio.open(
        tmp_path / "gdal.tif", "w", driver="GTiff", width=2048, height=1024, count=bands,
        dtype="uint8", nodata=NODATA, transform=HALF_METRE, crs=UTM,
    ) as dataset:  # fmt: skip
        dataset.write(pixels)
        dataset.build_overviews([2, 4], resampling)
    made = levels(write(tmp_path / "own.tif", pixels, style))
    for own, of_gdal in zip(made, levels(tmp_path / "gdal.tif"), strict=True):
        np.testing.assert_array_equal(own, of_gdal)


@pytest.mark.parametrize(("height", "width"), [(1, 1500), (1031, 1), (1201, 1037)])
def test_sides_that_are_odd(tmp_path, height, width):
    """The last row or column of an overview stands for one of the level below."""
    pixels = values(height, width)
    made = levels(write(tmp_path / "own.tif", pixels))
    np.testing.assert_array_equal(made[0], pixels)
    for below, level in pairwise(made):
        rows, columns = below.shape[1] % 2, below.shape[2] % 2
        framed = np.pad(below, ((0, 0), (0, rows), (0, columns)), constant_values=NODATA)
        np.testing.assert_array_equal(level, majority(framed))


def test_bytes_do_not_hang_on_threads(tmp_path, monkeypatch):
    pixels = values(2100, 2100)
    one = write(tmp_path / "one.tif", pixels).read_bytes()
    monkeypatch.setattr(pyramid, "usable_cores", lambda: 1)
    assert write(tmp_path / "other.tif", pixels).read_bytes() == one


def test_results_beyond_four_gibibytes_are_bigtiff(tmp_path, monkeypatch):
    pixels = values(600, 1300, 2)
    classic = write(tmp_path / "classic.tif", pixels, SHARES)
    monkeypatch.setattr(tiff, "BIG", 0)
    big = write(tmp_path / "big.tif", pixels, SHARES)
    heads = [path.read_bytes()[:4] for path in (classic, big)]
    assert heads == [b"II*\x00", b"II+\x00"]
    for one, other in zip(levels(classic), levels(big), strict=True):
        np.testing.assert_array_equal(one, other)


def test_blocks_without_data_do_not_wait(monkeypatch):
    """Overviews are whole as soon as all windows were told of: memory does not grow with gaps."""
    monkeypatch.setattr(pyramid, "BUSY", 0)
    stored = []
    made = Pyramid(4096, 4096, 1, CLASSES, lambda level, row, col, _: stored.append(level))
    *empty, first = windows(4096, 4096, 1024)
    for window in empty:
        made.add(window, None)
    made.add(first, values(1024, 1024))
    assert sorted(stored) == [0, 0, 0, 0, 1, 2, 3]
    made.complete()
    made.close()
    assert len(stored) == 7
