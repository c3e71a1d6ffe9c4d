"""A sentence with an icon, in the window itself: it never blocks and takes the theme's colours."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStyle, QWidget

from ginet_qgis.i18n import tr


class Message(QWidget):
    """Hidden until it has something to say."""

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
        layout.addWidget(self.text, 1)
        self.hide()

    def inform(self, text: str) -> None:
        """Tell of something good or neutral."""
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxInformation, tr("Information"))

    def warn(self, text: str) -> None:
        """Tell of something to look after."""
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxWarning, tr("Warning"))

    def fail(self, text: str) -> None:
        """Tell of something that stops the work."""
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxCritical, tr("Error"))

    def clear(self) -> None:
        """Say nothing."""
        self.text.clear()
        self.hide()

    def _say(self, text: str, icon: QStyle.StandardPixmap, kind: str) -> None:
        side = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        self._icon.setPixmap(self.style().standardIcon(icon).pixmap(side, side))
        self._icon.setAccessibleName(kind)
        self.text.setText(text)
        self.text.setAccessibleDescription(f"{kind}: {text}")
        self.show()
