"""A run of the engine: sends it a job, turns its events into feedback.

The engine is ``python -m core run JOB.json`` in an interpreter of its own. It writes one JSON
object a line to stdout and all else to stderr, which goes into a log file. It watches its stdin:
when that closes, because of a cancel or because QGIS itself is gone, it ends.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingFeedback

from ginet_qgis import settings
from ginet_qgis.engine.event_feedback import EventFeedback
from ginet_qgis.engine.process import EngineError, Started, find_python, start
from ginet_qgis.engine.sentences import in_user_language
from ginet_qgis.engine.spare import spare
from ginet_qgis.i18n import tr
from ginet_qgis.installer.environment import EngineEnvironment

JOB_VERSION = 1
WIRE_VERSION = 1
STARTUP_SECONDS = 300
"""An engine that has said nothing by then hangs; a first import of PyTorch takes up to a minute."""
GRACE_SECONDS = 5
"""Time for a cancelled engine to tidy up before it is ended by force."""
JOURNAL = ".blocks.part"
"""What the engine adds to an output's name for the blocks that a run which did not end has done."""
FAULT = "Fault"
"""The engine's code for an error of its own, which only its log explains."""
LOG_LINES = 8
OUT_OF_MEMORY = (-9, 137, 0xC0000017, 0xC000012D)
"""Killed by Linux (seen directly or through a shell), and Windows' two codes for no memory."""


class EngineCancelled(EngineError):
    """The user cancelled the run."""

    def __init__(self) -> None:
        """The message is always the same."""
        super().__init__(tr("The run was cancelled."))


def run(job: dict[str, Any], feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Run a job to its end.

    Args:
        job: The job's fields, as ``core/wire/job.py`` defines them; all paths absolute.
        feedback: Gets progress, messages and warnings; is asked whether to cancel. One that has a
            method ``hear`` gets each event in this thread, and one with an attribute ``is_enough``
            is asked whether to end with what there is, for verbs that can.

    Returns:
        The engine's ``result`` event.

    Raises:
        EngineCancelled: ``feedback`` was cancelled.
        EngineError: There is no result; says why, and after a breakdown where the log is.
    """
    python = find_python()
    job = with_settings(job, feedback)
    if feedback.isCanceled():
        raise EngineCancelled
    with tempfile.TemporaryDirectory(prefix="ginet_") as folder:
        job_file = Path(folder, "job.json")
        job_file.write_text(json.dumps(job, ensure_ascii=False), "utf-8")
        started = spare.take(python, job_file) if "device" in job else None
        started = started or start(python, str(job_file))
        conversation = _Conversation(started, job_file, feedback)
        try:
            return conversation.result()
        finally:
            if not conversation.log_is_told:
                started.forget()


def with_settings(job: dict[str, Any], feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """The job as the settings have it, and with no device that failed when it was tried."""
    if "device" not in job:  # a job that computes on no network
        return job
    job = {**job, "threads": settings.threads() or None}
    if job["verb"] in ("finetune", "session"):
        if settings.learns_as_is():
            job["finest"] = None
        if settings.learns_inputs_alone():
            job["other_bands"] = False
    tried = EngineEnvironment().tried
    if job["device"] == "auto" and tried.get("fallback"):
        feedback.pushInfo(
            tr("The graphics card failed its trial ({reason}); the processor computes.").format(
                reason=tried["fallback"]
            )
        )
        job["device"] = tried["device"]
    return job


class _Conversation:
    """Passes an engine's events to the user, and the user's wishes to the engine."""

    def __init__(
        self,
        started: Started,
        job_file: Path,
        feedback: QgsProcessingFeedback,
    ) -> None:
        self._process = started.process
        self._job_file = job_file
        self._log = started.log
        self._feedback = feedback
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._shown = EventFeedback(feedback)
        self.log_is_told = False
        self._is_stopping = False

    def result(self) -> dict[str, Any]:
        """Listen until the engine is done; it has ended when this returns or raises."""
        reader = threading.Thread(target=self._read, daemon=True)
        reader.start()
        try:
            last = self._listen()
        finally:
            stopped = self._stop()
            reader.join(GRACE_SECONDS)
            self._process.stdout.close()
        if last.get("event") == "result":
            return last
        if last.get("event") == "error":
            message, hint, code = (str(last.get(key, "")) for key in ("message", "hint", "code"))
            if code == FAULT:
                raise self._breakdown(tr("The engine failed: {reason}").format(reason=message))
            raise EngineError(in_user_language(message), in_user_language(hint), code)
        if not stopped and self._process.returncode in OUT_OF_MEMORY:
            raise self._breakdown(
                tr(
                    "The system stopped the engine, most likely because memory ran out. Close "
                    "other programs, or run on another device."
                )
            )
        raise self._breakdown(
            tr("The engine ended without a result (code {code}).").format(
                code=self._process.returncode
            )
        )

    def _read(self) -> None:
        """Runs in a thread: pipes cannot be waited for with a time limit on all systems."""
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _listen(self) -> dict[str, Any]:
        """Read events until ``result`` or ``error``; empty where neither came."""
        deadline = time.monotonic() + STARTUP_SECONDS
        while not self._feedback.isCanceled():
            self._pass_on_enough()
            try:
                line = self._lines.get(timeout=0.1)
            except queue.Empty:
                if time.monotonic() > deadline:
                    raise self._breakdown(tr("The engine does not answer.")) from None
                continue
            if line is None:
                self._wait(GRACE_SECONDS)
                return {}
            deadline = float("inf")
            self._job_file.unlink(missing_ok=True)  # it may hold keys of addresses
            event = self._parse(line)
            if event["event"] in ("result", "error"):
                return event
            if event["event"] == "start" and event.get("version") != WIRE_VERSION:
                raise self._breakdown(
                    tr("The engine speaks version {theirs}, this plugin version {ours}.").format(
                        theirs=event.get("version"), ours=WIRE_VERSION
                    )
                )
            self._shown.show(event)
        raise EngineCancelled

    def _pass_on_enough(self) -> None:
        """Pass on, once, the user's wish to finish early."""
        if self._is_stopping or not getattr(self._feedback, "is_enough", False):
            return
        self._is_stopping = True
        with contextlib.suppress(OSError):  # an engine that is gone will be told of
            self._process.stdin.write(b"stop\n")
            self._process.stdin.flush()

    def _parse(self, line: bytes) -> dict[str, Any]:
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or "event" not in event:
            said = line.decode("utf-8", "replace").strip()[:200]
            raise self._breakdown(
                tr("The engine said something that is no event: {said}").format(said=said)
            )
        return event

    def _breakdown(self, message: str) -> EngineError:
        """An error with the end of the log, which is complete only once the engine has ended."""
        self._stop()
        self.log_is_told = True
        lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        place = tr("Log: {log}").format(log=self._log)
        return EngineError("\n".join([message, *lines[-LOG_LINES:], place]))

    def _wait(self, seconds: float) -> bool:
        """Whether the engine ends within that time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _stop(self) -> bool:
        """Stop the engine, by force if necessary; return whether it was."""
        with contextlib.suppress(OSError):  # the pipe is broken where the engine is gone already
            self._process.stdin.close()
        if self._wait(GRACE_SECONDS):
            return False
        self._process.terminate()
        if not self._wait(GRACE_SECONDS):
            self._process.kill()
            self._process.wait()
        return True
