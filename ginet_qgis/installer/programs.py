"""Child programs of the installer: running them with progress and cancel."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

from ginet_qgis.installer.errors import InstallCancelledError, InstallError
from ginet_qgis.installer.variables import pip_environment
from ginet_qgis.words import tr

Progress = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is being done."""

Cancelled = Callable[[], bool]
"""Asked several times a second whether to give up."""

STEP = re.compile(
    r"((?:Collecting|Downloading|Processing|Installing|Successfully) .*?)(?: \(from .*)?$"
)
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would flash a console


def output_of(command: list[str], timeout: float = 30) -> bytes | None:
    """The output of a short program; None where it cannot be run or fails."""
    try:
        done = subprocess.run(  # nosec B603  # interpreters found by name; no shell
            command,
            capture_output=True,
            check=True,
            timeout=timeout,
            env=pip_environment(),
            creationflags=NO_WINDOW,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def run_logged(
    command: list[str],
    log: Path,
    progress: Progress,
    cancelled: Cancelled,
    environment: Mapping[str, str],
    grows: Path | None = None,
) -> str:
    """Run a program into a log file and wait for it.

    Args:
        command: The program and its arguments.
        log: File to append the output to; the program runs in its folder.
        progress: Told the steps that the program prints, where it is pip.
        cancelled: Ends the program when it says so.
        environment: All of its environment variables.
        grows: Folder of its temporary files; their size tells how a download goes on.

    Returns:
        What the program printed.

    Raises:
        InstallError: The program failed or cannot be started.
        InstallCancelledError: The user cancelled.
    """
    with log.open("ab") as out, log.open("rb") as said:
        out.write(os.fsencode(f"\n$ {' '.join(command)}\n"))
        out.flush()
        start = said.seek(0, os.SEEK_END)
        try:
            process = subprocess.Popen(  # nosec B603  # the installer's own steps; no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=log.parent,
                creationflags=NO_WINDOW,
            )
        except OSError as error:
            raise InstallError(
                tr("{program} cannot be started: {reason}.").format(
                    program=command[0], reason=error.strerror
                ),
                tr("Choose another Python; GINET_BASE_PYTHON or GINET_ENGINE_PYTHON may name it."),
            ) from error
        try:
            lines_seen, step, told = 0, "", 0
            while process.poll() is None:
                if cancelled():
                    raise InstallCancelledError
                lines = _steps(said.read())
                lines_seen += len(lines)
                megabytes = _size(grows) // 10**6 if grows is not None else 0
                if lines or (step and megabytes != told):
                    step, told = lines[-1] if lines else step, megabytes
                    size = f" ({megabytes} MB)" if megabytes else ""
                    progress(1 - 0.97**lines_seen, step + size)
                time.sleep(0.2)
        finally:
            _stop(process)
        said.seek(start)
        text = said.read().decode("utf-8", "replace")
    if process.returncode != 0:
        raise InstallError.from_output(text, process.returncode, log)
    return text


def _size(folder: Path) -> int:
    """Bytes of all files in a folder, which come and go meanwhile."""
    size = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                size += Path(place, name).stat().st_size
    return size


def _steps(output: bytes) -> list[str]:
    """The lines of pip's output that mean something to a user."""
    lines = output.decode("utf-8", "replace").splitlines()
    return [step[1] for step in map(STEP.match, lines) if step]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that may still be running."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
