"""The Python environment that the engine runs in: found, built, checked, removed.

QGIS's own Python never gets PyTorch or a second GDAL. The engine runs in an interpreter of its own:
the one that ``GINET_ENGINE_PYTHON`` names, or else a virtual environment under ``~/.ginet_qgis``
(or ``GINET_HOME``), in a folder named after the lock files, so that a new lock never meets old
packages.

This module needs only the standard library and knows nothing of QGIS. It is also a script:
``python3 ginet_qgis/environment.py build|python|info|remove``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

if not __package__:  # as a script: Python put this folder on the path, but the package is meant
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from ginet_qgis.base_python import find_base_python
from ginet_qgis.install_errors import (
    DiskSpaceError,
    EngineEnvironmentError,
    EngineMissingError,
    InstallCancelledError,
    InstallError,
)
from ginet_qgis.paths import RESOURCES
from ginet_qgis.programs import Cancelled, Progress, run_logged

GIGABYTE = 10**9
SPACE_NEEDED = 3 * GIGABYTE
SPACE_NEEDED_CUDA = 7 * GIGABYTE

CHECK = """
import json, platform
import numpy, pyproj, rasterio, safetensors.torch, torch, tqdm
image = torch.nn.functional.conv2d(torch.ones(1, 3, 64, 64), torch.ones(8, 3, 3, 3))
if image.shape != (1, 8, 62, 62) or image[0, 0, 0, 0].item() != 27:
    raise SystemExit("ERROR: PyTorch computes a wrong convolution on this machine.")
print(json.dumps({"python": platform.python_version(), "torch": torch.__version__,
                  "cuda": torch.version.cuda, "cuda_available": torch.cuda.is_available(),
                  "rasterio": rasterio.__version__, "gdal": rasterio.__gdal_version__}))
"""


def default_home() -> Path:
    """The folder for all that the plugin keeps: ``GINET_HOME``, else ``~/.ginet_qgis``."""
    return Path(os.environ.get("GINET_HOME") or Path.home() / ".ginet_qgis").absolute()


def quietly(_share: float, _text: str) -> None:
    """Progress that nobody watches."""


def never() -> bool:
    """Cancel that nobody asks for."""
    return False


@dataclass(frozen=True)
class EngineEnvironment:
    """A managed environment, made of what the lock files say.

    Attributes:
        home: Folder that holds the environments and the log.
        locks: Folder with ``torch.txt``, ``torch-cpu.txt``, ``cuda.txt`` and ``engine.txt``.
        check: Python code that fails where the environment does not work, and prints JSON.
    """

    home: Path = field(default_factory=default_home)
    locks: Path = RESOURCES / "engine"
    check: str = CHECK

    @property
    def folder(self) -> Path:
        """Where the environment is, or will be."""
        digest = hashlib.sha256()
        for lock in sorted(self.locks.glob("*.txt")):
            digest.update(lock.name.encode() + lock.read_bytes().replace(b"\r\n", b"\n"))
        return self.home / f"engine-{digest.hexdigest()[:12]}"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def marker(self) -> Path:
        """The file that is written last: without it an environment is half-built."""
        return self.folder / "complete.json"

    @property
    def log(self) -> Path:
        """What the last installation's programs printed."""
        return self.home / "install.log"

    @property
    def complete(self) -> bool:
        """Whether the environment was built to its end and its interpreter is still there."""
        return self.marker.is_file() and self.python.is_file()

    def find(self) -> Path:
        """The engine's interpreter; quick, it starts nothing.

        Raises:
            EngineMissingError: ``GINET_ENGINE_PYTHON`` names no program, or nothing is built yet.
        """
        chosen = os.environ.get("GINET_ENGINE_PYTHON")
        if chosen:
            program = shutil.which(chosen)
            if program is None:
                raise EngineMissingError(
                    f"GINET_ENGINE_PYTHON is {chosen!r}, which is no program.",
                    "Set it to a Python that has the engine's packages, or unset it.",
                )
            return Path(program).absolute()
        if not self.complete:
            raise EngineMissingError(
                "The engine's Python environment is not installed yet.",
                f'To install it, run: python3 "{Path(__file__).resolve()}" build',
            )
        return self.python

    def build(self, progress: Progress = quietly, cancelled: Cancelled = never) -> Path:
        """The engine's interpreter, built and tried first where it is missing.

        A second installer waits for the first. A half-built environment is built anew. An
        interpreter that ``GINET_ENGINE_PYTHON`` names is tried only, and never changed.

        Args:
            progress: Told the share done and what is being done.
            cancelled: Asked several times a second whether to give up.

        Returns:
            The path of the interpreter.

        Raises:
            EngineEnvironmentError: One of ``install_errors.py``; nothing half-built is left.
        """
        with _refusal_told(self.home):
            self.home.mkdir(parents=True, exist_ok=True)
            if os.environ.get("GINET_ENGINE_PYTHON"):
                python = self.find()
                run_logged([str(python), "-c", self.check], self.log, progress, cancelled)
                return python
            if not self.complete:
                with _one_at_a_time(self.home / "install.lock", progress, cancelled):
                    if not self.complete:
                        self._build_anew(progress, cancelled)
            return self.python

    def remove(self) -> list[Path]:
        """Delete all managed environments, of this lock and of earlier ones; returns which."""
        if not self.home.is_dir():
            return []
        with _refusal_told(self.home), _one_at_a_time(self.home / "install.lock", quietly, never):
            folders = sorted(self.home.glob("engine-*"))
            for folder in folders:
                _delete(folder)
        return folders

    def info(self) -> dict[str, object]:
        """What is installed where, for a report."""
        found: dict[str, object] = {"home": str(self.home), "log": str(self.log)}
        try:
            found["python"] = str(self.find())
        except EngineMissingError as error:
            found["missing"] = str(error)
        if self.complete:
            found["managed"] = json.loads(self.marker.read_text("utf-8"))
        return found

    def _build_anew(self, progress: Progress, cancelled: Cancelled) -> None:
        """Build the environment in its place; the marker comes last."""
        self.log.write_bytes(b"")
        base = find_base_python()
        _need_space(self.home, SPACE_NEEDED)
        if self.folder.exists():
            _delete(self.folder)

        def run(command: list[str], start: float, end: float) -> str:
            def part(share: float, text: str) -> None:
                progress(start + share * (end - start), text)

            temporary = {name: str(self.folder / "tmp") for name in ("TMPDIR", "TEMP", "TMP")}
            return run_logged(command, self.log, part, cancelled, temporary)

        try:
            progress(0.0, f"Making an environment with {base}")
            (self.folder / "tmp").mkdir(parents=True)  # gigabytes, too many for a /tmp in memory
            run([base, "-I", "-m", "venv", str(self.folder)], 0.0, 0.02)
            self._install_torch(run)
            run(self._pip("engine.txt"), 0.8, 0.95)
            progress(0.95, "Trying the environment")
            said = run([str(self.python), "-I", "-c", self.check], 0.95, 1.0)
            versions = json.loads(said.strip().splitlines()[-1])
            shutil.rmtree(self.folder / "tmp")
            self.marker.write_text(json.dumps({"base": base, **versions}, indent=2), "utf-8")
            progress(1.0, f"The engine's environment is ready: {self.folder}")
        finally:
            if not self.marker.is_file():
                shutil.rmtree(self.folder, ignore_errors=True)

    def _install_torch(self, run: Callable[[list[str], float, float], str]) -> None:
        """Install PyTorch: its CPU build where pip knows of one and no NVIDIA card is there."""
        if shutil.which("nvidia-smi") is None:
            try:
                run(self._pip("torch-cpu.txt"), 0.02, 0.1)
            except InstallError:
                run(self._pip("torch.txt"), 0.1, 0.4)
        else:
            run(self._pip("torch.txt"), 0.02, 0.4)
        if self._torch_loads_cuda():
            _need_space(self.home, SPACE_NEEDED_CUDA)
            run(self._pip("cuda.txt"), 0.4, 0.8)

    def _torch_loads_cuda(self) -> bool:
        """Whether the installed PyTorch is a CUDA build; read, for it cannot be imported yet."""
        versions = self.folder.glob("[Ll]ib*/**/site-packages/torch/version.py")
        text = "".join(version.read_text("utf-8") for version in versions)
        return re.search(r"^cuda\b[^=]*=\s*['\"]", text, re.MULTILINE) is not None

    def _pip(self, lock: str) -> list[str]:
        """Install exactly what a lock names: no dependency, no source build, no other hash."""
        python = [str(self.python), "-I", "-X", "utf8"]
        exactly = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        quiet = ["--no-input", "--progress-bar", "off", "--disable-pip-version-check"]
        return [*python, "-m", "pip", "install", *exactly, *quiet, "-r", str(self.locks / lock)]


def _need_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskSpaceError(
            f"{folder} has {free / GIGABYTE:.1f} GB free; {needed / GIGABYTE:.0f} GB are needed.",
            "Free some space, or set GINET_HOME to a folder on another disk.",
        )


def _delete(folder: Path) -> None:
    """Delete an environment; its marker first, so that it never looks complete."""
    try:
        (folder / "complete.json").unlink(missing_ok=True)
        shutil.rmtree(folder)
    except OSError as error:
        raise InstallError(
            f"{folder} cannot be deleted: {error}", "Close what still uses it, and try again."
        ) from error


@contextlib.contextmanager
def _refusal_told(home: Path) -> Iterator[None]:
    """Say what to change where the system does not let us write."""
    try:
        yield
    except EngineEnvironmentError:  # an OSError too, and told already
        raise
    except OSError as error:
        raise InstallError(
            f"{error.filename or home} cannot be written: {error.strerror}.",
            "Set GINET_HOME to a folder that you may write to.",
        ) from error


@contextlib.contextmanager
def _one_at_a_time(path: Path, progress: Progress, cancelled: Cancelled) -> Iterator[None]:
    """Hold a lock that the system frees when its holder dies; wait for another holder."""
    with path.open("ab") as file:
        while not _try_lock(file.fileno()):
            if cancelled():
                raise InstallCancelledError
            progress(0.0, "Waiting for another installation")
            time.sleep(0.5)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """The command line: the result on stdout, all else on stderr."""
    parser = argparse.ArgumentParser(description="The Python environment of the GINet engine.")
    parser.add_argument("verb", choices=["build", "python", "info", "remove"])
    verb = parser.parse_args(arguments).verb
    environment = EngineEnvironment()

    def tell(share: float, text: str) -> None:
        sys.stderr.write(f"[{share:4.0%}] {text}\n")

    try:
        if verb == "build":
            said = str(environment.build(tell))
        elif verb == "python":
            said = str(environment.find())
        elif verb == "info":
            said = json.dumps(environment.info(), indent=2, ensure_ascii=False)
        else:
            said = "".join(f"removed {folder}\n" for folder in environment.remove()).strip()
    except EngineEnvironmentError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
