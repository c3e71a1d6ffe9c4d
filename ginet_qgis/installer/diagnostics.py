"""Diagnostics: what to send along when help is asked for, without names and passwords."""

from __future__ import annotations

import configparser
import json
import os
import platform
import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from ginet_qgis.installer.builds import Machine, builds, gigabytes
from ginet_qgis.paths import PLUGIN

TOLD_VARIABLE = re.compile(r"(GINET_|PIP_|.*_PROXY$|CUDA_VISIBLE|PYTHON|SSL_CERT)", re.IGNORECASE)
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
LOG_LINES = 60


def report(info: dict[str, object], home: Path, locks: Path, log: Path) -> str:
    """The report, as text.

    Args:
        info: What ``EngineEnvironment.info`` tells.
        home: Folder of the environments.
        locks: Folder of the lock files.
        log: The installer's log.
    """
    machine = Machine.this()
    # Windows has no folder above a disk that is not connected.
    place = next((each for each in (home, *home.parents) if each.exists()), Path.home())
    lines = [
        f"GINet for QGIS {_version()}",
        f"System: {platform.platform()}",
        f"Python here: {platform.python_version()}, {sys.executable}",
        f"Machine: {asdict(machine)}",
        f"Free at {place}: {gigabytes(shutil.disk_usage(place).free)}",
        *(f"Build {each.name}: {each.refusal or 'offered'}" for each in builds(machine, locks)),
        *sorted(f"{k}={v}" for k, v in os.environ.items() if TOLD_VARIABLE.match(k)),
        json.dumps(info, indent=2, ensure_ascii=False),
    ]
    if log.is_file():
        said = log.read_text("utf-8", "replace").splitlines()
        lines += [f"The last {LOG_LINES} lines of {log}:", *said[-LOG_LINES:]]
    return scrub("\n".join(lines))


def _version() -> str:
    """The plugin's version, from its metadata."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(PLUGIN / "metadata.txt", "utf-8")
    return metadata.get("general", "version", fallback="?")


def scrub(text: str) -> str:
    """The text without the user's name, as far as it is in the home folder, and credentials."""
    user = str(Path.home())
    if len(user) > 1:
        text = text.replace(user, "~").replace(json.dumps(user)[1:-1], "~")
    return CREDENTIALS.sub("***@", text)
