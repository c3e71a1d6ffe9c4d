"""Choice of bands: by colour interpretation, by number, grey, palette."""

import numpy as np
import pytest
from rasters import noise, write

from core.raster.reading import Raster
from core.wire.errors import BandError

HEIGHT, WIDTH = 60, 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bands")


@pytest.mark.parametrize(
    ("colours", "options", "bands", "warned"),
    [
        ("rgb", {}, (1, 2, 3), ""),
        ("bgru", {}, (3, 2, 1), ""),
        ("argb", {}, (2, 3, 4), ""),
        ("uuuu", {}, (1, 2, 3), "does not say which bands are red, green and blue"),
        ("bgru", {"colours": None}, (1, 2, 3), ""),
        ("bgru", {"colours": None, "inputs": 4}, (1, 2, 3, 4), ""),
        ("u", {}, (1, 1, 1), "single band"),
        ("ua", {}, (1, 1, 1), "single band"),
        ("bgru", {"bands": (4, 4, 2)}, (4, 4, 2), ""),
        ("ubgru", {"inputs": 4, "seen": 3}, (4, 3, 2, 1), ""),
        ("uuuu", {"inputs": 4, "seen": 3}, (1, 2, 3, 4), "bands 1, 2, 3 are taken for them"),
        ("uuuu", {"inputs": 4, "seen": 3, "bands": (4, 3, 2)}, (4, 3, 2, 1), ""),
        ("uuuuu", {"inputs": 4, "seen": 2, "colours": None}, (1, 2, 3, 4), ""),
        ("ubgrau", {"others": 9}, (4, 3, 2, 1, 6), ""),
        ("ubgrau", {"others": 1}, (4, 3, 2, 1), ""),
        ("uuuu", {"others": 1, "bands": (1, 1, 3)}, (1, 1, 3, 2), ""),
        ("u", {"others": 9}, (1, 1, 1), "single band"),
    ],
)
def test_choice_of_bands(folder, colours, options, bands, warned):
    values = noise(len(colours))
    if "a" in colours:
        values[colours.index("a")] = 255
    path = write(folder / f"{colours}.tif", values, colours=colours, photometric="minisblack")
    with Raster(path, **options) as raster:
        assert raster.bands == bands
        assert [warned in warning for warning in raster.warnings] == ([True] if warned else [])
        read, _ = raster.read((0, 0, WIDTH, HEIGHT))
    np.testing.assert_array_equal(read, values[[band - 1 for band in bands]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bands": (1, 2, 5)}, "has no band 5; its bands are 1 to 2"),
        ({"bands": (0, 1, 2)}, "has no band 0"),
        ({"bands": (1, 2)}, "takes 3 bands, but 2 were chosen"),
        ({"bands": (1, 2, 1), "inputs": 4}, "takes 4 bands, but 3 were chosen"),
        ({"bands": (1, 2, 1), "inputs": 4, "seen": 3}, "has 2 bands besides transparency"),
        ({"inputs": 4, "seen": 3}, "has 2 bands besides transparency, the model takes 3"),
        ({}, "has 2 bands besides transparency, the model takes 3"),
    ],
)
def test_bands_that_do_not_fit(folder, options, message):
    path = write(folder / "two.tif", noise(2), colours="uu")
    with pytest.raises(BandError, match=message) as caught:
        Raster(path, **options)
    assert caught.value.hint


def test_a_palette_is_read_as_its_colours(folder):
    numbers = (noise(1) % 4).astype("uint8")
    colours = {0: (1, 2, 3, 255), 1: (40, 50, 60, 255), 2: (250, 0, 9, 255), 3: (7, 7, 7, 255)}
    path = write(folder / "palette.tif", numbers, palette=colours, nodata=3)
    with Raster(path) as raster:
        assert (raster.bands, raster.dtype, raster.warnings) == ((1, 1, 1), "uint8", [])
        values, valid = raster.read((0, 0, WIDTH, HEIGHT))
        reduced, _ = raster.read((0, 0, WIDTH, HEIGHT), (1, 1))
    table = np.array([colours[number][:3] for number in range(4)], np.float32)
    np.testing.assert_array_equal(valid, numbers[0] != 3)
    np.testing.assert_array_equal(values[:, valid], table[numbers[0][valid]].T)
    np.testing.assert_allclose(reduced[:, 0, 0], values[:, valid].mean(axis=1), rtol=1e-5)


def test_a_last_band_of_one_value_is_not_read(folder):
    """Opaque, but for a collar, and not called transparency; in the middle it keeps the order."""
    values = noise(5)
    values[3:] = 255
    values[3, :20] = 0
    with Raster(write(folder / "opaque.tif", values, colours="rgbuu"), others=9) as raster:
        assert raster.bands == (1, 2, 3)
    values[4] = noise(1)
    with Raster(write(folder / "middle.tif", values, colours="rgbuu"), others=9) as raster:
        assert raster.bands == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("missing", [np.nan, 0])
def test_where_another_band_has_no_data_the_inputs_have_it(folder, missing):
    values = noise(4, dtype="float32")
    values[3, :20], values[:3, 30:40] = missing, missing
    nodata = None if np.isnan(missing) else missing
    path = write(folder / "holes.tif", values, colours="rgbu", nodata=nodata)
    with Raster(path, others=1) as raster:
        read, valid = raster.read((0, 0, WIDTH, HEIGHT))
    rows = np.arange(HEIGHT)
    assert (valid == ((rows < 30) | (rows >= 40))[:, None]).all()
    assert not read[3, :20].any()
    np.testing.assert_array_equal(read[:, 40:], values[:, 40:])
    assert not read[:, 30:40].any()


@pytest.mark.parametrize("model", [{}, {"seen": 3, "inputs": 4}], ids=["plain", "taught"])
def test_a_grey_or_palette_image_holds_no_further_band(folder, model):
    for name, options in (("grey", {}), ("colours", {"palette": {0: (1, 2, 3, 255)}})):
        path = write(folder / f"{name}.tif", np.zeros((1, HEIGHT, WIDTH), "uint8"), **options)
        if not model:
            with Raster(path, others=9) as raster:
                assert raster.bands == (1, 1, 1)
        else:
            with pytest.raises(BandError, match="has 1 bands besides transparency") as caught:
                Raster(path, **model)
            assert "taught" in caught.value.hint


@pytest.mark.parametrize("nodata", [None, 0])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_near_infrared_that_is_called_transparency(folder, dtype, nodata):
    """It is a band, and hides nothing."""
    values = noise(4, dtype=dtype)
    values[3, :10] = 0
    path = write(folder / "infrared.tif", values, colours="rgba", photometric="rgb", nodata=nodata)
    for options in ({"others": 1}, {"seen": 3, "inputs": 4}):
        with Raster(path, **options) as raster:
            assert raster.bands == (1, 2, 3, 4)
            assert raster.read((0, 0, WIDTH, HEIGHT))[1].all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("kind", ["clear", "few degrees", "soft edge"])
def test_transparency_that_is_called_so(folder, dtype, kind):
    values, most = noise(4, dtype=dtype), np.iinfo(dtype).max
    values[3] = most
    if kind == "few degrees":
        values[3] = np.arange(WIDTH) % 3 * (most // 4) + 1
    elif kind == "soft edge":
        values[3] = np.minimum(np.arange(WIDTH) / (0.7 * WIDTH), 1) * (most - 1) + 1
    values[3, :20] = 0
    path = write(folder / "clear.tif", values, colours="rgba", photometric="rgb")
    with Raster(path, others=1) as raster:
        assert raster.bands == (1, 2, 3)
        assert raster.read((0, 0, WIDTH, HEIGHT))[1].sum() == WIDTH * (HEIGHT - 20)
