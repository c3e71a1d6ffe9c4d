"""What teaching has on the map beside its layers: the tool, and the place to label next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsVertexMarker
from qgis.PyQt import sip
from qgis.PyQt.QtGui import QColor

from ginet_qgis.gui.teach.tools import LabelTool

MARK, MARK_PEN, MARK_COLOUR = 14, 3, "#ff00ff"


class OnMap:
    """Takes the map's tool, and gives it back.

    Args:
        canvas: The map.
        brush: Tells the width of the brush, in pixels of the screen.
    """

    def __init__(self, canvas: QgsMapCanvas, brush: Callable[[], float]) -> None:
        """The tool is not on the map before ``choose``."""
        self._canvas = canvas
        self._before: Any = canvas.mapTool()
        self._mark: QgsVertexMarker | None = None
        self.tool = LabelTool(canvas, brush)

    def choose(self, kind: str) -> None:
        """Draw this from now on, also where another tool was used meanwhile."""
        if self._canvas.mapTool() is not self.tool:
            self._canvas.setMapTool(self.tool)
        self.tool.choose(kind)
        self._canvas.setFocus()

    def mark(self, place: QgsPointXY) -> None:
        """Show a place, given in the map's coordinates."""
        self.unmark()
        self._mark = QgsVertexMarker(self._canvas)
        self._mark.setCenter(place)
        self._mark.setIconType(QgsVertexMarker.IconType.ICON_CIRCLE)
        self._mark.setIconSize(MARK)
        self._mark.setPenWidth(MARK_PEN)
        self._mark.setColor(QColor(MARK_COLOUR))

    def unmark(self) -> None:
        """Show no place any more."""
        if self._mark is not None:
            self._canvas.scene().removeItem(self._mark)
            self._mark = None

    @property
    def is_marked(self) -> bool:
        """Whether a place is shown."""
        return self._mark is not None

    def close(self) -> None:
        """Take all of it away; the tool from before comes back, unless the user took another."""
        self.unmark()
        self.tool.drop()
        if self._canvas.mapTool() is self.tool:
            self._canvas.unsetMapTool(self.tool)
            if self._before is not None and not sip.isdeleted(self._before):
                self._canvas.setMapTool(self._before)
        self.tool.deleteLater()
