"""A sentence with an icon, in the window itself: it never blocks and takes the theme's colours."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.i18n import tr


class Message(QWidget):
    """A message with an icon; hidden while empty."""

    def __init__(self, name: str) -> None:
        """Make the icon and the text.

        Args:
            name: What screen readers call the place.
        """
        super().__init__()
        self._icon = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        # A path without a space must not decide how narrow the dock can be.
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self.remedy = QPushButton()
        column = QVBoxLayout()
        column.addWidget(self.text)
        column.addWidget(self.remedy, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(column, 1)
        self.hide()

    def inform(self, text: str) -> None:
        """Show information."""
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxInformation, tr("Information"))

    def warn(self, text: str) -> None:
        """Show a warning."""
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxWarning, tr("Warning"))

    def fail(self, text: str, remedy: str = "") -> None:
        """Show an error.

        Args:
            text: What, and what to change.
            remedy: Text of the button ``remedy``, where a click can help; else it is hidden.
        """
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxCritical, tr("Error"))
        self.remedy.setText(remedy)
        self.remedy.setVisible(bool(remedy))

    def clear(self) -> None:
        """Hide the message."""
        self.text.clear()
        self.hide()

    def _say(self, text: str, icon: QStyle.StandardPixmap, kind: str) -> None:
        side = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        self._icon.setPixmap(self.style().standardIcon(icon).pixmap(side, side))
        self._icon.setAccessibleName(kind)
        self.remedy.hide()
        self.text.setText(text)
        self.text.setAccessibleDescription(f"{kind}: {text}")
        self.show()
