"""The MODEL parameter's widget: a list of models, and a button for a model file."""

from __future__ import annotations

from typing import Any

from processing.gui.wrappers import DIALOG_MODELER, WidgetWrapper
from qgis.core import (
    QgsProcessingOutputFile,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QWidget

from ginet_qgis.i18n import tr
from ginet_qgis.models.model_files import choices


class ModelWidgetWrapper(WidgetWrapper):
    """An editable list: choose a name, type a path, or browse for a file."""

    def createWidget(self) -> QWidget:
        """Make the list and the button."""
        self._list = QComboBox()
        self._list.setEditable(True)
        for name, model in choices():
            self._list.addItem(name, model)
        if self.dialogType == DIALOG_MODELER:
            return self._with_model_values(self._list)
        button = QToolButton()
        button.setText("…")
        button.setToolTip(tr("Choose a model file"))
        button.clicked.connect(self._browse)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._list, 1)
        layout.addWidget(button)
        return row

    def setValue(self, value: Any) -> None:
        """Show a value."""
        self.setComboValue("" if value is None else value, self._list)

    def value(self) -> Any:
        """What is chosen or typed."""
        return self.comboValue(combobox=self._list)

    def _with_model_values(self, combobox: QComboBox) -> QComboBox:
        """Offer other inputs and outputs of the model that is being designed."""
        sources = self.dialog.getAvailableValuesOfType(
            [QgsProcessingParameterString, QgsProcessingParameterFile],
            [QgsProcessingOutputString, QgsProcessingOutputFile],
        )
        for source in sources:
            combobox.addItem(self.dialog.resolveValueDescription(source), source)
        return combobox

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.widget, tr("Choose a model file"), "", tr("GINet models (*.safetensors)")
        )
        if path:
            self.setValue(path)
