"""Points to label: a layer whose form offers the map's classes, so that labelling is clicking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsMarkerSymbol,
    QgsPointXY,
    QgsProcessingFeedback,
    QgsRendererCategory,
    QgsVectorLayer,
)

from ginet_qgis.compat import FAST_INSERT, INTEGER_FIELD, TEXT_FIELD
from ginet_qgis.i18n import tr
from ginet_qgis.layers.style_file import style_taken
from ginet_qgis.layers.styling import class_name

ID, STRATUM, REFERENCE = "id", "stratum", "reference"
LONGEST_NAME = 80
"""Of a class, in characters."""


def fields() -> QgsFields:
    """Number, map class and, to be filled in, true class of a point."""
    made = QgsFields()
    for name in (ID, STRATUM):
        made.append(QgsField(name, INTEGER_FIELD))
    made.append(QgsField(REFERENCE, TEXT_FIELD, "", LONGEST_NAME))
    return made


def add_points(drawn: Path, sink: QgsFeatureSink, feedback: QgsProcessingFeedback) -> None:
    """Put the engine's points into a layer.

    Args:
        drawn: The engine's GeoJSON.
        sink: With the fields above.
        feedback: Is asked whether to cancel.
    """
    for each in json.loads(drawn.read_text("utf-8"))["features"]:
        if feedback.isCanceled():
            return
        feature = QgsFeature(fields())
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*each["geometry"]["coordinates"])))
        properties = each["properties"]
        feature.setAttributes([properties[ID], properties[STRATUM], None])
        sink.addFeature(feature, FAST_INSERT)


class LabellingForm:
    """How a layer of points is edited.

    What is chosen is kept by name, so that the points serve other maps too: the same class may have
    another number there.

    Args:
        strata: From the engine, each with ``name`` and ``colour``.
        hide: Do not show a point's class on the map to who labels it.
    """

    def __init__(self, strata: list[dict[str, Any]], *, hide: bool) -> None:
        """Keep both; a worker thread makes it, the main thread uses it."""
        self._strata = strata
        self._hide = hide

    def apply(self, layer: QgsVectorLayer) -> None:
        """Give a layer a list of classes to choose from, and show little else."""
        names = layer.fields()
        choices = [{class_name(each["name"]): each["name"]} for each in self._strata]
        layer.setEditorWidgetSetup(
            names.lookupField(REFERENCE), QgsEditorWidgetSetup("ValueMap", {"map": choices})
        )
        self._show_what_is_left(layer)
        form = layer.editFormConfig()
        form.setReadOnly(names.lookupField(ID), True)  # noqa: FBT003 - QGIS's signature
        layer.setEditFormConfig(form)
        layer.setDisplayExpression(f'"{ID}"')
        # A database numbers its features too, in a field of its own.
        hidden = {names.at(each).name() for each in layer.primaryKeyAttributes()} - {ID}
        if self._hide:
            hidden.add(STRATUM)
        for name in hidden:
            layer.setEditorWidgetSetup(names.lookupField(name), QgsEditorWidgetSetup("Hidden", {}))
        config = layer.attributeTableConfig()
        config.update(names)
        columns = config.columns()
        for column in columns:
            column.hidden = column.name in hidden
        config.setColumns(columns)
        layer.setAttributeTableConfig(config)

    def _show_what_is_left(self, layer: QgsVectorLayer) -> None:
        """Rings where nothing is chosen yet, so that the pixel is seen; then the class's colour."""
        ring = {"color": "255,0,255,0", "outline_color": "#ff00ff", "outline_width": "0.6"}
        categories = [
            QgsRendererCategory(
                each["name"],
                QgsMarkerSymbol.createSimple(
                    {"color": each["colour"], "outline_color": "white", "size": "3"}
                ),
                class_name(each["name"]),
            )
            for each in self._strata
        ]
        left = QgsMarkerSymbol.createSimple({**ring, "size": "4"})
        categories.append(QgsRendererCategory(None, left, tr("not labelled yet")))
        layer.setRenderer(QgsCategorizedSymbolRenderer(REFERENCE, categories))

    def write_beside(self, destination: str) -> list[str]:
        """Write the form as a style (``.qml``) beside a file of points, for its next opening.

        Returns:
            What went wrong, if anything; the points are whole without it.
        """
        path = Path(destination.split("|")[0])
        if not path.is_file():
            return []  # in memory or in a database: the form goes with the loaded layer
        layer = QgsVectorLayer(destination, path.stem, "ogr")
        if not layer.isValid():
            return [tr("QGIS cannot open {path}.").format(path=destination)]
        self.apply(layer)
        if taken := style_taken(path):
            return [taken]
        message, saved = layer.saveNamedStyle(str(path.with_suffix(".qml")))
        return [] if saved else [message]
