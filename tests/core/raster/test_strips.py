"""GDAL keeps the strips that all blocks of a row have pixels in, within bounds."""

from __future__ import annotations

import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.env import get_gdal_config

from core.raster.gdal import LEAST_CACHE_BYTES, MOST_CACHE_BYTES, unpack_for
from core.raster.reading import Raster

ROWS = 3000
"""That a block needs; a strip more is kept, and a tenth for GDAL's own needs."""


def wide(folder, **options):
    path = folder / "wide.tif"
    settings = {
        "driver": "GTiff", "width": 30_000, "height": 20_000, "count": 3, "dtype": "uint8",
        "blockysize": 10, "compress": "lzw", "sparse_ok": True, "transform": Affine.scale(0.3),
    }  # fmt: skip
    with rasterio.open(path, "w", **{**settings, **options}):
        pass
    return path


def kept(path):
    with Raster(str(path)) as raster:
        raster.keep_rows(ROWS)
        return get_gdal_config("GDAL_CACHEMAX")


@pytest.mark.parametrize(
    ("options", "rows", "pixel"),
    [
        ({}, 3010, 3),
        ({"dtype": "uint16"}, 3010, 6),
        ({"blockysize": 4000}, 8000, 3),
        ({"height": 3005}, 3005, 3),
    ],
)
def test_a_row_of_blocks_is_kept(tmp_path, options, rows, pixel):
    """Else each strip is unpacked anew for each block, which takes several times as long."""
    path = wide(tmp_path, **options)
    assert kept(path) == pytest.approx(1.1 * rows * 30_000 * pixel, rel=0.01)
    assert get_gdal_config("GDAL_CACHEMAX") == LEAST_CACHE_BYTES  # the results' bytes hang on it


def test_a_mask_is_kept_as_well(tmp_path):
    path = wide(tmp_path)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(True)
    assert kept(path) == pytest.approx(1.1 * 3010 * 30_000 * 4, rel=0.01)


@pytest.mark.parametrize(
    "options",
    [
        {"tiled": True, "blockysize": 256},
        {"width": 4000},
        {"width": MOST_CACHE_BYTES // ROWS // 3},  # would not fit, and a part of it serves nothing
    ],
)
def test_else_memory_stays_small(tmp_path, options):
    assert kept(wide(tmp_path, **options)) == LEAST_CACHE_BYTES


@pytest.mark.parametrize("depth", [1, 2])
def test_a_mosaic_is_judged_by_its_files(tmp_path, depth):
    """Also where overviews of its own come first among them."""
    path = wide(tmp_path)
    for number in range(depth):
        rasterio.shutil.copy(path, tmp_path / f"{number}.vrt", driver="VRT")
        path = tmp_path / f"{number}.vrt"
        with rasterio.Env(SPARSE_OK_OVERVIEW="YES"), rasterio.open(path, "r+") as mosaic:
            mosaic.build_overviews([64])
    assert kept(path) > 2 * LEAST_CACHE_BYTES


def test_a_mosaic_that_cannot_be_looked_into(tmp_path):
    """Of itself, or of a file that is gone: reading it says so, and nothing else."""
    path = tmp_path / "mosaic.vrt"
    rasterio.shutil.copy(wide(tmp_path), path, driver="VRT")
    (tmp_path / "wide.tif").unlink()
    assert kept(path) == LEAST_CACHE_BYTES
    path.write_text(path.read_text().replace("wide.tif", "mosaic.vrt"))
    assert kept(path) == LEAST_CACHE_BYTES


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (7, 1), (8, 2), (64, 16)])
def test_many_cores_have_more_than_one_thread_unpack_for_them(cores, threads):
    unpack_for(cores)
    assert int(get_gdal_config("GDAL_NUM_THREADS")) == threads
    unpack_for(1)
