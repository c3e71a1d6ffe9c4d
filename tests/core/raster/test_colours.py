"""Which bands are red, green and blue, by their descriptions and by how they look."""

import numpy as np
import pytest
import rasterio
from rasters import noise, write

from core.raster.reading import Raster

NATURAL = {"plants": (60, 80, 50), "soil": (130, 110, 90), "water": (50, 70, 80)}
INFRARED = {"plants": (150, 50, 60), "soil": (130, 120, 100), "water": (20, 40, 60)}
LOOKS = "looks like near infrared, red and green: bands 2, 3, 3 are taken"


def ground(colours, dtype="uint8", gain=1.0, side=256):
    """Patches of plants, soil and water in light and shadow, (3, side, side)."""
    random = np.random.default_rng(0)
    kinds = random.choice(3, (side // 8, side // 8), p=[0.3, 0.5, 0.2]).repeat(8, 0).repeat(8, 1)
    light = random.uniform(0.4, 1.2, (side // 16, side // 16)).repeat(16, 0).repeat(16, 1)
    pixels = np.array(list(colours.values()))[kinds].transpose(2, 0, 1) * light
    return ((pixels + random.normal(0, 3, pixels.shape)).clip(1, 255) * gain).astype(dtype)


@pytest.mark.parametrize(
    ("names", "colours", "bands"),
    [
        (("NIR", "Red", "Green"), "either", (2, 3, 3)),
        (("Green", "near-infrared", "Red"), "either", (3, 1, 1)),
        (("NIR", "Red", "Green"), "natural", (1, 2, 3)),  # what was taught saw it so
        (("B4 (blue)", "B3 - Green", "Red"), "either", (3, 2, 1)),
        (("B4 (blue)", "B3 - Green", "Red"), "natural", (3, 2, 1)),
        (("red edge", "green", "blue", "Red"), "either", (4, 2, 3)),
        (("coastal_blue", "blue", "green_i", "green", "red", "nir"), "either", (5, 4, 2)),
        (("shortwave infrared", "red", "green"), "either", (1, 2, 3)),
        (("red or green", "blue", "green"), "either", (1, 2, 3)),
        (("NIR", "Red", "Green"), None, (1, 2, 3)),
    ],
)
def test_bands_by_their_descriptions(tmp_path, names, colours, bands):
    path = write(tmp_path / "named.tif", noise(len(names)), colours="rgb", photometric="rgb")
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = names
    with Raster(path, colours=colours) as raster:
        assert (raster.bands, raster.warnings) == (bands, [])
        assert raster.is_infrared == (bands[1] == bands[2])


@pytest.mark.parametrize("colours", ["rgb", "uuu"])
@pytest.mark.parametrize(
    ("dtype", "gain"), [("uint8", 1), ("uint16", 20), ("float32", 0.001), ("float64", 1e300)]
)
def test_near_infrared_in_the_place_of_red_is_seen(tmp_path, colours, dtype, gain):
    path = write(tmp_path / "infrared.tif", ground(INFRARED, dtype, gain), colours=colours)
    with Raster(path, colours="either", others=9) as raster:
        assert raster.bands == (2, 3, 3, 1)
        assert raster.is_infrared
        assert [LOOKS in warning for warning in raster.warnings] == [True]
    with Raster(path, colours="natural") as raster:
        assert (raster.bands, raster.is_infrared) == ((1, 2, 3), False)
    with Raster(path, bands=(1, 2, 3), colours="either") as raster:
        assert raster.bands == (1, 2, 3)
        assert ["look like near infrared" in warning for warning in raster.warnings] == [True]
    natural = write(tmp_path / "natural.tif", ground(NATURAL, dtype, gain), colours="rgb")
    for bands in (None, (1, 2, 3)):
        with Raster(natural, bands=bands, colours="either") as raster:
            assert (raster.bands, raster.warnings) == ((1, 2, 3), [])
    with Raster(natural, colours="infrared") as raster:
        assert (raster.bands, raster.warnings) == ((2, 3, 3), [])


def test_what_has_no_data_has_no_say(tmp_path):
    values = ground(INFRARED, "int16")
    values[:, 128:] = -9999
    path = write(tmp_path / "collar.tif", values, colours="rgb", nodata=-9999)
    with Raster(path, colours="either") as raster:
        assert raster.is_infrared


@pytest.mark.parametrize("value", [0, 7, np.nan])
def test_a_flat_image_looks_like_nothing(tmp_path, value):
    values = np.full((3, 60, 80), value, "float32")
    values[0, :, :40] += 5
    with Raster(write(tmp_path / "flat.tif", values), colours="either") as raster:
        assert raster.bands == (1, 2, 3)
