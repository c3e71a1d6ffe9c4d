"""*Teach on the map*, driven as a user does it, with the real engine."""

import os
import signal
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest

from ginet_qgis.gui.teach import tools
from ginet_qgis.gui.teach.classes import LABELS, SCORE, score_words
from ginet_qgis.models import model_files
from ginet_qgis.models.card import classes, read_card
from tests.fixtures import qgis_fields as fields
from tests.fixtures import qgis_layers
from tests.fixtures.qgis_teach import column, draw_two, live_layers, tap, teach_two
from tests.fixtures.qgis_window import LEFT, click, until

NARROW = 250
RIGHT, NONE = Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier


def test_labels_become_a_map_and_a_model(dock, panel, canvas, image, engine_processes):
    live = teach_two(panel, canvas)
    labels = panel._teaching.labels
    assert column(panel.classes, LABELS) == ["2", "2", "0"]
    order = [each.layerId() for each in QgsProject.instance().layerTreeRoot().findLayers()]
    assert order == [labels.id(), live.id(), image.id()]
    names = [each.label for each in live.renderer().classes()]
    assert names == ["class 0", "class 1", "class 2"]
    assert (live.width(), live.height()) == (fields.SIDE, fields.SIDE)  # not finer than the image
    assert live.extent().toString(3) == image.extent().toString(3)
    assert live.crs() == image.crs()
    until(lambda: column(panel.classes, SCORE)[0] != "")
    panel.saving.name.setText("taught 教")
    click(panel.saving.save)
    until(lambda: "is in the list of models" in panel.message.text.text())
    path = model_files.user_folder() / "taught 教.safetensors"
    assert dock.form.model.models.findData(str(path)) >= 0
    assert not dock.form.isVisible()
    assert not dock.start.isVisible()  # it would run the base model
    assert not dock.teach.draw.isVisible()  # it would add other labels
    before = set(model_files.user_folder().glob("*"))
    click(panel.saving.whole)
    until(lambda: not panel.is_teaching)
    assert live_layers() == []
    assert dock.form.isVisible()
    until(dock.start.isEnabled)
    assert set(model_files.user_folder().glob("*")) == before  # the one that was saved
    assert dock.form.model.model() == str(path)
    (result,) = QgsProject.instance().mapLayersByName("Land cover of image")
    assert [each.label for each in result.renderer().classes()]
    assert [name for name, _ in classes(read_card(str(path)))] == names
    assert not labels.isEditable()
    assert labels.featureCount() == 4
    click(dock.teach.finetune)
    assert dock.teach.dialog.form.parameters()["LABELS"] == labels.id()
    dock.teach.shut_down()
    until(lambda: engine_processes() == [], seconds=20)


def test_a_model_knows_the_label_drawn_just_before(dock, panel, canvas):
    teach_two(panel, canvas)
    click(panel.saving.save)
    until(lambda: "is in the list of models" in panel.message.text.text())
    first = set(model_files.user_folder().glob("*.safetensors"))
    panel.classes.choose(2)
    tap(canvas, 200, 340)  # and at once:
    click(panel.saving.whole)
    until(lambda: not panel.is_teaching)
    (made,) = set(model_files.user_folder().glob("*.safetensors")) - first
    assert dock.form.model.model() == str(made)
    taught = read_card(str(made))["ginet:training"]["label_pixels"]
    assert taught["class 2"] > 0
    click(dock.cancel)
    until(dock.start.isEnabled)


def test_every_edit_counts_and_can_be_undone(panel, canvas):
    teach_two(panel, canvas)
    labels = panel._teaching.labels
    click(panel.tools.buttons[tools.ERASE])
    tap(canvas, 330, 190)
    until(lambda: column(panel.classes, LABELS) == ["2", "1", "0"])
    tap(canvas, 200, 300)
    assert "no label" in panel.message.text.text()
    click(panel.undo)
    until(lambda: column(panel.classes, LABELS) == ["2", "2", "0"])
    assert panel.redo.isEnabled()
    QTest.keyClick(canvas, "3")
    QTest.keyClick(canvas, "C")
    assert panel.tools.buttons[tools.CHANGE].isChecked()
    tap(canvas, 40, 50)
    until(lambda: column(panel.classes, LABELS) == ["1", "2", "1"])
    feature = next(each for each in labels.getFeatures() if each["class"] == "class 2")
    labels.deleteFeature(feature.id())  # as QGIS's own tools do
    until(lambda: column(panel.classes, LABELS) == ["1", "2", "0"])
    panel.class_tools.new.name.setText("solar panel")
    click(panel.class_tools.new.add)
    assert panel.classes.value() == "solar panel"
    until(lambda: len(live_layers()[0].renderer().classes()) == 3)
    click(panel.tools.buttons[tools.DOT])
    tap(canvas, 200, 340)
    until(lambda: len(live_layers()[0].renderer().classes()) == 4)


def test_fits_a_narrow_dock(dock, panel, window):
    panel.message.fail("/a/very/long/path/without/any/space/" * 5)
    panel.unsure.show_unlike(88.8)
    window.mainWindow().resizeDocks([dock], [NARROW], Qt.Orientation.Horizontal)
    until(lambda: dock.width() <= NARROW, seconds=5)
    assert dock.widget().widget().width() <= dock.widget().viewport().width()


def test_half_drawn_and_flat_polygons_are_no_labels(panel, canvas):
    tap(canvas, 20, 30)
    tap(canvas, 60, 30)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    tap(canvas, 20, 30, RIGHT)
    for place in ((20, 30), (60, 30), (100, 30)):
        tap(canvas, *place)
    tap(canvas, 100, 30, RIGHT)
    assert "without area" in panel.message.text.text()
    assert panel._teaching.labels.featureCount() == 0
    assert not panel.undo.isEnabled()


def test_map_moves_and_the_view_follows(panel, canvas, image):
    live = teach_two(panel, canvas)
    assert live.opacity() < 1  # the image is seen through it
    live.setOpacity(0.25)
    canvas.zoomByFactor(0.5)
    until(lambda: live.extent().width() < image.extent().width())
    assert live.opacity() == 0.25
    click(panel.unsure)
    until(lambda: len(live_layers()) == 2)
    told = []
    panel._teaching.view.compared.connect(told.append)
    click(panel.unsure)
    until(lambda: len(live_layers()) == 1)
    assert 0 <= told[-1] <= 100
    panel._teaching.view.compared.emit(12.4)
    assert "12 % unlike all labels" in panel.unsure.text()
    panel._teaching.view.compared.emit(0.4)
    assert "%" not in panel.unsure.text()
    centre = canvas.extent().center()
    click(panel.next)
    until(lambda: panel._map.is_marked)
    assert canvas.extent().center() != centre
    assert panel.message.text.text()
    canvas.setExtent(QgsRectangle(0, 0, 10, 10))
    until(lambda: "shows nothing of image" in panel.message.text.text(), seconds=10)


def test_engine_lost_twice(panel, canvas, engine_processes):
    teach_two(panel, canvas)
    (process,) = engine_processes()
    os.kill(process, signal.SIGKILL)
    until(lambda: "your labels are all there" in panel.message.text.text())
    source = live_layers()[0].source()
    until(lambda: live_layers()[0].source() != source)  # taught anew, without being asked
    labels = panel._teaching.labels
    process = None
    while panel.is_teaching:
        until(lambda: not panel.is_teaching or engine_processes())
        for each in engine_processes():
            os.kill(each, signal.SIGKILL)
        until(lambda: not panel.is_teaching or not engine_processes(), seconds=20)
    assert "memory ran out" in panel.message.text.text()
    assert labels.featureCount() == 4
    assert live_layers() == []


@pytest.mark.parametrize("gone", ["labels", "image", "project"])
def test_layers_that_go(panel, canvas, image, gone, engine_processes, window):
    labels = panel._teaching.labels
    project = QgsProject.instance()
    if gone == "project":
        teach_two(panel, canvas)
        project.clear()
    else:
        draw_two(panel, canvas)
        project.removeMapLayer(labels if gone == "labels" else image)
    assert not panel.is_teaching
    assert "was removed, so teaching has ended" in panel.message.text.text()
    assert live_layers() == []
    until(lambda: engine_processes() == [], seconds=20)
    if gone == "image":
        assert labels.featureCount() == 4
        return
    kept = panel.message.text.text().partition("are kept in ")[2].rstrip(".")
    assert gdal.OpenEx(kept).GetLayer(0).GetFeatureCount() == 4
    Path(kept).unlink()


def test_plugin_unloaded(panel, canvas, plugin, engine_processes):
    draw_two(panel, canvas)
    plugin.unload()
    assert engine_processes() == []
    assert live_layers() == []
    plugin.initGui()


def test_labels_lie_beside_the_project_and_are_gone_on_with(dock, image, tmp_path, canvas):
    project = QgsProject.instance()
    home = tmp_path / "my project 工程"
    home.mkdir()
    assert project.write(str(home / "project.qgz"))
    click(dock.teach.teach)
    labels = dock.teach.panel._teaching.labels
    assert labels.source().startswith(str(home))
    assert column(dock.teach.panel.classes, LABELS) == ["0", "0", "0"]
    for place in ((20, 30), (60, 30), (60, 70)):
        tap(canvas, *place)
    tap(canvas, 60, 70, RIGHT)
    click(dock.teach.teach)
    assert not dock.teach.panel.is_teaching
    assert gdal.OpenEx(labels.source()).GetLayer(0).GetFeatureCount() == 1
    click(dock.teach.teach)
    assert dock.teach.panel._teaching.labels == labels
    until(lambda: column(dock.teach.panel.classes, LABELS) == ["1", "0", "0"])
    click(dock.teach.teach)
    assert len(list(home.glob("*.gpkg"))) == 1


def test_scores_promise_no_more_than_they_know():
    assert score_words(None, 0)[0] == ""
    assert score_words(None, 1)[0] == "not known"
    assert score_words(0.637, 4)[0] == "≈ 0.6"
    assert score_words(0.637, 30)[0] == "0.64"


@pytest.fixture
def web_map(tmp_path):
    """Four tiles, read from the disk."""
    tiles = qgis_layers.web_map(tmp_path, range(100, 102), range(100, 102))
    x, y = (f"%7B{axis}%7D" for axis in "xy")
    layer = QgsRasterLayer(
        f"type=xyz&url=file://{tiles}/{qgis_layers.TILE_ZOOM}/{x}/{y}.png"
        f"&zmin={qgis_layers.TILE_ZOOM}&zmax={qgis_layers.TILE_ZOOM}",
        "Web map",
        "wms",
    )
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_web_map_is_fetched_for_what_the_map_shows(dock, canvas, window, web_map):
    window.active = None
    tile = 40075016.685578488 / 2**qgis_layers.TILE_ZOOM
    left, top = 100 * tile - 20037508.342789244, 20037508.342789244 - 100 * tile
    extent = QgsRectangle(left, top - 2 * tile, left + 2 * tile, top)
    canvas.setDestinationCrs(web_map.crs())
    canvas.setExtent(extent)
    click(dock.teach.teach)
    panel = dock.teach.panel
    assert panel.is_teaching, dock.message.text.text()
    assert panel._teaching.session_image.is_fetched
    x, y = canvas.width() / 2, canvas.height() / 2
    for row, place in ((0, (x - 100, y)), (1, (x + 100, y)), (0, (x, y - 100)), (1, (x, y + 100))):
        panel.classes.choose(row)
        click(panel.tools.buttons[tools.DOT])
        QTest.mouseClick(canvas.viewport(), LEFT, NONE, QPoint(round(place[0]), round(place[1])))
    until(lambda: live_layers())
    canvas.setExtent(QgsRectangle(0, 0, 1, 1))
    until(lambda: "nothing of what was fetched" in panel.message.text.text(), seconds=10)
    panel.end(wait=True)


def test_picture_without_crs(dock, canvas, window, add_layer, tmp_path):
    """It lies somewhere on the map, and so does its view."""
    window.active = None
    layer = add_layer(qgis_layers.without_crs(tmp_path))
    canvas.setDestinationCrs(layer.crs())
    canvas.setExtent(layer.extent())
    click(dock.teach.teach)
    panel = dock.teach.panel
    # What the engine says of the image stands until there is a map.
    until(lambda: "Label one class" in panel.message.text.text(), seconds=60)
    assert "not georeferenced" in panel.message.text.text()
    click(panel.tools.buttons[tools.DOT])
    for at in range(4):
        panel.classes.choose(at % 2)
        place = QPoint(canvas.width() // 2 + 60 * (at - 2), canvas.height() // 2)
        QTest.mouseClick(canvas.viewport(), LEFT, NONE, place)
    assert panel._teaching.labels.featureCount() == 4, panel.message.text.text()
    until(lambda: live_layers() or panel.message.text.text().startswith("No"))
    assert live_layers()[0].extent().toString(3) == layer.extent().toString(3)
    panel.end(wait=True)
