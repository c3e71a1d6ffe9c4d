"""The search for a Python from which the engine's environment can be made."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ginet_qgis.installer.errors import BasePythonMissingError
from ginet_qgis.installer.programs import output_of
from ginet_qgis.words import tr

SUPPORTED = ((3, 11), (3, 12), (3, 13), (3, 10), (3, 14))
"""Versions with wheels for all that is locked; 3.11 first, which also has a locked CPU build."""

PROBE = """
import ensurepip, json, sys, sysconfig, venv
print(json.dumps([*sys.version_info[:2], sys.maxsize > 2**32,
                  not sysconfig.get_config_var("Py_GIL_DISABLED")]))
"""


def find_base_python(chosen: str = "") -> str:
    """The best Python on this machine that can make environments.

    Args:
        chosen: Take this one; empty takes the one that ``GINET_BASE_PYTHON`` names, if it does.

    Raises:
        BasePythonMissingError: None can, or the chosen one cannot.
    """
    chosen = chosen or os.environ.get("GINET_BASE_PYTHON", "")
    fit: dict[tuple[int, int], str] = {}
    for candidate in [chosen] if chosen else _candidates():
        version = _probe(candidate)
        if version is not None:
            fit.setdefault(version, candidate)
            if version == SUPPORTED[0]:
                break
    for version in SUPPORTED:
        if version in fit:
            return fit[version]
    if chosen:
        raise BasePythonMissingError(
            tr(
                "{python} is no 64-bit Python 3.10 to 3.14 with the modules venv and ensurepip."
            ).format(python=chosen),
            tr("Choose another (on Debian and Ubuntu first: sudo apt install python3-venv)."),
        )
    raise BasePythonMissingError(
        tr("There is no 64-bit Python 3.10 to 3.14 with the modules venv and ensurepip."),
        tr(
            "Install one from python.org or your system (on Debian and Ubuntu: sudo apt install "
            "python3-venv), or choose one."
        ),
    )


def _candidates() -> Iterator[str]:
    """Interpreters that may be there; sys.executable last, for inside QGIS it may be QGIS."""
    names = [f"python{major}.{minor}" for major, minor in SUPPORTED] + ["python3", "python"]
    found = [shutil.which(name) for name in names]
    found += [str(path) for path in _usual_places() if path.is_file()]
    own = [Path(sys.executable), Path(sys.base_prefix, "python.exe")]
    own.append(Path(sys.base_prefix, "bin", "python3"))
    found += [str(path) for path in own if path.stem.startswith("python") and path.is_file()]
    yield from dict.fromkeys(path for path in found if path)


def _usual_places() -> Iterator[Path]:
    """Where installers put Python but programs with a window have no PATH to it."""
    for major, minor in SUPPORTED:
        if os.name == "nt":
            for variable, folder in (("LOCALAPPDATA", "Programs/Python"), ("PROGRAMFILES", "")):
                if base := os.environ.get(variable):
                    yield Path(base, folder, f"Python{major}{minor}", "python.exe")
        elif sys.platform == "darwin":
            framework = Path("/Library/Frameworks/Python.framework/Versions")
            yield framework / f"{major}.{minor}" / "bin" / "python3"
            yield Path("/opt/homebrew/bin", f"python{major}.{minor}")
            yield Path("/usr/local/bin", f"python{major}.{minor}")


def _probe(python: str) -> tuple[int, int] | None:
    """The version of a Python that can make environments; None where it cannot."""
    said = output_of([python, "-I", "-c", PROBE])
    if said is None:
        return None
    try:
        major, minor, is_64_bit, has_gil = json.loads(said)
    except (ValueError, TypeError):
        return None
    return (major, minor) if is_64_bit and has_gil else None
