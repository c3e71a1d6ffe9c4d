"""Reading: every kind of raster, every kind of window."""

import tracemalloc

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.control import GroundControlPoint
from rasterio.enums import Resampling
from rasters import UTM, noise, write

from core.raster import reading
from core.raster.reading import MOST_SPLIT, Raster
from core.wire.errors import BandError, NoData

WIDTH, HEIGHT = 80, 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rasters")


@pytest.fixture(scope="module")
def plain(folder):
    with Raster(write(folder / "plain.tif", noise())) as raster:
        yield raster


# Windows ------------------------------------------------------------------------------------------

whole_windows = st.tuples(
    st.integers(-100, 100), st.integers(-100, 100), st.integers(1, 150), st.integers(1, 150)
)


@given(whole_windows)
def test_a_window_is_what_stands_there(plain, window):
    col, row, width, height = window
    padded = np.zeros((3, HEIGHT + 600, WIDTH + 600), np.float32)
    padded[:, 300 : 300 + HEIGHT, 300 : 300 + WIDTH] = noise()
    expected = padded[:, 300 + row : 300 + row + height, 300 + col : 300 + col + width]
    values, valid = plain.read(window)
    np.testing.assert_array_equal(values, expected)
    np.testing.assert_array_equal(valid, expected[0] > 0)


PAD = 130
QUARTERS = np.pad(
    noise().astype(np.float32), ((0, 0), (PAD, PAD), (PAD, PAD)), constant_values=np.nan
)
QUARTERS = QUARTERS.repeat(4, axis=1).repeat(4, axis=2)


@given(
    st.tuples(st.integers(-100, 360), st.integers(-100, 280)),
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
    st.tuples(st.integers(4, 20), st.integers(4, 20)),
)
def test_shrinking_is_an_exact_masked_average(plain, corner, shape, step):
    """Against brute force: each pixel cut into quarters, then plain means over the quarters."""
    (col, row), (h, w), (step_x, step_y) = corner, shape, step
    window = (col / 4, row / 4, w * step_x / 4, h * step_y / 4)
    values, valid = plain.read(window, shape)
    cut = QUARTERS[:, PAD * 4 + row :, PAD * 4 + col :][:, : h * step_y, : w * step_x]
    boxes = cut.reshape(3, h, step_y, w, step_x).transpose(0, 1, 3, 2, 4).reshape(3, h, w, -1)
    number = np.isfinite(boxes[0]).sum(axis=-1)
    half = step_x * step_y / 2
    np.testing.assert_array_equal(valid[number != half], (number > half)[number != half])
    expected = np.nansum(boxes, axis=-1)[:, valid] / number[valid]
    np.testing.assert_allclose(values[:, valid], expected, rtol=1e-5)
    assert not values[:, ~valid].any()


@pytest.fixture(scope="module")
def merged(plain, folder):
    """Three by three pixels are one; the last column stands over."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "LEAST", 20)
        raster = Raster(str(folder / "plain.tif"), finest=3 * plain.gsd)
    with raster:
        yield raster


@pytest.fixture(scope="module")
def split(plain, folder):
    """Each pixel is two by two."""
    with Raster(str(folder / "plain.tif"), coarsest=plain.gsd / 2) as raster:
        yield raster


@pytest.fixture(scope="module", params=["merged", "split"])
def regridded(request, merged, split):
    """A raster of other pixels than the file's, and how many of these one has along a side."""
    return (merged, 3) if request.param == "merged" else (split, 0.5)


@given(
    st.tuples(st.integers(-9, 150), st.integers(-9, 150)),
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
)
def test_a_finer_or_coarser_raster_is_read_as_another(plain, regridded, corner, shape):
    raster, times = regridded
    (left, top), (height, width) = corner, shape
    found = raster.read((left, top, width, height))
    wanted = plain.read((times * left, times * top, times * width, times * height), shape)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_finer_raster_has_a_grid_of_its_own(plain, merged):
    assert (merged.merged, merged.width, merged.height) == (3, 27, 20)
    assert merged.gsd == 3 * plain.gsd
    assert merged.grid.extent[::3] == plain.grid.extent[::3]  # the corner that they share
    assert merged.file_grid == plain.grid


def test_a_coarser_raster_has_a_grid_of_its_own(plain, split):
    assert (split.split, split.width, split.height) == (2, 2 * plain.width, 2 * plain.height)
    assert split.gsd == plain.gsd / 2
    assert split.grid.extent == plain.grid.extent
    assert split.file_grid == plain.grid


@pytest.mark.parametrize(("times", "split"), [(0.5, 1), (1.4, 1), (1.6, 2), (99, MOST_SPLIT)])
def test_how_finely_a_coarser_raster_is_read(plain, folder, times, split):
    with Raster(str(folder / "plain.tif"), coarsest=plain.gsd / times) as raster:
        assert raster.split == split


def test_of_a_small_raster_something_is_left(plain, folder):
    with Raster(str(folder / "plain.tif"), finest=3 * plain.gsd) as raster:
        assert raster.merged == 1


def test_growing_is_bilinear(folder):
    ramp = np.broadcast_to(np.arange(1, 81, dtype=np.float32) * 2, (1, 60, 80))
    with Raster(write(folder / "ramp.tif", ramp, colours="u"), inputs=1) as raster:
        values, valid = raster.read((10.5, 20, 20, 10), (40, 80))
    assert valid.all()
    centres = 10.5 + (np.arange(80) + 0.5) / 4 - 0.5
    np.testing.assert_allclose(values[0, 7], (centres + 1) * 2, rtol=1e-6)


@pytest.mark.parametrize("missing", [0, np.nan])
def test_nodata_lends_nothing_to_its_neighbours(folder, missing):
    values = np.full((3, 64, 64), 100, np.float32)
    values[:, ::2, ::2] = missing
    path = write(folder / "holes.tif", values, nodata=None if np.isnan(missing) else missing)
    with Raster(path) as raster:
        full, valid = raster.read((0, 0, 64, 64))
        assert valid.mean() == 0.75
        assert not full[:, ~valid].any()
        for shape in [(32, 32), (7, 9), (100, 90)]:
            reduced, valid = raster.read((0, 0, 64, 64), shape)
            np.testing.assert_allclose(reduced[:, valid], 100, rtol=1e-5)
            assert np.isfinite(reduced).all()


def test_overviews_serve_reduced_reads_with_their_masks(folder):
    values = noise(height=256, width=256)
    mask = np.ones((256, 256), bool)
    mask[:, :96] = False
    path = write(folder / "overviews.tif", values, mask=mask, overviews=(2, 4))
    with rasterio.open(path, overview_level=1) as overview:
        stored = overview.read().astype(np.float32)
    with Raster(path) as raster:
        for shape, step in [((64, 64), 1), ((32, 32), 2)]:
            reduced, valid = raster.read((0, 0, 256, 256), shape)
            np.testing.assert_array_equal(valid, mask[:: 4 * step, :: 4 * step])
            means = stored.reshape(3, 64 // step, step, 64 // step, step).mean((2, 4))
            # Not the mean of full pixels, which the overview has rounded.
            np.testing.assert_allclose(reduced[:, valid], means[:, valid], rtol=1e-6)


def test_reduced_reads_hold_no_full_resolution_window(folder):
    path = folder / "large.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=9000, height=8000, count=1, dtype="uint8",
        tiled=True, sparse_ok=True, crs="EPSG:32633", transform=Affine(1, 0, 9, 0, -1, 9),
    ) as dataset:  # fmt: skip
        dataset.write(np.full((1, 512, 512), 50, np.uint8), window=((0, 512), (0, 512)))
    with Raster(str(path), inputs=1) as raster:
        tracemalloc.start()
        values, valid = raster.read((-1, -1, 9001, 8001), (80, 90))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 60e6  # one byte of each pixel would be 72e6
    assert valid.all()
    assert values[0, 2, 2] == pytest.approx(50, rel=1e-5)
    assert values[0, 50, 50] == 0


def test_overviews_without_the_mask_are_passed_over(folder):
    """Else what is masked would count as data in every reduced read."""
    mask = np.zeros((256, 256), bool)
    mask[:, 128:] = True
    path = write(folder / "unmasked.tif", noise(height=256, width=256), overviews=(2,))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    with Raster(path) as raster:
        _, valid = raster.read((0, 0, 256, 256), (64, 64))
    np.testing.assert_array_equal(valid, mask[::4, ::4])


def test_overview_resampling_is_the_files_own(folder):
    values = noise(1, 128, 128)
    path = write(
        folder / "nearest.tif", values, colours="u", overviews=(4,), resampling=Resampling.nearest
    )
    with rasterio.open(path, overview_level=0) as overview:
        stored = overview.read()
    with Raster(path, inputs=1) as raster:
        reduced, _ = raster.read((0, 0, 128, 128), (32, 32))
    np.testing.assert_array_equal(reduced, stored)


# Data types and validity --------------------------------------------------------------------------

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_data_types(folder, dtype):
    values = noise(dtype=np.int16)
    values = np.where(values > 120, 7 - values, values) if dtype[0] in "if" else values
    values = values.astype(dtype)
    with Raster(write(folder / f"{dtype}.tif", values)) as raster:
        assert raster.dtype == dtype
        read, valid = raster.read((0, 0, WIDTH, HEIGHT))
        assert read.dtype == (np.uint8 if dtype == "uint8" else np.float32)
        np.testing.assert_array_equal(read, values.astype(np.float32))
        assert valid.all()


def test_bands_of_several_data_types(folder):
    """Only a VRT can mix them."""
    band = (
        '<VRTRasterBand dataType="{}" band="{}"><SimpleSource><SourceFilename>{}</SourceFilename>'
        "<SourceBand>{}</SourceBand></SimpleSource></VRTRasterBand>"
    )
    bytes_path = write(folder / "bytes.tif", noise())
    floats_path = write(folder / "floats.tif", noise(dtype="float32", seed=1) * 1.5)
    bands = [
        band.format("Byte", 1, bytes_path, 1),
        band.format("Float32", 2, floats_path, 2),
        band.format("Byte", 3, bytes_path, 3),
    ]
    path = folder / "mixed.vrt"
    size = f'rasterXSize="{WIDTH}" rasterYSize="{HEIGHT}"'
    path.write_text(f"<VRTDataset {size}><SRS>EPSG:32633</SRS>{''.join(bands)}</VRTDataset>")
    with Raster(str(path)) as raster:
        assert raster.dtype == "float32"
        read, _ = raster.read((0, 0, WIDTH, HEIGHT))
    expected = noise().astype(np.float32)
    expected[1] = noise(dtype="float32", seed=1)[1] * 1.5
    np.testing.assert_array_equal(read, expected)
    with Raster(str(path), inputs=1, colours=None, others=9) as raster:  # as bytes are learned
        assert (raster.bands, raster.dtype) == ((1, 3), "uint8")


def test_complex_numbers_are_refused(folder):
    path = write(folder / "complex.tif", noise(dtype="complex64"), colours="")
    with pytest.raises(BandError, match="complex"):
        Raster(path)


def test_nodata_hides_a_pixel_only_where_all_bands_used_hold_it(folder):
    values = noise(4, dtype="int16")
    values[:, 0, 0] = -9999
    values[:3, 0, 1] = -9999  # the band that is not used has data
    values[0, 0, 2] = -9999
    with Raster(write(folder / "nodata.tif", values, colours="rgbu", nodata=-9999)) as raster:
        read, valid = raster.read((0, 0, WIDTH, HEIGHT))
    assert valid[0, :4].tolist() == [False, False, True, True]
    assert valid.sum() == WIDTH * HEIGHT - 2
    assert read[:, 0, 2].tolist() == [0, values[1, 0, 2], values[2, 0, 2]]


@pytest.mark.parametrize("nodata", [None, 0])
def test_alpha_hides_pixels_also_beside_a_nodata_value(folder, nodata):
    values = noise(4)
    values[3] = 255
    values[3, :10] = 0
    values[3, 10] = 1
    path = write(folder / f"alpha{nodata}.tif", values, colours="rgba", nodata=nodata)
    with Raster(path) as raster:
        assert raster.bands == (1, 2, 3)
        _, valid = raster.read((0, 0, WIDTH, HEIGHT))
    assert not valid[:10].any()
    assert valid[10:].all()


def test_an_internal_mask_hides_pixels(folder):
    mask = np.random.default_rng(3).random((HEIGHT, WIDTH)) > 0.3
    with Raster(write(folder / "mask.tif", noise(), mask=mask)) as raster:
        values, valid = raster.read((0, 0, WIDTH, HEIGHT))
    np.testing.assert_array_equal(valid, mask)
    assert not values[:, ~mask].any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_what_is_no_number_is_invalid(folder, bad):
    values = noise(dtype="float64")
    values[1, 5, 6] = bad
    with Raster(write(folder / "bad.tif", values)) as raster:
        read, valid = raster.read((0, 0, WIDTH, HEIGHT))
    assert not valid[5, 6]
    assert valid.sum() == WIDTH * HEIGHT - 1
    assert read[:, 5, 6].tolist() == [0, 0, 0]


# Georeference -------------------------------------------------------------------------------------


@pytest.mark.parametrize("crs", [None, UTM])
def test_without_georeference(folder, crs):
    """A CRS without a transform says nothing about where the pixels lie."""
    with Raster(write(folder / "nowhere.tif", noise(), transform=None, crs=crs)) as raster:
        assert (raster.crs, raster.gsd, raster.grid.georeferenced) == (None, None, False)
        assert raster.grid.window((10, -30, 20, -25)) == (10, 25, 10, 5)
        assert "is not georeferenced" in raster.warnings[0]


def test_a_transform_without_crs(folder):
    with Raster(write(folder / "local.tif", noise(), crs=None)) as raster:
        assert (raster.crs, raster.gsd, raster.grid.georeferenced) == (None, None, True)
        assert "no coordinate reference system" in raster.warnings[0]


def test_control_points_stand_in_for_a_transform(folder):
    points = [
        GroundControlPoint(row, col, 500_000 + col * 2, 4_000_000 - row * 2)
        for row, col in [(0, 0), (0, WIDTH), (HEIGHT, 0), (HEIGHT, WIDTH)]
    ]
    with Raster(write(folder / "gcps.tif", noise(), transform=None, gcps=points)) as raster:
        assert len(raster.grid.gcps) == 4
        assert raster.grid.window((500_010, 3_999_980, 500_020, 3_999_990)) == (5, 5, 5, 5)
        assert raster.gsd == pytest.approx(2, rel=1e-3)
        assert "control points" in raster.warnings[0]


@pytest.mark.parametrize("number", [1, 4])
def test_control_points_on_a_line_are_ignored(folder, number):
    points = [GroundControlPoint(n, 3 * n, 7.3 * n, 40 - 2.1 * n) for n in range(number)]
    with Raster(write(folder / "line.tif", noise(), transform=None, gcps=points)) as raster:
        assert (raster.grid.georeferenced, raster.gsd, raster.crs) == (False, None, None)
        assert "line or a point" in raster.warnings[-1]


def test_ground_resolution_is_that_of_the_centre(folder):
    with Raster(write(folder / "gsd.tif", noise())) as raster:
        assert raster.gsd == pytest.approx(0.5, rel=1e-3)


# Percentiles --------------------------------------------------------------------------------------


def test_percentiles_of_a_small_raster_are_exact(folder):
    values = noise(dtype="uint16")
    values[:, :10] = 0
    with Raster(write(folder / "small.tif", values, nodata=0)) as raster:
        expected = np.percentile(values[:, 10:].reshape(3, -1), (2, 98), axis=1).T
        np.testing.assert_allclose(raster.percentiles(), expected)


def test_percentiles_of_a_large_raster_are_close_and_repeatable(folder):
    values = noise(height=1000, width=1200)
    with Raster(write(folder / "wide.tif", values)) as raster:
        measured = raster.percentiles(samples=100_000)
        assert measured == raster.percentiles(samples=100_000)
    expected = np.percentile(values.reshape(3, -1), (2, 98), axis=1).T
    np.testing.assert_allclose(measured, expected, atol=2)


def test_percentiles_find_data_that_the_samples_miss(folder):
    values = np.zeros((1, 1000, 1000), np.uint8)
    values[:, 340:380, 340:380] = 90
    path = write(folder / "island.tif", values, colours="u", nodata=0)
    with Raster(path, inputs=1) as raster:
        assert raster.percentiles(samples=2500)[0] == pytest.approx((90, 90))


def test_no_data_at_all(folder):
    with (
        Raster(write(folder / "empty.tif", noise() * 0, nodata=0)) as raster,
        pytest.raises(NoData, match=r"empty\.tif holds no data"),
    ):
        raster.percentiles()
