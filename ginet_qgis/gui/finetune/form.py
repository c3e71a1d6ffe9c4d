"""What to fine-tune, from which labels, and the new model's name: the dialog's upper half."""

from __future__ import annotations

import re
from typing import Any

from qgis.core import QgsMapLayer, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsFieldComboBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from ginet_qgis.compat import LABEL_LAYERS, RASTER_LAYERS
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.models.chooser import ModelChooser
from ginet_qgis.i18n import tr
from ginet_qgis.labels.prepared import DEFAULT_FIELD
from ginet_qgis.layers.shown_bands import shown_bands
from ginet_qgis.models import model_files

UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""No system's file names may hold these, or some system's may not."""


class FinetuneForm(QWidget):
    """The fields.

    Args:
        devices: The dock's list of devices, to offer the same.
    """

    labels_changed = pyqtSignal()
    """Image, layer or field of the labels are others."""
    base_changed = pyqtSignal()
    """The base model is another."""

    def __init__(self, devices: QComboBox) -> None:
        """Make the fields, with defaults."""
        super().__init__()
        self.image, self.labels = QgsMapLayerComboBox(), QgsMapLayerComboBox()
        self.image.setFilters(RASTER_LAYERS)
        self.labels.setFilters(LABEL_LAYERS)
        self.labels.setToolTip(
            tr("Polygons with a class each, or a raster of class numbers on the image's pixels.")
        )
        self.labels.setAllowEmptyLayer(True)
        self.labels.setLayer(None)  # not just any
        self.field = QgsFieldComboBox()
        self.draw = QPushButton(tr("&New layer to draw"))
        self.draw.setToolTip(
            tr("Add a layer of polygons with the model's classes above the image, to draw on.")
        )
        self.model = ModelChooser()
        self.minutes = QDoubleSpinBox()
        self.minutes.setRange(0.05, 1440)
        self.minutes.setDecimals(1)
        self.minutes.setValue(4)
        self.minutes.setToolTip(
            tr(
                "An upper bound: a run takes seconds as a rule. Where this is too short, fewer "
                "labels are read, and fewer of them held out."
            )
        )
        self.device = QComboBox()
        for row in range(devices.count()):
            self.device.addItem(devices.itemText(row), devices.itemData(row))
        self.name = QLineEdit()
        self.name.setToolTip(
            tr("The model comes into the list of models under this name: {folder}").format(
                folder=model_files.user_folder()
            )
        )
        self.report = QCheckBox(tr("Write a &report (HTML) beside the model"))
        self._lay_out()
        self.labels.layerChanged.connect(self._layer_changed)
        self.field.fieldChanged.connect(lambda _name: self.labels_changed.emit())
        self.image.layerChanged.connect(self._image_changed)
        self.model.models.currentIndexChanged.connect(lambda _row: self.base_changed.emit())
        self._image_changed(self.image.currentLayer())
        self.propose_name()

    def source(self) -> QgsRasterLayer:
        """The image.

        Raises:
            IncompleteError: There is none.
        """
        layer = self.image.currentLayer()
        if layer is None:
            raise IncompleteError(
                tr("There is no image. Add a raster layer to the project: Layer > Add Layer.")
            )
        return layer

    def label_layer(self) -> QgsVectorLayer | QgsRasterLayer | None:
        """The polygons or the raster of classes, if any are chosen."""
        return self.labels.currentLayer()

    def show_labels(self, layer: QgsVectorLayer) -> None:
        """Choose a layer of labels."""
        self.labels.setLayer(layer)

    def propose_name(self) -> None:
        """A name that is not taken."""
        self.name.setText(model_files.unused_file().stem)

    def parameters(self) -> dict[str, Any]:
        """Those of ``ginet:finetune``, without the table of classes.

        Raises:
            IncompleteError: Something is missing; the message names it.
        """
        image, layer = self.source(), self.label_layer()
        field = self.field.currentField()
        if layer is None or (isinstance(layer, QgsVectorLayer) and not field):
            raise IncompleteError(
                tr(
                    "There are no labels. Choose a layer of polygons or a raster of classes, or "
                    "draw a new layer."
                )
            )
        output = model_files.user_folder() / f"{self._file_name()}{model_files.SUFFIX}"
        report = output.with_suffix(".html")
        for path in (output, report) if self.report.isChecked() else (output,):
            if path.exists():
                raise IncompleteError(
                    tr("{path} exists already. Give the new model another name.").format(path=path)
                )
        base = self.model.model()
        return {
            "INPUT": image.id(),
            "LABELS": layer.id(),
            "CLASS_FIELD": field,
            "BASE_MODEL": base,
            "BANDS": shown_bands(image, base),
            "MINUTES": self.minutes.value(),
            "DEVICE": self.device.currentData(),
            "OUTPUT_MODEL": str(output),
            "REPORT": str(report) if self.report.isChecked() else None,
        }

    def _file_name(self) -> str:
        name = self.name.text().strip()
        if not name or UNFIT.search(name) or name.startswith(".") or name.endswith("."):
            raise IncompleteError(
                tr('Give the new model a name without \\ / : * ? " < > | and without dots around.')
            )
        return name

    def _image_changed(self, image: QgsRasterLayer | None) -> None:
        self.labels.setExceptedLayerList([] if image is None else [image])  # it labels nothing
        self.labels_changed.emit()

    def _layer_changed(self, layer: QgsMapLayer | None) -> None:
        polygons = layer if isinstance(layer, QgsVectorLayer) else None
        self.field.setLayer(polygons)
        self.field.setEnabled(not isinstance(layer, QgsRasterLayer))
        if polygons is not None and polygons.fields().lookupField(DEFAULT_FIELD) >= 0:
            self.field.setField(DEFAULT_FIELD)
        self.labels_changed.emit()

    def _lay_out(self) -> None:
        fields = QFormLayout(self)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields.addRow(tr("&Image"), self.image)
        fields.addRow(tr("&Base model"), self.model)
        fields.addRow(tr("&Labels"), _row(self.labels, self.draw))
        fields.addRow(tr("&Field of the classes"), self.field)
        fields.addRow(tr("&Minutes at most"), _row(self.minutes, self.device))
        fields.addRow(tr("Name of the ne&w model"), _row(self.name, self.report))
        for label, field in (
            (tr("Image"), self.image),
            (tr("Labels"), self.labels),
            (tr("Field of the classes"), self.field),
            (tr("Minutes at most"), self.minutes),
            (tr("Device"), self.device),
            (tr("New model"), self.name),
        ):
            field.setAccessibleName(label)


def _row(first: QWidget, second: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(first, 1)
    layout.addWidget(second)
    row.setFocusProxy(first)
    return row
