"""Files as users have them, and what cannot be read."""

import os
from pathlib import Path

import numpy as np
import pytest
from rasterio.windows import Window
from rasters import noise, write

from core.raster.gdal import open_dataset
from core.raster.reading import Raster
from core.wire.errors import BandError, NoData, RasterReadError

DATA = Path(
    os.environ.get("GINET_TEST_DATA", Path(__file__).parents[3] / ".." / "shared" / "data")
).resolve()
FILES = sorted(
    path for path in (DATA / "geotiff_inputs").glob("*") if path.suffix in (".tif", ".tiff", ".jpg")
)
REFUSED = {
    "rasterio__all-nodata.tif": NoData,
    "rasterio__corrupt.tif": RasterReadError,
    "rio-tiler__cog_scale.tif": BandError,
}


@pytest.mark.skipif(not FILES, reason=f"no test data in {DATA} (GINET_TEST_DATA)")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_as_users_have_them(path):
    """Either one clear error, or full and reduced reads that agree with each other and GDAL."""

    def work():
        with Raster(str(path)) as raster:
            ranges = raster.percentiles()
            whole = (0, 0, raster.width, raster.height)
            part = whole
            if raster.width * raster.height > 2_000_000:
                part = raster.width // 2, raster.height // 2, 1000, 1000
            return ranges, raster.read(whole, (16, 16)), part, raster.read(part), raster.bands

    if error := REFUSED.get(path.name):
        with pytest.raises(error) as caught:
            work()
        assert path.name in caught.value.message
        return
    ranges, (reduced, reduced_valid), part, (values, valid), bands = work()
    assert np.isfinite(values).all()
    assert np.isfinite(reduced).all()
    assert valid.any()
    assert reduced_valid.any()
    assert all(low <= high for low, high in ranges)
    assert not values[:, ~valid].any()
    with open_dataset(str(path)) as dataset:
        if "palette" not in {meaning.name for meaning in dataset.colorinterp}:
            stored = dataset.read(bands, window=Window(*part), masked=True).astype(np.float32)
            kept = valid & ~np.ma.getmaskarray(stored).any(axis=0)
            np.testing.assert_array_equal(values[:, kept], stored.data[:, kept])


def test_what_is_no_raster(tmp_path):
    text = tmp_path / "text.tif"
    text.write_text("no raster")
    for path in (text, tmp_path / "missing.tif", tmp_path):
        with pytest.raises(RasterReadError) as caught:
            Raster(str(path))
        assert str(path) in caught.value.message
        assert caught.value.hint


def test_a_broken_file_names_itself_and_the_window(tmp_path):
    path = Path(write(tmp_path / "broken.tif", noise(height=256, width=256)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with Raster(str(path)) as raster:
        raster.read((0, 0, 10, 10))
        with pytest.raises(RasterReadError) as caught:
            raster.read((100, 200, 50, 40))
    assert "broken.tif" in caught.value.message
    assert "columns 100 to 150, rows 200 to 240" in caught.value.message
    assert "damaged" in caught.value.hint


@pytest.mark.parametrize(
    "path",
    [
        "/vsicurl/http://user:hunter2@127.0.0.1:9/town.tif?token=hunter2",
        "/vsicurl?token=hunter2&url=http%3A%2F%2F127.0.0.1%3A9%2Ftown.tif%3Fkey%3Dhunter2",
        "http://user:hunter2@127.0.0.1:9/town.tif?token=hunter2",
        "/vsizip//vsicurl/http://user:hunter2@127.0.0.1:9/a.zip/town.tif?hunter2",
    ],
)
def test_credentials_are_not_told(path):
    with pytest.raises(RasterReadError) as caught:
        Raster(path)
    assert "town.tif" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
