"""The pixels of a label raster are counted as the engine takes them, see core/test_validity.py."""

import shutil

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer

from ginet_qgis.labels.pixels import LabelPixels
from ginet_qgis.labels.prepared import RasterLabels, Scheme
from ginet_qgis.labels.raster_tally import RasterTally
from ginet_qgis.layers.layer_files import LayerError

HEIGHT, WIDTH = 130, 150
RANDOM = np.random.default_rng(0)
VALUES = RANDOM.integers(0, 4, (HEIGHT, WIDTH)).astype(np.uint8)
HIDDEN = RANDOM.random((HEIGHT, WIDTH)) < 0.3


def write(path, values, nodata=None, mask=None, alpha=False, inside=True):
    """Write label values; ``mask`` is true where valid."""
    kinds = {"uint8": gdal.GDT_Byte, "int16": gdal.GDT_Int16, "float32": gdal.GDT_Float32}
    bands = np.stack([values, np.uint8(255) * mask]) if alpha else values[None]
    options = ["ALPHA=YES"] if alpha else []
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES" if inside else "NO")
    dataset = gdal.GetDriverByName("GTiff").Create(
        str(path), WIDTH, HEIGHT, len(bands), kinds[values.dtype.name], options
    )
    dataset.SetGeoTransform((500000, 0.5, 0, 4978000, 0, -0.5))
    dataset.WriteArray(bands)
    if nodata is not None:
        for band in range(len(bands)):
            dataset.GetRasterBand(band + 1).SetNoDataValue(nodata)
    if mask is not None and not alpha:
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        dataset.GetRasterBand(1).GetMaskBand().WriteArray(np.uint8(255) * mask)
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", None)
    return path


FLOAT = VALUES.astype(np.float32)
KINDS = {
    "nodata is a class's id": ({"nodata": 2}, VALUES != 2),
    "mask": ({"mask": ~HIDDEN}, ~HIDDEN),
    "mask beside": ({"mask": ~HIDDEN, "inside": False}, ~HIDDEN),
    "mask and nodata": ({"mask": ~HIDDEN, "nodata": 0}, ~HIDDEN & (VALUES != 0)),
    "alpha": ({"mask": ~HIDDEN, "alpha": True}, ~HIDDEN),
    "alpha and nodata": ({"mask": ~HIDDEN, "alpha": True, "nodata": 0}, ~HIDDEN & (VALUES != 0)),
    "255": ({"values": np.where(HIDDEN, np.uint8(255), VALUES)}, ~HIDDEN),
    "negative": ({"values": np.where(HIDDEN, np.int16(-1), VALUES), "nodata": -1}, ~HIDDEN),
    "NaN": ({"values": np.where(HIDDEN, np.nan, FLOAT).astype(np.float32)}, ~HIDDEN),
    "NaN is nodata": (
        {"values": np.where(HIDDEN, np.nan, FLOAT).astype(np.float32), "nodata": np.nan}, ~HIDDEN,
    ),
    "single precision": (
        {"values": np.where(HIDDEN, np.float32(-9999.9), FLOAT), "nodata": -9999.9}, ~HIDDEN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_holds_data_is_counted(qgis_app, feedback, tmp_path, kind):
    how, there = KINDS[kind]
    path = write(tmp_path / "labels 标.tif", **{"values": VALUES, **how})
    expected = {value: int((there & (value == VALUES)).sum()) for value in range(4)}
    expected = {value: count for value, count in expected.items() if count}
    pixels = LabelPixels(str(path), "labels")
    assert pixels.count(0, 0, WIDTH, HEIGHT) == expected
    layer = QgsRasterLayer(str(path), "labels")
    tally = RasterTally(layer, layer)
    assert tally.work(60)
    assert tally.problem == ""
    assert {value: one.pixels for value, one in tally.labels.items()} == expected
    prepared = RasterLabels(layer).prepare(Scheme([]), feedback)
    assert [each.id for each in prepared.classes] == sorted(expected)


def test_a_histogram_beside_the_file_is_not_believed(qgis_app, feedback, tmp_path):
    """A raster was replaced under its name; what GDAL kept of the former lies beside it still."""
    path = write(tmp_path / "labels.tif", np.where(HIDDEN, np.uint8(3), np.uint8(1)))
    dataset = gdal.Open(str(path))
    dataset.GetRasterBand(1).GetHistogram(-0.5, 254.5, 255, 0, 0)  # GDAL keeps it
    del dataset
    kept = tmp_path / "kept"
    shutil.copy(f"{path}.aux.xml", kept)
    write(path, np.where(HIDDEN, np.uint8(7), np.uint8(9)))
    shutil.copy(kept, f"{path}.aux.xml")
    dataset = gdal.Open(str(path))
    assert dataset.GetRasterBand(1).GetHistogram(-0.5, 254.5, 255, 0, 0)[3] == HIDDEN.sum()
    del dataset
    layer = QgsRasterLayer(str(path), "labels")
    prepared = RasterLabels(layer).prepare(Scheme([]), feedback)
    assert [each.id for each in prepared.classes] == [7, 9]


def test_what_is_no_class_number_or_cannot_be_read(qgis_app, feedback, tmp_path):
    path = write(tmp_path / "labels.tif", FLOAT + np.float32(0.5))
    labels = RasterLabels(QgsRasterLayer(str(path), "labels"))
    with pytest.raises(LayerError, match=r"labels holds \d\.5\. Class numbers are whole"):
        labels.prepare(Scheme([]), feedback)
    feedback.cancel()
    with pytest.raises(LayerError, match="cancelled"):
        labels.prepare(Scheme([]), feedback)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(LayerError, match="labels cannot be read"):
        LabelPixels(str(path), "labels").count(0, 0, WIDTH, HEIGHT)
