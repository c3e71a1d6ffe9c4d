"""The map tool of teaching: polygons, strokes and points, and labels to erase or change."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsGeometry, QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent

from ginet_qgis.compat import LINE, POLYGON

DRAW, STROKE, DOT, ERASE, CHANGE = "polygon", "stroke", "point", "erase", "change"
ESCAPE = "\x1b"
SHADE = 90
"""Opacity of what is being drawn, of 255."""
LEAST_CORNERS = 3


class LabelTool(QgsMapTool):
    """Tells what was drawn, in the map's coordinates; it changes nothing itself.

    Args:
        canvas: The map.
        brush: Tells the width of the brush, in pixels of the screen.
    """

    drawn = pyqtSignal(str, object)
    """``DRAW`` and a polygon, ``STROKE`` and a line, ``DOT``, ``ERASE`` or ``CHANGE`` and a
    point."""
    pressed = pyqtSignal(str)
    """A key, as text."""

    def __init__(self, canvas: QgsMapCanvas, brush: Callable[[], float]) -> None:
        """Begin with polygons."""
        super().__init__(canvas)
        self._canvas, self._brush = canvas, brush
        self._points: list[QgsPointXY] = []
        self._band: QgsRubberBand | None = None
        self.kind, self.colour = DRAW, "#ff00ff"
        self._is_down = False

    def choose(self, kind: str) -> None:
        """Draw something else from now on; what is half drawn is dropped."""
        self.drop()
        self.kind = kind
        self._canvas.setCursor(Qt.CursorShape.CrossCursor)

    def drop(self) -> None:
        """Forget what is half drawn."""
        self._points, self._is_down = [], False
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None

    def activate(self) -> None:
        """The map's pointer is a cross."""
        super().activate()
        self._canvas.setCursor(Qt.CursorShape.CrossCursor)

    def deactivate(self) -> None:
        """Another tool takes over."""
        self.drop()
        super().deactivate()

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """A stroke begins."""
        if self.kind == STROKE and event.button() == Qt.MouseButton.LeftButton:
            self._is_down = True
            self._points = [event.mapPoint()]
            self._show(self._points)

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Show where a click would lead."""
        if self.kind == STROKE and self._is_down:
            self._points.append(event.mapPoint())
            self._show(self._points)
        elif self.kind == DRAW and self._points:
            self._show([*self._points, event.mapPoint()])

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """A corner, the end of a polygon or stroke, or a point."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if self.kind == STROKE:
            if self._is_down and is_left:
                self._finish_stroke(event.mapPoint())
        elif self.kind == DRAW:
            if is_left:
                self._points.append(event.mapPoint())
                self._show(self._points)
            else:
                self._finish_polygon()
        elif is_left:
            self.drawn.emit(self.kind, QgsGeometry.fromPointXY(event.mapPoint()))

    def canvasDoubleClickEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: ARG002
        """Ends a polygon too."""
        if self.kind == DRAW:
            self._finish_polygon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape and Backspace are for what is half drawn, other keys for the panel."""
        if event.key() == Qt.Key.Key_Escape and self._points:
            self.drop()
        elif event.key() == Qt.Key.Key_Escape:
            self.pressed.emit(ESCAPE)
        elif event.key() == Qt.Key.Key_Backspace and self._points and self.kind == DRAW:
            self._points.pop()
            self._show(self._points)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.kind == DRAW:
            self._finish_polygon()
        elif event.text() and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.pressed.emit(event.text().upper())
        else:
            return
        event.accept()  # so that QGIS makes nothing else of it

    def _finish_polygon(self) -> None:
        corners = [
            point
            for at, point in enumerate(self._points)
            if not at or point != self._points[at - 1]
        ]
        self.drop()
        if len(corners) >= LEAST_CORNERS:
            self.drawn.emit(DRAW, QgsGeometry.fromPolygonXY([corners]))

    def _finish_stroke(self, last: QgsPointXY) -> None:
        points = [*self._points, last]
        self.drop()
        is_click = all(point == points[0] for point in points)
        line = QgsGeometry.fromPointXY(last) if is_click else QgsGeometry.fromPolylineXY(points)
        self.drawn.emit(STROKE, line)

    def _show(self, points: list[QgsPointXY]) -> None:
        if self._band is None:
            self._band = QgsRubberBand(self._canvas, LINE if self.kind == STROKE else POLYGON)
        colour = QColor(self.colour)
        self._band.setStrokeColor(colour)
        colour.setAlpha(SHADE)
        self._band.setFillColor(colour)
        if self.kind == STROKE:
            self._band.setStrokeColor(colour)
            self._band.setWidth(max(round(self._brush()), 1))
        shape = (
            QgsGeometry.fromPolylineXY(points)
            if self.kind == STROKE
            else QgsGeometry.fromPolygonXY([points])
        )
        self._band.setToGeometry(shape, self._canvas.mapSettings().destinationCrs())
