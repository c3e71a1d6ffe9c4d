"""One piece of work beside the main thread, for what must not hold up the map."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from qgis.core import QgsCsException, QgsProcessingFeedback
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ginet_qgis.layers.layer_files import LayerError


class Feedback(QgsProcessingFeedback):
    """Keeps warnings for the one who waits."""

    def __init__(self) -> None:
        """None yet."""
        super().__init__(False)  # noqa: FBT003 - QGIS's signature
        self.warnings: list[str] = []

    def pushWarning(self, warning: str) -> None:
        """Keep it."""
        self.warnings.append(warning)


class Work(QObject):
    """Runs a function in a thread of its own. Whoever waits keeps it until a signal comes.

    Args:
        function: Takes the feedback, touches no layer of the project.
    """

    done = pyqtSignal(object, list)
    """The function's value, and what it warned of."""
    failed = pyqtSignal(str)
    """A sentence."""

    def __init__(self, function: Callable[[QgsProcessingFeedback], Any]) -> None:
        """Start nothing yet: connect first."""
        super().__init__()
        self._function, self._feedback = function, Feedback()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to end; no signal comes any more."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._feedback.cancel()

    def wait(self, seconds: float) -> None:
        """Wait for its end, after ``cancel``."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            value = self._function(self._feedback)
        except (LayerError, QgsCsException, OSError) as error:
            self.failed.emit(str(error))
        except Exception as error:  # noqa: BLE001 - a thread has nobody else to tell
            self.failed.emit(f"{type(error).__name__}: {error}")
        else:
            self.done.emit(value, self._feedback.warnings)
