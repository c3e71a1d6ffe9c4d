"""Teaching a model new ground from the dock: a layer to label, and fine-tuning's dialog."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QDialog, QHBoxLayout, QPushButton, QWidget

from ginet_qgis.gui.form import InputForm
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.tree import place_above
from ginet_qgis.i18n import tr
from ginet_qgis.label_classes import base_classes
from ginet_qgis.label_layer import label_layer


class TeachButtons(QWidget):
    """Two buttons that work on the form's layer and model.

    Args:
        iface: QGIS's main window.
        form: Says which layer and model.
        message: Where what is missing is told.
    """

    def __init__(self, iface: Any, form: InputForm, message: Message) -> None:
        """Make the buttons."""
        super().__init__()
        self._iface, self._form, self._message = iface, form, message
        self._labels_id = ""
        self._dialog: QDialog | None = None
        self.draw = QPushButton(tr("&Draw labels"))
        self.draw.setToolTip(
            tr("Add a layer of polygons with the model's classes above the image, to draw on.")
        )
        self.finetune = QPushButton(tr("Fin&e-tune…"))
        self.finetune.setToolTip(tr("Teach the model this image from labelled polygons."))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.draw)
        row.addWidget(self.finetune)
        self.draw.clicked.connect(self._draw)
        self.finetune.clicked.connect(self._open_dialog)

    def shut_down(self) -> None:
        """Close the dialog."""
        if self._dialog is not None:
            self._dialog.close()
            self._dialog = None

    def _draw(self) -> None:
        """Add a layer of labels and let the user draw on it at once."""
        self._message.clear()
        try:
            image, model = self._form.source(), self._form.model.model()
        except IncompleteError as error:
            self._message.fail(str(error))
            return
        layer = label_layer(image, base_classes(model))
        self._labels_id = layer.id()
        group, row = place_above(image.id())
        QgsProject.instance().addMapLayer(layer, False)  # noqa: FBT003 - QGIS's signature
        group.insertLayer(row, layer)
        self._iface.setActiveLayer(layer)
        layer.startEditing()
        self._iface.actionAddFeature().trigger()
        self._message.inform(
            tr(
                "Draw polygons and choose the class of each. The layer is in memory: save it to a "
                "file to keep it."
            )
        )

    def _open_dialog(self) -> None:
        """Open the algorithm's own dialog, filled in."""
        import processing  # not there while QGIS starts

        self._message.clear()
        try:
            given = {
                "INPUT": self._form.source().id(),
                "BASE_MODEL": self._form.model.model(),
                "DEVICE": self._form.device.currentData(),
            }
        except IncompleteError as error:
            self._message.fail(str(error))
            return
        if QgsProject.instance().mapLayer(self._labels_id) is not None:
            given["LABELS"] = self._labels_id
        self.shut_down()
        self._dialog = processing.createAlgorithmDialog("ginet:finetune", given)
        self._dialog.show()
