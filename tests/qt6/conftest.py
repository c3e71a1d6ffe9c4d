"""Qt 6 without a screen, and the stand-ins of this folder for QGIS: run apart from other tests."""

import os
import sys
import tempfile
from pathlib import Path
from traceback import format_exception
from unittest.mock import MagicMock

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QGIS_CUSTOM_CONFIG_PATH"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parent))

import pytest
from PyQt6.QtWidgets import QApplication, QMainWindow


@pytest.fixture(scope="session")
def app():
    return QApplication([])


@pytest.fixture
def iface(app):
    """QGIS's main window."""
    from qgis.gui import QgsMapCanvas

    window, canvas = QMainWindow(), QgsMapCanvas()
    iface = MagicMock()
    iface.mainWindow.return_value, iface.mapCanvas.return_value = window, canvas
    iface.addDockWidget.side_effect = window.addDockWidget
    return iface


@pytest.fixture(autouse=True)
def errors_in_slots(monkeypatch):
    """What is raised where Qt calls Python fails the test; PyQt 6 would end the process."""
    raised = []
    monkeypatch.setattr("sys.excepthook", lambda *what: raised.append(what))
    yield
    assert not raised, "".join(format_exception(*raised[0]))
