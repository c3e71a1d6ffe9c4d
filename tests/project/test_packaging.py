"""What is shipped: the zip, the metadata and the lock files."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import core
from scripts.site_check import findings, metadata_findings

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted([*ROOT.glob("resources/engine/*.txt"), *ROOT.glob("requirements/*.txt")])


@pytest.fixture(scope="module")
def metadata():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt", "utf-8")
    return parser["general"]


@pytest.fixture(scope="module")
def project():
    return (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory):
    """The zip that `make package` writes."""
    folder = tmp_path_factory.mktemp("dist")
    code = f"import package, pathlib; print(package.package(pathlib.Path({str(folder)!r})))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "scripts",
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def archive(zip_file):
    with zipfile.ZipFile(zip_file) as opened:
        yield opened


def test_one_version(metadata, project):
    assert f'version = "{metadata["version"]}"' in project
    assert core.__version__ == metadata["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{metadata['version']}]" in changelog


def test_metadata_has_what_qgis_and_its_site_ask_for(metadata):
    asked = "name description about version author email tracker repository homepage"
    assert all(metadata[name].strip() for name in asked.split())
    assert metadata["qgisMinimumVersion"] == "3.22"
    assert metadata["qgisMaximumVersion"] == "4.99"
    assert metadata["hasProcessingProvider"] == "yes"
    assert "supportsQt6" not in metadata
    assert (ROOT / metadata["icon"]).is_file()


def test_zip_is_a_whole_plugin(archive):
    names = set(archive.namelist())
    assert {name.split("/")[0] for name in names} == {"ginet_qgis"}
    for name in (
        "__init__.py",
        "metadata.txt",
        "LICENSE",
        "core/classify.py",
        "installer/__main__.py",
    ):
        assert f"ginet_qgis/{name}" in names
    for lock in ("torch", "torch-cpu", "cuda", "engine"):
        assert f"ginet_qgis/resources/engine/{lock}.txt" in names


@pytest.mark.slow
def test_site_finds_nothing(zip_file):
    assert findings(zip_file) == []


HOSTILE = """
import pickle, subprocess
PASSWORD = "hunter2hunter2"
def load(path):
    assert path
    try:
        return pickle.load(open(path, "rb"))
    except:
        pass
subprocess.run("ls", shell=True)
if PASSWORD == None:
    key = "AKIAIOSFODNN7EXAMPLA"
"""


def test_site_check_finds_what_the_site_finds(tmp_path):
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as opened:
        opened.writestr("bad/__init__.py", HOSTILE)
        opened.writestr("bad/metadata.txt", "[general]\nname=Bad\nabout=100 %\nexperimental=maybe")
        opened.writestr("bad/.git/config", "")
        opened.writestr("bad/run.sh", "")
        opened.writestr("other/file.txt", "")
    found = "\n".join(findings(bad))
    for rule in ("B101", "B105", "B110", "B301", "B403", "B602", "E711", "E722", "AWS Access Key"):
        assert rule in found
    for text in (
        "not one folder",
        ".git/config: hidden",
        "run.sh: a program",
        "LICENSE is missing",
    ):
        assert text in found
    assert "metadata.txt cannot be parsed" in found


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("email=", "mail=", "email is missing"),
        ("homepage=https://", "homepage=", "homepage is no link"),
        ("author=GINet", "author=A/B", "author has a slash"),
        ("external_deps=", f"external_deps={'x' * 500}", "external_deps is longer than 512"),
        ("icon=resources", "icon=pictures", "icon names no file"),
        ("license=", "supportsQt6=yes\nlicense=", "supportsQt6 is deprecated"),
        ("qgisMinimumVersion=3.22", "qgisMinimumVersion=three", "qgisMinimumVersion is not"),
        ("server=False", "server=no", "server is not"),
    ],
)
def test_metadata_fault_is_found(old, new, finding):
    text = (ROOT / "metadata.txt").read_text("utf-8")
    icon = {"resources/icons/ginet.svg"}
    assert old in text
    assert not [*metadata_findings(text, icon)]
    (found,) = metadata_findings(text.replace(old, new), icon)
    assert finding in found


def test_zip_holds_nothing_else(archive):
    unwanted = re.compile(r"__pycache__|\.pyc$|/\.|/tests?/|~$|\.part$|\.\.")
    assert not [name for name in archive.namelist() if unwanted.search(name)]
    assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}, "a link?"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_lock_pins_by_hash_and_names_no_host(lock):
    text = lock.read_text("utf-8")
    entries = re.split(r"\n(?=\w)", text)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.+]+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_lock_has_all_that_the_project_asks_for(project):
    asked = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)[1]
    engine = "".join(path.read_text("utf-8") for path in ROOT.glob("resources/engine/*.txt"))
    for name in re.findall(r'"([\w-]+)', asked):
        assert re.search(rf"^{name}==", engine, re.MULTILINE), f"run make lock: {name} is missing"
