"""The engine's process: its Python and its start."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ginet_qgis.i18n import tr
from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.installer.errors import EngineMissingError
from ginet_qgis.installer.variables import engine_environment
from ginet_qgis.paths import ENGINE_ROOT

FORGET_TRIES = 20


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
                env=engine_environment(),
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
