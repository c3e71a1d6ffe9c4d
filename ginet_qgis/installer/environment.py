"""The Python environment that the engine runs in: found, built, checked, removed.

QGIS's own Python never gets PyTorch or a second GDAL. The engine runs in an interpreter of its own:
the one that ``GINET_ENGINE_PYTHON`` names, or one that the user has chosen, or else a virtual
environment under ``~/.ginet_qgis`` (or ``GINET_HOME``, or a folder that the user has chosen), in a
folder named after the lock files, so that a new lock never meets old packages.

This module needs only the standard library.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ginet_qgis.installer import home as homes
from ginet_qgis.installer.diagnostics import report
from ginet_qgis.installer.errors import EngineMissingError
from ginet_qgis.installer.home import choices, choose, write
from ginet_qgis.installer.install import Installation, Wanted, delete
from ginet_qgis.installer.lock import one_at_a_time, refusal_told
from ginet_qgis.installer.managed import ManagedEnvironment
from ginet_qgis.installer.programs import Cancelled, Progress, run_logged
from ginet_qgis.installer.variables import engine_environment
from ginet_qgis.paths import ENGINE_ROOT
from ginet_qgis.words import tr

CHECK = f"""
import sys
sys.path.insert(0, {str(ENGINE_ROOT)!r})
from core.check import main
sys.exit(main())
"""
"""A forward pass of the engine's own network; see ``core/check.py``."""


def quietly(_share: float, _text: str) -> None:
    """Progress that nobody watches."""


def never() -> bool:
    """Cancel that nobody asks for."""
    return False


@dataclass(frozen=True)
class EngineEnvironment(ManagedEnvironment):
    """The engine's interpreter, and the managed environment that may be it.

    Attributes:
        check: Python code that fails where the environment does not work, and prints JSON.
    """

    check: str = field(default_factory=lambda: CHECK)

    @property
    def tried(self) -> dict[str, Any]:
        """What the trial of the engine's interpreter told; empty where there was none.

        ``device`` is the fastest that computes, ``fallback`` why a faster one does not.
        """
        if os.environ.get("GINET_ENGINE_PYTHON"):
            return {}
        if isinstance(choices().get("python"), str):
            told = choices().get("tried")
            return told if isinstance(told, dict) else {}
        return self.made

    def find(self) -> Path:
        """The engine's interpreter; quick, it starts nothing.

        Raises:
            EngineMissingError: The one that was chosen is no program, or nothing is built yet.
        """
        variable = os.environ.get("GINET_ENGINE_PYTHON")
        chosen = variable or choices().get("python")
        if chosen:
            program = shutil.which(str(chosen))
            if program is None and variable:
                raise EngineMissingError(
                    tr("GINET_ENGINE_PYTHON is {python}, which is no program.").format(
                        python=repr(variable)
                    ),
                    tr("Set it to a Python that has the engine's packages, or unset it."),
                )
            if program is None:
                raise EngineMissingError(_no_program(chosen))
            return Path(program).absolute()
        if self.complete:
            return self.python
        if self.begun:
            raise EngineMissingError(tr("The installation of the engine was not finished."))
        if choices().get("folder") and not self.home.exists():
            raise EngineMissingError(
                tr("The engine's folder, {folder}, is not there.").format(folder=self.home),
                tr("Connect its disk, or set up the engine in another folder."),
            )
        raise EngineMissingError(tr("The engine's Python environment is not installed yet."))

    def build(
        self,
        progress: Progress = quietly,
        cancelled: Cancelled = never,
        wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    ) -> Path:
        """The engine's interpreter, built and tried first where it is missing.

        A second installer waits for the first. What an earlier one has left unfinished is
        finished. An interpreter that ``GINET_ENGINE_PYTHON`` names is tried only.

        Args:
            progress: Told the share done and what is being done.
            cancelled: Asked several times a second whether to give up.
            wanted: What to install, and from where.

        Returns:
            The path of the interpreter.

        Raises:
            EngineEnvironmentError: One of ``errors.py``; what was done is kept, and
                nothing unfinished looks complete.
        """
        with refusal_told(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            if os.environ.get("GINET_ENGINE_PYTHON"):
                python = self.find()
                self._try(python, progress, cancelled)
                return python
            with one_at_a_time(self.home / "install.lock", progress, cancelled):
                if not self.has(wanted.build):
                    self.log.write_bytes(b"")
                    if not _works():  # or a failure would lose an engine
                        self._choose_this()
                    arguments = self.folder, self.locks, self.check, self.log
                    made = Installation(*arguments, wanted, progress, cancelled).run()
                    write(self.marker, made)
            self._choose_this()
            progress(1.0, tr("The engine's environment is ready: {path}").format(path=self.folder))
            return self.python

    def use(self, python: str, progress: Progress = quietly, cancelled: Cancelled = never) -> Path:
        """Run the engine with a Python that has the packages; it is tried and never changed.

        Args:
            python: Its path, or a name on the PATH.
            progress: Told what is being done.
            cancelled: Asked several times a second whether to give up.

        Returns:
            The path of the interpreter.

        Raises:
            EngineEnvironmentError: It is no program, or lacks something.
        """
        program = shutil.which(python)
        if program is None:
            raise EngineMissingError(
                _no_program(python),
                tr("Choose the file that starts it, as bin/python or python.exe."),
            )
        with refusal_told(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            path = Path(program).absolute()
            told = self._try(path, progress, cancelled)
            choose(python=str(path), tried=told)
        progress(1.0, tr("The engine runs with {python}").format(python=path))
        return path

    def check_again(self, progress: Progress = quietly, cancelled: Cancelled = never) -> Path:
        """Try the current interpreter again and store the result of the trial.

        Raises:
            EngineEnvironmentError: There is none, or it does not work.
        """
        python = self.find()
        if choices().get("python") and not os.environ.get("GINET_ENGINE_PYTHON"):
            return self.use(str(python), progress, cancelled)
        with refusal_told(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            told = self._try(python, progress, cancelled)
            if python == self.python:
                write(self.marker, {**self.made, **told})
        return python

    def remove(self, progress: Progress = quietly) -> list[Path]:
        """Delete all managed environments, of this lock and of earlier ones; returns which.

        A Python that was chosen is let go, not deleted. Nothing of the installer's stays.
        """
        if not self.home.is_dir():
            return []
        lock = self.home / "install.lock"
        with refusal_told(self.home):
            with one_at_a_time(lock, progress, never):
                folders = self.folders
                for folder in folders:
                    progress(0.0, tr("Removing {path}").format(path=folder))
                    delete(folder)
                self.log.unlink(missing_ok=True)
                (homes.root() / homes.FILE).unlink(missing_ok=True)
                if os.name != "nt":
                    lock.unlink()  # while it is held; who waits for it makes a new one
            with contextlib.suppress(OSError):  # it is held again, or the user has files there
                if os.name == "nt":
                    lock.unlink()  # Windows deletes no file that is open
                homes.root().rmdir()
        return folders

    def info(self) -> dict[str, object]:
        """What is installed where, for a report."""
        found: dict[str, object] = {"home": str(self.home), "log": str(self.log)}
        try:
            found["python"] = str(self.find())
        except EngineMissingError as error:
            found["missing"] = str(error)
        found["chosen"] = choices()
        found["unfinished"] = self.begun
        if self.complete:
            found["managed"] = self.made
        return found

    def diagnose(self) -> str:
        """All that helps to find out what is wrong, as text without names and passwords."""
        return report(self.info(), self.home, self.locks, self.log)

    def _choose_this(self) -> None:
        """From now on this is the environment, and no other Python."""
        folder = str(self.home) if self.home != homes.root() else None
        if choices() or folder is not None:
            choose(python=None, tried=None, folder=folder)

    def _try(self, python: Path, progress: Progress, cancelled: Cancelled) -> dict[str, Any]:
        """Run the trial with an interpreter and return its result."""
        progress(0.0, tr("Trying {python}").format(python=python))
        self.log.write_bytes(b"")
        command = [str(python), "-I", "-c", self.check]
        said = run_logged(command, self.log, progress, cancelled, engine_environment())
        return dict(json.loads(said.strip().splitlines()[-1]))


def _works() -> bool:
    """Whether an engine is installed or chosen."""
    try:
        EngineEnvironment().find()
    except EngineMissingError:
        return False
    return True


def _no_program(python: object) -> str:
    return tr("The chosen Python, {python}, is no program.").format(python=python)
