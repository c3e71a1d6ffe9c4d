"""Sends the label layer to the engine, one state at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ginet_qgis.engine.session import Session
from ginet_qgis.gui.teach.work import Work
from ginet_qgis.i18n import tr
from ginet_qgis.labels.class_changes import origins_of
from ginet_qgis.labels.classes import base_classes
from ginet_qgis.labels.kept import keeps_classes
from ginet_qgis.labels.prepared import DEFAULT_FIELD, PolygonLabels, PreparedLabels, Scheme
from ginet_qgis.labels.table import LabelRow
from ginet_qgis.layers.layer_files import LayerError


class LabelSender(QObject):
    """Sends labels; those that come while others are on their way are sent after these.

    Attributes:
        classes: What the engine knows now; empty where it has learned nothing.
        unlabelled: What became of those without labels, by name, as the engine tells it.

    Args:
        session: The engine.
        labels: Polygons with their classes in the field ``class``.
        base: The base model.
        crs: Of the image.
        folder: For files; whoever made it removes it.
    """

    learned = pyqtSignal(list)
    """Labels are learned, with these warnings in English."""
    settled = pyqtSignal()
    """Labels were learned, and no others are to be sent: now they can be scored."""
    rested = pyqtSignal()
    """No labels are on their way, nor to be sent."""
    warned = pyqtSignal(str)
    refused = pyqtSignal(str)
    """They cannot be learned, for this reason; what was learned before stays."""

    def __init__(
        self,
        session: Session,
        labels: QgsVectorLayer,
        base: str,
        crs: QgsCoordinateReferenceSystem,
        folder: Path,
    ) -> None:
        """Send nothing yet."""
        super().__init__()
        self._session, self._labels = session, labels
        self._base, self._crs, self._folder = base_classes(base), crs, folder
        self._work: Work | None = None
        self._is_at_it = self._is_sent = self._is_stale = self._is_unscored = False
        self._is_over = False
        self._known: tuple[list[dict[str, Any]], bytes] | None = None
        self._known_file: Path | None = None
        self.classes: list[dict[str, Any]] = []
        self.unlabelled: dict[str, str] = {}

    def what_is_short(self, values: Sequence[Any]) -> str:
        """What to label so that there is enough to learn from; empty where there is.

        Args:
            values: Of the classes that have labels.
        """
        if len(values) > 1:
            return ""
        try:
            labels = PolygonLabels(self._labels, DEFAULT_FIELD)
            labels.classes_of(values, self._scheme(labels))
        except LayerError:
            if keeps_classes(self._labels):
                return tr(
                    "Label one class of the base model, or two of your own, and the map is "
                    "classified anew each time."
                )
            return tr("Label at least two classes, and the map is classified anew each time.")
        return ""

    def forget(self) -> None:
        """The engine is another and knows nothing yet; nothing is on its way."""
        self._known = None
        self._is_at_it = self._is_sent = self._is_unscored = False
        if self._work is not None:
            self._work.cancel()

    def learn(self) -> None:
        """Send the labels as they are now."""
        if self._is_at_it:
            self._is_stale = True
            return
        self._is_stale = False
        try:
            labels = PolygonLabels(self._labels, DEFAULT_FIELD)
        except LayerError as error:
            self._refuse(str(error))
            return
        self._is_at_it = True
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        self._work = Work(self._preparation(labels, folder))
        self._work.done.connect(self._send)
        self._work.failed.connect(self._refuse)
        self._work.start()

    def cancel(self) -> None:
        """Send nothing before the labels change again; what is sent, the session cancels."""
        self._is_stale = False
        if self._work is not None and self._is_at_it:
            self._work.cancel()
            self._is_at_it = self._is_sent

    def close(self) -> None:
        """Send nothing any more."""
        self._is_over = True
        if self._work is not None:
            self._work.cancel()

    def wait(self) -> None:
        """After ``close``: until nothing runs."""
        if self._work is not None:
            self._work.wait(2)

    def _preparation(self, labels: PolygonLabels, folder: Path) -> Callable[..., PreparedLabels]:
        scheme, crs = self._scheme(labels), self._crs
        transforms = QgsProject.instance().transformContext()
        return lambda feedback: labels.prepare(scheme, folder, crs, transforms, feedback)

    def _scheme(self, labels: PolygonLabels) -> Scheme:
        known = {each.name for each in self._base}
        rows = [
            LabelRow(name, "", "", (first,))
            for name, first in origins_of(self._labels).items()
            if first in known
        ]
        return Scheme(self._base, rows, keeps_classes(self._labels), labels.removed)

    def _send(self, prepared: PreparedLabels, warnings: list[str]) -> None:
        if self._is_over:  # it was on its way from its thread; its folder may be gone
            return
        for warning in warnings:
            self.warned.emit(warning)
        file = Path(prepared.path)
        classes = [
            {**asdict(each), "from": prepared.origins.get(each.name, [])}
            for each in prepared.classes
        ]
        now = classes, file.read_bytes()
        if now == self._known:  # the layer looks different, or a change was undone
            shutil.rmtree(file.parent, ignore_errors=True)
            self._go_on()
            return

        def learned(answer: dict[str, Any]) -> None:
            if "skipped" in answer:  # the user has cancelled it
                self._go_on()
                return
            self._known, self.classes = now, classes
            self.unlabelled = answer.get("unlabelled") or {}
            self._is_unscored = True
            if self._known_file is not None:
                shutil.rmtree(self._known_file.parent, ignore_errors=True)
            self._known_file = file
            self._is_at_it = self._is_sent = False
            self.learned.emit(answer.get("warnings") or [])
            self._go_on()

        request = {
            "do": "labels",
            "classes": classes,
            "labels": prepared.path,
            "field": prepared.field,
            "labels_name": self._labels.name(),
        }
        self._is_sent = True
        self._session.ask(request, learned, lambda refusal: self._refuse(refusal["message"]))

    def _refuse(self, reason: str) -> None:
        self.refused.emit(reason)
        self._go_on()

    def _go_on(self) -> None:
        self._is_at_it = self._is_sent = False
        if self._is_stale:
            self.learn()
            return
        if self._is_unscored:
            self._is_unscored = False
            self.settled.emit()
        self.rested.emit()
