"""*Teach on the map*, in the dock: classes, tools, and what comes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsGeometry, QgsPointXY, QgsRasterLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ginet_qgis.engine.process import EngineError
from ginet_qgis.gui.help_button import HelpButton
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.teach.class_tools import ClassTools
from ginet_qgis.gui.teach.classes import ClassList
from ginet_qgis.gui.teach.doing import Doing
from ginet_qgis.gui.teach.on_map import OnMap
from ginet_qgis.gui.teach.saving import Saving
from ginet_qgis.gui.teach.teaching import Teaching
from ginet_qgis.gui.teach.toolbox import BRUSH_KEYS, KEYS, ToolBox
from ginet_qgis.gui.teach.tools import DRAW, ERASE, ESCAPE
from ginet_qgis.gui.teach.undo import UndoButtons
from ginet_qgis.gui.teach.unsure import Unsure
from ginet_qgis.gui.tree import add_labels, results_of
from ginet_qgis.i18n import tr
from ginet_qgis.labels import editing
from ginet_qgis.labels.classes import base_classes
from ginet_qgis.labels.prepared import DEFAULT_FIELD
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.shown_bands import shown_bands


class TeachPanel(QWidget):
    """Hidden unless somebody teaches.

    Args:
        iface: QGIS's main window.
    """

    classify = pyqtSignal(str, str)
    """The user is content: a model, and the id of the image to classify with it."""
    made = pyqtSignal()
    """There is a new model."""
    stopped = pyqtSignal()
    """Teaching has ended, by whatever."""

    def __init__(self, iface: Any) -> None:
        """Make the widgets; nothing is taught yet."""
        super().__init__()
        self._iface, self._canvas = iface, iface.mapCanvas()
        self._teaching: Teaching | None = None
        self._map: OnMap | None = None
        self._then_classify = False
        self._reminder = ""
        self.classes = ClassList()
        self.class_tools = ClassTools(self.classes)
        self.tools = ToolBox()
        self._undo = UndoButtons()
        self.undo, self.redo = self._undo.undo, self._undo.redo
        self.next = QPushButton(tr("Where next?"))
        self.next.setToolTip(tr("Go to the place whose label would teach most (key N)."))
        self.unsure = Unsure()
        self.saving = Saving()
        self.doing = Doing()
        self.message = Message(tr("What came of the labels"))
        self._lay_out()
        self.classes.chosen.connect(self._take_colour)
        self.class_tools.failed.connect(self.message.fail)
        self.next.clicked.connect(lambda: self._teaching.view.ask_next())
        self.tools.chosen.connect(self._choose_tool)
        self.unsure.toggled.connect(self._show_unsure)
        self.doing.cancelled.connect(self._cancel)
        self.saving.save.clicked.connect(lambda: self._save(then_classify=False))
        self.saving.whole.clicked.connect(lambda: self._save(then_classify=True))
        self.hide()

    @property
    def is_teaching(self) -> bool:
        """Whether somebody teaches."""
        return self._teaching is not None

    def begin(self, image: QgsRasterLayer, model: str, device: str) -> None:
        """Start to teach, with labels that are there or on a new layer.

        Args:
            image: What is classified.
            model: The base model.
            device: To compute on.

        Raises:
            IncompleteError: Image or labels cannot be used, or there is no engine.
        """
        self.message.clear()
        labels = editing.labels_for(image, self._iface.activeLayer())
        is_new = labels is None
        if labels is None:
            labels = editing.new_layer(image, base_classes(model))
        job = {"base": model, "bands": shown_bands(image, model), "device": device, "seed": 0}
        teaching = None
        try:
            teaching = Teaching(self._canvas, image, labels, job)
            self._listen(teaching)
            teaching.start()
        except (LayerError, EngineError, OSError) as error:
            if teaching is not None:
                teaching.end()
            if is_new:
                editing.remove_file(labels)
            raise IncompleteError(str(error)) from error
        self._teaching = teaching
        if is_new:
            add_labels(labels, image.id())
        for node in results_of(image.id()):
            node.setItemVisibilityChecked(False)
        self._iface.setActiveLayer(labels)
        self.classes.set_layer(labels, DEFAULT_FIELD)
        self.class_tools.set_layer(labels)
        self.saving.propose()
        teaching.view.shows_unsure = self.unsure.isChecked()
        teaching.view.compared.connect(self.unsure.show_unlike)
        self._map = OnMap(
            self._canvas, lambda: teaching.session_image.brush(self.tools.brush.value())
        )
        self._map.tool.drawn.connect(self._put)
        self._map.tool.pressed.connect(self._press)
        self._choose_tool(DRAW)
        self._undo.follow(labels)
        for child in self._body:
            child.setVisible(True)
        self.show()

    def end(self, reason: str = "", *, wait: bool = False) -> None:
        """Stop; labels stay.

        Args:
            reason: What to tell; nothing where the user wanted it.
            wait: Until nothing runs any more.
        """
        teaching, self._teaching = self._teaching, None
        if teaching is None:
            return
        self._map.close()
        self._map = None
        self._undo.follow(None)
        self.unsure.show_unlike(None)
        self.classes.set_layer(None)
        self.class_tools.set_layer(None)
        labels = teaching.labels
        is_in_memory = not sip.isdeleted(labels) and labels.providerType() == "memory"
        teaching.end()
        if wait:
            teaching.wait()
        for child in self._body:
            child.setVisible(False)
        self.doing.tell("")
        if reason:
            self.message.fail(reason)
        elif is_in_memory and labels.featureCount():
            self._reminder = tr(
                "The labels are in memory: save {name} to a file to keep them."
            ).format(name=labels.name())
            self.message.inform(self._reminder)
            labels.willBeDeleted.connect(self._forget_reminder)
        else:
            self.message.clear()
            self.hide()
        self.stopped.emit()

    def _forget_reminder(self) -> None:
        """The labels in memory are gone: nothing can be saved any more."""
        if self.message.text.text() == self._reminder:
            self.message.clear()
            self.hide()

    def _lay_out(self) -> None:
        steps = QHBoxLayout()
        steps.addWidget(self.undo)
        steps.addWidget(self.redo)
        steps.addWidget(self.next, 1)
        steps.addWidget(HelpButton("teach"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._inner = QWidget()
        inner = QVBoxLayout(self._inner)
        inner.setContentsMargins(0, 0, 0, 0)
        for widget in (self.classes, self.class_tools, self.tools):
            inner.addWidget(widget)
        inner.addLayout(steps)
        inner.addWidget(self.unsure)
        inner.addWidget(self.doing)
        column.addWidget(self._inner)
        column.addWidget(self.message)
        column.addWidget(self.saving)
        self._body = (self._inner, self.saving)

    def _listen(self, teaching: Teaching) -> None:
        teaching.informed.connect(self._tell)
        teaching.warned.connect(self.message.warn)
        teaching.failed.connect(self.message.fail)
        teaching.working.connect(self.doing.show_work)
        teaching.counted.connect(self._count)
        teaching.learned.connect(self.classes.show_kept)
        teaching.scored.connect(self._score)
        teaching.pointed.connect(self._point)
        teaching.saved.connect(self._saved)
        teaching.ended.connect(self.end)

    def _tell(self, text: str) -> None:
        if text:
            self.message.inform(text)
        else:
            self.message.clear()

    def _count(self) -> None:
        if self._teaching is not None:
            self.classes.show_tally(self._teaching.counter.tally)

    def _score(self, answer: dict[str, Any]) -> None:
        if self._teaching is not None:
            # What the view shows: the base model, where the fit was not better.
            shown = "iou_before" if answer.get("kept") else "iou_after"
            self.classes.show_scores((answer.get("validation") or {}).get(shown, {}))

    def _put(self, kind: str, shape: QgsGeometry) -> None:
        value = self.classes.value()
        if value is None and kind != ERASE:
            self.message.fail(tr("Choose a class, or add one."))
            return
        self._map.unmark()
        if kind != ERASE:
            self.classes.offer()
        self._teaching.put(kind, shape, value, self.tools.brush.value())

    def _press(self, key: str) -> None:
        """A key, while the map has the focus."""
        if key in KEYS:
            self._choose_tool(KEYS[key])
        elif key == "N":
            self.next.click()
        elif key == "U":
            self.unsure.toggle()
        elif key in BRUSH_KEYS:
            self.tools.brush.stepBy(BRUSH_KEYS[key])
        elif key == ESCAPE:
            self.doing.cancel.click()
        elif key.isdecimal() and key != "0":
            self.classes.choose(int(key) - 1)

    def _cancel(self) -> None:
        if self._teaching is not None:
            self._teaching.cancel()

    def _choose_tool(self, kind: str) -> None:
        self.tools.buttons[kind].setChecked(True)
        self._map.choose(kind)
        self._take_colour()

    def _take_colour(self) -> None:
        if self._map is not None:
            self._map.tool.colour = self.classes.colour()

    def _show_unsure(self, is_on: bool) -> None:
        if self._teaching is not None:
            self._teaching.view.shows_unsure = is_on
            self._teaching.view.ask()

    def _point(self, place: QgsPointXY) -> None:
        if self._map is not None:
            self._map.mark(place)

    def _save(self, *, then_classify: bool) -> None:
        if self._teaching is None:
            return
        try:
            path = self.saving.path()
        except IncompleteError as error:
            self.message.fail(str(error))
            return
        self._then_classify = then_classify
        # A model that was saved serves too, unless the user has named another one since.
        self._teaching.save(path, is_new=not then_classify or self.saving.name.isModified())

    def _saved(self, path: str) -> None:
        image_id = self._teaching.image_id
        self.made.emit()
        if self._then_classify:
            self.end()
            self.classify.emit(path, image_id)
            return
        self.message.inform(tr("{name} is in the list of models.").format(name=Path(path).stem))
        self.saving.propose(Path(path).stem)
