"""An engine that stays: it keeps an image and its features at hand and answers requests.

Nothing here waits. Requests go out as lines of JSON; a thread reads what comes back and hands it to
the main thread, where all the rest runs.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingFeedback
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ginet_qgis.engine.engine import (
    GRACE_SECONDS,
    JOB_VERSION,
    LOG_LINES,
    OUT_OF_MEMORY,
    STARTUP_SECONDS,
    WIRE_VERSION,
    with_settings,
)
from ginet_qgis.engine.process import EngineError, Started, find_python, start
from ginet_qgis.engine.sentences import in_user_language
from ginet_qgis.engine.spare import spare
from ginet_qgis.i18n import tr

Answered = Callable[[dict[str, Any]], None]


class _Ear(QObject):
    """Signals from a reader thread to the main thread."""

    heard = pyqtSignal(object, object)
    gone = pyqtSignal(object)

    def listen(self, started: Started) -> None:
        """Until the engine has ended."""
        with started.process.stdout as lines:
            for line in lines:
                self.heard.emit(started, _parsed(line))
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.process.wait(GRACE_SECONDS)
        self.gone.emit(started)


class Session(QObject):
    """One engine at a time; where it breaks down, another is started, once.

    Use it in the main thread.

    Args:
        job: The fields of the job ``session``, without version and verb; all paths absolute.
    """

    working = pyqtSignal(str, str, int)
    """What the engine does: the request (``start`` before it is ready, empty where it waits), its
    stage, and how much of that is done in per cent, -1 where nobody knows."""
    ready = pyqtSignal(int)
    """An engine waits for requests, and learns so many pixels of the image, along a side, as one.
    It knows no labels, also where it is the second one."""
    warned = pyqtSignal(str)
    """What the engine warns of, in the user's language."""
    restarted = pyqtSignal(str)
    """The engine broke down, for this reason, and another is being started; what was asked and not
    answered is forgotten."""
    ended = pyqtSignal(str)
    """There is no engine any more, for this reason; not after ``close``."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Keep the job; ``start`` starts."""
        super().__init__()
        self._job = {**job, "version": JOB_VERSION, "verb": "session"}
        self._started: Started | None = None
        self._ender: threading.Thread | None = None
        self._folder = Path()
        self._pending: dict[int, tuple[str, Answered, Answered]] = {}
        self._number = 0
        self._last_word = ""
        self.is_ready = self._is_second = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(1000 * STARTUP_SECONDS)
        self._patience.timeout.connect(lambda: self._fail(tr("The engine does not answer.")))
        self._ear = _Ear()
        self._ear.heard.connect(self._hear)
        self._ear.gone.connect(self._lose)

    def start(self) -> None:
        """Start an engine; ``ready`` or ``ended`` tells what came of it.

        Raises:
            EngineError: There is none, or it cannot be started.
        """
        python = find_python()
        self._folder = Path(tempfile.mkdtemp(prefix="ginet_"))
        try:
            job_file = self._folder / "job.json"
            job = with_settings(self._job, QgsProcessingFeedback(False))  # noqa: FBT003 - QGIS's
            job_file.write_text(json.dumps(job, ensure_ascii=False), "utf-8")
            self._started = spare.take(python, job_file) or start(python, str(job_file))
        except (EngineError, OSError):
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._last_word = ""
        self._patience.start()
        self.working.emit("start", "", -1)
        threading.Thread(target=self._ear.listen, args=(self._started,), daemon=True).start()

    def ask(self, request: dict[str, Any], answered: Answered, refused: Answered) -> None:
        """Send a request, if there is an engine.

        Args:
            request: Without its number.
            answered: Gets the answer.
            refused: Gets the refusal: ``code``, ``message`` and ``hint`` in the user's language.
        """
        if self._started is None or not self.is_ready:
            return
        self._number += 1
        self._pending[self._number] = request["do"], answered, refused
        self._send({**request, "request": self._number})
        if len(self._pending) == 1:
            self._tell()

    def cancel(self) -> None:
        """Have all that was asked and not answered skipped."""
        if self._pending:
            self.ask({"do": "cancel"}, _ignore, _ignore)

    def close(self) -> None:
        """Stop the engine in the background, by force if necessary."""
        self._patience.stop()
        started, self._started = self._started, None
        self.is_ready = False
        self._pending.clear()
        self._tell()
        if started is not None:
            self._ender = threading.Thread(
                target=_end, args=(started, self._folder, GRACE_SECONDS), daemon=True
            )
            self._ender.start()

    def wait(self) -> None:
        """After ``close``: wait until the engine has ended, for when the plugin goes."""
        if self._ender is not None:
            self._ender.join(2 * GRACE_SECONDS)

    def _send(self, request: dict[str, Any]) -> None:
        line = json.dumps(request, ensure_ascii=False).encode("utf-8") + b"\n"
        with contextlib.suppress(OSError):  # an engine that is gone is told of by the reader
            self._started.process.stdin.write(line)
            self._started.process.stdin.flush()

    def _hear(self, started: Started, event: dict[str, Any]) -> None:
        if started is not self._started:
            return  # of an engine that was let go
        kind = event.get("event")
        if kind == "start":
            (self._folder / "job.json").unlink(missing_ok=True)  # may hold keys of addresses
            if event.get("version") != WIRE_VERSION:
                self._fail(
                    tr("The engine speaks version {theirs}, this plugin version {ours}.").format(
                        theirs=event.get("version"), ours=WIRE_VERSION
                    )
                )
        elif kind == "ready":
            self._patience.stop()
            self.is_ready = True
            self._tell()
            self.ready.emit(event["merged"])
        elif kind == "progress":
            self._follow(event)
        elif kind == "warning":
            self.warned.emit(in_user_language(str(event.get("message", ""))))
        elif kind == "error":
            self._last_word = _sentence(event)
        elif kind in ("answer", "refused"):
            self._pass_on(event)
        elif kind is None:
            self._fail(
                tr("The engine said something that is no event: {said}").format(said=event["said"])
            )

    def _follow(self, event: dict[str, Any]) -> None:
        """Pass progress on."""
        do = self._pending[event["request"]][0] if event.get("request") in self._pending else ""
        total = event.get("total")
        percent = 100 * event.get("done", 0) // total if total else -1
        self.working.emit(do or "start", str(event.get("stage", "")), percent)

    def _tell(self) -> None:
        """What comes next: requests are answered in their order."""
        self.working.emit(next(iter(self._pending.values()), ("",))[0], "", -1)

    def _pass_on(self, event: dict[str, Any]) -> None:
        _, answered, refused = self._pending.pop(event.get("request"), ("", None, None))
        if answered is None:
            return
        self._tell()
        if event["event"] == "refused":
            refused({**event, "message": _sentence(event), "hint": ""})
        else:
            if "areas" in event:  # of a view: it works, so that a later breakdown is another
                self._is_second = False
            answered(event)

    def _lose(self, started: Started) -> None:
        """Handle an engine that ended by itself."""
        if started is not self._started:
            return
        reason = self._last_word or _reason(started)
        is_refused = bool(self._last_word)
        self.close()
        if is_refused or self._is_second:
            self.ended.emit(reason)
            return
        self._is_second = True
        try:
            self.start()
        except (EngineError, OSError) as error:
            self.ended.emit(f"{reason}\n{error}")
            return
        self.restarted.emit(reason)

    def _fail(self, reason: str) -> None:
        self.close()
        self.ended.emit(reason)


def _ignore(_answer: dict[str, Any]) -> None:
    """An answer that says nothing."""


def _parsed(line: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        event = json.loads(line)
        if isinstance(event, dict) and "event" in event:
            return event
    return {"said": line.decode("utf-8", "replace").strip()[:200]}


def _sentence(event: dict[str, Any]) -> str:
    """Message and hint, in the user's language."""
    parts = (in_user_language(str(event.get(key, ""))) for key in ("message", "hint"))
    return " ".join(part for part in parts if part)


def _reason(started: Started) -> str:
    """Why an engine has ended that said nothing."""
    code = started.process.returncode
    if code in OUT_OF_MEMORY:
        return tr(
            "The system stopped the engine, most likely because memory ran out. Close "
            "other programs, or run on another device."
        )
    said = started.log.read_text("utf-8", "replace").strip().splitlines()
    return "\n".join(
        [tr("The engine ended without a result (code {code}).").format(code=code),
         *said[-LOG_LINES:]]
    )  # fmt: skip


def _end(started: Started, folder: Path, grace: float) -> None:
    """Close an engine's ear, and end it by force where that does not help; nothing stays."""
    with contextlib.suppress(OSError):
        started.process.stdin.close()
    try:
        started.process.wait(grace)
    except subprocess.TimeoutExpired:
        started.process.kill()
        started.process.wait()
    started.forget()
    shutil.rmtree(folder, ignore_errors=True)
