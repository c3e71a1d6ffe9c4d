"""From the click on Run in the dock to the first block and to the layer, in desktop QGIS.

    SCENE=FILE QGIS_PLUGINPATH=$PWD xvfb-run -s "-screen 0 1600x1000x24" \
        qgis.bin --noversioncheck --nologo --code benchmarks/click.py

FILE is a raster of a view's size, 1024 x 1024. The pointer comes to the dock LEAD seconds (5)
before each click. Prints one line of JSON for each of three runs; the engine must be set up. Runs
within QGIS.
"""

import json
import os
import sys
import time
from pathlib import Path

import qgis.utils
from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QTimer
from qgis.PyQt.QtGui import QCursor
from qgis.utils import loadPlugin, startPlugin, updateAvailablePlugins

RUNS = 3
LEAD_MILLISECONDS = int(float(os.environ.get("LEAD", 5)) * 1000)


class Stopwatch:
    """Clicks, and looks every 5 milliseconds whether something has come of it."""

    def __init__(self) -> None:
        updateAvailablePlugins()
        loadPlugin("ginet_qgis")
        startPlugin("ginet_qgis")
        self.dock = qgis.utils.plugins["ginet_qgis"].dock
        self.dock.show()
        scene = Path(os.environ["SCENE"])
        QgsProject.instance().addMapLayer(QgsRasterLayer(str(scene), scene.stem))
        self.runs = 0
        self.timer = QTimer()
        self.timer.setInterval(5)
        self.timer.timeout.connect(self.look)
        self.come()

    def come(self) -> None:
        """The pointer reaches Run some seconds before the click: the dock gets an engine ready."""
        QCursor.setPos(0, 0)
        QCoreApplication.processEvents()
        QCursor.setPos(self.dock.start.mapToGlobal(self.dock.start.rect().center()))
        QTimer.singleShot(LEAD_MILLISECONDS, self.click)

    def click(self) -> None:
        self.layers, self.first = len(QgsProject.instance().mapLayers()), None
        self.begin = time.perf_counter()
        self.dock.start.click()
        self.timer.start()

    def look(self) -> None:
        bar, passed = self.dock.progress, time.perf_counter() - self.begin
        if self.first is None and bar.maximum() and bar.value() > 0:
            self.first = passed
        if len(QgsProject.instance().mapLayers()) > self.layers or passed > 120:
            self.timer.stop()
            figures = {
                "first_block_s": self.first and round(self.first, 2),
                "layer_s": round(passed, 2),
            }
            sys.stderr.write(json.dumps(figures) + "\n")
            self.runs += 1
            if self.runs == RUNS:
                os._exit(0)
            self.come()


def begin() -> None:
    global stopwatch  # nothing else would keep it
    stopwatch = Stopwatch()


QTimer.singleShot(5000, begin)
