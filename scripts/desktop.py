"""Driving QGIS on its desktop for pictures; for scripts that QGIS runs with --code.

A story is a generator: it does a step and yields what to wait for, seconds or a condition.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QRect, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDockWidget, QWidget
from qgis.utils import iface, loadPlugin, plugins, startPlugin, updateAvailablePlugins

from ginet_qgis.layers.stored_result import stored_result

Wait = float | Callable[[], bool]

SETTLE = 1.0
"""Seconds after a condition holds, for windows to be drawn."""
PATIENCE = 2400.0
"""Seconds for the longest step, a fine-tuning on a busy machine."""


def play(story: Iterator[Wait]) -> None:
    """Run a story to its end, then end QGIS; with status 1 where it fails."""
    timer = QTimer(iface.mainWindow())
    until: list[Callable[[], bool]] = [_after(6.0)]  # QGIS is still starting

    def go_on() -> None:
        try:
            if not until[0]():
                return
            timer.stop()  # a step may run an event loop of its own
            wait = next(story)
            until[0] = _settled(wait) if callable(wait) else _after(wait)
            timer.start()
        except StopIteration:
            os._exit(0)
        except Exception:  # noqa: BLE001 - whatever it is, QGIS must not stay open
            traceback.print_exc()
            os._exit(1)

    timer.timeout.connect(go_on)
    timer.start(200)


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def _settled(condition: Callable[[], bool]) -> Callable[[], bool]:
    """Whether a condition holds and has held for a moment."""
    begin = time.monotonic()
    since: list[float] = []

    def ask() -> bool:
        if time.monotonic() > begin + PATIENCE:
            raise TimeoutError(f"{condition} did not come true")
        if not condition():
            since.clear()
        elif not since:
            since.append(time.monotonic())
        return bool(since) and time.monotonic() > since[0] + SETTLE

    return ask


def start_plugin(width: int, height: int, *docks: str) -> None:
    """Start GINet in a window of that size, with no other docks open."""
    updateAvailablePlugins()
    if not (loadPlugin("ginet_qgis") and startPlugin("ginet_qgis")):
        raise RuntimeError("The plugin does not start; set QGIS_PLUGINPATH to the checkout.")
    window = iface.mainWindow()
    window.resize(width, height)
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in docks)


def ginet_dock() -> QWidget:
    """The plugin's dock."""
    return plugins["ginet_qgis"].dock


def add_image(path: Path, name: str = "") -> QgsRasterLayer:
    """Add a raster to the project."""
    layer = QgsRasterLayer(str(path), name or path.stem)
    QgsProject.instance().addMapLayer(layer)
    return layer


def result(*earlier: QgsMapLayer) -> QgsMapLayer:
    """The classified layer that was not there before."""
    layers = QgsProject.instance().mapLayers().values()
    return next(each for each in layers if stored_result(each) and each not in earlier)


def show(layer: QgsMapLayer, *, visible: bool) -> None:
    """Tick or untick a layer."""
    QgsProject.instance().layerTreeRoot().findLayer(layer.id()).setItemVisibilityChecked(visible)


def drawn() -> bool:
    """Whether the map is complete."""
    return not iface.mapCanvas().isDrawing()


def expand(*layers: QgsMapLayer) -> None:
    """Open the legends of these layers, close all others."""
    for node in QgsProject.instance().layerTreeRoot().findLayers():
        node.setExpanded(node.layer() in layers)


def take(widget: QWidget, path: Path, height: int = 0) -> None:
    """Save a picture of a window or its upper part, without messages above the map."""
    iface.messageBar().clearWidgets()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = QRect(0, 0, widget.width(), height) if height else QRect(0, 0, -1, -1)  # all
    if not widget.grab(part).save(str(path)):
        raise OSError(f"{path} cannot be written")
    print(path, flush=True)


def take_window(path: Path) -> None:
    """Save a picture of the main window, with no dialog left open."""
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QDialog):
            dialog.close()
    take(iface.mainWindow(), path)
