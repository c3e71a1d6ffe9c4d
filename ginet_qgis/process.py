"""The engine's process: started for a job, or ahead of one that is likely to come."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ginet_qgis.environment import EngineEnvironment
from ginet_qgis.i18n import tr
from ginet_qgis.install_errors import EngineMissingError
from ginet_qgis.paths import ENGINE_ROOT

KEPT_VARIABLES = re.compile(
    r"HOME|USER|USERNAME|LOGNAME|PATH|TMP|TEMP|TMPDIR|TZ|LANG|LANGUAGE|LC_.*|XDG_.*"
    r"|.*_PROXY|SSL_CERT_.*|CURL_CA_BUNDLE|GDAL_HTTP_.*|CPL_.*|AWS_.*|AZURE_.*|GS_.*"
    r"|CUDA_.*|NVIDIA_.*|PYTORCH_.*|OMP_.*|MKL_.*|GINET_.*"
    r"|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA"
    r"|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*|NUMBER_OF_PROCESSORS|PROCESSOR_.*",
    re.IGNORECASE,
)


class EngineError(Exception):
    """The engine cannot be started, refused the job or broke down.

    Args:
        message: What happened.
        hint: What to change.
        code: The engine's name for the error; empty where the engine could not name it.
    """

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        """Keep the sentences apart, so that each place can show them in its own way."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        """Message and hint."""
        return f"{self.message} {self.hint}".strip()


def find_python() -> Path:
    """The engine's interpreter; quick, it starts nothing.

    Raises:
        EngineError: There is none; says how to get one.
    """
    try:
        return EngineEnvironment().find()
    except EngineMissingError as error:
        raise EngineError(
            tr("GINet's engine is not ready: {reason}").format(reason=error.message),
            error.hint
            or tr(
                "Set it up with Plugins > GINet > Set up the engine, or with the algorithm "
                "ginet:setup."
            ),
        ) from error


def child_environment() -> dict[str, str]:
    """The engine's variables, from scratch: none that bind it to QGIS's Python, GDAL or Qt."""
    kept = {name: value for name, value in os.environ.items() if KEPT_VARIABLES.fullmatch(name)}
    qgis = os.environ.get("OSGEO4W_ROOT")
    if qgis and "PATH" in kept:  # on Windows PATH is where DLLs come from, QGIS's own included
        folders = kept["PATH"].split(os.pathsep)
        others = [each for each in folders if not each.lower().startswith(qgis.lower())]
        kept["PATH"] = os.pathsep.join(others)
    return {**kept, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}


FORGET_TRIES = 20
KEPT_SECONDS = 540
"""An older spare is replaced: after 600 the engine ends by itself (``core/cli/jobs.py``)."""


@dataclass(frozen=True)
class Started:
    """A running engine.

    Attributes:
        process: Its stdin and stdout are pipes.
        log: File of its stderr; whoever ends the engine removes it.
    """

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End an engine that has no work, and leave nothing of it."""
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # what was not sent is not wanted either
                pipe.close()
        self.process.kill()
        self.process.wait()
        self.forget()

    def forget(self) -> None:
        """Remove the log of an engine that has ended."""
        # On Windows an environment's python.exe is a launcher; what it launched ends after it, and
        # holds the log, its libraries and its folder until then.
        for _ in range(FORGET_TRIES):
            with contextlib.suppress(OSError):
                self.log.unlink(missing_ok=True)
                return
            time.sleep(0.1)


def start(python: Path, job: str) -> Started:
    """Start the engine.

    Args:
        python: Its interpreter.
        job: Path of the job file; ``-`` lets it wait for a line of stdin that says so.

    Raises:
        EngineError: It cannot be started.
    """
    handle, log = tempfile.mkstemp(prefix="ginet_", suffix=".log")
    try:
        with os.fdopen(handle, "wb") as stderr:
            process = subprocess.Popen(  # nosec B603  # the engine's Python on a job file, no shell
                [str(python), "-s", "-m", "core", "run", "--watch-stdin", job],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=ENGINE_ROOT,
                env=child_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
    except OSError as error:
        Path(log).unlink()
        raise EngineError(
            tr("The engine's Python {python} cannot be started: {reason}").format(
                python=python, reason=error.strerror
            )
        ) from error
    return Started(process, Path(log))


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
        """See to it that there is one; where it cannot be had, a run only takes longer."""
        with self._lock, contextlib.suppress(EngineError, OSError):
            python = find_python()
            if self._unwanted or self._serves(python):
                return
            self._drop()
            self._made_at, self._made_with = time.monotonic(), _settings(python)
            self._held = start(python, "-")

    def take(self, python: Path, job_file: Path) -> Started | None:
        """The engine, which has been given the job; None where there is none that serves."""
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
        """End it, for when the plugin goes."""
        with self._lock:
            self._drop()

    @contextlib.contextmanager
    def kept_away(self) -> Iterator[None]:
        """There is none within: the environment changes, and what is in use cannot be removed."""
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
            and time.monotonic() - self._made_at < KEPT_SECONDS
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
    return python, age, child_environment()


spare = Spare()
