"""Teaching on the map with the mouse, as a user does it; for scripts that QGIS runs with --code."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from qgis.core import QgsApplication, QgsPointXY, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QScrollArea, QWidget
from qgis.utils import iface

from ginet_qgis.gui.teach.classes import LABELS, SCORE
from ginet_qgis.gui.teach.shown import LIVE
from ginet_qgis.gui.teach.tools import DRAW, STROKE
from ginet_qgis.i18n import tr
from ginet_qgis.layers.styling import original_class_name
from scripts.desktop import ginet_dock

Place = tuple[float, float]
"""Metres from an image's north-western corner, rightwards and down."""

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
DOCK = 340
"""Width of the dock in pixels."""
STEPS = 6
"""Moves of the mouse along a line."""


class Film:
    """Frames of a short animated picture: the main window, where the pointer is, and for how long.

    Args:
        folder: Takes the frames, and ``film.json`` that tells of them.
    """

    def __init__(self, folder: Path) -> None:
        """No frames yet."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._frames: list[tuple[str, int, int, int]] = []

    def take(self, pointer: QPoint, milliseconds: int) -> None:
        """Take a frame; ``pointer`` is a place of the main window."""
        QCoreApplication.processEvents()
        iface.messageBar().clearWidgets()
        name = f"{len(self._frames):03}.png"
        iface.mainWindow().grab().save(str(self._folder / name))
        self._frames.append((name, pointer.x(), pointer.y(), milliseconds))
        (self._folder / "film.json").write_text(json.dumps(self._frames))


class Teacher:
    """Draws labels on the map as a user does.

    Args:
        image: The image; places are its columns and rows.
        film: Records frames; None records none.
    """

    def __init__(self, image: QgsRasterLayer, film: Film | None = None) -> None:
        """The dock's panel is used."""
        self.panel = ginet_dock().teach.panel
        self._image, self._film = image, film
        self._source = ""

    def choose(self, name: str) -> None:
        """Choose a class, adding it where it is not there yet."""
        table = self.panel.classes
        table.choose_value(name)
        if table.value() != original_class_name(name):
            new = self.panel.class_tools.new
            new.name.setText(name)
            self.show(new.add)
            new.add.click()
        row = table.currentRow()
        self.show(table.viewport(), table.visualItemRect(table.item(row, 0)).center())

    def stroke(self, name: str, *places: Place) -> None:
        """Drag the brush over ground of a class."""
        self._begin(name, STROKE)
        points = [self._pixel(place) for place in places]
        viewport = iface.mapCanvas().viewport()
        QTest.mousePress(viewport, LEFT, NONE, points[0])
        for begin, end in pairwise(points):
            for step in range(1, STEPS + 1):
                at = begin + (end - begin) * step / STEPS
                QTest.mouseMove(viewport, at)
                if step % 3 == 0:
                    self.show(viewport, at, 60)
        QTest.mouseRelease(viewport, LEFT, NONE, points[-1])
        self.show(viewport, points[-1])

    def polygon(self, name: str, *places: Place) -> None:
        """Click the corners of a polygon."""
        self._begin(name, DRAW)
        viewport = iface.mapCanvas().viewport()
        for place in places:
            QTest.mouseClick(viewport, LEFT, NONE, self._pixel(place))
        QTest.mouseClick(viewport, RIGHT, NONE, self._pixel(places[-1]))

    def show(self, widget: QWidget, place: QPoint | None = None, milliseconds: int = 220) -> None:
        """Have a frame taken with the pointer on a widget."""
        if self._film is not None:
            at = widget.rect().center() if place is None else place
            self._film.take(widget.mapTo(iface.mainWindow(), at), milliseconds)

    def view_is_new(self) -> bool:
        """Whether the view was classified again since the last label."""
        return self._live() != self._source

    def is_done(self) -> bool:
        """Whether it was, the labels are cross-validated and the engine is idle."""
        table = self.panel.classes
        counted = sum(int(table.item(row, LABELS).text()) for row in range(table.rowCount()))
        is_counted = counted == iface.activeLayer().featureCount()
        return is_counted and self.view_is_new() and not self.panel.doing.text.text()

    def is_scored(self) -> bool:
        """Whether each class that is labelled has its score."""
        table = self.panel.classes
        scores = [table.item(row, SCORE).text() for row in range(table.rowCount())]
        return self.is_done() and any(scores) and tr("not known") not in scores

    def _begin(self, name: str, tool: str) -> None:
        self.choose(name)
        self.panel.tools.buttons[tool].click()
        self._source = self._live()

    def _live(self) -> str:
        layers = QgsProject.instance().mapLayers().values()
        return next((each.source() for each in layers if each.customProperty(LIVE)), "")

    def _pixel(self, place: Place) -> QPoint:
        extent = self._image.extent()
        point = QgsPointXY(extent.xMinimum() + place[0], extent.yMaximum() - place[1])
        pixel = iface.mapCanvas().getCoordinateTransform().transform(point)
        return QPoint(round(pixel.x()), round(pixel.y()))


def scroll_to(child: Callable[[QWidget], QWidget]) -> None:
    """Widen the dock, and scroll so that a part of its panel is seen."""
    dock = ginet_dock()
    iface.mainWindow().resizeDocks([dock], [DOCK], Qt.Orientation.Horizontal)
    QCoreApplication.processEvents()
    dock.findChild(QScrollArea).ensureWidgetVisible(child(dock.teach.panel))


def in_chinese() -> bool:
    """Whether QGIS speaks Chinese."""
    return str(QgsApplication.locale()).startswith("zh")
