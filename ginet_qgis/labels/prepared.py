"""Label layer -> what the engine's fine-tuning reads: classes, and a raster or GeoJSON of ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsFeatureRequest,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

from ginet_qgis.compat import NO_GEOMETRY
from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import LabelClass, LabelClasses, Look, key_of, vector_symbology
from ginet_qgis.labels.features import LabelFeatures
from ginet_qgis.labels.kept import check_enough, kept_classes, removed_classes
from ginet_qgis.labels.pixels import LabelPixels
from ginet_qgis.labels.raster_symbology import raster_symbology
from ginet_qgis.labels.reference import FIELD, export_features, raster_path
from ginet_qgis.labels.table import LabelRow, check_names, revise
from ginet_qgis.layers.layer_files import LayerError

DEFAULT_FIELD = "class"
"""The field that is looked for where none is named."""
STRIP = 64
"""Rows whose labels are counted at once."""
AROUND = 0.5
"""Of the labels' extent, fetched on each side of it: what the model sees around them."""


@dataclass(frozen=True)
class PreparedLabels:
    """Labels as the engine takes them.

    Attributes:
        path: Raster of ids, or GeoJSON.
        field: Property that holds the ids; None for a raster.
        classes: Labelled and kept ones, in order of id.
        origins: For each class the base model's classes that it is made of.
        kept: The base model's other classes among them.
    """

    path: str
    field: str | None
    classes: list[LabelClass]
    origins: dict[str, list[str]]
    kept: list[LabelClass]


@dataclass(frozen=True)
class Scheme:
    """What labels are to become.

    Attributes:
        base: The base model's classes.
        rows: What the user says of some or all labels, and of classes without any: their names.
        keep: Whether the base model's other classes are to stay, see ``kept``.
        removed: Names of classes that are not to stay.
    """

    base: Sequence[LabelClass]
    rows: Sequence[LabelRow] = ()
    keep: bool = False
    removed: Sequence[str] = ()

    def complete(
        self, found: LabelClasses, looks: Mapping[Any, Look], layer: str
    ) -> tuple[list[LabelClass], dict[str, list[str]], list[LabelClass]]:
        """All classes in order of id, what each is made of, and those of them that are kept.

        Args:
            found: The classes of the labels.
            looks: What the layer says of its values.
            layer: Its name, for messages.

        Raises:
            LayerError: They are too few or too many, or the rows do not fit.
        """
        classes, origins = revise(found, self.rows, self.base)
        kept = []
        if self.keep:
            kept = kept_classes(classes, origins, self.base, looks, self.removed)
        check_enough(classes, kept, layer, keep=self.keep)
        renamed = {
            row.origins[0]: row.name or str(row.label)
            for row in self.rows
            if len(row.origins) == 1 and found.id_of(row.label) is None
        }
        own = {each.name: renamed.get(each.name, each.name) for each in kept}
        origins.update({name: [each] for each, name in own.items()})
        kept = [replace(each, name=own[each.name]) for each in kept]
        check_names([each.name for each in (*classes, *kept)])
        return sorted([*classes, *kept], key=lambda each: each.id), origins, kept


class RasterLabels:
    """A raster of class numbers on the image's pixels; 255 and no data are unlabelled.

    Make it in the thread that the layer lives in.

    Args:
        layer: The raster.

    Raises:
        LayerError: It is no file.
    """

    def __init__(self, layer: QgsRasterLayer) -> None:
        """Take path and palette."""
        self.name = layer.name()
        self._path, self._looks = raster_path(layer), raster_symbology(layer)

    def prepare(
        self,
        scheme: Scheme,
        feedback: QgsProcessingFeedback,
    ) -> PreparedLabels:
        """Find out which classes it holds, and make of them what the scheme says.

        Raises:
            LayerError: They do not fit the scheme, or the file holds other numbers, cannot be read,
                or the run was cancelled.
        """
        pixels, found = LabelPixels(self._path, self.name), set()
        for row in range(0, pixels.height, STRIP):
            if feedback.isCanceled():
                raise LayerError(tr("The run was cancelled."))
            high = min(STRIP, pixels.height - row)
            found.update(pixels.count(0, row, pixels.width, high))
        made = LabelClasses(sorted(found), self._looks, list(scheme.base), self.name)
        return PreparedLabels(self._path, None, *scheme.complete(made, self._looks, self.name))


class PolygonLabels:
    """Polygons with a class each, as they are when this is made.

    Make it in the thread that the layer lives in.

    Attributes:
        features: The polygons.
        removed: Names of classes that the user has removed from the layer.

    Args:
        layer: The polygons.
        field: That holds class numbers or names; empty for the usual one.

    Raises:
        LayerError: There is no such field.
    """

    def __init__(self, layer: QgsVectorLayer, field: str) -> None:
        """Check the field and take the layer's symbology."""
        self.name, self.field = layer.name(), field or DEFAULT_FIELD
        if layer.fields().lookupField(self.field) < 0:
            raise LayerError(
                tr("{name} has no field {field}. Choose the field that holds the classes.").format(
                    name=self.name, field=self.field
                )
            )
        self._looks: dict[int | str, Look] = vector_symbology(layer, self.field)
        self.features = LabelFeatures(layer)
        self.removed = removed_classes(layer)

    def prepare(
        self,
        scheme: Scheme,
        folder: Path,
        crs: QgsCoordinateReferenceSystem,
        transforms: QgsCoordinateTransformContext,
        feedback: QgsProcessingFeedback,
    ) -> PreparedLabels:
        """Find out the classes and write the polygons into a file of that folder.

        Raises:
            LayerError: They have no classes, do not fit the scheme, or cannot be brought into the
                image's CRS.
        """
        index = self.features.fields().lookupField(self.field)
        request = QgsFeatureRequest().setSubsetOfAttributes([index])
        request.setFlags(NO_GEOMETRY)
        values = {key_of(feature[index]) for feature in self.features.getFeatures(request)}
        made, completed = self.classes_of(values, scheme)
        path = folder / "labels.geojson"
        export_features(self.features, self.field, path, crs, transforms, feedback, made.id_of)
        return PreparedLabels(str(path), FIELD, *completed)

    def classes_of(
        self, values: Iterable[Any], scheme: Scheme
    ) -> tuple[LabelClasses, tuple[list[LabelClass], dict[str, list[str]], list[LabelClass]]]:
        """The classes of these values, and what the scheme makes of them.

        Raises:
            LayerError: They are no classes, or do not fit the scheme.
        """
        made = LabelClasses(values, self._looks, list(scheme.base), self.name)
        return made, scheme.complete(made, self._looks, self.name)


def extent_around(
    source: LabelFeatures,
    crs: QgsCoordinateReferenceSystem,
    transforms: QgsCoordinateTransformContext,
) -> QgsRectangle:
    """What of an image without limits is looked at: the labels and some ground around them.

    Raises:
        LayerError: The labels cannot be brought into the CRS.
    """
    extent = source.sourceExtent()
    if extent.isEmpty():
        raise LayerError(tr("The labels cover no ground. Draw polygons on the image."))
    if crs.isValid() and source.sourceCrs().isValid():
        transform = QgsCoordinateTransform(source.sourceCrs(), crs, transforms)
        try:
            extent = transform.transformBoundingBox(extent)
        except QgsCsException as error:
            raise LayerError(str(error)) from error
    return extent.buffered(AROUND * max(extent.width(), extent.height()))
