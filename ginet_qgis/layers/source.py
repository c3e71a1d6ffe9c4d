"""Map layer -> what the engine can read: a file as it is, anything else exported for the extent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsPointXY,
    QgsProcessingFeedback,
    QgsRasterBlockFeedback,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
)
from qgis.PyQt.QtCore import Qt

from ginet_qgis.compat import WRITTEN
from ginet_qgis.i18n import tr
from ginet_qgis.layers.layer_files import LayerError, engine_path, own_data
from ginet_qgis.paths import without_secrets

EXPORT_LIMIT = 100_000_000
"""Most pixels to export: 10,000 x 10,000, about 1,500 tiles of a web map and 400 MB."""
DEFAULT_RESOLUTION = 0.5
"""Metres a pixel, where neither the layer nor the model says."""
TOLD_ERRORS = 3


@dataclass(frozen=True)
class ExportGrid:
    """Pixels to export.

    Attributes:
        columns: Number of columns.
        rows: Number of rows.
        extent: What they cover, in the layer's CRS.
    """

    columns: int
    rows: int
    extent: QgsRectangle


class LayerSource:
    """A raster layer, held so that a worker thread may read it.

    Make it in the thread that the layer lives in.

    Args:
        layer: Any valid raster layer.
    """

    def __init__(self, layer: QgsRasterLayer) -> None:
        """Copy what is needed from the layer."""
        self.name = without_secrets(layer.name()) or layer.providerType()
        self.crs = layer.crs()
        self.file, self.path = own_data(layer), engine_path(layer)
        self._provider = None if self.path else layer.dataProvider().clone()

    @property
    def is_file(self) -> bool:
        """Whether the engine reads the layer's own data."""
        return self.path is not None

    def grid(
        self,
        extent: QgsRectangle | None,
        pixel_size: float | None = None,
        resolution: tuple[float, float] | None = None,
    ) -> ExportGrid:
        """The pixels to export, on the layer's own grid where it has one.

        Args:
            extent: What is wanted, in the layer's CRS; None is all of the layer.
            pixel_size: In the layer's units; None takes what suits the model.
            resolution: Finest and coarsest that the model was trained at, metres a pixel.

        Raises:
            LayerError: The extent is missing, elsewhere, or too large.
        """
        limits = self._provider.extent()
        limited = limits.isFinite() and not limits.isEmpty()
        if extent is None and not limited:
            raise LayerError(
                tr("{name} has no limits of its own. Choose an extent.").format(name=self.name)
            )
        wanted = limits if extent is None else extent
        if limited:
            wanted = wanted.intersect(limits)
            if wanted.isEmpty():
                raise LayerError(
                    tr("The extent does not touch {name}. Choose another extent.").format(
                        name=self.name
                    )
                )
        origin = limits if limited else wanted
        size_x, size_y = self._pixel_size(wanted.center(), pixel_size, resolution)
        left = math.floor((wanted.xMinimum() - origin.xMinimum()) / size_x + 1e-6)
        right = math.ceil((wanted.xMaximum() - origin.xMinimum()) / size_x - 1e-6)
        top = math.floor((origin.yMaximum() - wanted.yMaximum()) / size_y + 1e-6)
        bottom = math.ceil((origin.yMaximum() - wanted.yMinimum()) / size_y - 1e-6)
        columns, rows = max(right - left, 1), max(bottom - top, 1)
        if columns * rows > EXPORT_LIMIT:
            raise LayerError(
                tr(
                    "{name} would be fetched as {columns} × {rows} pixels; at most {limit} million "
                    "are. Choose a smaller extent or a larger pixel size."
                ).format(
                    name=self.name, columns=columns, rows=rows, limit=EXPORT_LIMIT // 1_000_000
                )
            )
        x, y = origin.xMinimum() + left * size_x, origin.yMaximum() - top * size_y
        covered = QgsRectangle(x, y - rows * size_y, x + columns * size_x, y)
        return ExportGrid(columns, rows, covered)

    def export(
        self,
        grid: ExportGrid,
        path: Path,
        context: QgsCoordinateTransformContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        """Write the layer's pixels as a GeoTIFF.

        Args:
            grid: Which pixels.
            path: The file to write; after a cancel it is incomplete or missing.
            context: The project's transformations.
            feedback: Gets progress and the layer's complaints.

        Raises:
            LayerError: The layer did not deliver, or the file cannot be written.
        """
        feedback.pushInfo(
            tr("Fetching {columns} × {rows} pixels of {name}").format(
                name=self.name, columns=grid.columns, rows=grid.rows
            )
        )
        block_feedback = QgsRasterBlockFeedback()
        directly = Qt.ConnectionType.DirectConnection
        feedback.canceled.connect(block_feedback.cancel, directly)
        block_feedback.progressChanged.connect(feedback.setProgress, directly)
        pipe = QgsRasterPipe()
        provider = self._provider.clone()
        if not pipe.set(provider):
            raise LayerError(tr("{name} cannot be read.").format(name=self.name))
        outcome = QgsRasterFileWriter(str(path)).writeRaster(
            pipe, grid.columns, grid.rows, grid.extent, self.crs, context, block_feedback
        )
        for error in block_feedback.errors()[:TOLD_ERRORS]:
            feedback.pushWarning(without_secrets(error))
        if feedback.isCanceled():
            return
        if outcome != WRITTEN:
            raise LayerError(
                tr("{name} could not be exported (code {code}).").format(
                    name=self.name, code=outcome
                )
            )
        if provider.dataType(1) in (Qgis.DataType.ARGB32, Qgis.DataType.ARGB32_Premultiplied):
            self._check_delivery(path, feedback)

    def close(self) -> None:
        """Let go of the layer's data."""
        self._provider = None

    def _check_delivery(self, path: Path, feedback: QgsProcessingFeedback) -> None:
        """Tell of missing tiles: QGIS leaves them transparent and says nothing."""
        empty = 1 - _mean_alpha(path) / 255
        if empty <= 0:
            return
        if empty >= 1:
            raise LayerError(
                tr(
                    "{name} delivered no picture for the extent. Check the connection, and that "
                    "the layer covers the extent."
                ).format(name=self.name)
            )
        feedback.pushWarning(
            tr("{name} delivered no picture for {share} % of the extent.").format(
                name=self.name, share=f"{100 * empty:.1f}"
            )
        )

    def _pixel_size(
        self,
        place: QgsPointXY,
        wanted: float | None,
        resolution: tuple[float, float] | None,
    ) -> tuple[float, float]:
        """Width and height of the pixels to export, in the layer's units."""
        provider = self._provider
        if wanted:
            return wanted, wanted
        if provider.xSize() > 0 and provider.ySize() > 0:
            box = provider.extent()
            return box.width() / provider.xSize(), box.height() / provider.ySize()
        metres = self._metres_per_unit(place)
        own = sorted(provider.nativeResolutions())
        if own and resolution is None:
            return own[0], own[0]
        finest, coarsest = resolution or (DEFAULT_RESOLUTION, DEFAULT_RESOLUTION)
        if own:  # the zoom level nearest to what the model knows; of several that suit, the finest
            size = min(own, key=lambda each: _misfit(each * metres, finest, coarsest))
        else:
            size = math.sqrt(finest * coarsest) / metres
        return size, size

    def _metres_per_unit(self, place: QgsPointXY) -> float:
        """Length on the ground of one unit of the layer's CRS, northwards."""
        measure = QgsDistanceArea()
        measure.setSourceCrs(self.crs, QgsCoordinateTransformContext())
        if not measure.setEllipsoid(self.crs.ellipsoidAcronym()):
            return 1.0
        step = 0.001 if self.crs.isGeographic() else 1.0
        try:
            length = measure.measureLine(place, QgsPointXY(place.x(), place.y() + step))
        except QgsCsException:  # from QGIS 3.40 on
            return 1.0
        return length / step


def _mean_alpha(path: Path) -> float:
    """Of an exported picture; on return nothing holds the file, which Windows would not remove."""
    exported = QgsRasterLayer(str(path))
    return float(exported.dataProvider().bandStatistics(exported.bandCount()).mean)


def _misfit(value: float, low: float, high: float) -> float:
    """How far a value is outside a range, in powers of e."""
    return max(math.log(low / value), math.log(value / high), 0.0)
