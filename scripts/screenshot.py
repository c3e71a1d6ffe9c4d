"""Screenshot of a result in QGIS: classifies GINET_IMAGE on the desktop and saves GINET_PICTURE.

    QGIS_PLUGINPATH=$PWD GINET_IMAGE=image.tif GINET_PICTURE=picture.png \\
        xvfb-run -s "-screen 0 1600x1000x24" qgis --nologo --code scripts/screenshot.py
"""

import os
from collections.abc import Iterator
from pathlib import Path

import processing
from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QDockWidget, QLineEdit
from qgis.utils import iface

from scripts.desktop import Wait, add_image, drawn, expand, play, start_plugin, take_window


def story() -> Iterator[Wait]:
    start_plugin(1600, 1000, "Layers", "ProcessingToolbox")
    window = iface.mainWindow()
    window.findChild(QDockWidget, "Layers").setMinimumWidth(330)
    image = add_image(Path(os.environ["GINET_IMAGE"]))
    processing.runAndLoadResults("ginet:classify", {"INPUT": image, "OUTPUT": "TEMPORARY_OUTPUT"})
    yield 2.0
    expand(*QgsProject.instance().mapLayers().values())
    toolbox = window.findChild(QDockWidget, "ProcessingToolbox")
    toolbox.findChild(QLineEdit).setText("ginet")
    iface.mapCanvas().zoomToFullExtent()
    yield drawn
    take_window(Path(os.environ["GINET_PICTURE"]))


play(story())
