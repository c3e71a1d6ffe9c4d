"""Rasters that are far away or large: over HTTP, mosaics of many files, beyond 4 GiB."""

import os
from xml.sax.saxutils import escape

import numpy as np
import pytest
import rasterio
import rasters
from affine import Affine
from dropping_server import serving
from rasterio.windows import Window
from scenes import save, scene


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serves the folder ``far``: address and what sets how many bytes may still be sent."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "far"
    folder.mkdir()
    with serving(folder) as found:
        yield found


def cog(path, pixels):
    """A cloud-optimised GeoTIFF."""
    plain = path.with_name("plain.tif")
    save(plain, pixels)
    with rasterio.open(plain) as source:
        profile = {**source.profile, "driver": "COG", "blocksize": 128, "overviews": "AUTO"}
        for name in ("tiled", "blockxsize", "blockysize", "interleave"):
            profile.pop(name, None)
        with rasterio.open(path, "w", **profile) as target:
            target.write(source.read())
    return path


def test_a_cog_over_http_gives_the_classes_of_the_file(run, server, tmp_path):
    path = cog(tmp_path / "far" / "cog.tif", scene())
    far = run(f"/vsicurl/{server[0]}/cog.tif")
    np.testing.assert_array_equal(far, run(path, name="file.tif"))


def test_an_extent_of_a_cog_takes_only_a_part_of_it(run, server, tmp_path):
    path = cog(tmp_path / "far" / "cog.tif", scene(size=3000))
    address, allow = server
    allow(path.stat().st_size // 3)  # then the server falls silent, and reading fails
    with rasterio.open(path) as source:
        x, y = source.xy(2000, 2000, offset="ul")
    classes = run(f"/vsicurl/{address}/cog.tif", extent=(x, y - 50, x + 50, y))
    assert classes.shape == (100, 100)


def test_a_mosaic_of_two_thousand_files(run, tmp_path):
    """50 x 40 tiles of 16 pixels; more than a process may hold open on some systems."""
    pixels = scene(size=800)[:, :640]
    folder = tmp_path / "tiles 图"
    folder.mkdir()
    sources = []
    for row in range(40):
        for col in range(50):
            path = folder / f"{row}_{col}.tif"
            tile = pixels[:, 16 * row : 16 * row + 16, 16 * col : 16 * col + 16]
            with rasterio.open(
                path, "w", driver="GTiff", width=16, height=16, count=3, dtype="uint8",
                transform=Affine(0.5, 0, 0, 0, -0.5, 0),
            ) as target:  # fmt: skip
                target.write(tile)
            sources.append((path, col * 16, row * 16))
    whole = tmp_path / "whole.tif"
    rasters.write(whole, pixels)
    mosaic = tmp_path / "mosaic.vrt"
    bands = []
    for band in (1, 2, 3):
        parts = "".join(
            f"<SimpleSource><SourceFilename>{escape(str(path))}</SourceFilename>"
            f"<SourceBand>{band}</SourceBand>"
            '<SourceProperties RasterXSize="16" RasterYSize="16" DataType="Byte" '
            'BlockXSize="16" BlockYSize="16"/>'
            '<SrcRect xOff="0" yOff="0" xSize="16" ySize="16"/>'
            f'<DstRect xOff="{col}" yOff="{row}" xSize="16" ySize="16"/></SimpleSource>'
            for path, col, row in sources
        )
        bands.append(f'<VRTRasterBand dataType="Byte" band="{band}">{parts}</VRTRasterBand>')
    mosaic.write_text(
        '<VRTDataset rasterXSize="800" rasterYSize="640">'
        "<GeoTransform>500000, 0.5, 0, 5000000, 0, -0.5</GeoTransform>"
        f"<SRS>EPSG:32633</SRS>{''.join(bands)}</VRTDataset>",
        "utf-8",
    )
    classes = run(mosaic)
    assert classes.shape == (640, 800)
    np.testing.assert_array_equal(classes, run(whole, name="whole_out.tif"))


def test_pixels_that_lie_beyond_four_gibibytes_of_a_file(run, tmp_path):
    """A hole in the file takes no room on the disk."""
    path = tmp_path / "large.tif"
    side = 70_000
    options = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8"}
    options |= {"tiled": True, "sparse_ok": True, "bigtiff": "yes", "crs": "EPSG:32633"}
    options |= {"transform": Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000)}
    with rasterio.open(path, "w", **options):
        pass
    os.truncate(path, 5 * 2**30)
    pixels = scene(size=512)
    with rasterio.open(path, "r+") as target:
        target.write(pixels, window=Window(side - 512, side - 512, 512, 512))
    assert path.stat().st_size > 5 * 2**30
    x, y = 500_000 + 0.5 * (side - 256), 5_000_000 - 0.5 * (side - 256)
    classes = run(path, extent=(x, y - 128, x + 128, y))
    assert classes.shape == (256, 256)
    assert len(np.unique(classes)) > 1
