"""The dock's lower half, on the result of a real run."""

import csv
import io
import json
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsLayerTreeModel, QgsProcessingUtils, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QApplication

from ginet_qgis.gui.dock.view import BLINK_MILLISECONDS
from tests.fixtures import qgis_layers
from tests.fixtures.qgis_window import click, until

WEST, SOUTH, EAST, NORTH = (
    qgis_layers.LEFT + 100 * qgis_layers.PIXEL,
    qgis_layers.TOP - 1000,
    qgis_layers.LEFT + 1000,
    qgis_layers.TOP,
)
DIALOG = "ginet_qgis.gui.dock.results.QFileDialog.getSaveFileName"


@pytest.fixture
def result(dock, add_layer, plain, classify_in_dock):
    """The layer of a finished run."""
    add_layer(plain)
    assert classify_in_dock().startswith("Classified")
    (layer,) = QgsProject.instance().mapLayersByName("Land cover of image")
    return layer


def rows(text, delimiter):
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_table_chart_and_what_can_be_taken_away(dock, result, monkeypatch, tmp_path):
    table = dock.results.table
    names = [table.item(row, 0).text() for row in range(table.rowCount())]
    assert names == ["class 0", "class 1", "class 2"]
    for name in names:
        assert name in dock.results.chart.accessibleDescription()
    assert dock.results.chart.height() >= 3 * dock.fontMetrics().height()

    click(dock.results.copy)
    copied = rows(QApplication.clipboard().text(), "\t")
    assert [each["class"] for each in copied] == names
    pixels = qgis_layers.WIDTH * qgis_layers.HEIGHT
    assert sum(int(each["pixels"]) for each in copied) == pixels
    assert sum(float(each["percent"]) for each in copied) == pytest.approx(100, abs=0.01)

    monkeypatch.setattr(DIALOG, lambda *_: ("", ""))
    click(dock.results.save)
    monkeypatch.setattr(DIALOG, lambda *_: (str(tmp_path / "areas"), ""))
    click(dock.results.save)
    assert rows((tmp_path / "areas.csv").read_text("utf-8-sig"), ",") == copied
    monkeypatch.setattr(DIALOG, lambda *_: (str(tmp_path / "missing" / "areas.csv"), ""))
    click(dock.results.save)
    assert "cannot be written: No such file" in dock.results.saved.text.text()


def test_confidence_is_counted_and_told(dock, result, classify, plain, tmp_path):
    given = classify(plain, CONFIDENCE=str(tmp_path / "confidence.tif"))
    share = given["LOW_CONFIDENCE"]
    values = gdal.Open(given["CONFIDENCE"]).ReadAsArray()
    assert share == pytest.approx(100 * (values[values != 255] < 50).mean(), abs=1e-3)
    counted = classify(plain, COUNT_UNSURE=True)
    assert counted["LOW_CONFIDENCE"] == share
    assert "LOW_CONFIDENCE" not in classify(plain)
    assert f"{share:.1f} % of the pixels" in dock.results.confidence.text.text()
    assert ("Check them by hand" in dock.results.confidence.text.text()) == (share >= 20)


def test_confidence_is_counted_without_a_raster(dock, add_layer, plain, classify_in_dock):
    folder = Path(QgsProcessingUtils.tempFolder())
    before = set(folder.rglob("CONFIDENCE*"))
    add_layer(plain)
    assert classify_in_dock().startswith("Classified")
    assert not set(folder.rglob("CONFIDENCE*")) - before
    assert "% of the pixels" in dock.results.confidence.text.text()


def test_opacity_and_blink(dock, result):
    dock.view.opacity.setValue(40)
    assert result.opacity() == pytest.approx(0.4)
    node = QgsProject.instance().layerTreeRoot().findLayer(result.id())
    click(dock.view.blink)
    assert not node.itemVisibilityChecked()
    until(node.itemVisibilityChecked, seconds=5 * BLINK_MILLISECONDS / 1000)
    until(lambda: not node.itemVisibilityChecked(), seconds=5 * BLINK_MILLISECONDS / 1000)
    click(dock.view.blink)
    assert node.itemVisibilityChecked()
    click(dock.view.blink)
    QgsProject.instance().removeMapLayer(result)
    assert not dock.view.isEnabled()
    assert not dock.view.blink.isChecked()
    assert dock.results.isVisible()  # the numbers stay


def test_each_result_is_shown_when_its_layer_is_chosen(
    dock, result, window, classify, plain, layer, classify_in_dock, tmp_path
):
    """One of the toolbox too, opened from its file with the style beside it."""
    first = dock.results.as_text(",")
    path = classify(
        plain, OUTPUT=str(tmp_path / "toolbox.tif"), EXTENT=f"{WEST},{EAST},{SOUTH},{NORTH}"
    )["OUTPUT"]
    other = layer(path, "of the toolbox")
    QgsProject.instance().addMapLayer(other)
    window.setActiveLayer(other)
    assert dock.view.title.text() == "of the toolbox"
    pixels = [int(each["pixels"]) for each in rows(dock.results.as_text(","), ",")]
    assert sum(pixels) == other.width() * other.height() < qgis_layers.WIDTH * qgis_layers.HEIGHT
    dock.view.opacity.setValue(40)
    assert (other.opacity(), result.opacity()) == (0.4, 1)
    window.setActiveLayer(QgsProject.instance().mapLayersByName("image")[0])
    assert dock.view.title.text() == "of the toolbox"
    window.setActiveLayer(result)
    assert dock.view.title.text() == "Land cover of image"
    assert dock.results.as_text(",") == first


def test_pixels_are_told_where_there_is_no_area(dock, add_layer, classify_in_dock, tmp_path):
    add_layer(qgis_layers.write(tmp_path / "a.tif", qgis_layers.scene(), None, None), "nowhere")
    assert "areas are counted in pixels only" in classify_in_dock()
    texts = [dock.results.table.item(row, 1).text() for row in range(3)]
    found = sum(int(text.replace(",", "")) for text in texts)
    assert found == qgis_layers.WIDTH * qgis_layers.HEIGHT
    assert dock.results.table.horizontalHeaderItem(1).text() == "Pixels"


def test_the_legend_is_open_and_those_of_hidden_layers_are_not(
    dock, add_layer, plain, classify_in_dock
):
    """QGIS's tree closes long legends, as that of a colour table without a style."""
    root = QgsProject.instance().layerTreeRoot()
    tree = QgsLayerTreeModel(root)
    tree.setFlag(QgsLayerTreeModel.Flag.ShowLegend)
    tree.setAutoCollapseLegendNodes(10)
    add_layer(plain)
    dock.form.confidence.setChecked(True)
    dock.form.polygons.setChecked(True)
    assert classify_in_dock().startswith("Classified")
    found = {each.name(): each.isExpanded() for each in root.findLayers()}
    assert found == {
        "Land cover of image": True,
        "Confidence of the land cover of image": False,
        "Polygons of Land cover of image": False,
        "image": True,
    }
    legends = [tree.layerLegendNodes(node)[0] for node in root.findLayers()]
    headings = [each.data(Qt.ItemDataRole.DisplayRole) for each in legends]
    # Not the bands' own names, which are English in all files.
    assert {"Land-cover class", "Confidence in per cent"} <= set(headings)


def test_figures_of_an_earlier_map_make_room_for_teaching(dock, result, window):
    click(dock.teach.teach)
    assert dock.teach.panel.is_teaching, dock.message.text.text()
    for chosen in (window.active, result):  # also where that map is chosen in the tree meanwhile
        window.setActiveLayer(chosen)
        assert not dock.results.isVisible()
        assert not dock.view.isVisible()
    dock.teach.panel.end(wait=True)
    assert dock.results.isVisible()
    assert dock.view.isVisible()


def test_project_remembers_the_result(dock, result, tmp_path):
    dock.view.opacity.setValue(70)
    project = QgsProject.instance()
    shown = dock.results.as_text(",")
    stored = json.loads(result.customProperty("ginet/result"))
    assert set(stored) == {"areas", "low_confidence"}
    assert project.write(str(tmp_path / "project.qgz"))
    project.clear()
    assert dock.results.isHidden()
    assert dock.view.isHidden()
    assert project.read(str(tmp_path / "project.qgz"))
    assert dock.results.as_text(",") == shown
    assert dock.view.opacity.value() == 70
    assert dock.view.isEnabled()
