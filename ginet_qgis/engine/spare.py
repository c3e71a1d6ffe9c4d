"""The spare engine: started ahead of a run that is likely to come."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from ginet_qgis.engine.process import EngineError, Started, find_python, start
from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.installer.variables import engine_environment

IDLE_SECONDS = 540
"""An older one is replaced: after 600 the engine ends by itself (``core/cli/jobs.py``)."""


class Spare:
    """One engine that loads its libraries ahead: they take longer than a small image.

    It ends by itself where no job has come for some minutes, or when QGIS ends. Any thread may use
    it.
    """

    def __init__(self) -> None:
        """There is none yet."""
        self._lock = threading.Lock()
        self._held: Started | None = None
        self._made_at = 0.0
        self._made_with: object = None
        self._unwanted = 0

    def prepare(self) -> None:
        """Start one unless there is one; failure only makes the next run slower."""
        with self._lock, contextlib.suppress(EngineError, OSError):
            python = find_python()
            if self._unwanted or self._serves(python):
                return
            self._drop()
            self._made_at, self._made_with = time.monotonic(), _settings(python)
            self._held = start(python, "-")

    def take(self, python: Path, job_file: Path) -> Started | None:
        """Give the job to the spare engine and return it; None where none fits."""
        with self._lock:
            if not self._serves(python):
                self._drop()
                return None
            try:
                self._held.process.stdin.write(os.fsencode(job_file) + b"\n")
                self._held.process.stdin.flush()
            except OSError:  # it has just ended
                self._drop()
                return None
            held, self._held = self._held, None
            return held

    def dismiss(self) -> None:
        """Stop it when the plugin is unloaded."""
        with self._lock:
            self._drop()

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        """Run no spare engine within this context, since files in use cannot be removed."""
        with self._lock:
            self._unwanted += 1
            self._drop()
        try:
            yield
        finally:
            with self._lock:
                self._unwanted -= 1

    def _serves(self, python: Path) -> bool:
        return (
            self._held is not None
            and self._held.process.poll() is None
            and time.monotonic() - self._made_at < IDLE_SECONDS
            and self._made_with == _settings(python)
        )

    def _drop(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.kill()


def _settings(python: Path) -> object:
    """What an engine is made with: its Python, its environment's age, its variables."""
    marker = EngineEnvironment().marker
    age = marker.stat().st_mtime_ns if marker.is_file() else None
    return python, age, engine_environment()


spare = Spare()
