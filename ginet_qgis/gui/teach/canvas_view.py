"""The map while somebody teaches: what it shows is classified anew whenever it moves."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from qgis.core import QgsCsException, QgsPointXY, QgsRasterLayer, QgsRectangle
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ginet_qgis.engine.sentences import in_user_language
from ginet_qgis.engine.session import Session
from ginet_qgis.gui.teach.label_sender import LabelSender
from ginet_qgis.gui.teach.session_image import SessionImage
from ginet_qgis.gui.teach.shown import ShownView
from ginet_qgis.i18n import tr
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import class_name

PAN_MS = 200
"""From the last move of the map to the request of its view."""


class CanvasView(QObject):
    """Asks the engine for the view, and where to label next; shows the answers.

    Args:
        canvas: The map.
        image: What is classified.
        session_image: What of it is in view.
        folder: Takes the rasters of the views.
    """

    informed = pyqtSignal(str)
    failed = pyqtSignal(str)
    pointed = pyqtSignal(object)
    """A place on the map where a label would teach most."""
    compared = pyqtSignal(object)
    """Per cent of the view that are unlike all labels, or None."""

    def __init__(
        self,
        canvas: QgsMapCanvas,
        image: QgsRasterLayer,
        session_image: SessionImage,
        folder: Path,
    ) -> None:
        """Nothing is shown before ``follow``."""
        super().__init__()
        self._canvas, self._session_image, self._folder = canvas, session_image, folder
        self._shown = ShownView(image, session_image.name)
        self._numbers = count(1)
        self._session: Session | None = None
        self._sender: LabelSender | None = None
        self.shows_unsure = self._is_over = False
        self._pan = QTimer(self)
        self._pan.setSingleShot(True)
        self._pan.setInterval(PAN_MS)
        self._pan.timeout.connect(self.ask)
        canvas.extentsChanged.connect(self._pan.start)

    def follow(self, session: Session, sender: LabelSender) -> None:
        """Show what this engine has learned."""
        self._session, self._sender = session, sender

    def forget(self, layer_ids: list[str]) -> None:
        """Layers are being removed; to remove a view's twice would break QGIS."""
        self._shown.forget(layer_ids)

    def close(self) -> None:
        """Ask for nothing more, and remove what is shown."""
        self._is_over = True
        self._pan.stop()
        self._canvas.extentsChanged.disconnect(self._pan.start)
        self._shown.clear()

    def ask(self) -> None:
        """Request a classification of the view, once labels have been fitted."""
        if not self._classes:
            return  # nothing is learned yet
        try:
            view = self._session_image.view()
        except LayerError as error:
            self.informed.emit(str(error))
            return
        number = next(self._numbers)
        confidence = str(self._folder / f"unsure_{number}.tif") if self.shows_unsure else None
        request = {
            "do": "view",
            "extent": list(view.extent),
            "width": view.width,
            "height": view.height,
            "classes": str(self._folder / f"view_{number}.tif"),
            "confidence": confidence,
        }
        self._session.ask(request, self._show, self._refuse)

    def ask_next(self) -> None:
        """Move the map to the place to label next."""
        if not self._classes:
            self.informed.emit(tr("Nothing is learned yet. Label some ground first."))
            return
        try:
            extent = self._session_image.view().extent
        except LayerError as error:
            self.informed.emit(str(error))
            return
        self._session.ask({"do": "next", "extent": list(extent)}, self._point, self._refuse)

    @property
    def _classes(self) -> list[dict[str, Any]]:
        """What the engine knows; empty where it has learned nothing."""
        return self._sender.classes if self._sender else []

    def _show(self, answer: dict[str, Any]) -> None:
        if "skipped" in answer or self._is_over:
            return
        outputs = answer["outputs"]
        self._shown.show(outputs["classes"], self._classes, outputs.get("confidence"))
        self.compared.emit(answer.get("unlike"))

    def _point(self, answer: dict[str, Any]) -> None:
        if "skipped" in answer:
            return
        box = answer.get("extent")
        try:
            place = self._session_image.go_to(
                QgsPointXY(*answer["point"]), QgsRectangle(*box) if box else None
            )
        except QgsCsException as error:
            self.failed.emit(str(error))
            return
        self.pointed.emit(place)
        self.informed.emit(self.with_class_names(in_user_language(str(answer.get("why", "")))))

    def with_class_names(self, text: str) -> str:
        """The engine's names of classes in the user's language."""
        names = sorted((each["name"] for each in self._classes), key=len, reverse=True)
        for name in names:
            text = text.replace(name, class_name(name))
        return text

    def _refuse(self, refusal: dict[str, Any]) -> None:
        self.failed.emit(refusal["message"])
