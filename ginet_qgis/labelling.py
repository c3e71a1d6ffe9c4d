"""Points to label: a layer whose form offers the map's classes, so that labelling is clicking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsEditorWidgetSetup,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingFeedback,
    QgsVectorLayer,
)

from ginet_qgis.compat import FAST_INSERT, INTEGER_FIELD, TEXT_FIELD
from ginet_qgis.i18n import tr
from ginet_qgis.legend import class_name

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
        strata: From the engine, each with ``id`` and ``name``.
        hide: Do not show a point's class on the map to who labels it.
    """

    def __init__(self, strata: list[dict[str, Any]], *, hide: bool) -> None:
        """Keep both; a worker thread makes it, the main thread uses it."""
        self._choices = [{class_name(each["name"]): each["name"]} for each in strata]
        self._hide = hide

    def apply(self, layer: QgsVectorLayer) -> None:
        """Give a layer a list of classes to choose from."""
        names = layer.fields()
        layer.setEditorWidgetSetup(
            names.lookupField(REFERENCE), QgsEditorWidgetSetup("ValueMap", {"map": self._choices})
        )
        if not self._hide:
            return
        layer.setEditorWidgetSetup(names.lookupField(STRATUM), QgsEditorWidgetSetup("Hidden", {}))
        config = layer.attributeTableConfig()
        config.update(names)
        columns = config.columns()
        for column in columns:
            if column.name == STRATUM:
                column.hidden = True
        config.setColumns(columns)
        layer.setAttributeTableConfig(config)

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
        message, saved = layer.saveNamedStyle(str(path.with_suffix(".qml")))
        return [] if saved else [message]
