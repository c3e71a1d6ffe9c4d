"""Check a zip as plugins.qgis.org checks an upload, and say what it would find.

    python3 scripts/site_check.py ZIP...

The site's rules are those of github.com/qgis/QGIS-Plugins-Website, July 2026: ``validator.py`` and
``security_scanner.py``. Only whether the metadata's links can be reached is not checked.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

LIMIT = 25_000_000  # bytes
REQUIRED = "name description version qgisMinimumVersion author email about tracker repository"
LINKS = ("tracker", "repository", "homepage")
LENGTHS = {"name": 256, "author": 256, "email": 254, "version": 32, "external_deps": 512}
LENGTHS.update(dict.fromkeys(LINKS, 200))
"""Characters that the site's database has room for."""
PROGRAMS = (".bat", ".cmd", ".dll", ".dylib", ".exe", ".ps1", ".pyc", ".sh", ".so")

# Bandit: all of its tests but this one, which the site leaves out too.
NOT_BANDIT = "B404"  # subprocess is imported; how it is used is what the others look at
# Flake8: the codes that the site looks for; ours is ruff's style.
FLAKE8 = (
    "E101,E711,E712,E713,E714,E721,E722,E731,E741,E742,E743,E901,E902,E999,W605,"
    "F402,F403,F404,F405,F811,F821,F822,F823,F831,F901,C901"
)


def archive_findings(path: Path) -> Iterator[str]:
    """What is wrong with the zip's names, size and metadata."""
    if path.stat().st_size > LIMIT:
        yield f"{path.name} has {path.stat().st_size} bytes; the site takes {LIMIT}"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        tops = {name.split("/")[0] for name in names}
        if len(tops) != 1 or not min(tops).isidentifier():
            yield f"not one folder with an identifier's name: {sorted(tops)}"
        for entry in archive.infolist():
            yield from _entry_findings(entry)
        top = min(tops)
        for name in ("__init__.py", "metadata.txt", "LICENSE"):
            if f"{top}/{name}" not in names:
                yield f"{name} is missing"
        if f"{top}/metadata.txt" in names:
            inside = {name.partition("/")[2] for name in names}
            text = archive.read(f"{top}/metadata.txt").decode("utf-8")
            yield from metadata_findings(text, inside)


def _entry_findings(entry: zipfile.ZipInfo) -> Iterator[str]:
    parts = entry.filename.split("/")
    if ".." in entry.filename or "\\" in entry.filename or not parts[0]:
        yield f"{entry.filename}: no plain path"
    if any(part.startswith(".") or part in ("__MACOSX", "__pycache__") for part in parts):
        yield f"{entry.filename}: hidden, or a cache"
    if entry.filename.lower().endswith(PROGRAMS) or entry.external_attr >> 16 & 0o111:
        yield f"{entry.filename}: a program"


def metadata_findings(text: str, files: set[str]) -> Iterator[str]:
    """What is wrong with ``metadata.txt``.

    Args:
        text: Its contents.
        files: The plugin's files, relative to its folder.
    """
    parser = configparser.ConfigParser()  # interpolating, as the site's: a lone % is an error
    parser.optionxform = str
    try:
        parser.read_string(text)
        general = dict(parser["general"])
    except (configparser.Error, KeyError) as error:
        yield f"metadata.txt cannot be parsed: {error}"
        return
    for key in REQUIRED.split():
        if not general.get(key, "").strip():
            yield f"metadata.txt: {key} is missing"
    for key in LINKS:
        parsed = urlparse(general.get(key, ""))
        if not (parsed.scheme == "https" and parsed.netloc):
            yield f"metadata.txt: {key} is no link"
    if "/" in general.get("author", ""):
        yield "metadata.txt: author has a slash"
    if general.get("icon") not in files:
        yield "metadata.txt: icon names no file"
    if "supportsQt6" in general:
        yield "metadata.txt: supportsQt6 is deprecated; qgisMaximumVersion says it"
    yield from _form_findings(general)


def _form_findings(general: dict[str, str]) -> Iterator[str]:
    for key, most in LENGTHS.items():
        if len(general.get(key, "")) > most:
            yield f"metadata.txt: {key} is longer than {most} characters"
    forms = dict.fromkeys(("qgisMinimumVersion", "qgisMaximumVersion"), r"\d+\.\d+(\.\d+)?")
    forms.update(dict.fromkeys(("experimental", "deprecated", "server"), "True|False"))
    for key, form in forms.items():
        if not re.fullmatch(form, general.get(key, "")):
            yield f"metadata.txt: {key} is not of the form {form}"


def code_findings(folder: Path) -> Iterator[str]:
    """What Bandit, detect-secrets and Flake8 find in an unpacked plugin."""
    for found in json.loads(
        _run(folder, "bandit", "-r", ".", "-q", "-f", "json", "-s", NOT_BANDIT)
    )["results"]:
        yield "{filename}:{line_number}: {test_id} {issue_text}".format(**found)
    excluded = ("--exclude-files", r"metadata\.txt")
    secrets = json.loads(_run(folder, "detect_secrets", "scan", "--all-files", *excluded, "."))
    for file, found in secrets["results"].items():
        yield from (f"{file}:{each['line_number']}: {each['type']}" for each in found)
    options = ("--isolated", "--max-line-length", "120", "--select", FLAKE8)
    yield from _run(folder, "flake8", *options, ".").splitlines()


def _run(folder: Path, module: str, *options: str) -> str:
    # The tools end with 1 where they find something, and with more where they fail.
    command = [sys.executable, "-m", module, *options]
    environ = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    if done.returncode > 1 or "No module named" in done.stderr:
        sys.exit(f"error: {module} failed:\n{done.stderr}")
    return done.stdout


def findings(path: Path) -> list[str]:
    """All that the site would find in a zip."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        return [*archive_findings(path), *code_findings(Path(folder))]


if __name__ == "__main__":
    found = [finding for path in sys.argv[1:] for finding in findings(Path(path))]
    print("\n".join([*found, f"plugins.qgis.org would find {len(found) or 'nothing'}."]))
    sys.exit(bool(found))
