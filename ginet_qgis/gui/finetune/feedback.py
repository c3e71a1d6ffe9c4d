"""Progress of a fine-tuning, and the user's wish to end it early."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import pyqtSignal

from ginet_qgis.gui.run import RunFeedback


class FinetuneFeedback(RunFeedback):
    """The engine module speaks to it in a worker thread; the main thread listens."""

    heard = pyqtSignal(object)
    """An event of the engine, as a dictionary."""

    def __init__(self) -> None:
        """Nothing is said yet."""
        super().__init__()
        self.is_enough = False

    def hear(self, event: dict[str, Any]) -> None:
        """Pass an event on."""
        self.heard.emit(event)

    def stop(self) -> None:
        """Ask the engine to hold out no more labels."""
        self.is_enough = True
