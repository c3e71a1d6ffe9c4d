"""Which part of the image: all of it, what the map shows, a drawn rectangle, selected polygons."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qgis.gui import QgsMapCanvas, QgsMapLayerComboBox, QgsMapToolExtent, QgsRubberBand
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QHideEvent, QPalette, QShowEvent
from qgis.PyQt.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from ginet_qgis.compat import POLYGON, POLYGON_LAYERS
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.i18n import tr

LAYER, CANVAS, DRAWN, POLYGONS = "layer", "canvas", "drawn", "polygons"
SHADE = 60
"""Opacity of the drawn rectangle, of 255."""


class ExtentChooser(QWidget):
    """A list of the four ways, and what each needs.

    Args:
        canvas: The map to take the extent from and to draw on.
    """

    changed = pyqtSignal()
    """The user has changed something."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        """Make the widgets; the whole layer is chosen."""
        super().__init__()
        self._canvas = canvas
        self._rectangle: QgsReferencedRectangle | None = None
        self._tool: QgsMapToolExtent | None = None
        self._previous_tool = None
        self._band = QgsRubberBand(canvas, POLYGON)
        self.modes = QComboBox()
        self.modes.addItem(tr("Whole layer"), LAYER)
        self.modes.addItem(tr("What the map shows"), CANVAS)
        self.modes.addItem(tr("Drawn rectangle"), DRAWN)
        self.modes.addItem(tr("Selected polygons"), POLYGONS)
        self.draw = QPushButton(tr("Draw on the map"))
        self.polygons = QgsMapLayerComboBox()
        self.polygons.setFilters(POLYGON_LAYERS)
        self.polygons.setAccessibleName(tr("Layer with the selected polygons"))
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.modes, self.draw, self.polygons, self.hint):
            layout.addWidget(widget)
        for combo in (self.modes, self.polygons):
            combo.setMinimumContentsLength(8)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.setFocusProxy(self.modes)
        self.modes.currentIndexChanged.connect(self._update)
        self.modes.activated.connect(self._mode_chosen)
        self.polygons.activated.connect(lambda _row: self.changed.emit())
        self.draw.clicked.connect(self.start_drawing)
        canvas.destinationCrsChanged.connect(self._show_band)
        self._update()

    @property
    def mode(self) -> str:
        """One of ``LAYER``, ``CANVAS``, ``DRAWN`` and ``POLYGONS``."""
        return str(self.modes.currentData())

    def extent(self) -> QgsReferencedRectangle | None:
        """What is chosen, in any CRS; None is the whole layer.

        Raises:
            IncompleteError: Nothing is drawn or selected yet.
        """
        if self.mode == CANVAS:
            crs = self._canvas.mapSettings().destinationCrs()
            return QgsReferencedRectangle(self._canvas.extent(), crs)
        if self.mode == DRAWN:
            if self._rectangle is None:
                raise IncompleteError(tr("Draw a rectangle on the map, or choose another extent."))
            return self._rectangle
        if self.mode == POLYGONS:
            return self._selected_polygons()
        return None

    def state(self) -> dict[str, Any]:
        """What to remember, as JSON values."""
        drawn = self._rectangle
        layer = self.polygons.currentLayer()
        return {
            "mode": self.mode,
            "rectangle": drawn
            and [drawn.xMinimum(), drawn.yMinimum(), drawn.xMaximum(), drawn.yMaximum()],
            "crs": drawn and drawn.crs().toWkt(),
            "polygons": layer and layer.id(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Show what was remembered; what is missing or gone takes its default."""
        self._rectangle = None
        if state.get("rectangle"):
            crs = QgsCoordinateReferenceSystem.fromWkt(state.get("crs") or "")
            self._rectangle = QgsReferencedRectangle(QgsRectangle(*state["rectangle"]), crs)
        layer = QgsProject.instance().mapLayer(state.get("polygons") or "")
        if layer is not None:
            self.polygons.setLayer(layer)
        self.modes.setCurrentIndex(max(self.modes.findData(state.get("mode")), 0))
        self._update()

    def start_drawing(self) -> None:
        """Let the user draw; the map's tool comes back afterwards."""
        self._stop_drawing()
        self._previous_tool = self._canvas.mapTool()
        self._tool = QgsMapToolExtent(self._canvas)
        self._tool.extentChanged.connect(self._drawn)
        self._canvas.setMapTool(self._tool)

    def close_map(self) -> None:
        """Take everything off the map, for good."""
        self._stop_drawing()
        self._canvas.destinationCrsChanged.disconnect(self._show_band)
        self._canvas.scene().removeItem(self._band)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the drawn rectangle with the dock."""
        super().showEvent(event)
        self._show_band()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hide it with the dock."""
        super().hideEvent(event)
        self._band.hide()

    def _mode_chosen(self) -> None:
        if self.mode == DRAWN and self._rectangle is None:
            self.start_drawing()
        self.changed.emit()

    def _drawn(self, rectangle: QgsRectangle) -> None:
        self._stop_drawing()
        if not rectangle.isEmpty():  # a mere click
            crs = self._canvas.mapSettings().destinationCrs()
            self._rectangle = QgsReferencedRectangle(rectangle, crs)
            self._update()
            self.changed.emit()

    def _stop_drawing(self) -> None:
        if self._tool is None:
            return
        self._canvas.unsetMapTool(self._tool)
        if self._previous_tool is not None:
            self._canvas.setMapTool(self._previous_tool)
        self._tool.deleteLater()
        self._tool = self._previous_tool = None

    def _selected_polygons(self) -> QgsReferencedRectangle:
        layer = self.polygons.currentLayer()
        if layer is None:
            raise IncompleteError(tr("There is no polygon layer. Choose another extent."))
        if not layer.selectedFeatureCount():
            raise IncompleteError(
                tr(
                    "No polygon of {name} is selected. Select some, or choose another extent."
                ).format(name=layer.name())
            )
        return QgsReferencedRectangle(layer.boundingBoxOfSelected(), layer.crs())

    def _update(self) -> None:
        """Show what the chosen way needs."""
        self.draw.setVisible(self.mode == DRAWN)
        self.polygons.setVisible(self.mode == POLYGONS)
        drawn = tr("Drawn.") if self._rectangle is not None else tr("Nothing is drawn yet.")
        hints = {
            CANVAS: tr("As the map is when the run starts."),
            DRAWN: drawn,
            POLYGONS: tr(
                "The rectangle around them is classified, including what lies between the polygons."
            ),
        }
        self.hint.setText(hints.get(self.mode, ""))
        self.hint.setVisible(self.mode in hints)
        self.modes.setAccessibleDescription(self.hint.text())
        self._show_band()

    def _show_band(self) -> None:
        if self.mode != DRAWN or self._rectangle is None or not self.isVisible():
            self._band.hide()
            return
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        self._band.setStrokeColor(colour)
        colour.setAlpha(SHADE)
        self._band.setFillColor(colour)
        geometry = QgsGeometry.fromRect(QgsRectangle(self._rectangle))
        self._band.setToGeometry(geometry, self._rectangle.crs())
        self._band.show()
