"""One run of an algorithm in the background, as the toolbox would start it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QObject, pyqtSignal

from ginet_qgis.engine.engine import GRACE_SECONDS, JOURNAL

ALGORITHM = "ginet:classify"
WAIT_SECONDS = 2 * GRACE_SECONDS + 2
"""The longest that an engine takes to end, by force if need be."""


class RunFeedback(QgsProcessingFeedback):
    """Collects warnings and errors of a worker thread, and signals its progress."""

    progressed = pyqtSignal(str)
    """What the run is doing: fetching, starting on which device, speed and time left."""

    tell_seconds = 1
    """How often the engine module tells speed and time left; it asks for this."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.warnings: list[str] = []
        self.errors: list[str] = []

    def setProgressText(self, text: str) -> None:
        """Pass on speed and time left."""
        super().setProgressText(text)
        self.progressed.emit(text)

    def pushInfo(self, info: str) -> None:
        """Pass on what is being done."""
        super().pushInfo(info)
        self.progressed.emit(info)

    def pushWarning(self, warning: str) -> None:
        """Keep a warning."""
        super().pushWarning(warning)
        self.warnings.append(warning)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N803
        """Keep an error."""
        super().reportError(error, fatalError)
        self.errors.append(error)


class Run(QObject):
    """A run and all that must live as long as its task: algorithm, context, feedback.

    Args:
        parameters: Of the algorithm.
        source_id: Id of the layer that is classified.
        algorithm: Its id.
        feedback: What hears of it; None makes one.
    """

    ended = pyqtSignal(bool)
    """Whether there is a result; emitted in the main thread, once."""

    def __init__(
        self,
        parameters: dict[str, Any],
        source_id: str,
        algorithm: str = ALGORITHM,
        feedback: RunFeedback | None = None,
    ) -> None:
        """Prepare all but start nothing."""
        super().__init__()
        self.parameters = parameters
        self.source_id = source_id
        self.results: dict[str, Any] = {}
        self.is_abandoned = False
        self.feedback = feedback or RunFeedback()
        self.context = QgsProcessingContext()
        self.context.setProject(QgsProject.instance())
        self.context.setFeedback(self.feedback)
        self._algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm)
        self._task: QgsProcessingAlgRunnerTask | None = None

    def start(self) -> None:
        """Hand the run to QGIS's task manager."""
        try:
            ready, reason = self._algorithm.checkParameterValues(self.parameters, self.context)
            if not ready:
                self.feedback.reportError(reason)
            else:  # makes it prepare the layers, which may refuse; the feedback knows why then
                self._task = QgsProcessingAlgRunnerTask(
                    self._algorithm, self.parameters, self.context, self.feedback
                )
        except Exception as error:  # noqa: BLE001 - whatever it is, the run is at its end
            self.feedback.reportError(f"{type(error).__name__}: {error}")
        if self._task is None or self._task.isCanceled():
            self._end(False, {})  # noqa: FBT003 - the signal's signature
            return
        self._task.executed.connect(self._end)
        QgsApplication.taskManager().addTask(self._task)

    @property
    def is_running(self) -> bool:
        """Whether the task is queued or at work."""
        return self._task is not None

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody wanted it to end."""
        return self.feedback.isCanceled()

    @property
    def is_kept(self) -> bool:
        """Whether the same run of ``ginet:classify`` would go on from the finished blocks."""
        output = self.parameters["OUTPUT"].sink.staticValue()
        return Path(f"{output}{JOURNAL}").exists()

    def cancel(self) -> None:
        """Ask the run to end; ``ended`` tells when it has."""
        if self._task is not None:
            self._task.cancel()
        self.feedback.cancel()

    def abandon(self) -> None:
        """Cancel, and let no result of it reach a project: the one it was for is gone."""
        self.is_abandoned = True
        self.cancel()

    def wait(self, seconds: float = WAIT_SECONDS) -> None:
        """Let a cancelled run come to its end, for when QGIS or the plugin goes away."""
        deadline = time.monotonic() + seconds
        while self.is_running and time.monotonic() < deadline:
            # The worker needs Python's lock and the main thread's events to get out.
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            time.sleep(0.01)

    def _end(self, successful: bool, results: dict[str, Any]) -> None:
        self._task = None
        self.results = results
        self.ended.emit(successful)
