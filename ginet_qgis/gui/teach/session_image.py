"""A session's image: as the file that the engine opens, and the part of it that the map shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas

from ginet_qgis.i18n import tr
from ginet_qgis.layers.layer_files import LayerError, check_there
from ginet_qgis.layers.source import LayerSource
from ginet_qgis.models.card import ground_resolution

LONGEST = 1024
"""Most pixels a side of a view."""
AROUND = 8
"""What is shown of the map around a place, in widths of the place."""


@dataclass(frozen=True)
class MapExtent:
    """Pixels to classify.

    Attributes:
        extent: In the image's CRS: left, bottom, right, top.
        width: Number of columns.
        height: Number of rows.
    """

    extent: tuple[float, float, float, float]
    width: int
    height: int


class SessionImage:
    """An image and the map that shows it.

    Make it in the main thread.

    Attributes:
        name: Of the image.
        crs: Of the image.
        path: What the engine opens; empty until what ``fetch`` gave has done its work.

    Args:
        image: The layer.
        canvas: The map.
        model: The base model, whose ground resolution an export has.

    Raises:
        LayerError: The image cannot be read, or too much of it would be fetched.
    """

    def __init__(self, image: QgsRasterLayer, canvas: QgsMapCanvas, model: str) -> None:
        """Take what is needed of the layer."""
        check_there(image)
        self._canvas = canvas
        self._source = LayerSource(image)
        self.name, self.crs = self._source.name, self._source.crs
        self.path = self._source.path or ""
        self._extent = image.extent()
        self._size = (image.width(), image.height())
        self._grid = None
        self.merged = 1
        if not self._source.is_file:
            wanted = self._shown()
            if wanted is None:
                raise LayerError(_not_in_sight(self.name))
            self._grid = self._source.grid(wanted, None, ground_resolution(model))
            self._extent = self._grid.extent
            self._size = (self._grid.columns, self._grid.rows)

    @property
    def is_fetched(self) -> bool:
        """Whether only a part is at hand: what the map showed when teaching began."""
        return self._grid is not None

    def fetch(self, folder: Path) -> Callable[[QgsProcessingFeedback], str]:
        """What exports a layer that is no file, in any thread, and returns the file's path."""
        transforms = QgsProject.instance().transformContext()

        def export(feedback: QgsProcessingFeedback) -> str:
            path = folder / "image.tif"
            self._source.export(self._grid, path, transforms, feedback)
            return str(path)

        return export

    def close(self) -> None:
        """Let go of the layer's data."""
        self._source.close()

    @property
    def pixel(self) -> float:
        """Side of a pixel, in units of the image's CRS, as the engine learns it."""
        width, height = self._extent.width(), self._extent.height()
        return self.merged * max(width / self._size[0], height / self._size[1])

    def brush(self, pixels: int) -> float:
        """Width on the screen, in pixels, of so many pixels of the image."""
        shown = self._shown()
        return pixels * self.pixel * self._canvas.width() / shown.width() if shown else pixels

    def view(self) -> MapExtent:
        """What the map shows of the image, not finer than the image or the screen.

        Raises:
            LayerError: Nothing of it is to be seen.
        """
        shown = self._shown()
        seen = shown.intersect(self._extent) if shown else QgsRectangle()
        if seen.isEmpty():
            raise LayerError(
                tr(
                    "The map shows nothing of what was fetched of {name}. Go back, or stop "
                    "teaching and start it here."
                ).format(name=self.name)
                if self.is_fetched
                else _not_in_sight(self.name)
            )
        screen = shown.width() / max(self._canvas.width(), 1)
        longest = max(seen.width(), seen.height())
        size = max(self.pixel, screen, longest / LONGEST)
        width, height = (max(round(side / size), 1) for side in (seen.width(), seen.height()))
        corners = (seen.xMinimum(), seen.yMinimum(), seen.xMaximum(), seen.yMaximum())
        return MapExtent(corners, width, height)

    def from_map(self, shape: QgsGeometry) -> QgsGeometry:
        """A copy in the image's CRS.

        Raises:
            QgsCsException: It has no place there.
        """
        copy = QgsGeometry(shape)
        copy.transform(self._transform())
        return copy

    def go_to(self, point: QgsPointXY, extent: QgsRectangle | None) -> QgsPointXY:
        """Move the map to a place of the image, given in its CRS; that place on the map.

        Ground around the place is shown too, or nobody could tell what it is.

        Raises:
            QgsCsException: It has no place on the map.
        """
        to_map = QgsCoordinateTransform(
            self.crs, self._canvas.mapSettings().destinationCrs(), QgsProject.instance()
        )
        place = to_map.transform(point)
        if extent is not None and not extent.isEmpty():
            around = to_map.transformBoundingBox(extent)
            around.scale(AROUND)
            if around.width() < self._canvas.extent().width():
                self._canvas.setExtent(around)
        self._canvas.setCenter(place)
        self._canvas.refresh()
        return place

    def _transform(self) -> QgsCoordinateTransform:
        return QgsCoordinateTransform(
            self._canvas.mapSettings().destinationCrs(), self.crs, QgsProject.instance()
        )

    def _shown(self) -> QgsRectangle | None:
        """What the map shows, in the image's CRS; None where it has no place there."""
        try:
            shown = self._transform().transformBoundingBox(self._canvas.extent())
        except QgsCsException:
            return None
        return shown if shown.isFinite() and not shown.isEmpty() else None


def _not_in_sight(name: str) -> str:
    return tr("The map shows nothing of {name}. Zoom to the layer.").format(name=name)
