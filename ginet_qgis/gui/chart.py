"""Bars of the classes' shares, in the classes' colours."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRect, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent, QPalette
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ginet_qgis.i18n import tr

GAP = 4
"""Pixels around a bar."""
NAME_SHARE = 0.5
"""Of the width, at most, for the names."""


class BarChart(QWidget):
    """One row a class: name, bar, per cent. The longest bar fills the width."""

    def __init__(self) -> None:
        """Nothing to show yet."""
        super().__init__()
        self._bars: list[tuple[str, QColor, float]] = []
        self.setAccessibleName(tr("Bar chart of each class's share"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: list[tuple[str, str, float]]) -> None:
        """Show these.

        Args:
            bars: Name, colour and per cent of each.
        """
        self._bars = [(name, QColor(colour), share) for name, colour, share in bars]
        spoken = ", ".join(f"{name} {share:.1f} %" for name, _colour, share in bars)
        self.setAccessibleDescription(spoken)
        self.setToolTip(spoken)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as the rows are."""
        return QSize(200, self._row_height() * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        """Narrow docks squeeze the bars, not the rows."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw names and numbers in the theme's colours, bars in their own."""
        if not self._bars:
            return
        painter = QPainter(self)
        metrics, height = self.fontMetrics(), self._row_height()
        names = max(metrics.horizontalAdvance(name) for name, _colour, _share in self._bars)
        names = min(names, int(self.width() * NAME_SHARE))
        numbers = metrics.horizontalAdvance("100.0 %")
        room = max(self.width() - names - numbers - 2 * GAP, 1)
        longest = max(share for _name, _colour, share in self._bars) or 1
        text, frame = (
            self.palette().color(role)
            for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Mid)
        )
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, (name, colour, share) in enumerate(self._bars):
            top, length = row * height, round(room * share / longest)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names)
            painter.setPen(text)
            painter.drawText(QRect(0, top, names, height), middle, shown)
            number = QRect(names + GAP + length + GAP, top, numbers, height)
            painter.drawText(number, middle, f"{share:.1f} %")
            painter.setPen(frame)
            painter.setBrush(colour)
            painter.drawRect(names + GAP, top + GAP, length, height - 2 * GAP)

    def _row_height(self) -> int:
        return self.fontMetrics().height() + GAP
