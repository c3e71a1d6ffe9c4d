"""What QGIS can show and the engine cannot open is exported, or the advice says how."""

import subprocess

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingException, QgsRasterLayer

from ginet_qgis.labels.raster_tally import RasterTally
from ginet_qgis.labels.reference import raster_path
from ginet_qgis.layers.engine_formats import FORMATS
from ginet_qgis.layers.layer_files import LayerError, engine_path, own_data

LISTED = """
import rasterio
with rasterio.Env() as env:
    print(*env.drivers())
"""


def test_formats_are_the_engines(engine_python):
    listed = subprocess.run(
        [engine_python, "-c", LISTED], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(listed) >= FORMATS


def foreign(plain, folder, kind):
    """The scene in a format that only QGIS's GDAL reads."""
    if kind in ("HDF4Image", "FITS"):
        path = folder / f"scene 影像.{'hdf' if kind == 'HDF4Image' else 'fits'}"
        gdal.Translate(str(path), str(plain), format=kind)
    elif kind == "PDF":
        path = folder / "scene 影像.pdf"
        gdal.Translate(str(path), str(plain), format="PDF", creationOptions=["COMPRESS=DEFLATE"])
    else:
        path = folder / "mosaic.vrt"
        gdal.BuildVRT(str(path), [str(foreign(plain, folder, "HDF4Image"))])
    return path


@pytest.mark.parametrize("kind", ["HDF4Image", "FITS", "PDF", "VRT"])
def test_what_only_qgis_reads_is_known(plain, layer, tmp_path, kind):
    path = foreign(plain, tmp_path, kind)
    assert engine_path(layer(path)) is None
    assert own_data(layer(path)) == str(path)


@pytest.mark.parametrize("kind", ["HDF4Image", "PDF"])
def test_classified_as_qgis_shows_it(classify, plain, layer, tmp_path, kind):
    (tmp_path / "in").mkdir()
    source = layer(foreign(plain, tmp_path / "in", kind))
    result = layer(classify(source)["OUTPUT"])
    assert (result.width(), result.height()) == (source.width(), source.height())
    assert result.extent().xMinimum() == pytest.approx(source.extent().xMinimum(), abs=1e-3)
    if kind == "HDF4Image":  # the same pixels; a PDF is drawn anew
        expected = gdal.Open(classify(plain, OUTPUT=str(tmp_path / "plain.tif"))["OUTPUT"])
        assert np.array_equal(gdal.Open(result.source()).ReadAsArray(), expected.ReadAsArray())


def test_classes_in_such_a_file_are_to_be_saved_as_geotiff(plain, layer, tmp_path):
    ids = QgsRasterLayer(str(foreign(plain, tmp_path, "HDF4Image")), "ids")
    with pytest.raises(LayerError, match="cannot read the file of ids as it is"):
        raster_path(ids)
    assert "labels must be polygons" in RasterTally(layer(plain), ids).problem


def test_output_is_not_such_a_file(classify, plain, tmp_path):
    path = foreign(plain, tmp_path, "HDF4Image")
    before = path.read_bytes()
    with pytest.raises(QgsProcessingException, match="overwrite"):
        classify(QgsRasterLayer(str(path), "scene"), REPORT=str(path))
    assert path.read_bytes() == before


def test_jpeg_2000_by_whichever_driver_and_a_file_that_changed(plain, layer, tmp_path):
    path = tmp_path / "a.jp2"
    gdal.Translate(str(path), str(plain), format="JP2OpenJPEG")
    assert engine_path(layer(path)) == str(path)
    path = tmp_path / "a.dat"
    gdal.Translate(str(path), str(plain), format="HDF4Image")
    assert engine_path(layer(path)) is None
    gdal.Translate(str(path), str(plain), format="GTiff")
    assert engine_path(layer(path)) == str(path)
