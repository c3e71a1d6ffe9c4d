"""A label raster beside an image whose pixels are merged or split."""

import numpy as np
import pytest
import rasters
from affine import Affine

from core.adapt.labels import LABEL_CELL, LabelRaster
from core.raster import reading
from core.raster.reading import Raster
from core.raster.resampling import MOST_RESAMPLING
from core.wire.classes import ClassTable, LandCoverClass

CLASSES = ClassTable([LandCoverClass(7, "roof", "#ff0000"), LandCoverClass(0, "草地", "#00ff00")])
PLACE = {"transform": Affine(0.025, 0, 500_000, 0, -0.025, 5_000_000)}
HEIGHT, WIDTH = 301, 290


@pytest.fixture(autouse=True)
def _small_images(monkeypatch):
    monkeypatch.setattr(reading, "LEAST", 1)


@pytest.mark.parametrize(("finest", "merged"), [(None, 1), (0.05, 2), (0.075, 3), (0.1, 4)])
def test_the_middle_pixel_counts(tmp_path, finest, merged):
    """Rows and columns stand over at the end; of the values, 9 is no data."""
    ids = np.random.default_rng(0).choice(np.array([7, 0, 255, 9], np.uint8), (HEIGHT, WIDTH))
    image = rasters.write(tmp_path / "image.tif", rasters.noise(3, HEIGHT, WIDTH), **PLACE)
    labels = {"colours": "u", "nodata": 9, "overviews": (2, 4), **PLACE}
    path = rasters.write(tmp_path / "ids.tif", ids[None], **labels)
    table = np.full(256, -1)
    table[[7, 0]] = 0, 1
    wanted = np.full((200, 200), -1)
    middle = table[ids][merged // 2 :: merged, merged // 2 :: merged][:180, :190]
    wanted[20 : 20 + len(middle), 10 : 10 + middle.shape[1]] = middle
    with (
        Raster(image, finest=finest) as raster,
        LabelRaster(path, raster, CLASSES, 255) as opened,
    ):
        assert raster.merged == merged
        assert np.array_equal(opened.read((-10, -20, 200, 200)), wanted)
        assert (opened.read((WIDTH, 0, 5, 5)) == -1).all()
        counts = opened.count()
    cell = table[ids][merged // 2 :: merged, merged // 2 :: merged][:LABEL_CELL, :LABEL_CELL]
    assert counts[0, 0].tolist() == [(cell == 0).sum(), (cell == 1).sum()]


@pytest.mark.parametrize("split", [2, 3])
def test_split_pixels_are_labelled_as_the_whole(tmp_path, monkeypatch, split):
    monkeypatch.setattr(reading, "MOST_SPLIT", 3)
    ids = np.random.default_rng(0).choice(np.array([7, 0, 255, 9], np.uint8), (HEIGHT, WIDTH))
    image = rasters.write(tmp_path / "image.tif", rasters.noise(3, HEIGHT, WIDTH), **PLACE)
    path = rasters.write(tmp_path / "ids.tif", ids[None], colours="u", nodata=9, **PLACE)
    table = np.full(256, -1)
    table[[7, 0]] = 0, 1
    whole = np.pad(table[ids].repeat(split, 0).repeat(split, 1), 50, constant_values=-1)
    with (
        Raster(image, coarsest=0.025 / split) as raster,
        LabelRaster(path, raster, CLASSES, 255) as opened,
    ):
        assert raster.split == split
        for left, top in ((-10, -20), (1, 7), (WIDTH * split - 9, HEIGHT * split - 11)):
            found = opened.read((left, top, 40, 30))
            assert np.array_equal(found, whole[top + 50 :, left + 50 :][:30, :40])
        assert (opened.read((WIDTH * split, 0, 5, 5)) == -1).all()
        counts = opened.count()
    assert sum(map(sum, counts.values())) == split**2 * (table[ids] >= 0).sum()


def test_pixels_of_next_to_no_size_are_not_merged_without_end(tmp_path):
    """As of a georeference in the wrong unit: labels of all that would be more than any memory."""
    place = {"transform": Affine(1e-6, 0, 500_000, 0, -1e-6, 5_000_000)}
    image = rasters.write(tmp_path / "image.tif", rasters.noise(3, HEIGHT, WIDTH), **place)
    ids = np.full((1, HEIGHT, WIDTH), 7, np.uint8)
    path = rasters.write(tmp_path / "ids.tif", ids, colours="u", **place)
    with Raster(image, finest=0.1) as raster, LabelRaster(path, raster, CLASSES, 255) as opened:
        assert raster.merged == MOST_RESAMPLING
        found = opened.read((-2, -2, 500, 500))
    assert (found >= 0).sum() == 5 * 5
    assert (found[2:7, 2:7] == 0).all()
