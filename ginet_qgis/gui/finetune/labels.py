"""The labels' part of the dialog: their classes, how many there are of each, and what they lack."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ginet_qgis.gui.finetune.classes import ClassesTable
from ginet_qgis.gui.finetune.counter import LabelCounter
from ginet_qgis.gui.finetune.form import FinetuneForm
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.new_class import NewClass
from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import LabelClasses, base_classes, vector_symbology
from ginet_qgis.labels.layer import add_class, offers_classes
from ginet_qgis.labels.raster_symbology import raster_symbology
from ginet_qgis.labels.raster_tally import RasterTally
from ginet_qgis.labels.tally import LabelTally
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import original_class_name


class LabelsPanel(QWidget):
    """Follows the label layer that the form names.

    Args:
        form: Says which image, labels, field and base model.
    """

    def __init__(self, form: FinetuneForm) -> None:
        """Make the widgets and count what is there."""
        super().__init__()
        self._form = form
        self.table, self.counter = ClassesTable(), LabelCounter()
        self.new_class = NewClass(
            tr("Another class to draw, such as solar panel"),
            tr("Name of another class"),
            tr("&Add class"),
        )
        self.message = Message(tr("What the labels lack"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.new_class)
        column.addWidget(self.message)
        form.labels_changed.connect(self._follow_labels)
        form.base_changed.connect(self.show_classes)
        self.counter.counted.connect(self.show_classes)
        self.counter.edited.connect(self.show_classes)
        self.new_class.named.connect(self._add_class)
        self._follow_labels()

    def close_down(self) -> None:
        """Let go of the layers."""
        self.counter.follow(None, "", None)

    def _follow_labels(self) -> None:
        layer, field = self._form.label_layer(), self._form.field.currentField()
        self.counter.follow(layer, field, self._form.image.currentLayer())
        can_add = isinstance(layer, QgsVectorLayer) and offers_classes(layer, field)
        self.new_class.setEnabled(can_add)

    def show_classes(self) -> None:
        """List the classes and count their labels, as they are now."""
        self.message.clear()
        try:
            base = base_classes(self._form.model.model())
        except IncompleteError:
            base = []
        self.table.set_base(base)
        layer, tally = self._form.label_layer(), self.counter.tally
        field = self._form.field.currentField()
        if isinstance(layer, QgsVectorLayer) and layer.fields().lookupField(field) < 0:
            tally = None
        if layer is None:
            self.message.inform(
                tr("Choose labels of your own, or press New layer to draw and draw some.")
            )
        if layer is None or tally is None:
            self.table.show_labels(None, [])
            return
        if isinstance(tally, RasterTally):
            looks, labels = raster_symbology(layer), sorted(tally.labels)
        else:
            looks = vector_symbology(layer, field)
            labels = [each for each in dict.fromkeys([*looks, *tally.labels]) if each is not None]
        try:
            if tally.problem:
                raise LayerError(tally.problem)
            found = LabelClasses(labels, looks, base, layer.name())
        except LayerError as error:
            self.table.show_labels(None, [])
            self.message.warn(str(error))
            return
        self.table.show_labels(found, labels)
        self.table.show_tally(tally.labels)
        if isinstance(tally, LabelTally):
            self._warn_of_unused(tally)

    def _warn_of_unused(self, tally: LabelTally) -> None:
        """Say which polygons are not used."""
        texts = []
        if tally.unlabelled:
            texts.append(tr("Polygons without a class: {count}.").format(count=tally.unlabelled))
        if tally.outside:
            texts.append(tr("Polygons outside the image: {count}.").format(count=tally.outside))
        if texts:
            self.message.warn(" ".join(texts))

    def _add_class(self, name: str) -> None:
        layer = self._form.label_layer()
        if layer is not None:
            add_class(layer, self._form.field.currentField(), original_class_name(name))
            self.new_class.clear()
            self.show_classes()
