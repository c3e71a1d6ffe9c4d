"""Counts labels again whenever they change, in slices that QGIS does not feel."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ginet_qgis.labels.raster_tally import RasterTally
from ginet_qgis.labels.tally import LabelTally

WAIT_MS = 200
"""From a change to the next count, so that several changes make one."""
SLICE_SECONDS = 0.015


class LabelCounter(QObject):
    """Follows one layer at a time."""

    counted = pyqtSignal()
    """``tally`` is new."""
    edited = pyqtSignal()
    """Fields, symbology or properties have changed: the classes may be others."""

    def __init__(self) -> None:
        """Follow nothing yet."""
        super().__init__()
        self.tally: LabelTally | RasterTally | None = None
        self._work: LabelTally | RasterTally | None = None
        self._layer: QgsMapLayer | None = None
        self._image: QgsRasterLayer | None = None
        self._field = ""
        self._wait, self._slice = QTimer(self), QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._begin)
        self._slice.timeout.connect(self._go_on)

    def follow(self, layer: QgsMapLayer | None, field: str, image: QgsRasterLayer | None) -> None:
        """Count this layer from now on; None counts nothing.

        Args:
            layer: Polygons, or a raster of class numbers.
            field: Of polygons: holds their classes.
            image: What is labelled.
        """
        self._let_go()
        self.tally = None
        self._layer, self._field, self._image = layer, field, image
        if image is None or not self._is_countable():
            self._layer = None
            self.counted.emit()
            return
        for signal in self._changes():
            signal.connect(self._wait.start)
        for signal in self._looks():
            signal.connect(self.edited)
        self._begin()

    def _is_countable(self) -> bool:
        layer = self._layer
        if isinstance(layer, QgsVectorLayer):
            return layer.fields().lookupField(self._field) >= 0
        return layer is not None

    def _changes(self) -> tuple:
        layer = self._layer
        if isinstance(layer, QgsRasterLayer):
            return (layer.dataChanged,)
        return (
            layer.layerModified,
            layer.editingStopped,
            layer.dataChanged,
            layer.featureAdded,
            layer.featuresDeleted,
            layer.geometryChanged,
            layer.attributeValueChanged,
        )

    def _looks(self) -> tuple:
        if isinstance(self._layer, QgsRasterLayer):
            return (self._layer.rendererChanged,)
        layer = self._layer
        return (layer.rendererChanged, layer.updatedFields, layer.customPropertyChanged)

    def _let_go(self) -> None:
        self._wait.stop()
        self._slice.stop()
        self._work = None
        if self._layer is not None and not sip.isdeleted(self._layer):
            for signal in self._changes():
                signal.disconnect(self._wait.start)
            for signal in self._looks():
                signal.disconnect(self.edited)
        self._layer = self._image = None

    def _begin(self) -> None:
        if any(each is None or sip.isdeleted(each) for each in (self._layer, self._image)):
            return
        if not self._is_countable():
            return
        if isinstance(self._layer, QgsRasterLayer):
            self._work = RasterTally(self._layer, self._image)
        else:
            self._work = LabelTally(self._layer, self._field, self._image)
        self._slice.start(0)

    def _go_on(self) -> None:
        if self._work is None:
            self._slice.stop()
        elif self._work.work(SLICE_SECONDS):
            self.tally, self._work = self._work, None
            self._slice.stop()
            self.counted.emit()
