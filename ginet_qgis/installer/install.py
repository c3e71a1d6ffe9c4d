"""Building an environment step by step; it resumes where an earlier installation stopped."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable

from ginet_qgis.installer.base_python import find_base_python
from ginet_qgis.installer.builds import (
    GIGABYTE,
    SPACE_NEEDED_CUDA,
    Build,
    Machine,
    builds,
    gigabytes,
)
from ginet_qgis.installer.errors import NO_BUILD, BuildNotOfferedError, DiskSpaceError, InstallError
from ginet_qgis.installer.home import write
from ginet_qgis.installer.programs import Cancelled, Progress, output_of, run_logged
from ginet_qgis.installer.variables import engine_environment, pip_environment
from ginet_qgis.words import tr

RECORD = "steps.json"
LEAST_SPACE = 10**9
"""Bytes that must be free even where most of the work is done already."""


@dataclass(frozen=True)
class Wanted:
    """What is to be installed, and from where.

    Attributes:
        build: One of ``builds.NAMES``, or "auto" for what suits the machine best.
        wheels: Take all packages from this folder, none from the internet.
        torch_index: Address of the index for PyTorch; empty takes pip's own.
        base: Python to make the environment with; empty searches for one.
        proxy: Address of a proxy; empty takes the one that the usual variables name.
    """

    build: str = "auto"
    wheels: Path | None = None
    torch_index: str = ""
    base: str = ""
    proxy: str = ""


def choose_build(name: str, machine: Machine, locks: Path) -> Build:
    """The build of that name, or the best for "auto".

    Raises:
        BuildNotOfferedError: It does not suit the machine; says why.
    """
    offered = builds(machine, locks)
    build = next((each for each in offered if each.name == name), offered[0])
    if build.refusal:
        raise BuildNotOfferedError(
            build.refusal, tr("Or install the build for the processor (cpu).")
        )
    return build


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def need_space(folder: Path, needed: int) -> None:
    """Refuse to begin what would fill the disk.

    Raises:
        DiskSpaceError: There is less free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskSpaceError(
            tr("{folder} has {free} free; {needed} are needed.").format(
                folder=folder, free=gigabytes(free), needed=gigabytes(needed)
            ),
            tr("Free some space, or choose a folder on another disk."),
        )


def delete(folder: Path) -> None:
    """Delete an environment; its marks first, so that what is left never looks whole.

    Raises:
        InstallError: Something in it is in use.
    """
    try:
        for mark in ("complete.json", RECORD):
            (folder / mark).unlink(missing_ok=True)
        shutil.rmtree(folder)
    except OSError as error:
        raise InstallError(
            tr("{folder} cannot be deleted: {reason}").format(folder=folder, reason=error),
            tr("Close what still uses it, and try again."),
        ) from error


class Installation:
    """One environment in the making.

    Args:
        folder: Where it is to be.
        locks: Folder of the lock files.
        check: Python code that fails where the environment does not work, and prints JSON.
        log: File that takes what the programs print.
        wanted: What to install.
        progress: Told the share done and what is being done.
        cancelled: Asked several times a second whether to give up.
    """

    def __init__(
        self,
        folder: Path,
        locks: Path,
        check: str,
        log: Path,
        wanted: Wanted,
        progress: Progress,
        cancelled: Cancelled,
    ) -> None:
        """Nothing is done yet."""
        self._folder, self._locks, self._check, self._log = folder, locks, check, log
        self._wanted, self._progress, self._cancelled = wanted, progress, cancelled
        self._temporary = folder / "tmp"
        self._downloads = folder / "downloads"
        self._done: list[str] = []
        self._is_taken_up = False

    def run(self) -> dict[str, object]:
        """Work through the steps that are not done yet.

        Returns:
            What was installed: build, base, and what the check printed.

        Raises:
            EngineEnvironmentError: One of ``errors.py``; what is done is kept.
        """
        self._progress(0.0, tr("Looking at this computer"))
        base = find_base_python(self._wanted.base)
        build = choose_build(self._wanted.build, Machine.this(), self._locks)
        self._check_wheels()
        plan = {"base": base, "build": build.name}
        self._take_up(plan)
        need_space(self._folder.parent, LEAST_SPACE if "torch" in self._done else build.space)
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir(parents=True)  # gigabytes, too many for a /tmp in memory
        for name, work in self._steps(base, build):
            if name not in self._done:
                work()
                shutil.rmtree(self._downloads, ignore_errors=True)
                self._done.append(name)
                write(self._folder / RECORD, {**plan, "done": self._done})
        said = self._try()
        shutil.rmtree(self._temporary)
        return {**plan, **json.loads(said.strip().splitlines()[-1])}

    def _try(self) -> str:
        """What the check prints. One that was taken up and fails is built anew the next time."""
        try:
            command = [str(python_of(self._folder)), "-I", "-c", self._check]
            return self._run(command, 0.95, 1.0, engine_environment())
        except InstallError:
            if self._is_taken_up:
                (self._folder / RECORD).unlink(missing_ok=True)
            raise

    def _take_up(self, plan: dict[str, str]) -> None:
        """Go on with what an earlier installation left, or clear it away."""
        if not self._folder.exists():
            return
        try:
            record = json.loads((self._folder / RECORD).read_text("utf-8"))
            done = record.pop("done")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            record, done = None, []
        if record == plan and output_of([str(python_of(self._folder)), "-I", "-c", ""]) is not None:
            self._done, self._is_taken_up = done, True
            self._progress(0.01, tr("Going on with an installation that was not finished"))
            return
        delete(self._folder)

    def _steps(self, base: str, build: Build) -> Iterator[tuple[str, Callable[[], object]]]:
        self._progress(0.01, tr("Making an environment with {python}").format(python=base))
        make = [base, "-I", "-m", "venv", str(self._folder)]
        yield "venv", partial(self._build, make, 0.01, 0.03)
        yield "torch", partial(self._install_torch, build)
        if self._torch_loads_cuda():
            yield "cuda", self._install_cuda
        yield "engine", partial(self._build, self._pip("engine.txt"), 0.8, 0.95)
        self._progress(0.95, tr("Trying the environment"))

    def _install_torch(self, build: Build) -> None:
        """Install PyTorch; of the CPU build, the small one where an index has it."""
        if build.name == "cpu" and (self._locks / "torch-cpu.txt").is_file():
            try:
                self._build(self._pip("torch-cpu.txt", of_torch=True), 0.03, 0.1)
            except InstallError as error:
                if error.cause != NO_BUILD:  # a larger download would not help
                    raise
            else:
                return
        self._build(self._pip("torch.txt", of_torch=True), 0.1, 0.4)

    def _install_cuda(self) -> None:
        """Install what a CUDA build loads, whether or not there is a card."""
        need_space(self._folder, SPACE_NEEDED_CUDA - GIGABYTE)  # PyTorch is there already
        self._build(self._pip("cuda.txt"), 0.4, 0.8)

    def _torch_loads_cuda(self) -> bool:
        """Whether the installed PyTorch is a CUDA build; read, for it cannot be imported yet."""
        versions = self._folder.glob("[Ll]ib*/**/site-packages/torch/version.py")
        text = "".join(version.read_text("utf-8") for version in versions)
        return re.search(r"^cuda\b[^=]*=\s*['\"]", text, re.MULTILINE) is not None

    def _pip(self, lock: str, *, of_torch: bool = False) -> list[str]:
        """Install exactly what a lock names: no dependency, no source build, no other hash.

        What an interrupted step has left is written over: it may be but half of a package.
        """
        python = [str(python_of(self._folder)), "-I", "-X", "utf8"]
        exactly = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--ignore-installed"]
        quiet = ["--no-input", "--progress-bar", "off", "--disable-pip-version-check"]
        source: list[str] = []
        if self._wanted.wheels is not None:
            source = ["--no-index", "--find-links", str(self._wanted.wheels)]
        elif of_torch and self._wanted.torch_index:
            source = ["--index-url", self._wanted.torch_index]
        command = [*python, "-m", "pip", "install", *exactly, *quiet, *source]
        return [*command, "-r", str(self._locks / lock)]

    def _build(self, command: list[str], start: float, end: float) -> None:
        """Run one of pip's or venv's commands."""
        environment = pip_environment()
        environment.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary)))
        environment["PIP_CACHE_DIR"] = str(self._downloads)  # gone with the engine, unlike pip's
        if self._wanted.proxy:
            environment.update(dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), self._wanted.proxy))
        self._run(command, start, end, environment)

    def _run(
        self, command: list[str], start: float, end: float, environment: dict[str, str]
    ) -> str:
        def part(share: float, text: str) -> None:
            self._progress(start + share * (end - start), text)

        return run_logged(
            command, self._log, part, self._cancelled, environment, grows=self._temporary
        )

    def _check_wheels(self) -> None:
        wheels = self._wanted.wheels
        if wheels is not None and not any(wheels.glob("*.whl")):
            raise InstallError(
                tr("The folder {folder} holds no wheels (*.whl).").format(folder=wheels),
                tr("Choose the folder into which `pip download` has put them."),
            )
