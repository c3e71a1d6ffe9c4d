"""Bars of the classes' shares, in the classes' colours."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent, QPalette
from qgis.PyQt.QtWidgets import QGridLayout, QLabel, QWidget

from ginet_qgis.i18n import tr

NAME_WIDTH = 110
"""Pixels, at most; a name that is longer is cut off."""
GAP = 2
"""Pixels above and below a bar."""


class BarChart(QWidget):
    """One row a class: name, bar, per cent. The longest bar fills its column."""

    def __init__(self) -> None:
        """Nothing to show yet."""
        super().__init__()
        self.setAccessibleName(tr("Bar chart of each class's share"))
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setVerticalSpacing(0)
        self._rows.setColumnStretch(1, 1)

    def show_bars(self, bars: list[tuple[str, str, float]]) -> None:
        """Show these and no others.

        Args:
            bars: Name, colour and per cent of each.
        """
        while self._rows.count():
            self._rows.takeAt(0).widget().deleteLater()
        longest = max((share for _name, _colour, share in bars), default=0) or 1
        for row, (name, colour, share) in enumerate(bars):
            elided = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, NAME_WIDTH)
            number = QLabel(f"{share:.1f} %")
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            # Labels, not painted text: QGIS's dark themes are style sheets, which reach no painter.
            for column, widget in enumerate((QLabel(elided), Bar(colour, share / longest), number)):
                widget.setToolTip(f"{name}: {share:.1f} %")
                self._rows.addWidget(widget, row, column)
        spoken = ", ".join(f"{name} {share:.1f} %" for name, _colour, share in bars)
        self.setAccessibleDescription(spoken)


class Bar(QWidget):
    """A bar in one colour.

    Args:
        colour: Of the bar.
        share: Of the width, 0 to 1.
    """

    def __init__(self, colour: str, share: float) -> None:
        """Keep them for painting."""
        super().__init__()
        self._colour = QColor(colour)
        self._share = share

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the bar, framed so that it shows on any background."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.setBrush(self._colour)
        length = round(self._share * (self.width() - 1))
        painter.drawRect(0, GAP, length, self.height() - 2 * GAP - 1)
