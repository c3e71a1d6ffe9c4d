"""Labels drawn on the map: into a layer, out of it, and kept where the layer goes.

Every change is one step of the layer's own undo stack.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from ginet_qgis.compat import POLYGON
from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import LabelClass
from ginet_qgis.labels.layer import LABELS_OF, label_layer
from ginet_qgis.labels.prepared import DEFAULT_FIELD
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.paths import without_secrets

ROUNDNESS = 8
"""Corners of a quarter of a circle at a stroke's ends."""
IN_NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


def new_layer(image: QgsMapLayer, classes: list[LabelClass]) -> QgsVectorLayer:
    """An empty layer of labels: a GeoPackage beside the project, in memory where that has no file.

    Args:
        image: What will be labelled.
        classes: To choose from.
    """
    layer = label_layer(image, classes)
    home = QgsProject.instance().absolutePath()
    stored = home and _stored(layer, Path(home))
    if not stored:
        return layer
    renderer, setup = layer.renderer().clone(), layer.editorWidgetSetup(0)
    kept = QgsVectorLayer(stored, layer.name(), "ogr")
    kept.setCrs(layer.crs())
    kept.setCustomProperty(LABELS_OF, image.id())
    kept.setEditorWidgetSetup(kept.fields().lookupField(layer.fields().at(0).name()), setup)
    kept.setRenderer(renderer)
    return kept


def labels_for(image: QgsMapLayer, active: Any) -> QgsVectorLayer | None:
    """The labels to go on with: those of the image, or the active layer where it is no image's.

    Args:
        image: What is taught.
        active: The layer that the user has chosen in the layer tree, of any kind.
    """
    labels = [
        each
        for each in QgsProject.instance().mapLayers().values()
        if isinstance(each, QgsVectorLayer)
        and each.geometryType() == POLYGON
        and each.fields().lookupField(DEFAULT_FIELD) >= 0
    ]
    own = [each for each in labels if each.customProperty(LABELS_OF) == image.id()]
    if active in own or (active in labels and not active.customProperty(LABELS_OF)):
        return active
    return next(iter(own), None)


def remove_file(layer: QgsVectorLayer) -> None:
    """Delete the file of a new layer that is not wanted after all."""
    if layer.providerType() == "ogr":
        with contextlib.suppress(OSError):
            Path(layer.source().split("|")[0]).unlink()


def keep_copy(layer: QgsVectorLayer) -> str:
    """Write a layer's features, unsaved ones too, into the user's profile; the file's path.

    Empty where there is nothing to keep, or nowhere to.
    """
    if not layer.featureCount():
        return ""
    folder = Path(QgsApplication.qgisSettingsDirPath(), "ginet", "labels")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ""
    return _stored(layer, folder)


def may_be_lost(layer: QgsVectorLayer) -> bool:
    """Whether labels of the layer are nowhere but in it."""
    return layer.providerType() == "memory" or layer.isModified()


def add_label(layer: QgsVectorLayer, field: str, shape: QgsGeometry, value: Any) -> None:
    """Add a polygon with its class.

    Args:
        layer: Of the labels.
        field: Of the classes.
        shape: In the layer's CRS.
        value: The class as the field holds it.

    Raises:
        LayerError: The shape has no area, or the layer cannot be edited.
    """
    shape = shape.makeValid()
    if shape.type() != POLYGON:
        shape.convertGeometryCollectionToSubclass(POLYGON)
    if shape.isEmpty() or shape.area() <= 0:
        raise LayerError(tr("A label without area teaches nothing. Draw around some ground."))
    open_for_editing(layer)
    index = layer.fields().lookupField(field)
    feature = QgsVectorLayerUtils.createFeature(layer, shape, {index: value})
    layer.beginEditCommand(tr("Label"))
    if layer.addFeatures(QgsVectorLayerUtils.makeFeatureCompatible(feature, layer)):
        layer.endEditCommand()
        layer.triggerRepaint()
        return
    layer.destroyEditCommand()
    raise LayerError(_cannot_edit(layer))


def label_at(layer: QgsVectorLayer, point: QgsPointXY) -> QgsFeature | None:
    """The smallest label that covers a point in the layer's CRS."""
    spot = QgsGeometry.fromPointXY(point)
    reach = QgsRectangle(point, point)
    reach.grow(max(abs(point.x()), abs(point.y()), 1) * 1e-9)  # an empty rectangle is none
    found = [
        each
        for each in layer.getFeatures(QgsFeatureRequest().setFilterRect(reach))
        if each.geometry().intersects(spot)
    ]
    return min(found, key=lambda each: each.geometry().area(), default=None)


def erase(layer: QgsVectorLayer, feature: QgsFeature) -> None:
    """Take a label away.

    Raises:
        LayerError: The layer cannot be edited.
    """
    open_for_editing(layer)
    layer.beginEditCommand(tr("Erase a label"))
    layer.deleteFeature(feature.id())
    layer.endEditCommand()
    layer.triggerRepaint()


def change_class(layer: QgsVectorLayer, field: str, feature: QgsFeature, value: Any) -> None:
    """Give a label another class.

    Raises:
        LayerError: The layer cannot be edited.
    """
    open_for_editing(layer)
    layer.beginEditCommand(tr("Change the class of a label"))
    layer.changeAttributeValue(feature.id(), layer.fields().lookupField(field), value)
    layer.endEditCommand()
    layer.triggerRepaint()


def stroke(line: QgsGeometry, width: float) -> QgsGeometry:
    """The ground under a stroke.

    Args:
        line: In the image's CRS; of one point, where the stroke was a click.
        width: Of the brush, in units of that CRS.
    """
    return line.buffer(width / 2, ROUNDNESS)


def dab(point: QgsPointXY, width: float) -> QgsGeometry:
    """A square around a point, of that width."""
    square = QgsRectangle(point, point)
    square.grow(width / 2)
    return QgsGeometry.fromRect(square)


def into(
    shape: QgsGeometry,
    crs: QgsCoordinateReferenceSystem,
    other: QgsCoordinateReferenceSystem,
    transforms: QgsCoordinateTransformContext,
) -> QgsGeometry:
    """A copy in another CRS; where one is missing, coordinates stay as they are.

    Raises:
        QgsCsException: It has no place there.
    """
    copy = QgsGeometry(shape)
    copy.transform(QgsCoordinateTransform(crs, other, transforms))
    return copy


def _stored(layer: QgsVectorLayer, folder: Path) -> str:
    """Write a layer into a new GeoPackage of a folder; its path, empty where that fails."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "labels"
    stem = IN_NO_NAME.sub("_", without_secrets(layer.name())).strip(". ")[:80] or "labels"
    path, number = folder / f"{stem}.gpkg", 2
    while path.exists():
        path, number = folder / f"{stem} {number}.gpkg", number + 1
    outcome = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsCoordinateTransformContext(), options
    )
    return str(path) if outcome[0] == QgsVectorFileWriter.WriterError.NoError else ""


def open_for_editing(layer: QgsVectorLayer) -> None:
    """Start an edit session, unless there is one.

    Raises:
        LayerError: The layer cannot be edited.
    """
    if not layer.isEditable() and not layer.startEditing():
        raise LayerError(_cannot_edit(layer))


def _cannot_edit(layer: QgsVectorLayer) -> str:
    return tr(
        "{name} cannot be edited. Save it as a file of your own with Export > Save Features As, "
        "and choose that."
    ).format(name=layer.name())
