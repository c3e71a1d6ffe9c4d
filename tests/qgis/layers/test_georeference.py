"""Where the result lies and how large its classes are, checked against QGIS itself."""

import json

import numpy as np
import pytest
from qgis.core import (
    QgsDistanceArea,
    QgsGeometry,
    QgsProject,
    QgsRasterBlock,
    QgsRectangle,
)

from tests.fixtures import qgis_layers

PIXEL = qgis_layers.PIXEL


def values(layer, extent, columns, rows):
    """What QGIS reads from band 1 within an extent; NaN where it sees no data."""
    block: QgsRasterBlock = layer.dataProvider().block(1, extent, columns, rows)
    return np.array(
        [
            [np.nan if block.isNoData(row, column) else block.value(row, column)]
            for row in range(rows)
            for column in range(columns)
        ]
    ).reshape(rows, columns)


def test_every_pixel_is_where_its_source_is(classify, holed, layer):
    """The hole in the image is the hole in the result, pixel for pixel, read by map position."""
    source = layer(holed)
    result = layer(classify(source)["OUTPUT"])
    assert result.crs() == source.crs()
    assert result.extent() == source.extent()
    assert (result.width(), result.height()) == (source.width(), source.height())
    size = (source.width(), source.height())
    hole = np.isnan(values(source, source.extent(), *size))
    assert hole.any()
    np.testing.assert_array_equal(np.isnan(values(result, source.extent(), *size)), hole)


def test_part_of_an_image_is_on_the_images_own_pixels(classify, holed, layer):
    """An extent that cuts through pixels takes in whole ones, and shifts none."""
    source = layer(holed)
    left, top = qgis_layers.LEFT, qgis_layers.TOP
    asked = QgsRectangle(left + 10.2, top - 70.3, left + 60.3, top - 12.2)
    result = layer(classify(source, EXTENT=asked)["OUTPUT"])
    extent = result.extent()
    assert extent.contains(asked)
    assert extent.width() - asked.width() < 2 * PIXEL
    size = (result.width(), result.height())
    hole = np.isnan(values(source, extent, *size))
    assert hole.any()
    np.testing.assert_array_equal(np.isnan(values(result, extent, *size)), hole)


def test_part_of_a_picture_lies_on_the_picture(classify, layer, tmp_path):
    """Without georeference QGIS shows an image below its corner: the part stays where it was."""
    source = layer(qgis_layers.write(tmp_path / "photo 照片.tif", qgis_layers.scene(), None, None))
    asked = QgsRectangle(100, -150, 250, -50)
    result = layer(classify(source, EXTENT=asked)["OUTPUT"])
    assert result.extent() == asked
    assert not result.crs().isValid()


def test_what_qgis_orthorectifies_is_classified_as_it_shows_it(classify, layer, feedback, tmp_path):
    """A scene with nothing but rational polynomial coefficients: QGIS warps it into degrees."""
    path = qgis_layers.rational(tmp_path)
    source = layer(path)
    assert source.crs().authid() == "EPSG:4326"
    result = layer(classify(source)["OUTPUT"])
    assert result.crs() == source.crs()
    assert result.extent() == source.extent()
    assert any(told.startswith("Fetching ") for told in feedback.infos)


@pytest.mark.parametrize("make", [qgis_layers.plain, qgis_layers.degrees])
def test_areas_are_those_that_qgis_measures(classify, folder, layer, make):
    """Ellipsoidal, row by row: a nominal pixel size would be wrong in UTM and absurd in degrees."""
    given = classify(make(folder))
    result = layer(given["OUTPUT"])
    measure = QgsDistanceArea()
    measure.setSourceCrs(result.crs(), QgsProject.instance().transformContext())
    measure.setEllipsoid("WGS84")
    extent, columns, rows = result.extent(), result.width(), result.height()
    height = extent.height() / rows
    classes = values(result, extent, columns, rows)
    expected: dict[int, float] = {}
    for row in range(rows):
        top = extent.yMaximum() - row * height
        strip = QgsRectangle(extent.xMinimum(), top - height, extent.xMaximum(), top)
        pixel = measure.measureArea(QgsGeometry.fromRect(strip)) / columns
        for value in np.unique(classes[row]):
            count = np.count_nonzero(classes[row] == value)
            expected[int(value)] = expected.get(int(value), 0) + pixel * count
    told = {each["id"]: each["area_m2"] for each in json.loads(given["AREAS"]) if each["pixels"]}
    assert told == pytest.approx(expected, rel=2e-3)
