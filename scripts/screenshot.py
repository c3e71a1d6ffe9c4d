"""Screenshot of a result in QGIS: classifies GINET_IMAGE on the desktop and saves GINET_PICTURE.

    QGIS_PLUGINPATH=$PWD GINET_IMAGE=image.tif GINET_PICTURE=picture.png \\
        xvfb-run -s "-screen 0 1600x1000x24" qgis --nologo --code scripts/screenshot.py
"""

import os
from pathlib import Path

import processing
from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDockWidget, QLineEdit
from qgis.utils import iface, loadPlugin, startPlugin, updateAvailablePlugins

IMAGE, PICTURE = Path(os.environ["GINET_IMAGE"]), os.environ["GINET_PICTURE"]


def show() -> None:
    updateAvailablePlugins()
    if not (loadPlugin("ginet_qgis") and startPlugin("ginet_qgis")):
        print("the plugin does not start; set QGIS_PLUGINPATH to the checkout", flush=True)
        os._exit(1)
    window = iface.mainWindow()
    window.resize(1600, 1000)
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in ("Layers", "ProcessingToolbox"))
    window.findChild(QDockWidget, "Layers").setMinimumWidth(330)
    image = QgsRasterLayer(str(IMAGE), IMAGE.stem)
    QgsProject.instance().addMapLayer(image)
    processing.runAndLoadResults("ginet:classify", {"INPUT": image, "OUTPUT": "TEMPORARY_OUTPUT"})
    QTimer.singleShot(4000, arrange)


def arrange() -> None:
    root = QgsProject.instance().layerTreeRoot()
    for node in root.findLayers():
        node.setExpanded(True)
    toolbox = iface.mainWindow().findChild(QDockWidget, "ProcessingToolbox")
    toolbox.findChild(QLineEdit).setText("ginet")
    iface.mapCanvas().zoomToFullExtent()
    QTimer.singleShot(8000, take)


def take() -> None:
    iface.messageBar().clearWidgets()
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QDialog):
            dialog.close()
    iface.mainWindow().grab().save(PICTURE)
    os._exit(0)


QTimer.singleShot(6000, show)
