"""Every module loads on Qt 6, and every form and widget can be made, filled, read and drawn."""

import importlib
import json
import pkgutil
from unittest.mock import MagicMock

import pytest
from PyQt6.QtCore import QT_VERSION_STR, QEvent
from PyQt6.QtWidgets import QApplication, QComboBox, QWidget

import ginet_qgis

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(ginet_qgis.__path__, "ginet_qgis.")
    if not module.name.startswith(("ginet_qgis.core", "ginet_qgis.resources"))
)
AREAS = [
    {"name": "water", "colour": "#1478c8", "pixels": 75, "area_m2": 75.0, "percent": 75.0},
    {"name": "林地", "colour": "#14c850", "pixels": 25, "area_m2": None, "percent": 25.0},
]


def drawn(widget: QWidget) -> QWidget:
    """Show, lay out and paint a widget and all that is in it."""
    widget.show()
    QApplication.processEvents()
    image = widget.grab().toImage()
    assert image.width() > 20
    colours = {
        image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
    }
    assert len(colours) > 1, "nothing is painted"
    return widget


@pytest.mark.parametrize("name", MODULES)
def test_module_loads(app, name):
    importlib.import_module(name)


def test_it_is_qt_6(app):
    assert QT_VERSION_STR.startswith("6.")
    assert len(MODULES) > 30


@pytest.fixture
def dock(iface):
    from ginet_qgis.gui.dock.dock import GinetDock

    dock = GinetDock(iface)
    yield dock
    dock.shut_down()
    dock.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_dock_asks_for_an_image(dock, monkeypatch):
    monkeypatch.setattr("ginet_qgis.engine.engine.find_python", lambda: None)
    drawn(dock)
    dock.start.click()
    assert "There is no image" in dock.message.text.text()


def test_form_remembers(dock):
    from ginet_qgis.gui.dock.extent import CANVAS, DRAWN, LAYER, POLYGONS

    form = dock.form
    for mode in (LAYER, CANVAS, DRAWN, POLYGONS):
        form.extent.modes.setCurrentIndex(form.extent.modes.findData(mode))
        form.device.setCurrentIndex(1)
        form.output.setFilePath("/tmp/地图.tif")
        form.confidence.setChecked(True)
        state = json.loads(json.dumps(form.state()))
        form.restore({})
        assert form.state() != state
        form.restore(state)
        assert form.state() == state
        drawn(dock)


def test_drawing_on_the_map_and_back(dock, iface):
    dock.form.extent.start_drawing()
    tool = iface.mapCanvas().mapTool()
    click = MagicMock(**{"isEmpty.return_value": True})
    tool.extentChanged.emit(click)
    assert iface.mapCanvas().mapTool() is None


def test_bundled_model_shows_its_card(dock):
    models = dock.form.model
    assert models.models.count() >= 1
    assert "■" in models.classes.text()
    assert models.model()


def test_result_as_table_chart_and_text(app):
    from ginet_qgis.gui.dock.results import ResultsPanel

    panel = ResultsPanel()
    panel.show_result(AREAS, 30.0)
    drawn(panel)
    assert panel.table.rowCount() == len(AREAS)
    panel.copy.click()
    assert app.clipboard().text() == panel.as_text("\t")
    assert "林地" in app.clipboard().text()
    panel.show_result([{**AREAS[0], "name": "=1+1"}], None)
    assert panel.as_text(",").splitlines()[1].startswith('"\'=1+1",')


def test_message_has_three_kinds(app):
    from ginet_qgis.gui.message import Message

    message = Message("a message")
    for say in (message.inform, message.warn, message.fail):
        say("what there is to say")
        drawn(message)
    message.clear()
    assert not message.isVisible()


def test_plugin_life(iface):
    plugin = ginet_qgis.classFactory(iface)
    plugin.initGui()
    plugin.dock_action.trigger()
    drawn(plugin.dock)
    plugin.unload()
    assert plugin.dock is None


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("setup", "SetupDialog"),
        ("models", "ModelsDialog"),
        ("finetune", "FinetuneDialog"),
    ],
)
def test_window_opens(iface, folder, name):
    window = getattr(importlib.import_module(f"ginet_qgis.gui.{folder}.dialog"), name)
    needs = (iface, QComboBox()) if name == "FinetuneDialog" else (iface.mainWindow(),)
    window = drawn(window(*needs))
    assert window.windowTitle()
    window.close()


def test_setup_dialog_is_used(iface, app, monkeypatch, tmp_path):
    """A computer's builds are listed, and what is to be done is what was chosen."""
    from ginet_qgis.gui.setup.dialog import SetupDialog
    from ginet_qgis.installer.builds import Machine

    monkeypatch.setenv("GINET_HOME", str(tmp_path / "家"))
    monkeypatch.delenv("GINET_ENGINE_PYTHON", raising=False)
    window = drawn(SetupDialog(iface.mainWindow()))
    assert not window.start.isEnabled(), "the computer was not looked at yet"
    window.form._show(None, Machine("Linux", "x86_64"))
    assert window.start.isEnabled()
    assert window.form.parameters() == {
        "ACTION": "install", "BUILD": "cpu", "FOLDER": str(tmp_path / "家")
    }  # fmt: skip
    assert "CUDA" in window.form.size.text()
    window.form.existing.setChecked(True)
    assert not window.start.isEnabled()
    window.form.python.setFilePath("/opt/conda/bin/python")
    assert window.start.isEnabled()
    assert window.form.parameters() == {"ACTION": "install", "PYTHON": "/opt/conda/bin/python"}
    window.copy.click()
    assert "GINet for QGIS" in app.clipboard().text()
    assert "on the clipboard" in window.message.text.text()
    drawn(window).close()


def test_models_dialog_shows_each_card(iface, app):
    from ginet_qgis.gui.models.dialog import ModelsDialog

    window = drawn(ModelsDialog(iface.mainWindow()))
    assert window.models.count() >= 1
    for row in range(window.models.count()):
        window.models.setCurrentRow(row)
        assert "safetensors" in window.models.currentItem().toolTip()
        assert len(window.card.toPlainText()) > 100
        assert not window.remove.isEnabled(), "what comes with the plugin stays"
    window.close()


def test_settings_page(app):
    from ginet_qgis.gui.settings_page import SettingsFactory

    page = SettingsFactory(lambda: None, lambda: None).createWidget(None)
    drawn(page)
    page.apply()
