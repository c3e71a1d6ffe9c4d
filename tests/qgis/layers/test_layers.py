"""How layers reach the engine: files as they are, web maps fetched for the extent."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsProcessingException,
    QgsRasterLayer,
    QgsRasterRange,
)

from ginet_qgis.layers import layer_files
from ginet_qgis.layers import source as layers
from ginet_qgis.layers.layer_files import LayerError, engine_path
from ginet_qgis.layers.source import LayerSource
from ginet_qgis.models.card import ground_resolution
from tests.fixtures import qgis_layers
from tests.fixtures.qgis_layers import TILE_ZOOM, tile_colour

WORLD = 20037508.342789244
TILE = 2 * WORLD / 2**TILE_ZOOM
COLUMNS, ROWS = range(25000, 25003), range(48000, 48002)


def tile_box(columns, rows):
    """Extent of tiles, as Processing takes it as a string."""
    left, right = (x * TILE - WORLD for x in (columns.start, columns.stop))
    top, bottom = (WORLD - y * TILE for y in (rows.start, rows.stop))
    return f"{left},{right},{bottom},{top} [EPSG:3857]"


@pytest.fixture(scope="module")
def web_map(folder):
    """Address of a web map of six tiles, served by a process of its own."""
    tiles = qgis_layers.web_map(folder, COLUMNS, ROWS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen([*command, "-d", tiles], stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    yield f"type=xyz&url={address}/%7Bz%7D/%7Bx%7D/%7By%7D.png&zmin=0&zmax={TILE_ZOOM}"
    server.terminate()
    server.wait()


@pytest.fixture
def web_layer(web_map):
    layer = QgsRasterLayer(web_map, "Web map", "wms")
    assert layer.isValid()
    return layer


def test_web_map_is_classified_for_the_extent(classify_in_background, web_layer, layer, feedback):
    result = layer(classify_in_background(web_layer, EXTENT=tile_box(COLUMNS, ROWS))["OUTPUT"])
    assert (result.width(), result.height()) == (256 * len(COLUMNS), 256 * len(ROWS))
    assert result.crs().authid() == "EPSG:3857"
    assert result.extent().xMinimum() == pytest.approx(COLUMNS.start * TILE - WORLD)
    assert result.extent().yMaximum() == pytest.approx(WORLD - ROWS.start * TILE)
    assert "Fetching 768 × 512 pixels of Web map" in feedback.infos
    result.loadDefaultMetadata()
    assert result.metadata().parentIdentifier() == "Web map"
    assert not any("/tmp" in line for line in result.metadata().history())


def test_web_map_is_fetched_pixel_for_pixel(web_layer, feedback, tmp_path):
    """Each tile's colour fills its tile, to the last pixel: nothing is resampled or shifted."""
    left, right, bottom, top = map(float, tile_box(COLUMNS, ROWS).split(" ")[0].split(","))
    source = LayerSource(web_layer)
    grid = source.grid(layers.QgsRectangle(left, bottom, right, top), None)
    source.export(grid, tmp_path / "x.tif", QgsCoordinateTransformContext(), feedback)
    pixels = gdal.Open(str(tmp_path / "x.tif")).ReadAsArray()
    for i, column in enumerate(COLUMNS):
        for j, row in enumerate(ROWS):
            tile = pixels[:3, 256 * j : 256 * j + 256, 256 * i : 256 * i + 256]
            assert {tuple(pixel) for pixel in tile.reshape(3, -1).T} == {tile_colour(column, row)}


def test_missing_tiles_are_told(classify, web_layer, feedback):
    wider = range(COLUMNS.start, COLUMNS.stop + 1)
    classify(web_layer, EXTENT=tile_box(wider, ROWS))
    (told,) = [text for text in feedback.warnings if "delivered no picture" in text]
    # QGIS 3.44 draws a row of pixels less.
    assert told in [f"Web map delivered no picture for {n} % of the extent." for n in (25.0, 24.9)]


def test_cancelled_fetch_is_not_looked_at(web_layer, feedback, tmp_path):
    """Its file may never have been made."""
    source = LayerSource(web_layer)
    grid = source.grid(layers.QgsRectangle(0, 0, 100, 50), 5)
    feedback.cancel()
    missing = tmp_path / "no such folder" / "x.tif"
    source.export(grid, missing, QgsCoordinateTransformContext(), feedback)
    assert not missing.exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"EXTENT": tile_box(range(5), range(5))}, "Web map delivered no picture"),
        ({}, "at most 100 million are. Choose a smaller extent or a larger pixel size"),
        (
            {"EXTENT": "3e7,3.1e7,0,1000 [EPSG:3857]"},
            "does not touch Web map. Choose another extent",
        ),
    ],
)
def test_web_map_refused(classify, web_layer, tmp_path, parameters, message):
    with pytest.raises(QgsProcessingException, match=message):
        classify(web_layer, **parameters)
    assert list(tmp_path.iterdir()) == []


def test_pixel_size_sets_how_finely_a_web_map_is_fetched(web_layer):
    source = LayerSource(web_layer)
    extent = layers.QgsRectangle(0, 0, 100, 50)
    grid = source.grid(extent, 5)
    assert (grid.columns, grid.rows) == (21, 11)
    assert grid.extent.contains(extent)
    with pytest.raises(LayerError, match="100 million"):
        source.grid(extent, 0.001)


@pytest.mark.parametrize(
    ("resolution", "zoom"),
    [(None, 17), ((0.05, 0.1), 17), ((0.9, 1.3), 16), ((0.4, 1.3), 17), ((9.0, 10.5), 13)],
)
def test_zoom_level_is_the_one_that_suits_the_model(web_layer, resolution, zoom):
    """On the ground: at 60 degrees north a pixel of a web map is half as large as it says."""
    at_60_north = layers.QgsRectangle(0, 8399737, 1000, 8400737)
    grid = LayerSource(web_layer).grid(at_60_north, resolution=resolution)
    assert grid.extent.width() / grid.columns == pytest.approx(2 * WORLD / 256 / 2**zoom)


def test_models_resolution_is_in_its_card(model, tmp_path):
    card = json.dumps({"ginet:ground_resolution": [0.3, 0.6]})
    header = json.dumps({"__metadata__": {"card": card}}).encode()
    other = tmp_path / "other.safetensors"
    other.write_bytes(len(header).to_bytes(8, "little") + header)
    assert ground_resolution(str(other)) == (0.3, 0.6)
    other.write_bytes(b"not a model")
    for silent in (model, str(other), "no such model"):
        assert ground_resolution(silent) is None


def test_what_the_engine_can_open_is_not_copied(plain, tmp_path, layer, monkeypatch):
    assert engine_path(layer(plain)) == str(plain)
    assert engine_path(layer(f"{plain}|option:NUM_THREADS=2")) == str(plain)
    monkeypatch.chdir(plain.parent)
    assert engine_path(layer(plain.name)) == str(plain)

    vrt = tmp_path / "mosaic.vrt"
    gdal.BuildVRT(str(vrt), [str(plain)]).FlushCache()
    assert engine_path(layer(vrt)) == str(vrt)

    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.write(plain, "scene.tif")
    inside = f"/vsizip/{tmp_path}/images.zip/scene.tif"
    assert engine_path(layer(inside)) == inside

    package = tmp_path / "images.gpkg"
    options = gdal.TranslateOptions(format="GPKG", creationOptions=["RASTER_TABLE=first"])
    gdal.Translate(str(package), str(plain), options=options).FlushCache()
    subdataset = f"GPKG:{package}:first"
    assert engine_path(layer(subdataset)) == subdataset


def test_relative_names_are_absolute_for_the_engine(plain, tmp_path, layer, monkeypatch):
    """It runs in another folder."""
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.write(plain, "scene.tif")
    gdal.Translate(str(tmp_path / "a.nc"), str(plain), format="netCDF", bandList=[1])
    gdal.Translate(str(tmp_path / "a.gpkg"), str(plain), format="GPKG")
    gdal.Translate(str(tmp_path / "a.tif"), str(plain))
    names = {
        "/vsizip/images.zip/scene.tif": f"/vsizip/{tmp_path}/images.zip/scene.tif",
        'NETCDF:"a.nc":Band1': f'NETCDF:"{tmp_path}/a.nc":Band1',
        "GPKG:a.gpkg:a": f"GPKG:{tmp_path}/a.gpkg:a",
        "GTIFF_DIR:1:a.tif": f"GTIFF_DIR:1:{tmp_path}/a.tif",
    }
    monkeypatch.chdir(tmp_path)
    for name, expected in names.items():
        assert engine_path(layer(name)) == expected
        monkeypatch.chdir("/")
        assert engine_path(layer(expected)) == expected
        monkeypatch.chdir(tmp_path)


def test_what_only_qgis_can_open_is_exported_on_its_own_grid(plain, feedback, tmp_path, layer):
    gdal.Translate("/vsimem/scene.tif", str(plain)).FlushCache()
    source = LayerSource(layer("/vsimem/scene.tif"))
    assert not source.is_file
    source.export(
        source.grid(None, None), tmp_path / "x.tif", QgsCoordinateTransformContext(), feedback
    )
    copy, original = gdal.Open(str(tmp_path / "x.tif")), gdal.Open(str(plain))
    assert copy.GetGeoTransform() == original.GetGeoTransform()
    assert (copy.ReadAsArray() == original.ReadAsArray()).all()
    gdal.Unlink("/vsimem/scene.tif")
    assert Path(plain).is_file()


def test_no_data_values_that_only_qgis_knows_are_told(plain, holed, layer):
    assert layer_files.known_only_to_qgis(layer(holed)) == []
    switched_off, added = layer(holed), layer(plain)
    switched_off.dataProvider().setUseSourceNoDataValue(2, False)
    added.dataProvider().setUserNoDataValue(1, [QgsRasterRange(3, 3)])
    for changed in (switched_off, added):
        (told,) = layer_files.known_only_to_qgis(changed)
        assert told.startswith("In QGIS layer has other no-data values than in its file")
