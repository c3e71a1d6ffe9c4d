"""A snapshot of a vector layer's features."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureIterator,
    QgsFeatureRequest,
    QgsFields,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)


class LabelFeatures:
    """Features, unsaved ones too. Any thread may read them, and the layer may go meanwhile.

    A Processing source is not iterated over instead: where the user has invalid geometries stop an
    algorithm, as is QGIS's default, it throws a C++ exception through Python's iterator, and Python
    breaks. Here they are read as they are.

    Make it in the thread that the layer lives in.

    Args:
        layer: A valid vector layer.
    """

    def __init__(self, layer: QgsVectorLayer) -> None:
        """Take what is there now."""
        self._source = QgsVectorLayerFeatureSource(layer)
        self._fields, self._crs, self._extent = layer.fields(), layer.crs(), layer.extent()

    def fields(self) -> QgsFields:
        """The layer's fields."""
        return self._fields

    def sourceCrs(self) -> QgsCoordinateReferenceSystem:
        """The layer's CRS."""
        return self._crs

    def sourceExtent(self) -> QgsRectangle:
        """What the features cover."""
        return self._extent

    def getFeatures(self, request: QgsFeatureRequest) -> QgsFeatureIterator:
        """Read them."""
        return self._source.getFeatures(request)
