"""How much of each class a label raster holds."""

from __future__ import annotations

import time

from qgis.core import QgsCsException, QgsDistanceArea, QgsGeometry, QgsProject, QgsRasterLayer

from ginet_qgis.i18n import tr
from ginet_qgis.labels.pixels import LabelPixels
from ginet_qgis.labels.reference import raster_path
from ginet_qgis.labels.tally import LABEL_CELL, ClassTally
from ginet_qgis.layers.layer_files import LayerError, engine_path, own_data

PIECE = 4
"""Cells that the engine holds out together at the least; more than these can be shared out."""


class RasterTally:
    """Counts a label raster's pixels, a little at a time.

    Attributes:
        labels: What was found so far, by class number.
        problem: Why the raster cannot be learned from; empty where nothing is seen.

    Args:
        layer: The raster, see ``LabelPixels``.
        image: What is labelled.
    """

    def __init__(self, layer: QgsRasterLayer, image: QgsRasterLayer) -> None:
        """Open the file and count nothing yet."""
        self.labels: dict[int, ClassTally] = {}
        self.problem = self._misfit(layer, image)
        self._pixels: LabelPixels | None = None
        if self.problem:
            return
        try:
            self._pixels = LabelPixels(raster_path(layer), layer.name())
        except LayerError as error:
            self.problem = str(error)
            return
        self._width, self._height = self._pixels.width, self._pixels.height
        self._square_metres = _square_metres(layer) / (self._width * self._height)
        self._cells = (
            (column, row)
            for row in range(0, self._height, LABEL_CELL)
            for column in range(0, self._width, LABEL_CELL)
        )

    def work(self, seconds: float) -> bool:
        """Count for about so long; whether all are counted."""
        deadline = time.monotonic() + seconds
        while not self.problem:
            cell = next(self._cells, None)
            if cell is None:
                break
            self._add(*cell)
            if time.monotonic() > deadline:
                return False
        self._pixels = None  # a file that is open when QGIS ends would crash it
        return True

    def _add(self, column: int, row: int) -> None:
        wide, high = min(LABEL_CELL, self._width - column), min(LABEL_CELL, self._height - row)
        try:
            counts = self._pixels.count(column, row, wide, high)
        except LayerError as error:
            self.problem = str(error)
            return
        for number, count in counts.items():
            one = ClassTally(None, None, count, {(column // LABEL_CELL, row // LABEL_CELL)})
            if self._square_metres:
                one.square_metres = count * self._square_metres
            start = ClassTally(None, one.square_metres and 0.0)
            total = self.labels.setdefault(number, start)
            total.add(one)
            total.is_large = len(total.cells) > PIECE

    @staticmethod
    def _misfit(layer: QgsRasterLayer, image: QgsRasterLayer) -> str:
        """Why the labels are not on the image's pixels, if they are not."""
        if engine_path(image) is None and own_data(image) is not None:
            return tr(
                "The engine cannot read the file of {name} as it is, so its labels must be "
                "polygons. Or save the image as a GeoTIFF with Export > Save As, and choose that."
            ).format(name=image.name())
        if engine_path(image) is None:
            return tr("{name} is no file, so its labels must be polygons.").format(
                name=image.name()
            )
        if (layer.width(), layer.height()) == (image.width(), image.height()):
            return ""
        return tr(
            "{labels} has {columns} × {rows} pixels and {image} {wide} × {high}. Labels must lie "
            "on the image's own pixels: rasterise or warp them onto its extent and size."
        ).format(
            labels=layer.name(),
            columns=layer.width(),
            rows=layer.height(),
            image=image.name(),
            wide=image.width(),
            high=image.height(),
        )


def _square_metres(layer: QgsRasterLayer) -> float:
    """Area of a raster's extent; 0 where there is no CRS to measure in."""
    if not layer.crs().isValid():
        return 0.0
    project, measure = QgsProject.instance(), QgsDistanceArea()
    measure.setSourceCrs(layer.crs(), project.transformContext())
    measure.setEllipsoid(project.ellipsoid())
    try:
        return measure.measureArea(QgsGeometry.fromRect(layer.extent()))
    except QgsCsException:  # from QGIS 3.40 on
        return 0.0
