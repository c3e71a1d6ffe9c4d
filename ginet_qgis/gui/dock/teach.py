"""Teaching from the dock: on the map, or by fine-tuning's dialog."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ginet_qgis.gui.dock.form import InputForm
from ginet_qgis.gui.finetune.dialog import FinetuneDialog
from ginet_qgis.gui.finetune.drawing import drawing_help, start_drawing
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.teach.panel import TeachPanel
from ginet_qgis.i18n import tr
from ginet_qgis.labels.editing import labels_for


class TeachButtons(QWidget):
    """Three buttons and the panel of *Teach on the map*, that work on the form's layer and model.

    Args:
        iface: QGIS's main window.
        form: Says which layer and model.
        message: Where what is missing is told.
    """

    classify = pyqtSignal()
    """The form has a new model, with which the user wants to classify."""
    about_to_draw = pyqtSignal()
    """Results will be hidden, so that the image is seen."""
    turned = pyqtSignal()
    """*Teach on the map* has begun or ended."""

    def __init__(self, iface: Any, form: InputForm, message: Message) -> None:
        """Make the buttons."""
        super().__init__()
        self._iface, self._form, self._message = iface, form, message
        self._labels_id = ""
        self.dialog: FinetuneDialog | None = None
        self.teach = QPushButton()
        self.teach.setCheckable(True)
        self.teach.setToolTip(
            tr("Label a little, see at once what the model makes of it, and label where it errs.")
        )
        self.panel = TeachPanel(iface)
        self.draw = QPushButton(tr("&Draw labels"))
        self.draw.setToolTip(
            tr("Add a layer of polygons with the model's classes above the image, to draw on.")
        )
        self.finetune = QPushButton(tr("Fin&e-tune…"))
        self.finetune.setToolTip(tr("Teach the model this image from labelled polygons."))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.draw)
        row.addWidget(self.finetune)
        column.addWidget(self.teach)
        column.addWidget(self.panel)
        column.addLayout(row)
        self.teach.clicked.connect(self._teach)
        self.panel.stopped.connect(self._show_teaching)
        self.panel.made.connect(form.model.list_models)
        self.panel.classify.connect(self._classify)
        self.draw.clicked.connect(self._draw)
        self.finetune.clicked.connect(self._open_dialog)
        self._show_teaching()

    def shut_down(self) -> None:
        """Stop teaching, close the dialog and end its run."""
        self.panel.end(wait=True)
        if self.dialog is not None:
            self.dialog.shut_down()
            self.dialog = None

    def _teach(self) -> None:
        """Begin, or stop."""
        self._message.clear()
        if self.panel.is_teaching:
            self.panel.end()
            return
        self.about_to_draw.emit()
        try:
            image, model = self._form.source(), self._form.model.model()
            self.panel.begin(image, model, self._form.device.currentData())
        except IncompleteError as error:
            self._message.fail(str(error))
        self._show_teaching()

    def _show_teaching(self) -> None:
        is_on = self.panel.is_teaching
        self.teach.setChecked(is_on)
        self.draw.setVisible(not is_on)  # labels are drawn with the panel's tools
        self.teach.setText(tr("Stop teaching") if is_on else tr("Teac&h on the map"))
        self.turned.emit()

    def _draw(self) -> None:
        """Add a layer of labels and let the user draw on it at once."""
        self._message.clear()
        self.about_to_draw.emit()
        try:
            layer = start_drawing(self._iface, self._form.source(), self._form.model.model())
        except IncompleteError as error:
            self._message.fail(str(error))
            return
        self._labels_id = layer.id()
        self._message.inform(drawing_help())

    def _open_dialog(self) -> None:
        """Open the dialog, filled in; it is made when it is first wanted."""
        self._message.clear()
        if self.dialog is not None and self.dialog.is_running:
            self.dialog.show()
            self.dialog.raise_()
            return
        try:
            image, model = self._form.source(), self._form.model.model()
        except IncompleteError as error:
            self._message.fail(str(error))
            return
        if self.dialog is None:
            self.dialog = FinetuneDialog(self._iface, self._form.device)
            self.dialog.made.connect(lambda _model: self._form.model.list_models())
            self.dialog.classify.connect(self._classify)
            self.dialog.form.draw.pressed.connect(self.about_to_draw)
        labels = QgsProject.instance().mapLayer(self._labels_id) or labels_for(
            image, self._iface.activeLayer()
        )
        self.dialog.open_for(image, model, self._form.device.currentData(), labels)

    def _classify(self, model: str, image_id: str) -> None:
        image = QgsProject.instance().mapLayer(image_id)
        if image is not None:
            self._form.layer.setLayer(image)
        self._form.model.choose(model)
        self.classify.emit()
