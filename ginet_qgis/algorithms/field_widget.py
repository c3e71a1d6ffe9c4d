"""The widget for a field of a layer that may be a raster, as that of the labels may.

QGIS's own takes the layer for a vector layer: with a raster, QGIS 3.22 crashes
(``QgsProcessingFieldWidgetWrapper::setParentLayerWrapperValue``).
"""

from __future__ import annotations

from typing import Any

from processing.gui.wrappers import DIALOG_MODELER, WidgetWrapper
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputString,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtWidgets import QComboBox, QWidget


class FieldWidgetWrapper(WidgetWrapper):
    """An editable list of the layer's fields; of a raster, an empty one."""

    def createWidget(self) -> QWidget:
        """Make the list."""
        combobox = QComboBox()
        combobox.setEditable(True)
        combobox.addItem("")
        if self.dialogType == DIALOG_MODELER:
            sources = self.dialog.getAvailableValuesOfType(
                [QgsProcessingParameterField, QgsProcessingParameterString],
                [QgsProcessingOutputString],
            )
            for source in sources:
                combobox.addItem(self.dialog.resolveValueDescription(source), source)
        return combobox

    def postInitialize(self, wrappers: list[Any]) -> None:
        """Follow the widget of the layer."""
        if self.dialogType == DIALOG_MODELER:
            return
        layer = self.parameterDefinition().parentLayerParameterName()
        for each in wrappers:
            if each.parameterDefinition().name() == layer:
                each.widgetValueHasChanged.connect(self._offer)
                self._offer(each)

    def setValue(self, value: Any) -> None:
        """Show a value."""
        self.setComboValue("" if value is None else value)

    def value(self) -> Any:
        """The field that is chosen or typed; None where there is none."""
        return self.comboValue() or None

    def _offer(self, wrapper: Any) -> None:
        """Offer the fields of the layer that a widget shows now."""
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        chosen, layer = self.value(), wrapper.parameterValue()
        if isinstance(layer, str):
            layer = QgsProcessingUtils.mapLayerFromString(layer, context)
        is_vector = isinstance(layer, QgsVectorLayer)
        names = [field.name() for field in layer.fields()] if is_vector else []
        self.widget.clear()
        self.widget.addItems(["", *names])
        self.setValue(chosen if chosen in names else None)
