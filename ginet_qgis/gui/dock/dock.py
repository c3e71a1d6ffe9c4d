"""The dock: everything at hand on the map, in a QGIS that stays responsive."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsMapLayer, QgsProject
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QEvent, Qt, pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.engine import engine
from ginet_qgis.engine.event_feedback import duration
from ginet_qgis.engine.spare import spare
from ginet_qgis.gui.dock import memory
from ginet_qgis.gui.dock.form import InputForm
from ginet_qgis.gui.dock.results import ResultsPanel
from ginet_qgis.gui.dock.teach import TeachButtons
from ginet_qgis.gui.dock.view import LayerView
from ginet_qgis.gui.dock.width import widen_once
from ginet_qgis.gui.help_button import HelpButton
from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.run import Run
from ginet_qgis.gui.teach.shown import remove_left_over
from ginet_qgis.gui.tree import load_result, place_above, place_on_top
from ginet_qgis.i18n import tr
from ginet_qgis.layers.stored_result import stored_result

OBJECT_NAME = "GinetDock"
"""QGIS keeps place and visibility of docks under their object names."""


class GinetDock(QgsDockWidget):
    """The form above, the run in the middle, its result below.

    Args:
        iface: QGIS's main window.
    """

    set_up_wanted = pyqtSignal()
    """There is no engine, and the user wants to set one up."""

    def __init__(self, iface: Any) -> None:
        """Make the widgets and show what the open project remembers."""
        super().__init__(tr("GINet land cover"))
        self.setObjectName(OBJECT_NAME)
        self._iface = iface
        self._run: Run | None = None
        self._result_id = ""
        self._is_restoring = False
        self.form = InputForm(iface.mapCanvas())
        self.start = QPushButton(tr("R&un"))
        self.cancel = QPushButton(tr("C&ancel"))
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress of the run"))
        self.speed = QLabel()
        self.speed.setAccessibleName(tr("Speed and time left"))
        self.speed.setWordWrap(True)
        self.speed.setTextFormat(Qt.TextFormat.PlainText)
        self.message = Message(tr("What came of the run"))
        self.teach = TeachButtons(iface, self.form, self.message)
        self.results = ResultsPanel()
        self.view = LayerView()
        self._lay_out()
        self.start.clicked.connect(self._start)
        self.cancel.clicked.connect(self._cancel)
        self.message.remedy.clicked.connect(self.set_up_wanted.emit)
        self.teach.classify.connect(self._classify_anew)
        self.teach.about_to_draw.connect(self.view.stop)
        self.teach.turned.connect(self._make_room)
        self.form.changed.connect(self._remember)
        project = QgsProject.instance()
        project.readProject.connect(self._restore)
        project.cleared.connect(self._forget)
        project.layersWillBeRemoved.connect(self._layers_go)
        iface.currentLayerChanged.connect(self._layer_chosen)
        self._show_running(running=False)
        self._restore()

    def shut_down(self) -> None:
        """Let go of everything: the run, the map, the project. Nothing works afterwards."""
        project = QgsProject.instance()
        project.readProject.disconnect(self._restore)
        project.cleared.disconnect(self._forget)
        project.layersWillBeRemoved.disconnect(self._layers_go)
        self._iface.currentLayerChanged.disconnect(self._layer_chosen)
        self.teach.shut_down()
        self.view.stop()
        self.form.extent.close_map()
        if self._run is not None:
            self._run.abandon()
            self._run.wait()
        spare.dismiss()

    def showEvent(self, event: QShowEvent) -> None:
        """Report a missing engine at once."""
        super().showEvent(event)
        self.check_engine()
        widen_once(self, self._iface.mainWindow())

    def enterEvent(self, event: QEvent) -> None:
        """The user comes to the dock, and perhaps to Run: get an engine ready."""
        super().enterEvent(event)
        if self._run is None:
            spare.prepare()

    def check_engine(self) -> bool:
        """Whether there is an engine; where there is none, offer to set one up."""
        try:
            engine.find_python()
        except engine.EngineError as error:
            self.message.fail(str(error), tr("Set up the engine…"))
            return False
        if self.message.remedy.isVisibleTo(self.message):
            self.message.clear()
        return True

    def _lay_out(self) -> None:
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancel)
        buttons.addWidget(HelpButton("dock"))
        content = QWidget()
        column = QVBoxLayout(content)
        column.addWidget(self.form)
        for widget in (
            self._buttons,
            self.progress,
            self.speed,
            self.message,
            self.teach,
            self.view,
            self.results,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        self.setWidget(scroll)

    def _make_room(self) -> None:
        """While somebody teaches, hide runs and their results: they know nothing of the labels."""
        is_teaching = self.teach.panel.is_teaching
        for part in (self.view, self.results):
            part.setVisible(bool(self._result_id) and not is_teaching)
        self.form.setVisible(not is_teaching)
        self._buttons.setVisible(not is_teaching or self._run is not None)

    def _start(self) -> None:
        """Start a run of what the form says."""
        self.message.clear()
        if not self.check_engine():
            return
        try:
            source = self.form.source()
            run = Run(self.form.parameters(), source.id())
        except IncompleteError as error:
            self.message.fail(str(error))
            return
        self._remember()
        self._run = run
        run.ended.connect(self._ended)
        run.feedback.progressChanged.connect(self._show_progress)
        run.feedback.progressed.connect(self.speed.setText)
        self._show_running(running=True)
        run.start()

    def _classify_anew(self) -> None:
        """Classify with a model that was just made."""
        self.setUserVisible(True)
        self.form.spare_output()
        self._remember()
        self.start.click()

    def _cancel(self) -> None:
        if self._run is not None:
            self.cancel.setEnabled(False)
            self.speed.setText(tr("Cancelling…"))
            self._run.cancel()

    def _show_running(self, *, running: bool) -> None:
        self.start.setEnabled(not running)
        self.cancel.setEnabled(running)
        self.progress.setVisible(running)
        self.speed.setVisible(running)
        self.progress.setRange(0, 0)  # busy, until there is something to count
        self.speed.setText(tr("Starting…"))
        self._make_room()

    def _show_progress(self, per_cent: float) -> None:
        if self._run is not None and per_cent > 0:
            self.progress.setRange(0, 100)
            self.progress.setValue(int(per_cent))

    def _ended(self, successful: bool) -> None:
        run, self._run = self._run, None
        self._show_running(running=False)
        if run.is_abandoned:
            self.message.inform(tr("The project was closed, so the run was cancelled."))
        elif not successful and run.is_cancelled and run.is_kept:
            self.message.inform(
                tr("The run was cancelled. Started again, it goes on where it stopped.")
            )
        elif not successful and run.is_cancelled:
            self.message.inform(tr("The run was cancelled."))
        elif not successful:
            self._fail("\n".join(run.feedback.errors[-1:]) or tr("The run failed."))
        else:
            self._load(run)
        if self.underMouse():  # then no enterEvent comes before the next run
            spare.prepare()

    def _load(self, run: Run) -> None:
        """Add a run's layers to the project and show its numbers."""
        results = run.results
        place = place_on_top(run.source_id)
        layer = load_result(results["OUTPUT"], run.source_id, place, run.context, run.feedback)
        if layer is None:
            self._fail(tr("QGIS cannot open {path}.").format(path=results["OUTPUT"]))
            return
        for name in ("POLYGONS", "CONFIDENCE"):
            if name in results:
                place = place_above(layer.id())
                load_result(
                    results[name], run.source_id, place, run.context, run.feedback, shown=False
                )
        self._show_result(layer)
        self._remember()
        done = tr("Classified in {time} on {device}.").format(
            time=duration(results["SECONDS"]), device=results["DEVICE_USED"]
        )
        if run.feedback.warnings:
            self.message.warn("\n".join([done, *run.feedback.warnings]))
        else:
            self.message.inform(done)
        if not self.isVisible():
            self._iface.messageBar().pushSuccess(self.windowTitle(), f"{layer.name()}. {done}")

    def _fail(self, text: str) -> None:
        self.message.fail(text)
        if not self.isVisible():
            self._iface.messageBar().pushCritical(self.windowTitle(), text)

    def _show_result(self, layer: QgsMapLayer | None) -> None:
        """Show the result that is stored in a layer, if there is one."""
        figures = stored_result(layer) if layer is not None else {}
        if figures:
            self._result_id = layer.id()
            self.results.show_result(figures["areas"], figures["low_confidence"])
            self.view.set_layer(layer)
            self._make_room()

    def _layer_chosen(self, layer: QgsMapLayer | None) -> None:
        """Show the result that the user has chosen in the layer tree."""
        if layer is not None and layer.id() != self._result_id:
            self._show_result(layer)  # not remembered: to look at a layer changes no project

    def _remember(self) -> None:
        if not self._is_restoring:
            memory.remember({**self.form.state(), "result": self._result_id})

    def _restore(self, *_document: Any) -> None:
        """Show what the project remembers."""
        remove_left_over()
        self._is_restoring = True
        state = memory.recall()
        self.form.restore(state)
        self._is_restoring = False
        self._result_id = ""
        self.results.clear()
        self.view.set_layer(None)
        self.view.hide()
        self._show_result(QgsProject.instance().mapLayer(state.get("result") or ""))

    def _forget(self) -> None:
        """Reset the form when the project is closed."""
        if self._run is not None:
            self._run.abandon()
        self.message.clear()
        self._restore()

    def _layers_go(self, layer_ids: list[str]) -> None:
        if self._result_id in layer_ids:
            self.view.set_layer(None)
