"""Screenshot of a result in QGIS: set GINET_LAYERS=image.tif,classified.tif and GINET_PICTURE, then

xvfb-run -s "-screen 0 1600x1000x24" qgis --nologo --code scripts/screenshot.py
"""

import os
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDockWidget
from qgis.utils import iface

LAYERS = os.environ["GINET_LAYERS"].split(",")
PICTURE = os.environ["GINET_PICTURE"]


def show() -> None:
    for path in LAYERS:
        layer = QgsRasterLayer(path, Path(path).name)
        layer.loadDefaultMetadata()
        if layer.metadata().title():
            layer.setName(layer.metadata().title())
        QgsProject.instance().addMapLayer(layer)
    window = iface.mainWindow()
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in ("Layers", "ProcessingToolbox"))
    layers = window.findChild(QDockWidget, "Layers")
    layers.setMinimumWidth(320)
    iface.messageBar().clearWidgets()
    iface.mapCanvas().zoomToFullExtent()
    QTimer.singleShot(8000, take)


def take() -> None:
    iface.messageBar().clearWidgets()
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QDialog) and dialog.isVisible():
            dialog.close()
    iface.mainWindow().grab().save(PICTURE)
    QgsProject.instance().setDirty(False)
    QApplication.exit(0)


QTimer.singleShot(6000, show)
