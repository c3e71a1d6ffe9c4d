"""Reference layer -> what the engine can read: a raster file as it is, features as GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsFeatureRequest,
    QgsProcessingFeedback,
    QgsRasterLayer,
)

from ginet_qgis.i18n import tr
from ginet_qgis.labels.features import LabelFeatures
from ginet_qgis.labels.geojson import as_geojson
from ginet_qgis.layers.layer_files import LayerError, check_there, engine_path, own_data
from ginet_qgis.layers.styling import original_class_name

FIELD = "class"
"""The one property of exported features."""


def raster_path(layer: QgsRasterLayer) -> str:
    """The file of a raster of classes.

    Raises:
        LayerError: It is no file, a file that is gone, or one of a format that the engine does not
            read; exported as a picture, it would lose its class ids.
    """
    check_there(layer)
    path = engine_path(layer)
    if path is None and own_data(layer) is not None:
        raise LayerError(
            tr(
                "The engine cannot read the file of {name} as it is. Save its raw data as a "
                "GeoTIFF with Export > Save As, and choose that."
            ).format(name=layer.name())
        )
    if path is None:
        raise LayerError(
            tr(
                "{name} is no raster file. Save its raw data as a GeoTIFF with Export > Save As, "
                "and choose that."
            ).format(name=layer.name())
        )
    return path


def export_features(
    source: LabelFeatures,
    field: str,
    path: Path,
    crs: QgsCoordinateReferenceSystem,
    transforms: QgsCoordinateTransformContext,
    feedback: QgsProcessingFeedback,
    label: Callable[[Any], Any] | None = None,
) -> None:
    """Write geometries in the map's CRS and labels as GeoJSON; after a cancel it is incomplete.

    Args:
        source: Points or polygons.
        field: Of the labels.
        path: The file to write.
        crs: The map's; where it or the source's is missing, coordinates stay as they are.
        transforms: The project's transformations.
        feedback: Is asked whether to cancel.
        label: Makes a label of an attribute; None keeps it, but for the language of class names.

    Raises:
        LayerError: A geometry cannot be brought into the CRS.
    """
    label = label or _label
    index = source.fields().lookupField(field)
    request = QgsFeatureRequest().setSubsetOfAttributes([index])
    if crs.isValid() and source.sourceCrs().isValid():
        request.setDestinationCrs(crs, transforms)
    failed: list[int] = []
    request.setTransformErrorCallback(lambda feature: failed.append(feature.id()))
    separator = ""
    try:
        with path.open("w", encoding="utf-8") as stream:
            # No CRS: the coordinates are the map's own.
            stream.write('{"type": "FeatureCollection", "crs": null, "features": [\n')
            for feature in source.getFeatures(request):
                if feedback.isCanceled():
                    return
                geometry = json.dumps(as_geojson(feature.geometry()))
                properties = json.dumps({FIELD: label(feature[index])}, ensure_ascii=False)
                stream.write(
                    f'{separator}{{"type": "Feature", "geometry": {geometry}, '
                    f'"properties": {properties}}}'
                )
                separator = ",\n"
            stream.write("\n]}\n")
    except QgsCsException as error:
        raise LayerError(str(error)) from error
    if failed:
        feedback.pushWarning(
            tr(
                "{count} features cannot be brought into the map's coordinate reference system and "
                "were left out."
            ).format(count=len(failed))
        )


def _label(value: Any) -> Any:
    """An attribute as JSON has it; class names in the user's language become the files' own."""
    if value is None or value == NULL:
        return None
    if isinstance(value, str):
        return original_class_name(value)
    return value if isinstance(value, (int, float)) else str(value)
