"""From the end of a stroke to the new view, in *Teach on the map* of desktop QGIS.

    SCENE=FILE QGIS_PLUGINPATH=$PWD xvfb-run -s "-screen 0 1600x1200x24" \
        qgis.bin --noversioncheck --nologo --code benchmarks/strokes.py

FILE is a raster of a view's size, 1024 x 1024; MODEL names a base model, else it is the first in
the dock's list. STROKES (20) are drawn at random places, each PAUSE seconds (1) after the view of
the one before; which class is right does not matter to the time. The engine must be set up.

Prints a line of JSON for each stroke: seconds until the layer of the view is new (``view``) and
until the map is drawn (``map``), the longest time that the main thread took no event (``stall``),
and processor seconds of QGIS and of the engine; in the end medians and 95th percentiles, and the
load of the machine before and after, which the figures depend on. Runs within QGIS.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import qgis.utils
from qgis.core import QgsPointXY, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.utils import iface, loadPlugin, startPlugin, updateAvailablePlugins

from ginet_qgis.gui.teach.shown import LIVE
from ginet_qgis.gui.teach.tools import STROKE

STROKES, PAUSE = int(os.environ.get("STROKES", 20)), float(os.environ.get("PAUSE", 1))
FIRST = 2
"""Strokes of each of two classes, before any is measured."""
LONG = 60
"""Length of a stroke in pixels of the screen."""
PATIENCE = 600
"""Seconds."""
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
TICKS = os.sysconf("SC_CLK_TCK")


class Strokes:
    """Draws, and works Qt's events off one by one, so that a long one is seen."""

    def __init__(self) -> None:
        updateAvailablePlugins()
        loadPlugin("ginet_qgis")
        startPlugin("ginet_qgis")
        window = iface.mainWindow()
        window.resize(1600, 1200)
        self.dock = qgis.utils.plugins["ginet_qgis"].dock
        self.dock.show()
        self.canvas, self.random = iface.mapCanvas(), random.Random(0)  # noqa: S311 - places
        scene = Path(os.environ["SCENE"])
        self.image = QgsRasterLayer(str(scene), scene.stem)
        QgsProject.instance().addMapLayer(self.image)
        self.panel, self.stall = self.dock.teach.panel, 0.0

    def run(self) -> None:
        """Draw them all, and print."""
        self.pause(2)  # the window takes its size
        self.canvas.setDestinationCrs(self.image.crs())
        self.canvas.setExtent(self.image.extent())
        self.canvas.refresh()
        self.pause(1)
        self.wait(lambda: not self.canvas.isDrawing())
        iface.setActiveLayer(self.image)
        if model := os.environ.get("MODEL"):
            self.dock.form.model.choose(model)
        before = os.getloadavg()
        self.dock.teach.teach.click()
        self.panel.tools.buttons[STROKE].click()
        for at in range(2 * FIRST):
            self.panel.classes.choose(at % 2)
            self.draw()
        self.wait(self.is_idle)
        measured = [self.measure(at) for at in range(STROKES)]
        figures = {}
        for name in measured[0]:
            values = sorted(each[name] for each in measured)
            middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
            high = values[min(int(0.95 * len(values)), len(values) - 1)]
            figures[name] = {"median": round(middle, 3), "p95": round(high, 3)}
        load = {"before": before[0], "after": os.getloadavg()[0], "cores": os.cpu_count()}
        print(json.dumps({"strokes": len(measured), "load": load, **figures}), flush=True)
        self.panel.end(wait=True)

    def measure(self, at: int) -> dict[str, float]:
        """One stroke."""
        self.pause(PAUSE)
        self.panel.classes.choose(at % 2)
        source, own, engine = self.source(), time.process_time(), engine_seconds()
        self.stall, begin = 0.0, time.perf_counter()
        self.draw()
        self.wait(lambda: self.source() != source)
        view = time.perf_counter() - begin
        self.pause(0.02)
        self.wait(lambda: not self.canvas.isDrawing())
        figures = {
            "view": view,
            "map": time.perf_counter() - begin,
            "stall": self.stall,
            "qgis_cpu": time.process_time() - own,
            "engine_cpu": engine_seconds() - engine,
        }
        print(json.dumps({name: round(value, 3) for name, value in figures.items()}), flush=True)
        return figures

    def draw(self) -> None:
        """A stroke, anywhere on the image."""
        place = self.canvas.viewport()
        edges = [
            self.canvas.getCoordinateTransform().transform(QgsPointXY(x, y))
            for x, y in (
                (self.image.extent().xMinimum(), self.image.extent().yMaximum()),
                (self.image.extent().xMaximum(), self.image.extent().yMinimum()),
            )
        ]
        x = self.random.randint(int(edges[0].x()) + LONG, int(edges[1].x()) - LONG)
        y = self.random.randint(int(edges[0].y()) + LONG, int(edges[1].y()) - LONG)
        QTest.mousePress(place, LEFT, NONE, QPoint(x - LONG // 2, y))
        QTest.mouseMove(place, QPoint(x, y))
        QTest.mouseRelease(place, LEFT, NONE, QPoint(x + LONG // 2, y))

    def source(self) -> str:
        """Of the view's layer; empty where there is none."""
        layers = QgsProject.instance().mapLayers().values()
        return next((each.source() for each in layers if each.customProperty(LIVE)), "")

    def is_idle(self) -> bool:
        """Whether there is a view, and the engine waits."""
        return bool(self.source()) and not self.panel.doing.text.text()

    def pause(self, seconds: float) -> None:
        """Process events for some seconds."""
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() >= end)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Process events until a condition holds."""
        end = time.perf_counter() + PATIENCE
        while not condition():
            if time.perf_counter() > end:
                raise TimeoutError(self.panel.message.text.text())
            begin = time.perf_counter()
            QCoreApplication.processEvents()
            self.stall = max(self.stall, time.perf_counter() - begin)
            time.sleep(0.002)


def engine_seconds() -> float:
    """Processor seconds of this process's engines."""
    seconds = 0.0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            is_engine = b"\0core\0" in (status.parent / "cmdline").read_bytes()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == os.getpid() and is_engine:
            seconds += (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


def main() -> None:
    try:
        Strokes().run()
    except BaseException as error:  # noqa: BLE001 - whatever it is, QGIS must not stay open
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


QTimer.singleShot(6000, main)  # QGIS is still starting
