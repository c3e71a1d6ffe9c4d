"""One teaching, from its start to its end: an image, a layer of labels, and the engine between.

Labels go to the engine whenever they change, by whatever tool; the view comes back. Requests are
never waited for, and of labels one request at a time is on its way.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ginet_qgis.engine.process import EngineError, find_python
from ginet_qgis.engine.sentences import in_user_language
from ginet_qgis.engine.session import Session
from ginet_qgis.gui.finetune.counter import LabelCounter
from ginet_qgis.gui.teach.canvas_view import CanvasView
from ginet_qgis.gui.teach.drawing import put
from ginet_qgis.gui.teach.label_sender import LabelSender
from ginet_qgis.gui.teach.model_saver import ModelSaver
from ginet_qgis.gui.teach.session_image import SessionImage
from ginet_qgis.gui.teach.work import Work
from ginet_qgis.i18n import tr
from ginet_qgis.labels import editing
from ginet_qgis.labels.prepared import DEFAULT_FIELD, PolygonLabels
from ginet_qgis.layers.layer_files import LayerError


class Teaching(QObject):
    """Works until ``end``, or until its image, labels, project or engine go.

    Args:
        canvas: The map.
        image: What is classified.
        labels: Polygons with their classes in the field ``class``.
        job: The base model, bands and device, as the job ``session`` has them.

    Raises:
        LayerError: Image or labels cannot be used.
    """

    informed = pyqtSignal(str)
    warned = pyqtSignal(str)
    failed = pyqtSignal(str)
    working = pyqtSignal(str, str, int)
    """As ``Session.working``; the request is ``fetch`` while the image is fetched."""
    counted = pyqtSignal()
    """Labels were counted, or the layer's classes have changed."""
    learned = pyqtSignal(list, dict)
    """The engine's classes now, and what became of those without labels."""
    scored = pyqtSignal(dict)
    """The engine's answer to ``score``."""
    pointed = pyqtSignal(object)
    """A place on the map where a label would teach most."""
    saved = pyqtSignal(str)
    """A model file."""
    ended = pyqtSignal(str)
    """It ended by itself, for this reason; or by ``cancel``, for none."""

    def __init__(
        self,
        canvas: QgsMapCanvas,
        image: QgsRasterLayer,
        labels: QgsVectorLayer,
        job: dict[str, Any],
    ) -> None:
        """Take what is needed; ``start`` starts."""
        super().__init__()
        PolygonLabels(labels, DEFAULT_FIELD)  # or it refuses them
        self._image, self.labels, self._job = image, labels, job
        self.session_image = SessionImage(image, canvas, job["base"])
        self._folder = Path(tempfile.mkdtemp(prefix="ginet_"))
        self._session: Session | None = None
        self._work: Work | None = None
        self._sender: LabelSender | None = None
        self._saver: ModelSaver | None = None
        self._warnings: list[str] = []
        """Of the image, until labels are learned; then of these."""
        self._is_over = False
        self.view = CanvasView(canvas, image, self.session_image, self._folder)
        self._was_editable = labels.isEditable()
        self.counter = LabelCounter()
        for name in ("informed", "failed", "pointed"):
            getattr(self.view, name).connect(getattr(self, name))
        QgsProject.instance().layersWillBeRemoved.connect(self._layers_go)
        self.counter.counted.connect(self._count)
        self.counter.edited.connect(self._count)
        self.counter.follow(labels, DEFAULT_FIELD, image)

    def start(self) -> None:
        """Start the engine; a layer that is no file is fetched first.

        Raises:
            EngineError: There is no engine.
        """
        if self.session_image.path:
            self._open(self.session_image.path)
        else:
            find_python()  # before anything is fetched
            self._fetch()

    @property
    def image_id(self) -> str:
        """The image layer's."""
        return str(self._image.id())

    @property
    def _classes(self) -> list[dict[str, Any]]:
        """What the engine knows; empty where it has learned nothing."""
        return self._sender.classes if self._sender else []

    def end(self) -> None:
        """Let go of everything but the labels, which are saved where the layer is a file."""
        if self._is_over:
            return
        self._is_over = True
        self.view.close()
        QgsProject.instance().layersWillBeRemoved.disconnect(self._layers_go)
        self.counter.follow(None, "", None)
        if self._work is not None:
            self._work.cancel()
        if self._session is not None:
            self._sender.close()
            self._session.close()
        self.session_image.close()
        self._commit()
        shutil.rmtree(self._folder, ignore_errors=True)

    def wait(self) -> None:
        """After ``end``: wait until nothing runs any more, for when the plugin goes."""
        if self._work is not None:
            self._work.wait(2)
        if self._session is not None:
            self._sender.wait()
            self._session.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def put(self, kind: str, shape: QgsGeometry, value: Any, pixels: int) -> None:
        """Do with the labels what the map's tool says, as ``drawing.put``."""
        try:
            put(self.labels, self.session_image, kind, shape, value, pixels)
        except (LayerError, QgsCsException) as error:
            self.failed.emit(str(error))

    def save(self, path: Path, *, is_new: bool) -> None:
        """Save what was learned as a model, see ``ModelSaver.save``."""
        if self._classes:
            self._saver.save(path, is_new=is_new)
        else:
            self.informed.emit(tr("Nothing is learned yet. Label some ground first."))

    def cancel(self) -> None:
        """End what is being done; where that is to begin, teaching itself. Labels stay."""
        if self._session is None or not self._session.is_ready:
            self._stop("")
            return
        for each in (self._saver, self._sender, self._session):
            each.cancel()
        self.informed.emit(tr("Cancelled. Your labels are all there; the next one goes on."))

    def _fetch(self) -> None:
        self.working.emit("fetch", "", -1)
        self._work = Work(self.session_image.fetch(self._folder))
        self._work.done.connect(self._fetched)
        self._work.failed.connect(self._stop)
        self._work.start()

    def _fetched(self, path: str, warnings: list[str]) -> None:
        if self._is_over:
            return
        for warning in warnings:
            self._hear(warning)
        try:
            self._open(path)
        except (EngineError, OSError) as error:
            self._stop(str(error))

    def _open(self, path: str) -> None:
        """Start the engine on a file."""
        self._session = Session({"image": path, "image_name": self.session_image.name, **self._job})
        self._session.ready.connect(self._greet)
        self._session.warned.connect(self._hear)
        self._session.restarted.connect(self._start_over)
        self._session.ended.connect(self._lose)
        self._session.working.connect(self.working)
        self._sender = LabelSender(
            self._session, self.labels, self._job["base"], self.session_image.crs, self._folder
        )
        self._sender.warned.connect(self.warned)
        self._sender.refused.connect(self.failed)
        self._sender.learned.connect(self._learned)
        self._sender.settled.connect(
            lambda: self._session.ask({"do": "score"}, self._score, self._refuse)
        )
        self._saver = ModelSaver(self._session, self._sender)
        self._saver.saved.connect(self.saved)
        self._saver.refused.connect(self._refuse)
        self.view.follow(self._session, self._sender)
        self._session.start()

    def _greet(self, merged: int) -> None:
        """An engine is there, and knows no labels yet."""
        self.session_image.merged = merged
        self._sender.forget()
        self._learn()

    def _start_over(self, reason: str) -> None:
        self.warned.emit(
            tr(
                "The engine broke down and is started again; your labels are all there. {reason}"
            ).format(reason=reason)
        )

    def _lose(self, reason: str) -> None:
        self._stop(
            tr("{reason} Teaching has ended; your labels are all there.").format(reason=reason)
        )

    def _count(self) -> None:
        self.counted.emit()
        self._learn()

    def _learn(self) -> None:
        """Have the labels learned as they are now, if there are enough."""
        tally = self.counter.tally
        if self._session is None or not self._session.is_ready or tally is None:
            return
        labelled = [key for key, each in tally.labels.items() if each.is_labelled]
        if short := self._sender.what_is_short(labelled):
            self._tell(tally.problem or short)
            return
        self._sender.learn()

    def _learned(self, warnings: list[str]) -> None:
        self._warnings = [self.view.with_class_names(in_user_language(each)) for each in warnings]
        self._tell()
        self.learned.emit(self._sender.classes, self._sender.unlabelled)
        self.view.ask()

    def _score(self, answer: dict[str, Any]) -> None:
        """Held-out labels may have chosen another fit, so that the view is another too."""
        if "skipped" in answer or self._is_over:
            return
        self.scored.emit(answer)
        if warnings := answer.get("warnings"):
            self._tell(*map(in_user_language, warnings))
        self.view.ask()

    def _hear(self, warning: str) -> None:
        self._warnings.append(warning)
        self._tell()

    def _tell(self, *hints: str) -> None:
        """Show all warnings, and what else there is to say."""
        tell = self.warned if self._warnings else self.informed
        tell.emit("\n".join([*self._warnings, *hints]))

    def _refuse(self, refusal: dict[str, Any]) -> None:
        self.failed.emit(refusal["message"])

    def _layers_go(self, ids: list[str]) -> None:
        """The user removes layers, or the project is closed."""
        self.view.forget(ids)  # to remove them twice would break QGIS
        if self.labels.id() in ids:
            name = self.labels.name()
            self._commit()
            kept = editing.keep_copy(self.labels) if editing.may_be_lost(self.labels) else ""
            reason = tr("The layer {name} was removed, so teaching has ended.").format(name=name)
            if kept:
                reason += " " + tr("Its labels are kept in {path}.").format(path=kept)
            self._stop(reason)
        elif self._image.id() in ids:
            self._stop(
                tr("The layer {name} was removed, so teaching has ended.").format(
                    name=self.session_image.name
                )
            )

    def _stop(self, reason: str) -> None:
        self.end()
        self.ended.emit(reason)

    def _commit(self) -> None:
        """Save labels that nobody was editing before; QGIS asks about the others."""
        if sip.isdeleted(self.labels) or self._was_editable or not self.labels.isEditable():
            return
        if not self.labels.commitChanges():
            self.failed.emit("\n".join(self.labels.commitErrors()))
