"""The labels' part of the dialog: their classes, how many there are of each, and what they lack."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from ginet_qgis.gui.finetune.classes import ClassesTable
from ginet_qgis.gui.finetune.counter import LabelCounter
from ginet_qgis.gui.finetune.form import FinetuneForm
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.new_class import NewClass
from ginet_qgis.i18n import tr
from ginet_qgis.labels import kept
from ginet_qgis.labels.classes import (
    LabelClass,
    LabelClasses,
    Look,
    base_classes,
    vector_symbology,
)
from ginet_qgis.labels.layer import add_class, offers_classes
from ginet_qgis.labels.raster_symbology import raster_symbology
from ginet_qgis.labels.raster_tally import RasterTally
from ginet_qgis.labels.tally import LabelTally
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import class_name, original_class_name


class LabelsPanel(QWidget):
    """Follows the label layer that the form names.

    Args:
        form: Says which image, labels, field and base model.
    """

    def __init__(self, form: FinetuneForm) -> None:
        """Make the widgets and count what is there."""
        super().__init__()
        self._form = form
        self._base: list[LabelClass] = []
        self._looks: dict[Any, Look] = {}
        self.table, self.counter = ClassesTable(), LabelCounter()
        self.new_class = NewClass(
            tr("Another class to draw, such as solar panel"),
            tr("Name of another class"),
            tr("&Add class"),
        )
        self.keep = QCheckBox(kept.option())
        self.keep.setToolTip(kept.explained())
        self.kept = QLabel()
        self.kept.setWordWrap(True)
        self.kept.setAccessibleName(tr("Classes that stay without labels"))
        self.message = Message(tr("What the labels lack"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.new_class)
        column.addWidget(self.keep)
        column.addWidget(self.kept)
        column.addWidget(self.message)
        form.labels_changed.connect(self._follow_labels)
        form.base_changed.connect(self.show_classes)
        self.counter.counted.connect(self.show_classes)
        self.counter.edited.connect(self.show_classes)
        self.new_class.named.connect(self._add_class)
        self.table.edited.connect(self._show_kept)
        self.keep.toggled.connect(lambda _on: self._show_kept())
        self.keep.clicked.connect(self._remember)
        self._follow_labels()

    def close_down(self) -> None:
        """Let go of the layers."""
        self.counter.follow(None, "", None)

    def check(self) -> None:
        """Demand classes that a model can be made of.

        Raises:
            IncompleteError: They are too few or too many.
        """
        try:
            self._kept_classes()
        except LayerError as error:
            raise IncompleteError(str(error)) from error

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
        self._base, self._looks = base, {}
        layer, tally = self._form.label_layer(), self.counter.tally
        self.keep.setChecked(kept.keeps_classes(layer))
        field = self._form.field.currentField()
        if isinstance(layer, QgsVectorLayer) and layer.fields().lookupField(field) < 0:
            tally = None
        if layer is None:
            self.message.inform(
                tr("Choose labels of your own, or press New layer to draw and draw some.")
            )
        if layer is None or tally is None:
            self.table.show_labels(None, [])
            self._show_kept()
            return
        if isinstance(tally, RasterTally):
            looks, labels = raster_symbology(layer), sorted(tally.labels)
        else:
            looks = vector_symbology(layer, field)
            labels = [each for each in dict.fromkeys([*looks, *tally.labels]) if each is not None]
        self._looks = looks
        try:
            if tally.problem:
                raise LayerError(tally.problem)
            found = LabelClasses(labels, looks, base, layer.name())
        except LayerError as error:
            self.table.show_labels(None, [])
            self._show_kept()
            self.message.warn(str(error))
            return
        self.table.show_labels(found, labels)
        self.table.show_tally(tally.labels)
        self._show_kept()
        if isinstance(tally, LabelTally):
            self._warn_of_unused(tally)

    def _remember(self, is_on: bool) -> None:
        """The choice is the layer's, for here and for teaching on the map."""
        layer = self._form.label_layer()
        if layer is not None:
            kept.set_keeps_classes(layer, keep=is_on)

    def _kept_classes(self) -> list[LabelClass]:
        """Those of the base model that stay without labels.

        Raises:
            LayerError: With them, there are too few classes or too many.
        """
        layer, keep = self._form.label_layer(), self.keep.isChecked()
        classes, origins = self.table.labelled()
        if layer is None or not classes:
            return []
        found = []
        if keep:
            removed = kept.removed_classes(layer)
            found = kept.kept_classes(classes, origins, self._base, self._looks, removed)
        kept.check_enough(classes, found, layer.name(), keep=keep)
        return found

    def _show_kept(self) -> None:
        """Say which these are, or why there are none."""
        classes, origins = self.table.labelled()
        try:
            found, text = self._kept_classes(), ""
        except LayerError as error:
            found, text = [], str(error)
        if found:
            names = ", ".join(class_name(each.name) for each in found)
            text = tr("Stay without labels: {names}").format(names=names)
        elif not text and classes and self.keep.isChecked() and not any(origins.values()):
            text = tr("None stays: no label is of one of the base model's classes.")
        self.table.show_kept({each.name for each in found})
        self.kept.setText(text)
        self.kept.setVisible(bool(text))

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
