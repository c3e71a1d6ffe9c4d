"""The buttons of the map's tool, and the width of its brush."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from ginet_qgis.gui.teach.tools import CHANGE, DOT, DRAW, ERASE, STROKE
from ginet_qgis.i18n import tr

BRUSH, MOST_BRUSH = 5, 500
"""Width of strokes and points, in pixels of the image."""
COLUMNS = 2
"""The dock may be narrow."""
BRUSH_KEYS = {"[": -1, "]": 1}
KEYS = {"D": DRAW, "B": STROKE, "P": DOT, "E": ERASE, "C": CHANGE}


class ToolBox(QWidget):
    """One tool is chosen at a time."""

    chosen = pyqtSignal(str)

    def __init__(self) -> None:
        """Make the buttons."""
        super().__init__()
        texts = (
            (DRAW, tr("Polygon"), tr("Click the corners, right-click to end (key D).")),
            (STROKE, tr("Stroke"), tr("Drag over ground of the class (key B).")),
            (DOT, tr("Point"), tr("Click ground of the class (key P).")),
            (ERASE, tr("Erase"), tr("Click a label to take it away (key E).")),
            (CHANGE, tr("Change class"), tr("Click a label to give it the chosen class (key C).")),
        )
        group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        self.buttons: dict[str, QToolButton] = {}
        for at, (kind, text, tip) in enumerate(texts):
            button = self.buttons[kind] = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked, kind=kind: self.chosen.emit(kind))
            group.addButton(button)
            grid.addWidget(button, at // COLUMNS, at % COLUMNS)
        self.brush = QSpinBox()
        self.brush.setRange(1, MOST_BRUSH)
        self.brush.setValue(BRUSH)
        self.brush.setSuffix(tr(" px"))
        self.brush.setToolTip(
            tr("Width of strokes and points, in pixels of the image (keys [ and ]).")
        )
        self.brush.setAccessibleName(tr("Width of strokes and points"))
        grid.addWidget(self.brush, len(texts) // COLUMNS, len(texts) % COLUMNS)
