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
        (("Near Infra-Red", "Red", "Green", "Blue"), "either", (2, 3, 4)),
        (("Red", "Green", "Blue"), "infrared", (1, 2, 2)),
        (("NIR", "Red", "Green"), None, (1, 2, 3)),
    ],
)
def test_bands_by_their_descriptions(tmp_path, names, colours, bands):
    path = write(tmp_path / "named.tif", noise(len(names)), colours="rgb", photometric="rgb")
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = names
    with Raster(path, colours=colours) as raster:
        assert raster.bands == bands
        assert raster.is_infrared == (bands[1] == bands[2])
        doubts = ["does not look like" in warning for warning in raster.warnings]
        assert doubts == ([True] if colours == "infrared" and "NIR" not in names else [])


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
    for options in ({"colours": "natural"}, {"bands": (1, 2, 3), "colours": "either"}):
        with Raster(path, **options) as raster:
            assert (raster.bands, raster.is_infrared) == ((1, 2, 3), False)
            assert ["look like near infrared" in each for each in raster.warnings] == [True]
    for bands, is_infrared in (((2, 3, 3), True), ((2, 1, 1), False), ((1, 3, 3), False)):
        with Raster(path, bands=bands, colours="either", others=9) as raster:
            assert (raster.bands[:3], raster.is_infrared) == (bands, is_infrared)


LOOKS_LIKE_NOTHING = {
    "natural": NATURAL,
    "red soil": {"plants": (60, 80, 50), "soil": (190, 90, 60), "roofs": (120, 95, 80)},
    "lagoon": {"deep": (30, 60, 90), "reef": (25, 110, 140), "sand": (28, 190, 200)},
    "pale": {"plants": (135, 112, 115), "soil": (60, 110, 113), "water": (60, 58, 60)},
}


@pytest.mark.parametrize("colours", LOOKS_LIKE_NOTHING.values(), ids=LOOKS_LIKE_NOTHING)
def test_natural_colours_are_not_taken_for_others(tmp_path, colours):
    path = write(tmp_path / "natural.tif", ground(colours))
    for bands in (None, (1, 2, 3)):
        with Raster(path, bands=bands, colours="either") as raster:
            assert (raster.bands, raster.warnings) == ((1, 2, 3), [])
    with Raster(path, colours="infrared") as raster:
        assert raster.bands == (2, 3, 3)
        assert ["does not look like" in each for each in raster.warnings] == [True]


@pytest.mark.parametrize("hidden", ["nodata", "mask", "alpha"])
def test_what_has_no_data_has_no_say(tmp_path, hidden):
    """A white collar."""
    values, inside = ground(INFRARED), np.ones((256, 256), bool)
    inside[80:] = False
    values[:, ~inside] = 255
    options = {"nodata": {"nodata": 255}, "mask": {"mask": inside}, "alpha": {"colours": "rgba"}}
    if hidden == "alpha":
        values = np.concatenate([values, 255 * inside[None].astype("uint8")])
    with Raster(
        write(tmp_path / "collar.tif", values, **options[hidden]), colours="either"
    ) as raster:
        assert raster.is_infrared


def test_bands_of_several_types_look_like_nothing(tmp_path):
    bands = ""
    for number, (dtype, kind) in enumerate({"float32": "Float32", "uint16": "UInt16"}.items()):
        write(tmp_path / f"{dtype}.tif", ground(INFRARED, dtype))
        for band in (1, 2)[: 2 - number]:
            source = f"<SourceFilename relativeToVRT='1'>{dtype}.tif</SourceFilename>"
            source = (
                f"<SimpleSource>{source}<SourceBand>{band + number}</SourceBand></SimpleSource>"
            )
            place = band + 2 * number
            bands += f"<VRTRasterBand dataType='{kind}' band='{place}'>{source}</VRTRasterBand>"
    mixed = tmp_path / "mixed.vrt"
    mixed.write_text(f"<VRTDataset rasterXSize='256' rasterYSize='256'>{bands}</VRTDataset>")
    for bands in (None, (1, 2, 3)):
        with Raster(str(mixed), bands=bands, colours="either") as raster:
            assert raster.bands == (1, 2, 3)


@pytest.mark.parametrize("value", [0, 7, np.nan])
def test_a_flat_image_looks_like_nothing(tmp_path, value):
    values = np.full((3, 60, 80), value, "float32")
    values[0, :, :40] += 5
    with Raster(write(tmp_path / "flat.tif", values), colours="either") as raster:
        assert raster.bands == (1, 2, 3)
