"""Saves what was learned as a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ginet_qgis.engine.session import Session
from ginet_qgis.gui.teach.label_sender import LabelSender


class ModelSaver(QObject):
    """Sends the labels as they are first, so that the model knows all of them.

    Args:
        session: The engine.
        sender: Of the labels.
    """

    saved = pyqtSignal(str)
    """A model file that holds what the labels teach."""
    refused = pyqtSignal(dict)

    def __init__(self, session: Session, sender: LabelSender) -> None:
        """Nothing is saved yet."""
        super().__init__()
        self._session, self._sender = session, sender
        self._wanted: Path | None = None
        self._is_new = False
        self._model = ""
        """Holds what is learned now; empty where none does."""
        sender.learned.connect(self._forget)
        sender.refused.connect(self.cancel)  # or it would be saved without the labels as they are
        sender.rested.connect(self._ask)

    def save(self, path: Path, *, is_new: bool) -> None:
        """Save a model; ``saved`` tells when it is there.

        Args:
            path: Of the model.
            is_new: Also where another model holds the same labels; otherwise ``saved`` tells of
                that one.
        """
        self._wanted, self._is_new = path, is_new
        self._sender.learn()

    def cancel(self) -> None:
        """Do not ask any more for what was not asked yet."""
        self._wanted = None

    def _forget(self) -> None:
        self._model = ""

    def _ask(self) -> None:
        """The engine knows the labels as they are."""
        path, self._wanted = self._wanted, None
        if path is None:
            return
        if not self._is_new and Path(self._model).is_file():
            self.saved.emit(self._model)
            return

        def take(answer: dict[str, Any]) -> None:
            if "skipped" not in answer:
                self._model = str(path)
                self.saved.emit(self._model)

        request = {"do": "save", "output": str(path), "name": path.stem}
        self._session.ask(request, take, self.refused.emit)
