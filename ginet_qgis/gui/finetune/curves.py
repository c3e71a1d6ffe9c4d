"""Curves of a training while it runs: the loss, and the score on held-out labels."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ginet_qgis.i18n import tr
from ginet_qgis.reports.svg import ticks

SCORE, BEFORE = "#59a14f", "#888888"
MARGIN = 6
"""Pixels around a plot."""
DOT = 3.0


class Curves(QWidget):
    """Two plots side by side; each says below what its colours mean."""

    def __init__(self) -> None:
        """Empty plots."""
        super().__init__()
        self.score = Plot(tr("mIoU on held-out labels"), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        legends = (((SCORE, tr("all folds so far")), (BEFORE, tr("base model"))),)
        for plot, entries in zip((self.score,), legends):
            column = QVBoxLayout()
            title = QLabel(plot.accessibleName())
            legend = QLabel(
                "&ensp; ".join(f'<span style="color:{colour}">━</span> {name}'
                               for colour, name in entries)
            )  # fmt: skip
            for widget in (title, plot, legend):
                column.addWidget(widget)
            column.setStretch(1, 1)
            row.addLayout(column, 1)

    def clear(self) -> None:
        """Empty it."""
        self.score.clear()

    def add(self, metrics: dict[str, Any]) -> None:
        """Draw on: losses of all trainings in a row, one line of scores for all together.

        Args:
            metrics: A ``metrics`` event of the engine.
        """
        fold, scores = metrics["fold"], metrics["miou"]
        self.score.set_level(BEFORE, scores["before"])
        self.score.add(SCORE, fold, scores["held out"])


class Plot(QWidget):
    """Lines over steps; the value axis begins at 0.

    Args:
        name: What screen readers call it.
        top: Where the value axis ends; 0 lets the values decide.
    """

    def __init__(self, name: str, top: float = 0) -> None:
        """Nothing to draw yet."""
        super().__init__()
        self._top = top
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(110)
        self._lines: dict[str, list[tuple[float, float]]] = {}
        self._levels: dict[str, float] = {}

    def sizeHint(self) -> QSize:
        """Room for axes with some figures."""
        return QSize(260, 150)

    def clear(self) -> None:
        """Draw nothing."""
        self._lines, self._levels = {}, {}
        self.update()

    def add(self, colour: str, step: float, value: float) -> None:
        """Draw a line on to a point, or move the point that it has at this step."""
        line = dict(self._lines.get(colour, ()))
        line[step] = value
        self._lines[colour] = sorted(line.items())
        self.setAccessibleDescription(f"{step:g}: {value:.3g}")
        self.update()

    def set_level(self, colour: str, value: float) -> None:
        """Draw a dashed line at a value."""
        self._levels[colour] = value
        self.update()

    def points(self, colour: str) -> list[tuple[float, float]]:
        """The points of a line."""
        return self._lines.get(colour, [])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw on a ground of its own: QGIS's dark themes are style sheets, unknown here."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink = QPalette.ColorRole.Base, QPalette.ColorRole.Text
        painter.fillRect(self.rect(), self.palette().color(ground))
        points = [point for line in self._lines.values() for point in line]
        if not points:
            return
        last = max(max(step for step, _ in points), 1)
        top = max([*(value for _, value in points), *self._levels.values(), self._top or 1e-6])
        metrics = painter.fontMetrics()
        marks = ticks(top)
        top = max(top, marks[-1])
        labels = max(metrics.horizontalAdvance(f"{mark:g}") for mark in marks)
        area = QRectF(self.rect()).adjusted(
            MARGIN + labels + 4, MARGIN + metrics.height() / 2, -MARGIN - 8, -metrics.height() - 6
        )

        def place(step: float, value: float) -> QPointF:
            return QPointF(
                area.left() + area.width() * step / last,
                area.bottom() - area.height() * value / top,
            )

        faint = QColor(self.palette().color(ink))
        faint.setAlpha(40)
        for mark in marks:
            at = place(0, mark)
            painter.setPen(faint)
            painter.drawLine(at, place(last, mark))
            painter.setPen(self.palette().color(ink))
            box = QRectF(0, at.y() - metrics.height() / 2, area.left() - 4, metrics.height())
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{mark:g}"
            )
        for step in dict.fromkeys((0, int(last))):
            at = place(step, 0)
            box = QRectF(at.x() - 30, at.y() + 3, 60 if step == 0 else 38, metrics.height())
            side = Qt.AlignmentFlag.AlignHCenter if step == 0 else Qt.AlignmentFlag.AlignRight
            painter.drawText(box, side, f"{step}")
        for colour, value in self._levels.items():
            painter.setPen(QPen(QColor(colour), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(place(0, value), place(last, value))
        for colour, line in self._lines.items():
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawPolyline(QPolygonF([place(*point) for point in line]))
            painter.setBrush(QColor(colour))
            if len(line) < 20:
                for point in line:
                    painter.drawEllipse(place(*point), DOT, DOT)
