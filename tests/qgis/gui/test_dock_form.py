"""The dock's fields: what is asked of the user, what is remembered, how it reads and fits."""

import os
import shutil
from html import escape
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapToolPan
from qgis.PyQt.QtCore import QCoreApplication, QPoint, Qt
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QLabel,
    QLineEdit,
    QTableWidget,
)

from ginet_qgis import settings
from ginet_qgis.algorithms.classify import ClassifyAlgorithm
from ginet_qgis.gui.dock.extent import CANVAS, DRAWN, POLYGONS
from ginet_qgis.gui.dock.width import CHARACTERS
from ginet_qgis.labels.reference import raster_path
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.models.card import classes, read_card
from tests.fixtures import qgis_layers
from tests.fixtures.qgis_window import choose, click, drag, until

NARROW = 250


@pytest.fixture
def zoomed(dock, window, add_layer, plain):
    """The plain image on the map, at one metre a pixel."""
    source = add_layer(plain)
    canvas = window.mapCanvas()
    canvas.setDestinationCrs(source.crs())
    canvas.setExtent(source.extent())
    return source


def shapes(*rectangles):
    """A polygon layer in the project, all of its features selected."""
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:{qgis_layers.UTM}", "shapes", "memory")
    features = []
    for rectangle in rectangles:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(*rectangle)))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    QgsProject.instance().addMapLayer(layer)
    layer.selectAll()
    return layer


def told(dock):
    """What the dock says to a click on Run that starts nothing."""
    click(dock.start)
    assert dock.start.isEnabled()
    return dock.message.text.text()


def test_without_a_layer(dock):
    assert told(dock).startswith("There is no image. Add a raster layer")


def test_without_an_engine(dock, add_layer, plain, monkeypatch):
    add_layer(plain)
    monkeypatch.setenv("GINET_ENGINE_PYTHON", "/no/such/python")
    assert "GINET_ENGINE_PYTHON is '/no/such/python'" in told(dock)
    dock.message.clear()
    dock.hide()
    dock.show()
    assert "GINet's engine is not ready" in dock.message.text.text()


def test_image_file_that_is_deleted_under_the_layer(dock, folder, add_layer, classify_in_dock):
    """QGIS still draws it, and would deliver what happened to be in memory."""
    path = folder / "gone.tif"
    path.write_bytes(qgis_layers.plain(folder).read_bytes())
    source = add_layer(path, "gone")
    path.unlink()
    assert "gone cannot be opened any more" in classify_in_dock()
    assert len(QgsProject.instance().mapLayers()) == 1
    with pytest.raises(LayerError, match="moved or deleted"):
        raster_path(source)


def test_layer_that_cannot_be_reached(
    dock, zoomed, add_layer, folder, classify_in_dock, monkeypatch
):
    """Another layer's share lets nobody in any more."""
    other = str(qgis_layers.holed(folder))
    add_layer(other, "other")
    dock.form.layer.setLayer(zoomed)
    stat = os.stat

    def refuse(path, *args, **kwargs):
        if str(path) == other:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *args, **kwargs)

    monkeypatch.setattr("os.stat", refuse)
    assert classify_in_dock().startswith("Classified")


def test_fault_before_the_start_is_told(dock, zoomed, monkeypatch):
    """The run is at its end then, and another one can be started."""

    def fail(*_):
        raise OSError("the share is gone")

    monkeypatch.setattr(ClassifyAlgorithm, "take", fail)
    assert told(dock) == "OSError: the share is gone"


def test_model_file_that_is_deleted_under_the_list(dock, add_layer, plain, model, tmp_path):
    add_layer(plain)
    copy = Path(shutil.copy(model, tmp_path / "mine.safetensors"))
    dock.form.model.choose(str(copy))
    assert "class&nbsp;0" in dock.form.model.classes.text()
    copy.unlink()
    assert told(dock) == f"The model file {copy} is gone. Choose another model."
    copy.write_bytes(b"no model at all")
    assert told(dock) == f"{copy} is no GINet model. Choose another."


def test_card_tells_classes_and_training_data(dock, model):
    form = dock.form.model
    choose(form.models, "landcover")
    card = read_card("landcover")
    for name, colour in classes(card):
        shown = f'<span style="color:{colour}">■</span>&nbsp;{name}'
        assert shown in form.classes.text().replace("&nbsp;", " ").replace("> ", ">&nbsp;")
    for entry in card["ginet:training_data"]:
        assert escape(entry["name"]) in form.about.text()
    finest, coarsest = card["ginet:ground_resolution"]
    assert f"Made for {finest} to {coarsest} m a pixel" in form.about.text()
    choose(form.models, model)
    assert "class&nbsp;2" in form.classes.text()
    assert "Trained on: none" in form.about.text()


def test_model_file_from_the_button(dock, model, tmp_path, monkeypatch):
    copy = str(shutil.copy(model, tmp_path / "mine.safetensors"))
    dialog = "ginet_qgis.gui.models.chooser.QFileDialog.getOpenFileName"
    monkeypatch.setattr(dialog, lambda *_: ("", ""))
    click(dock.form.model.browse)
    assert dock.form.model.model() == model
    monkeypatch.setattr(dialog, lambda *_: (copy, ""))
    click(dock.form.model.browse)
    assert dock.form.model.model() == copy
    assert dock.form.model.models.currentText() == "mine"


def test_extent_of_the_map(dock, window, zoomed):
    choose(dock.form.extent.modes, CANVAS)
    window.mapCanvas().setExtent(zoomed.extent().scaled(0.5))
    extent = dock.form.parameters()["EXTENT"]
    assert extent.crs() == zoomed.crs()
    assert QgsRectangle(extent) == window.mapCanvas().extent()


def test_extent_drawn_with_the_mouse(dock, window, zoomed):
    canvas, tool = window.mapCanvas(), window.mapCanvas().mapTool()
    assert isinstance(tool, QgsMapToolPan)
    choose(dock.form.extent.modes, DRAWN)
    assert canvas.mapTool() is not tool
    assert told(dock) == "Draw a rectangle on the map, or choose another extent."
    start, end = QPoint(100, 100), QPoint(200, 180)
    drag(canvas, start, end)
    assert canvas.mapTool() is tool
    to_map = canvas.getCoordinateTransform()
    drawn = QgsRectangle(to_map.toMapCoordinates(start), to_map.toMapCoordinates(end))
    extent = dock.form.parameters()["EXTENT"]
    assert QgsRectangle(extent).center().distance(drawn.center()) < 2 * to_map.mapUnitsPerPixel()
    assert dock.form.extent.hint.text() == "Drawn."
    band = dock.form.extent._band
    assert band.isVisible()
    dock.hide()
    assert not band.isVisible()
    dock.show()
    click(dock.form.extent.draw)
    click(dock.form.extent.draw)  # nothing comes of a second click
    drag(canvas, start, start)  # a click draws nothing
    assert canvas.mapTool() is tool
    assert QgsRectangle(dock.form.parameters()["EXTENT"]) == QgsRectangle(extent)


def test_result_has_the_extent_of_the_selected_polygons(dock, zoomed, classify_in_dock):
    dock.form.extent.polygons.setLayer(None)
    choose(dock.form.extent.modes, POLYGONS)
    assert told(dock) == "There is no polygon layer. Choose another extent."
    left, top = qgis_layers.LEFT, qgis_layers.TOP
    layer = shapes((left + 10, top - 50, left + 20, top - 40), (left, top - 20, left + 5, top))
    assert dock.form.extent.polygons.currentLayer() == layer
    layer.removeSelection()
    assert told(dock).startswith("No polygon of shapes is selected.")
    layer.selectAll()
    assert "including what lies between" in dock.form.extent.hint.text()
    assert classify_in_dock().startswith("Classified")
    (result,) = QgsProject.instance().mapLayersByName("Land cover of image")
    assert result.extent() == QgsRectangle(left, top - 50, left + 20, top)


def test_output_file_with_its_confidence_map(dock, zoomed, classify_in_dock, tmp_path):
    dock.form.output.setFilePath(str(tmp_path / "cover"))
    click(dock.form.confidence)
    assert classify_in_dock().startswith("Classified")
    root = QgsProject.instance().layerTreeRoot()
    nodes = root.findLayers()
    assert [(node.name(), node.isVisible()) for node in nodes] == [
        ("Confidence of the land cover of image", False),
        ("Land cover of image", True),
        ("image", True),
    ]
    files = [Path(node.layer().source()).name for node in nodes[:2]]
    assert files == ["cover_confidence.tif", "cover.tif"]
    assert told(dock) == (
        f"{tmp_path / 'cover.tif'} is open as the layer Land cover of image. Choose another output "
        "file, or remove that layer first."
    )


def test_what_the_algorithm_refuses_is_told(dock, zoomed, classify_in_dock, tmp_path):
    dock.form.output.setFilePath(str(tmp_path / "missing" / "cover.tif"))
    assert "does not exist. Create it, or choose another" in classify_in_dock()


def test_project_remembers_all(dock, zoomed, model, tmp_path):
    project, form = QgsProject.instance(), dock.form
    layer = shapes((0, 0, 1, 1))
    project.setDirty(False)
    dock.hide()
    dock.show()
    assert not project.isDirty()  # looking at the dock changes nothing

    choose(form.extent.modes, POLYGONS)
    choose(form.device, "auto")
    choose(form.model.models, "landcover")
    click(form.confidence)
    form.output.setFilePath(str(tmp_path / "cover.tif"))
    assert project.isDirty()
    state = form.state()
    assert state["layer"] == zoomed.id()
    assert state["extent"]["polygons"] == layer.id()
    assert project.write(str(tmp_path / "project.qgz"))

    project.clear()
    empty = form.state()
    assert empty["layer"] is None
    assert empty["extent"]["mode"] == "layer"
    assert (empty["output"], empty["confidence"]) == ("", False)
    assert not project.isDirty()

    assert project.read(str(tmp_path / "project.qgz"))
    assert form.state() == state
    assert not project.isDirty()


def test_project_remembers_a_drawn_rectangle(dock, window, zoomed, tmp_path):
    choose(dock.form.extent.modes, DRAWN)
    drag(window.mapCanvas(), QPoint(100, 100), QPoint(200, 180))
    drawn = QgsRectangle(dock.form.extent.extent())
    project = QgsProject.instance()
    assert project.write(str(tmp_path / "project.qgz"))
    project.clear()
    assert project.read(str(tmp_path / "project.qgz"))
    remembered = dock.form.extent.extent()
    assert QgsRectangle(remembered) == drawn
    assert remembered.crs() == QgsCoordinateReferenceSystem(f"EPSG:{qgis_layers.UTM}")


@pytest.mark.parametrize("entry", ["no JSON", "[]", '{"extent": {"mode": "?"}, "layer": "gone"}'])
def test_project_with_a_bad_entry_is_opened_with_defaults(dock, entry, tmp_path):
    project = QgsProject.instance()
    project.writeEntry("ginet", "dock", entry)
    assert project.write(str(tmp_path / "project.qgz"))
    assert project.read(str(tmp_path / "project.qgz"))
    assert dock.form.extent.mode == "layer"
    assert dock.form.device.currentData() == "auto"


def fields_of(dock):
    """What takes the keyboard's focus, in the order of the Tab key."""
    found, widget = [], dock.form.layer
    while widget not in found:
        takes_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        is_field = isinstance(
            widget, (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QTableWidget)
        )
        if takes_tab and is_field and dock.isAncestorOf(widget) and widget.isVisible():
            found.append(widget)
        widget = widget.nextInFocusChain()
        if widget is dock.form.layer:
            break
    return found


def test_keyboard_and_screen_reader(dock, zoomed):
    form = dock.form
    dock.view.show()
    dock.view.setEnabled(True)
    dock.results.show()
    order = fields_of(dock)
    ours = [form.layer, form.extent.modes, form.model.models, form.model.browse, form.device]
    ours += [form.output.lineEdit(), form.confidence, form.polygons, dock.start, dock.cancel]
    ours += [dock.view.opacity, dock.view.blink]
    ours += [dock.results.table, dock.results.copy, dock.results.save]
    assert [each for each in order if each in ours] == ours
    for widget in ours:
        assert widget.accessibleName() or widget.text(), widget
    buddies = {label.text(): label.buddy() for label in dock.findChildren(QLabel) if label.buddy()}
    assert set(buddies) == {
        "&Image", "E&xtent", "&GINet model", "Compute o&n", "Output &file", "Opacit&y",
        "&Minimum mapping unit",
    }  # fmt: skip
    for field in buddies.values():
        field.setFocus()
        assert dock.isAncestorOf(QCoreApplication.instance().focusWidget() or dock.form)
    letters = [text[text.index("&") + 1].lower() for text in buddies]
    letters += [
        each.text()[each.text().index("&") + 1].lower()
        for each in dock.findChildren(QAbstractButton)
        if "&" in each.text()
    ]
    assert len(set(letters)) == len(letters)


def test_is_wide_enough_when_it_is_opened_for_the_first_time(dock, window):
    def reopen_narrow():
        window.mainWindow().resizeDocks([dock], [NARROW], Qt.Orientation.Horizontal)
        until(lambda: dock.width() <= NARROW, seconds=5)
        dock.hide()
        dock.show()

    settings.keep(was_opened=None)
    reopen_narrow()
    wide = CHARACTERS * dock.fontMetrics().averageCharWidth()
    until(lambda: dock.width() >= wide, seconds=5)
    reopen_narrow()
    QCoreApplication.processEvents()
    assert dock.width() <= NARROW  # the user's choice stays


@pytest.mark.parametrize("mode", ["layer", DRAWN, POLYGONS])
def test_fits_a_narrow_dock(dock, zoomed, window, mode):
    choose(dock.form.extent.modes, mode)
    dock.message.fail("/a/very/long/path/without/any/space/" * 5)
    areas = [{"name": "low vegetation", "colour": "#a6d96a", "pixels": 10**9, "area_m2": 2.5e9}]
    dock.results.show_result([{**areas[0], "percent": 100.0}], 45.6)
    dock.view.title.setText("a_name_without_any_space" * 5)
    dock.view.show()
    window.mainWindow().resizeDocks([dock], [NARROW], Qt.Orientation.Horizontal)
    until(lambda: dock.width() <= NARROW, seconds=5)
    content = dock.widget().widget()
    assert content.width() <= dock.widget().viewport().width()


def test_dark_theme(dock, zoomed):
    """All text is the palette's, so that a theme of any colours can be read."""
    palette = QPalette(dock.palette())
    palette.setColor(QPalette.ColorRole.Window, QColor("#202020"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#00ff00"))
    dock.setPalette(palette)
    dock.results.show_result(
        [
            {"name": "water", "colour": "#0000ff", "pixels": 1, "area_m2": 1.0, "percent": 60.0},
            {"name": "road", "colour": "#ff0000", "pixels": 1, "area_m2": 1.0, "percent": 40.0},
        ],
        None,
    )
    until(dock.results.chart.isVisible, seconds=5)
    picture = dock.results.chart.grab().toImage()
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert {"#0000ff", "#ff0000", "#202020"} <= seen
    assert "#000000" not in seen
    assert any(QColor(each).green() > 200 and QColor(each).red() < 60 for each in seen)


def test_bands_as_qgis_shows_them_where_the_file_does_not_say(dock, add_layer, tmp_path):
    """Blue before red, as satellites deliver it: the user has set the colours."""
    layer = add_layer(qgis_layers.plain(tmp_path, bands=5))
    assert dock.form.parameters()["BANDS"] is None
    renderer = layer.renderer()
    renderer.setRedBand(3)
    renderer.setBlueBand(1)
    assert dock.form.parameters()["BANDS"] == [3, 2, 1]
    declared = add_layer(qgis_layers.plain(tmp_path), "declared")
    dock.form.layer.setLayer(declared)
    for shown, asked in (((3, 2, 1), None), ((2, 3, 3), [2, 3, 3])):  # a band shown twice is meant
        declared.renderer().setRedBand(shown[0])
        declared.renderer().setGreenBand(shown[1])
        declared.renderer().setBlueBand(shown[2])
        assert dock.form.parameters()["BANDS"] == asked


def test_bands_that_are_described_count_whatever_is_shown(dock, add_layer, tmp_path):
    path = qgis_layers.plain(tmp_path, bands=5)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    for number, name in enumerate(("Blue", "Green", "Red", "NIR"), 1):
        dataset.GetRasterBand(number).SetDescription(name)
    del dataset
    layer = add_layer(path)
    layer.renderer().setRedBand(4)
    assert dock.form.parameters()["BANDS"] is None


def test_the_next_result_goes_into_another_file(dock, tmp_path):
    for named, there, wanted in (
        ("", [], ""),
        ("new.tif", [], "new.tif"),
        ("old.tif", ["old.tif", "old_2.tif"], "old_3.tif"),
        ("结果 1", ["结果 1.tif"], "结果 1_2.tif"),
    ):
        for name in there:
            (tmp_path / name).touch()
        dock.form.output.setFilePath(named and str(tmp_path / named))
        dock.form.spare_output()
        assert dock.form.output.filePath() == (wanted and str(tmp_path / wanted))
