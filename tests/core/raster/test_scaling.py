"""Value scaling: the card's, or the raster's own percentiles."""

import numpy as np
import pytest
from rasters import noise, write

from core.raster.reading import Raster
from core.raster.scaling import Scaling, choose_scaling
from core.wire.errors import BandError, NoData

CARD = {"uint8": [[0, 255], [0, 255], [10, 210]]}


def test_values_are_stretched_and_clipped():
    values = np.array([[[0, 51, 255]], [[-5, 0, 300]], [[10, 60, 211]]], np.float32)
    scaled = Scaling(((0, 255), (0, 100), (10, 210)))(values)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, [[[0, 0.2, 1]], [[0, 0, 1]], [[0, 0.25, 1]]], rtol=1e-6)
    assert values[1, 0, 2] == 300


def test_the_cards_scaling_is_used_without_a_warning(tmp_path):
    with Raster(write(tmp_path / "a.tif", noise())) as raster:
        assert choose_scaling(CARD, raster) == (Scaling(((0, 255), (0, 255), (10, 210))), "")


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32"])
def test_other_data_types_are_stretched_by_percentiles(tmp_path, dtype):
    values = (noise() * np.float32(37.5)).astype(dtype)
    with Raster(write(tmp_path / "a.tif", values)) as raster:
        scaling, warning = choose_scaling(CARD, raster)
    expected = np.percentile(values.reshape(3, -1), (2, 98), axis=1).T
    np.testing.assert_allclose(scaling.ranges, expected)
    assert f"not trained on {dtype} values" in warning
    assert f"[{expected[0, 0]:g}, {expected[0, 1]:g}]" in warning
    assert (scaling(values.astype(np.float32)) == 1).mean() == pytest.approx(0.02, abs=0.01)


def test_a_band_of_one_value_does_not_divide_by_zero(tmp_path):
    values = np.full((3, 60, 80), 7, np.uint16)
    with Raster(write(tmp_path / "flat.tif", values)) as raster:
        scaling, _ = choose_scaling({}, raster)
    assert scaling.ranges == ((7, 8),) * 3
    assert not scaling(values.astype(np.float32)).any()


def test_a_card_that_does_not_fit_the_bands(tmp_path):
    with (
        Raster(write(tmp_path / "a.tif", noise())) as raster,
        pytest.raises(BandError, match="scales 2 bands of type uint8, but 3"),
    ):
        choose_scaling({"uint8": [[0, 255], [0, 255]]}, raster)


@pytest.mark.parametrize(("dtype", "measured"), [("uint8", False), ("uint16", True)])
def test_bands_that_feed_no_input(tmp_path, dtype, measured):
    """The card says nothing of them: bytes are taken as bytes, others as the image has them."""
    values = noise(5, dtype=dtype)
    card = {dtype: [[0, 200]] * 3}
    with Raster(write(tmp_path / "a.tif", values, colours="rgbuu"), others=9) as raster:
        scaling, warning = choose_scaling(card, raster)
    found = np.percentile(values[3:].reshape(2, -1), (2, 98), axis=1).T
    expected = found if measured else [(0, 255)] * 2
    np.testing.assert_allclose(scaling.ranges, [(0, 200)] * 3 + [tuple(each) for each in expected])
    assert not warning


def test_nothing_to_measure(tmp_path):
    path = write(tmp_path / "empty.tif", np.zeros((3, 60, 80), np.uint16), nodata=0)
    with Raster(path) as raster, pytest.raises(NoData):
        choose_scaling(CARD, raster)
