"""The dock's width when it is opened for the first time: room for names of layers and classes."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QMainWindow

from ginet_qgis import settings

CHARACTERS = 50


def widen_once(dock: QDockWidget, window: QMainWindow) -> None:
    """Have a dock that is about to be shown made wide, where it never was before.

    QGIS gives a new dock the least it can; later the width is what the user made it.
    """
    if settings.was_opened():
        return
    settings.keep(was_opened=True)
    width = CHARACTERS * dock.fontMetrics().averageCharWidth()

    def widen() -> None:
        if dock.width() < width and not dock.isFloating():
            window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    timer = QTimer(dock)  # the window has to lay it out first
    timer.setSingleShot(True)
    timer.timeout.connect(widen)
    timer.start()
