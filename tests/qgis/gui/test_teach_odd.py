"""Odd labels while somebody teaches: each is told of in a sentence, and none is lost."""

import pytest
from osgeo import gdal
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsVectorLayerUtils
from qgis.PyQt.QtTest import QTest

from ginet_qgis.gui.teach import tools
from ginet_qgis.gui.teach.classes import LABELS, SCORE
from ginet_qgis.models import model_files
from tests.fixtures import qgis_fields as fields
from tests.fixtures.qgis_teach import column, draw_two, live_layers, tap, teach_two
from tests.fixtures.qgis_window import LEFT, click, until


def add(labels, value, left, top, width=20, height=20):
    """Add a label as QGIS's own tools do, in pixels of the image."""
    (polygon,) = fields.polygons([((left, top, left + width, top + height), value)]).getFeatures()
    put(labels, value, polygon.geometry())


def put(labels, value, shape):
    assert labels.isEditable() or labels.startEditing()
    index = labels.fields().lookupField("class")
    feature = QgsVectorLayerUtils.createFeature(labels, shape, {index: value})
    assert labels.addFeature(QgsFeature(feature))


def says(panel, *parts):
    until(lambda: any(part in panel.message.text.text() for part in parts))


def test_labels_that_teach_nothing_are_told_of_and_stay(panel, canvas):
    labels = panel._teaching.labels
    add(labels, "class 0", 5000, 5000)
    add(labels, "class 1", 6000, 5000)
    says(panel, "All polygons of Labels of image lie outside the image image")
    labels.rollBack()
    says(panel, "Label one class of the base model, or two of your own")
    teach_two(panel, canvas)
    add(labels, "class 1", 50, 40)  # upon a part of a label of class 0
    says(panel, "lie in polygons of different classes and are left out")
    add(labels, "class 1", 5000, 5000)
    says(panel, "1 of 6 polygons of Labels of image hold no pixel of the image")
    add(labels, "class 1", 100, 100, width=0)
    says(panel, "2 of 7 polygons", "no valid geometry")
    add(labels, None, 100, 100)
    says(panel, "1 polygons of Labels of image have no label")
    put(labels, "class 1", QgsGeometry())
    until(lambda: labels.featureCount() == 9 and panel.doing.text.text() == "")
    assert panel.is_teaching
    assert live_layers()


def test_one_pixel_a_class(panel, canvas):
    panel.tools.brush.setValue(1)
    click(panel.tools.buttons[tools.DOT])
    for row, place in ((0, (40, 50)), (1, (40, 190))):
        panel.classes.choose(row)
        tap(canvas, *place)
    until(lambda: live_layers() and panel.doing.text.text() == "")
    assert column(panel.classes, LABELS) == ["1", "1", "0"]
    assert column(panel.classes, SCORE)[:2] == ["not known", "not known"]
    says(panel, "Too few places are labelled")
    assert len(live_layers()[0].renderer().classes()) == 3


def test_a_dot_on_an_image_of_centimetres_is_what_is_learned_as_one_pixel(
    dock, window, canvas, add_layer, tmp_path
):
    path = tmp_path / "drone 无人机.tif"
    small = fields.scene(tmp_path / "small" / "scene.tif")
    gdal.Translate(str(path), str(small), widthPct=700, heightPct=700)
    gdal.Open(str(path), gdal.GA_Update).SetGeoTransform((500_000, 0.025, 0, 5_000_000, 0, -0.025))
    window.active = None
    layer = add_layer(path)
    canvas.setDestinationCrs(layer.crs())
    canvas.setExtent(layer.extent())
    click(dock.teach.teach)
    panel = dock.teach.panel
    until(lambda: panel.doing.text.text() == "")  # the engine is there
    panel.tools.brush.setValue(1)
    click(panel.tools.buttons[tools.DOT])
    panel.classes.choose(0)
    QTest.mouseClick(canvas.viewport(), LEFT, pos=canvas.viewport().rect().center())
    (label,) = panel._teaching.labels.getFeatures()
    assert label.geometry().boundingBox().width() == pytest.approx(0.1, rel=0.01)
    panel.end(wait=True)


def test_the_reminder_of_labels_in_memory_goes_with_them(dock, panel, canvas):
    labels = panel._teaching.labels
    click(panel.tools.buttons[tools.DOT])
    tap(canvas, 40, 50)
    until(lambda: labels.featureCount() == 1)
    click(dock.teach.teach)
    assert "The labels are in memory: save Labels of image" in panel.message.text.text()
    QgsProject.instance().removeMapLayer(labels)
    assert panel.message.text.text() == ""
    assert panel.isHidden()


def test_300_classes(panel, canvas):
    labels = panel._teaching.labels
    assert labels.startEditing()
    for at in range(300):
        add(labels, f"kind {at}", 12 * (at % 30), 12 * (at // 30), 4, 4)
    says(panel, "has 300 different labels, which is too many for classes")
    assert labels.featureCount() == 300
    assert panel.classes.rowCount() == 303
    assert live_layers() == []
    few = [each.id() for each in labels.getFeatures() if int(each["class"][5:]) >= 3]
    labels.deleteFeatures(few)
    until(live_layers)
    assert len(live_layers()[0].renderer().classes()) == 3


def test_labels_that_cannot_be_learned_are_not_left_out_of_a_model(panel, canvas):
    teach_two(panel, canvas)
    labels = panel._teaching.labels
    for at in range(300):
        add(labels, f"kind {at}", 12 * (at % 30), 12 * (at // 30), 4, 4)
    says(panel, "which is too many for classes")
    before = set(model_files.user_folder().glob("*"))
    reasons, answers = [], []
    panel._teaching._sender.refused.connect(reasons.append)
    click(panel.saving.save)
    until(lambda: reasons)
    # The engine answers in turn: by then a model that was asked for would be there.
    panel._teaching._session.ask({"do": "score"}, answers.append, answers.append)
    until(lambda: answers)
    says(panel, "which is too many for classes")
    assert set(model_files.user_folder().glob("*")) == before


def test_a_project_that_is_closed_keeps_labels_beside_it(dock, image, canvas, tmp_path):
    project = QgsProject.instance()
    home = tmp_path / "工程 1"
    home.mkdir()
    assert project.write(str(home / "project.qgz"))
    click(dock.teach.teach)
    panel = dock.teach.panel
    draw_two(panel, canvas)
    (path,) = home.glob("*.gpkg")
    project.clear()
    assert not panel.is_teaching
    assert "was removed, so teaching has ended." in panel.message.text.text()
    assert "are kept in" not in panel.message.text.text()  # they are where they were
    assert gdal.OpenEx(str(path)).GetLayer(0).GetFeatureCount() == 4
