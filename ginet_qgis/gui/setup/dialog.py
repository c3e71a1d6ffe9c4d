"""The set-up dialog: installs the engine while QGIS stays at hand, tries it, removes it."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.engine import engine
from ginet_qgis.gui.help_button import HelpButton
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.run import Run
from ginet_qgis.gui.setup.form import SetupForm
from ginet_qgis.i18n import language, tr
from ginet_qgis.installer.environment import EngineEnvironment

ALGORITHM = "ginet:setup"
WAIT_SECONDS = 15
"""The longest that a cancelled installer takes to end."""


class SetupDialog(QDialog):
    """State above, what to do in the middle, how it goes below.

    Closing it does not stop what it has begun; its message tells when it is opened again.
    """

    engine_changed = pyqtSignal()
    """There is another engine than before, or none any more."""

    def __init__(self, parent: QWidget | None) -> None:
        """Make the widgets; nothing is installed before the user says so."""
        super().__init__(parent)
        self.setObjectName("GinetSetupDialog")
        self.setWindowTitle(tr("GINet: set up the engine"))
        self._run: Run | None = None
        self._told = ""
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.form = SetupForm()
        self.start = QPushButton()
        self.start.setDefault(True)
        self.cancel = QPushButton(tr("&Cancel"))
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress of the installation"))
        self.step = QLabel()
        self.step.setAccessibleName(tr("Step of the installation"))
        self.step.setTextFormat(Qt.TextFormat.PlainText)
        self.step.setWordWrap(True)
        self.message = Message(tr("What came of the installation"))
        self.check = QPushButton(tr("&Try the engine"))
        self.remove = QPushButton(tr("&Remove…"))
        self.copy = QPushButton(tr("Copy &diagnostics"))
        self.log = QPushButton(tr("Open &log"))
        self._lay_out()
        self.form.changed.connect(self.show_state)
        self.start.clicked.connect(lambda: self._begin(self.form.parameters()))
        self.cancel.clicked.connect(self._cancel)
        self.check.clicked.connect(lambda: self._begin({"ACTION": "check"}))
        self.remove.clicked.connect(self._remove)
        self.copy.clicked.connect(self._copy)
        self.log.clicked.connect(self._open_log)
        self.show_state()

    def shut_down(self) -> None:
        """Stop what is under way; it goes on where it was when it is started again."""
        if self._run is not None:
            self._run.abandon()
            self._run.wait(WAIT_SECONDS)
        self.close()

    def show_state(self) -> None:
        """Say which engine there is, and let be clicked what makes sense."""
        environment, running = EngineEnvironment(), self._run is not None
        self.state.setText(state_of(environment))
        can_install = self.form.install.isChecked()
        if not can_install:
            self.start.setText(tr("Try and &use"))
        elif environment.begun:
            self.start.setText(tr("&Go on installing"))
        else:
            self.start.setText(tr("&Install"))
        self.form.setEnabled(not running)
        self.start.setEnabled(not running and self.form.is_ready())
        self.cancel.setEnabled(running)
        self.check.setEnabled(not running and _is_there())
        self.remove.setEnabled(not running and bool(environment.folders))
        self.log.setEnabled(environment.log.is_file())
        self.progress.setVisible(running)
        self.step.setVisible(running)

    def _lay_out(self) -> None:
        actions = QHBoxLayout()
        actions.addStretch(1)
        actions.addWidget(self.start)
        actions.addWidget(self.cancel)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.check, self.remove, self.copy, self.log):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(HelpButton("setup"), QDialogButtonBox.ButtonRole.HelpRole)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.state)
        column.addWidget(self.form)
        column.addStretch(1)
        for widget in (self.progress, self.step, self.message):
            column.addWidget(widget)
        column.addLayout(actions)
        column.addWidget(buttons)
        self.setMinimumWidth(620)

    def _begin(self, parameters: dict[str, Any]) -> None:
        """Run ``ginet:setup`` in the background."""
        self.message.clear()
        run = Run(parameters, "", ALGORITHM)
        self._run = run
        run.ended.connect(self._ended)
        run.feedback.progressChanged.connect(self._show_progress)
        run.feedback.progressed.connect(self._tell)
        self.progress.setRange(0, 0)  # busy, until there is something to count
        self.step.setText(tr("Starting…"))
        self.show_state()
        run.start()

    def _cancel(self) -> None:
        if self._run is not None:
            self.cancel.setEnabled(False)
            self.step.setText(tr("Cancelling…"))
            self._run.cancel()

    def _tell(self, text: str) -> None:
        self._told = text
        self.step.setText(text)

    def _show_progress(self, per_cent: float) -> None:
        if self._run is not None and per_cent > 0:
            self.progress.setRange(0, 100)
            self.progress.setValue(int(per_cent))

    def _ended(self, successful: bool) -> None:
        run, self._run = self._run, None
        self.show_state()
        self.engine_changed.emit()
        if not successful and run.is_cancelled:
            self.message.inform(
                tr("Cancelled. What is installed so far is kept: go on at any time, or remove it.")
            )
        elif not successful:
            self.message.fail("\n".join(run.feedback.errors[-1:]) or tr("The set-up failed."))
        elif run.feedback.warnings:
            self.message.warn("\n".join(run.feedback.warnings))
        elif run.results.get("PYTHON"):
            self.message.inform(tr("The engine works: {what}.").format(what=self._told))
        else:
            self.message.inform(tr("The engine was removed."))

    def _remove(self) -> None:
        """Ask, then remove; models and results stay."""
        answer = QMessageBox.question(
            self,
            self.windowTitle(),
            tr(
                "Delete the engine's Python environments in {folder}? Your models and results "
                "stay. A Python that you have chosen is let go, not deleted."
            ).format(folder=EngineEnvironment().home),
        )
        if answer == QMessageBox.StandardButton.Yes:
            self._begin({"ACTION": "remove"})

    def _copy(self) -> None:
        """Put all that helps to find out what is wrong onto the clipboard."""
        own = f"QGIS {Qgis.QGIS_VERSION} with Python {platform.python_version()}, in {language()}"
        text = "\n".join([own, EngineEnvironment().diagnose()])
        QgsApplication.clipboard().setText(text)
        self.message.inform(
            tr("The diagnostics are on the clipboard; they name no user and no password.")
        )

    def _open_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(EngineEnvironment().log)))


def _is_there() -> bool:
    try:
        engine.find_python()
    except engine.EngineError:
        return False
    return True


def state_of(environment: EngineEnvironment) -> str:
    """Which engine there is, in a sentence or two."""
    try:
        python: Path = environment.find()
    except OSError as error:
        return str(error)
    tried = environment.tried
    if not tried.get("torch"):
        return tr("The engine is set up: {python}").format(python=python)
    return tr("The engine is set up: {python}\nPyTorch {torch} computes on {device}").format(
        python=python, torch=tried["torch"], device=tried.get("device_name", "cpu")
    )
