"""What to classify, with what, and where to: the dock's upper half."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
)
from qgis.gui import QgsFileWidget, QgsMapCanvas, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QToolButton,
    QWidget,
)

from ginet_qgis import settings
from ginet_qgis.compat import RASTER_LAYERS
from ginet_qgis.core.wire.files import find_clash
from ginet_qgis.gui.dock.extent import ExtentChooser
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.models.chooser import ModelChooser
from ginet_qgis.i18n import tr
from ginet_qgis.layers.dataset_files import files_of_project
from ginet_qgis.layers.shown_bands import shown_bands

MOST_SQUARE_METRES = 1_000_000


class InputForm(QWidget):
    """The fields, from the layer to the output.

    Args:
        canvas: The map.
    """

    changed = pyqtSignal()
    """The user has changed something."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        """Make the fields, with defaults."""
        super().__init__()
        self.layer = QgsMapLayerComboBox()
        self.layer.setFilters(RASTER_LAYERS)
        self.extent = ExtentChooser(canvas)
        self.model = ModelChooser()
        self.device = QComboBox()
        add_devices(self.device)
        for combo in (self.layer, self.device):
            combo.setMinimumContentsLength(8)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.output = QgsFileWidget()
        self.output.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        self.output.setFilter(tr("GeoTIFF (*.tif *.tiff)"))
        self.output.setDialogTitle(tr("Save the land cover"))
        self.output.lineEdit().setPlaceholderText(tr("Temporary layer"))
        self.output.lineEdit().setAccessibleName(tr("File for the result; empty: temporary layer"))
        self.output.findChild(QToolButton).setAccessibleName(tr("Save the land cover"))
        self.output.setFocusProxy(self.output.lineEdit())
        self.confidence = QCheckBox(tr("Add the confidence map &too"))
        self.confidence.setToolTip(
            tr("A second layer; beside an output file it is NAME_confidence.tif.")
        )
        self.polygons = QCheckBox(tr("Add &polygons too"))
        self.polygons.setToolTip(
            tr("A layer of the classes' patches; beside an output file it is NAME_polygons.gpkg.")
        )
        self.minimum = QDoubleSpinBox()
        self.minimum.setRange(0, MOST_SQUARE_METRES)
        self.minimum.setDecimals(1)
        self.minimum.setSuffix(tr(" m²"))
        self.minimum.setSpecialValueText(tr("none"))
        self.minimum.setToolTip(
            tr("Smaller patches go to the neighbour with the longest common border.")
        )
        fields = QFormLayout(self)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        fields.addRow(tr("&Image"), self.layer)
        fields.addRow(tr("E&xtent"), self.extent)
        fields.addRow(tr("&GINet model"), self.model)
        fields.addRow(self.model.classes)
        fields.addRow(self.model.card)
        fields.addRow(tr("Compute o&n"), self.device)
        fields.addRow(tr("Output &file"), self.output)
        fields.addRow(self.confidence)
        fields.addRow(self.polygons)
        fields.addRow(tr("&Minimum mapping unit"), self.minimum)
        self._name_fields(fields)
        self.layer.activated.connect(lambda _row: self.changed.emit())
        self.device.activated.connect(lambda _row: self.changed.emit())
        self.output.fileChanged.connect(lambda _path: self.changed.emit())
        self.confidence.clicked.connect(self.changed.emit)
        self.polygons.clicked.connect(self.changed.emit)
        self.minimum.valueChanged.connect(lambda _value: self.changed.emit())
        self.extent.changed.connect(self.changed.emit)
        self.model.changed.connect(self.changed.emit)

    def source(self) -> QgsRasterLayer:
        """The layer to classify.

        Raises:
            IncompleteError: There is none.
        """
        layer = self.layer.currentLayer()
        if layer is None:
            raise IncompleteError(
                tr("There is no image. Add a raster layer to the project: Layer > Add Layer.")
            )
        return layer

    def parameters(self) -> dict[str, Any]:
        """Those of ``ginet:classify``; unsure pixels are always counted.

        Raises:
            IncompleteError: Something is missing; the message names it.
        """
        model = self.model.model()
        return {
            "INPUT": self.source().id(),
            "EXTENT": self.extent.extent(),
            "MODEL": model,
            "BANDS": shown_bands(self.source(), model),
            "DEVICE": self.device.currentData(),
            "COUNT_UNSURE": True,
            "MINIMUM_AREA": self.minimum.value() or None,
            **self._destinations(),
        }

    def spare_output(self) -> None:
        """Number the output file where it is there already: the next result is another."""
        named = self.output.filePath().strip()
        if not named:
            return
        first = Path(named if Path(named).suffix else f"{named}.tif")
        paths = (first.with_name(f"{first.stem}_{number}{first.suffix}") for number in count(2))
        if first.exists():
            self.output.setFilePath(str(next(path for path in paths if not path.exists())))

    def state(self) -> dict[str, Any]:
        """What to remember, as JSON values."""
        layer = self.layer.currentLayer()
        return {
            "layer": layer and layer.id(),
            "extent": self.extent.state(),
            "model": self.model.state(),
            "device": self.device.currentData(),
            "output": self.output.filePath(),
            "confidence": self.confidence.isChecked(),
            "polygons": self.polygons.isChecked(),
            "minimum": self.minimum.value(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Show what was remembered; what is missing or gone takes its default."""
        layer = QgsProject.instance().mapLayer(state.get("layer") or "")
        if layer is not None:
            self.layer.setLayer(layer)
        self.extent.restore(state.get("extent") or {})
        self.model.restore(state.get("model"))
        device = state.get("device") or settings.device()
        self.device.setCurrentIndex(max(self.device.findData(device), 0))
        self.output.setFilePath(state.get("output") or "")
        self.confidence.setChecked(bool(state.get("confidence")))
        self.polygons.setChecked(bool(state.get("polygons")))
        minimum = state.get("minimum")
        self.minimum.setValue(minimum if isinstance(minimum, (int, float)) else 0)

    def _destinations(self) -> dict[str, Any]:
        """Files to write, and whether they become layers."""
        project, named = QgsProject.instance(), self.output.filePath().strip()
        output = confidence = polygons = QgsProcessing.TEMPORARY_OUTPUT
        if named:
            output = named if Path(named).suffix else f"{named}.tif"
            confidence = str(Path(output).with_suffix("")) + "_confidence.tif"
            polygons = str(Path(output).with_suffix("")) + "_polygons.gpkg"
        wanted = {"OUTPUT": output}
        if self.confidence.isChecked():
            wanted["CONFIDENCE"] = confidence
        if self.polygons.isChecked():
            wanted["POLYGONS"] = polygons
        for path in wanted.values():
            _check_unused(path)
        return {
            name: QgsProcessingOutputLayerDefinition(path, project) for name, path in wanted.items()
        }

    def _name_fields(self, fields: QFormLayout) -> None:
        """Screen readers read the field in focus, which may be inside the one with the label."""
        for row in (self.layer, self.extent.modes, self.model.models, self.device, self.minimum):
            field = row
            while fields.labelForField(field) is None:
                field = field.parentWidget()
            row.setAccessibleName(fields.labelForField(field).text().replace("&", ""))


def add_devices(combo: QComboBox) -> None:
    """Fill a list with the devices' names, and choose the one of the user's settings."""
    names = (
        tr("Fastest available"),
        tr("Processor"),
        tr("NVIDIA graphics card"),
        tr("Apple graphics chip"),
    )
    for device, name in zip(settings.DEVICES, names):
        combo.addItem(name, device)
    combo.setCurrentIndex(combo.findData(settings.device()))


def _check_unused(path: str) -> None:
    """A file that QGIS has open can be replaced under some systems only, and looks torn.

    Raises:
        IncompleteError: The project shows the file.
    """
    if clash := find_clash([path], files_of_project()):
        raise IncompleteError(
            tr(
                "{path} is open as the layer {name}. Choose another output file, or remove "
                "that layer first."
            ).format(path=path, name=clash[1])
        )
