"""The dialog of fine-tuning: labels and their classes, the run, what was gained.

It never blocks QGIS. Closing it does not end a run: that goes on, the message bar tells of its end,
and opening the dialog again shows it. Neither does a closed project or a removed layer: what a run
needs of them it has taken when it began, and the new model belongs to no project.
"""

from __future__ import annotations

import json
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.engine import engine
from ginet_qgis.engine.event_feedback import duration
from ginet_qgis.gui.finetune.drawing import drawing_help, start_drawing
from ginet_qgis.gui.finetune.feedback import FinetuneFeedback
from ginet_qgis.gui.finetune.form import FinetuneForm
from ginet_qgis.gui.finetune.labels import LabelsPanel
from ginet_qgis.gui.finetune.result import FinetuneResult
from ginet_qgis.gui.help_button import HelpButton
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.run import Run
from ginet_qgis.i18n import tr

ALGORITHM = "ginet:finetune"

WIDTH, HEIGHT = 620, 600
"""Of the dialog at first, in pixels; it fits small screens; a result gets a second column."""


class FinetuneDialog(QDialog):
    """One for the whole session, opened again and again.

    Args:
        iface: QGIS's main window.
        devices: The dock's list of devices.
    """

    made = pyqtSignal(str)
    """There is a new model in this file."""
    classify = pyqtSignal(str, str)
    """The user wants to classify with this model file the layer of this id."""

    def __init__(self, iface: Any, devices: QComboBox) -> None:
        """Make the widgets."""
        super().__init__(iface.mainWindow())
        self.setWindowTitle(tr("Fine-tune a model"))
        self._iface = iface
        self._run: Run | None = None
        self._made: tuple[str, str] = ("", "")
        self._doing = ""
        self.form = FinetuneForm(devices)
        self.labels = LabelsPanel(self.form)
        self.start = QPushButton(tr("&Start"))
        self.stop = QPushButton(tr("Finish n&ow"))
        self.stop.setToolTip(
            tr(
                "Hold out no more labels. The model learns from all of them all the same; only "
                "its score is less sure."
            )
        )
        self.cancel = QPushButton(tr("&Cancel"))
        self.close_button = QPushButton(tr("Close"))
        self.progress, self.status = QProgressBar(), QLabel()
        self.progress.setAccessibleName(tr("Progress of the run"))
        self.status.setWordWrap(True)
        self.status.setAccessibleName(tr("Score so far and time left"))
        self.message, self.result = Message(tr("What came of the run")), FinetuneResult()
        self._lay_out()
        self.form.draw.clicked.connect(self._draw)
        self.start.clicked.connect(self._start)
        self.stop.clicked.connect(self._stop)
        self.cancel.clicked.connect(self._cancel)
        self.close_button.clicked.connect(self.close)
        self.result.classify.clicked.connect(self._classify)
        self._show_running(running=False)

    @property
    def is_running(self) -> bool:
        """Whether a run is at work."""
        return self._run is not None

    def open_for(
        self, image: QgsRasterLayer, model: str, device: str, labels: QgsMapLayer | None
    ) -> None:
        """Show it, filled in."""
        self.form.image.setLayer(image)
        self.form.model.list_models()
        self.form.model.choose(model)
        self.form.device.setCurrentIndex(max(self.form.device.findData(device), 0))
        if labels is not None:
            self.form.show_labels(labels)
        self.show()
        self.raise_()

    def done(self, result: int) -> None:
        """Close; a run goes on."""
        if self.is_running:
            self._iface.messageBar().pushInfo(
                self.windowTitle(),
                tr("The run goes on. Fine-tune… in the dock shows it again."),
            )
        super().done(result)

    def shut_down(self) -> None:
        """End the run and let go of the project. Nothing works afterwards."""
        self.labels.close_down()
        run = self._run
        if run is not None:
            run.abandon()
            run.wait()
        self.hide()
        self.deleteLater()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self.start, self.stop, self.cancel):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(HelpButton("finetune"))
        buttons.addWidget(self.close_button)
        for button in (self.start, self.stop, self.cancel, self.close_button):
            button.setAutoDefault(False)
        self.form.draw.setAutoDefault(False)
        left = QVBoxLayout()
        left.addWidget(self.form)
        left.addWidget(self.labels, 1)
        halves = QHBoxLayout()
        halves.addLayout(left, 1)
        halves.addWidget(self.result, 1)
        column = QVBoxLayout(self)
        column.addLayout(halves, 1)
        rest: tuple[QWidget, ...] = (self.progress, self.status, self.message)
        for widget in rest:
            column.addWidget(widget)
        column.addLayout(buttons)
        self.resize(WIDTH, HEIGHT)
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)

    def _draw(self) -> None:
        self.message.clear()
        try:
            layer = start_drawing(self._iface, self.form.source(), self.form.model.model())
        except IncompleteError as error:
            self.message.fail(str(error))
            return
        self.form.show_labels(layer)
        self.message.inform(drawing_help())

    def _start(self) -> None:
        self.message.clear()
        try:
            engine.find_python()
            given, source = self.form.parameters(), self.form.source()
            tally = self.labels.counter.tally
            if tally is not None and tally.problem:
                raise IncompleteError(tally.problem)
            if tally is not None:
                given["CLASSES"] = self.labels.table.cells()
                self.labels.check()
            given["KEEP_CLASSES"] = self.labels.keep.isChecked()
            run = Run(given, source.id(), ALGORITHM, FinetuneFeedback())
        except (engine.EngineError, IncompleteError) as error:
            self.message.fail(str(error))
            return
        self._run = run
        self.result.hide()
        self._doing = tr("Reading the labelled places")
        run.ended.connect(self._ended)
        run.feedback.heard.connect(self._hear)
        run.feedback.progressed.connect(self._tell)
        self._show_running(running=True)
        run.start()

    def _classify(self) -> None:
        """Let the dock do it, and make room for the map."""
        self.close()
        self.classify.emit(*self._made)

    def _widen(self) -> None:
        """Make room for the right half; what would reach beyond the screen moves onto it."""
        room = self.screen().availableGeometry()
        self.resize(min(max(self.width(), 2 * WIDTH), room.width()), self.height())
        beyond = self.frameGeometry().left() + self.width() - room.right()
        self.move(max(self.x() - max(beyond, 0), room.left()), self.y())

    def _stop(self) -> None:
        if self._run is not None:
            self.stop.setEnabled(False)
            self._run.feedback.stop()
            self.status.setText(tr("Finishing without holding out more labels…"))

    def _cancel(self) -> None:
        if self._run is not None:
            self.stop.setEnabled(False)
            self.cancel.setEnabled(False)
            self.status.setText(tr("Cancelling…"))
            self._run.cancel()

    def _show_running(self, *, running: bool) -> None:
        self.form.setEnabled(not running)
        self.start.setEnabled(not running)
        self.stop.setEnabled(False)
        self.cancel.setEnabled(running)
        self.progress.setVisible(running)
        self.status.setVisible(running)
        self.progress.setRange(0, 0)  # busy, until there is something to count
        self.status.setText(tr("Starting…"))

    def _is_ending(self) -> bool:
        return self._run is None or self._run.is_cancelled or self._run.feedback.is_enough

    def _tell(self, text: str) -> None:
        """Show what is being done."""
        if self._is_ending():
            return
        if self.progress.maximum():
            self._doing = text
        self.status.setText(text)

    def _hear(self, event: dict[str, Any]) -> None:
        """Show an event of the engine."""
        kind = event["event"]
        if kind == "fold":
            if not self._is_ending():
                self.stop.setEnabled(event["done"] < event["total"])
        elif kind == "progress" and self._run is not None:
            self.progress.setRange(0, 100)
            self.progress.setValue(event["done"])
            if not self._is_ending():
                self.status.setText(
                    tr("{what}, about {left} left").format(
                        what=self._doing, left=duration(event["eta_s"])
                    )
                )

    def _ended(self, successful: bool) -> None:
        run, self._run = self._run, None
        self._show_running(running=False)
        if run.is_abandoned:
            return
        if successful:
            self._show_result(run)
        elif run.is_cancelled:
            self.message.inform(tr("The run was cancelled."))
        else:
            text = "\n".join(run.feedback.errors[-1:]) or tr("The run failed.")
            self.message.fail(text)
            if not self.isVisible():
                self._iface.messageBar().pushCritical(self.windowTitle(), text)

    def _show_result(self, run: Run) -> None:
        results = run.results
        self._made = results["OUTPUT_MODEL"], run.source_id
        if self.result.isHidden():
            self._widen()
        self.result.show_result(json.loads(results["FIGURES"]), results)
        self.form.propose_name()
        self.form.model.list_models()
        self.made.emit(results["OUTPUT_MODEL"])
        if QgsProject.instance().mapLayer(run.source_id) is None:
            self.message.inform(tr("The image is no longer in the project."))
        if not self.isVisible():
            self._iface.messageBar().pushSuccess(
                self.windowTitle(), self.result.message.text.text().replace("\n", " ")
            )
