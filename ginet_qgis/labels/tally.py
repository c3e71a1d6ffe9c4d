"""How much is labelled of each class: polygons, area, and whether it lies in separate places."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsDistanceArea,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import key_of
from ginet_qgis.labels.hints import what_is_short
from ginet_qgis.layers.layer_files import engine_path

LABEL_CELL = 64
"""Pixels a side of the cells in which the engine holds labels out, see ``core/adapt/labels.py``."""
LARGE = 4096
"""Cells of a polygon that is held out in parts, however it lies."""


@dataclass
class ClassTally:
    """What is labelled as one class, of several labels where they are one class.

    Attributes:
        polygons: Number of polygons on the image; None where a raster holds the labels.
        square_metres: Their area; None where the labels have no CRS to measure in.
        pixels: Their area in pixels of the image; None where its pixels are not known.
        cells: The cells that they touch.
        is_large: Whether one of them is too large to list its cells.
    """

    polygons: int | None = 0
    square_metres: float | None = 0.0
    pixels: float | None = 0.0
    cells: set[tuple[int, int]] = field(default_factory=set)
    is_large: bool = False

    def add(self, other: ClassTally) -> None:
        """Take in another label of the class."""
        self.polygons = _sum(self.polygons, other.polygons)
        self.square_metres = _sum(self.square_metres, other.square_metres)
        self.pixels = _sum(self.pixels, other.pixels)
        self.cells |= other.cells
        self.is_large |= other.is_large

    @property
    def is_labelled(self) -> bool:
        """Whether there is anything of the class."""
        return bool(self.pixels if self.polygons is None else self.polygons)

    @property
    def is_apart(self) -> bool:
        """Whether there are two places that do not touch, one to learn from and one to test."""
        if self.is_large or self.pixels is None:
            return True
        left = set(self.cells)
        near = [left.pop()] if left else []
        while near:
            column, row = near.pop()
            found = {(column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1)} & left
            left -= found
            near += found
        return bool(left)

    def hint(self) -> str:
        """What is short; empty where enough is labelled."""
        if not self.is_labelled:
            return tr("Nothing labelled: it will not be learned.")
        return what_is_short(self.polygons, self.pixels, self.is_apart)


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


class LabelTally:
    """Counts a layer's polygons, unsaved ones too, a little at a time.

    Attributes:
        labels: What was found so far, by label as ``key_of`` gives it.
        unlabelled: Polygons without a label.
        outside: Polygons that do not touch the image.

    Args:
        layer: The polygons.
        field: That holds the labels.
        image: What is labelled.
    """

    def __init__(self, layer: QgsVectorLayer, field: str, image: QgsRasterLayer) -> None:
        """Count nothing yet."""
        self.labels: dict[Any, ClassTally] = {}
        self.unlabelled = self.outside = 0
        self._name, self._image_name = layer.name(), image.name()
        project = QgsProject.instance()
        self._index = layer.fields().lookupField(field)
        self._extent, self._width = image.extent(), 0.0
        if engine_path(image) is not None and image.width() and image.height():
            self._width = self._extent.width() / image.width()
            self._height = self._extent.height() / image.height()
        self._transform = QgsCoordinateTransform(layer.crs(), image.crs(), project)
        self._measure = None
        if layer.crs().isValid():
            self._measure = QgsDistanceArea()
            self._measure.setSourceCrs(layer.crs(), project.transformContext())
            self._measure.setEllipsoid(project.ellipsoid())
        request = QgsFeatureRequest().setSubsetOfAttributes([self._index])
        self._features = layer.getFeatures(request)  # as they are now, whatever comes of the layer

    @property
    def problem(self) -> str:
        """Why nothing can be learned from the polygons; empty where nothing is seen."""
        if self.labels or self.unlabelled or not self.outside:
            return ""
        return tr(
            "All polygons of {labels} lie outside the image {image}. Choose the image that they "
            "were drawn on, or check the coordinate reference systems of both."
        ).format(labels=self._name, image=self._image_name)

    def work(self, seconds: float) -> bool:
        """Count for about so long; whether all are counted."""
        deadline = time.monotonic() + seconds
        for feature in self._features:
            self._add(feature)
            if time.monotonic() > deadline:
                return False
        return True

    def _add(self, feature: QgsFeature) -> None:
        label, shape = key_of(feature[self._index]), QgsGeometry(feature.geometry())
        if label is None or shape.isEmpty():
            self.unlabelled += 1
            return
        try:
            square_metres = self._measure and self._measure.measureArea(shape)
            shape.transform(self._transform)
        except QgsCsException:
            self.outside += 1
            return
        box = shape.boundingBox()
        if not box.intersects(self._extent):
            self.outside += 1
            return
        one = ClassTally(1, square_metres, None)
        if self._width:
            one.pixels = shape.area() / (self._width * self._height)
            self._find_cells(box, one)
        self.labels.setdefault(label, ClassTally()).add(one)

    def _find_cells(self, box: QgsRectangle, tally: ClassTally) -> None:
        box = box.intersect(self._extent)
        left, top = self._extent.xMinimum(), self._extent.yMaximum()
        wide, high = LABEL_CELL * self._width, LABEL_CELL * self._height
        columns = range(
            int((box.xMinimum() - left) / wide), math.ceil((box.xMaximum() - left) / wide)
        )
        rows = range(int((top - box.yMaximum()) / high), math.ceil((top - box.yMinimum()) / high))
        tally.is_large = len(columns) * len(rows) > LARGE
        if not tally.is_large:
            tally.cells = {(column, row) for column in columns for row in rows}
