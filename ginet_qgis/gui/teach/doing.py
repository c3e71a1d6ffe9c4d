"""What is being done, how much of it, and a button to end it."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ginet_qgis.i18n import tr


class Doing(QWidget):
    """A sentence and *Cancel*, which is there while something is done."""

    cancelled = pyqtSignal()

    def __init__(self) -> None:
        """Nothing is done."""
        super().__init__()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.text.setAccessibleName(tr("What the engine does"))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("End what is being done; labels stay (key Esc)."))
        self.cancel.clicked.connect(self.cancelled)
        size = self.cancel.sizePolicy()
        size.setRetainSizeWhenHidden(True)  # so that nothing jumps with each label
        self.cancel.setSizePolicy(size)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.cancel)
        self.tell("")

    def tell(self, text: str) -> None:
        """Say what is done; empty: nothing."""
        self.text.setText(text)
        self.cancel.setVisible(bool(text))

    def show_work(self, do: str, stage: str, percent: int) -> None:
        """Say what the engine does, as ``Session.working`` tells it."""
        text = _sentences().get(f"{do} {stage}") or _sentences().get(do, "")
        self.tell(f"{text} {percent} %" if text and percent >= 0 else text)


def _sentences() -> dict[str, str]:
    """By request and stage, or by request alone."""
    return {
        "fetch": tr("Fetching the image…"),
        "start": tr("Starting…"),
        "start image": tr("Looking at the image…"),
        "start features": tr("Computing features of the image…"),
        "labels": tr("Learning…"),
        "labels labels": tr("Reading the image at the labels…"),
        "labels features": tr("Computing features of the labels…"),
        "labels fit": tr("Fitting…"),
        "score": tr("Asking held-out labels…"),
        "view": tr("Classifying the view…"),
        "view features": tr("Computing features of the view…"),
        "next": tr("Looking for the place that would teach most…"),
        "save": tr("Saving the model…"),
        "save score": tr("Asking held-out labels…"),
        "cancel": tr("Cancelling…"),
    }
