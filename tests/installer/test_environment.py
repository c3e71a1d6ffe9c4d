"""The installer of the engine's environment, on a tiny wheelhouse and with real pip and venv."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ginet_qgis.installer import base_python, command, environment, errors
from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.installer.install import Wanted
from ginet_qgis.installer.lock import one_at_a_time
from ginet_qgis.installer.variables import pip_environment
from tests.fixtures.tiny_index import begun, write_locks

ROOT = Path(__file__).resolve().parents[2]
CHECK = 'import tqdm, torch, json; print(json.dumps({"works": tqdm.works}))'


@pytest.fixture(autouse=True)
def _own_variables(monkeypatch, tmp_path):
    """No test sees the user's settings, home or index."""
    for name in ("GINET_ENGINE_PYTHON", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GINET_HOME", str(tmp_path / "my home 地图"))
    monkeypatch.setenv("GINET_BASE_PYTHON", sys.executable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", (tmp_path / "wheels").as_uri())


@pytest.fixture
def empty_engine(tmp_path):
    """An environment in a home with a space and Chinese characters, not begun yet."""
    locks = write_locks(tmp_path / "locks", tmp_path / "wheels")
    return EngineEnvironment(locks=locks, check=CHECK)


@pytest.fixture
def engine(empty_engine, empty_environment):
    """The same, as an installation leaves it that stopped after its first step: that takes long."""
    return begun(empty_engine, empty_environment)


def test_builds_once_and_finds_it(empty_engine, monkeypatch):
    engine = empty_engine
    told = []
    python = engine.build(lambda share, text: told.append((share, text)))

    assert engine.find() == python == engine.python
    assert json.loads(engine.marker.read_text("utf-8"))["works"] is True
    assert engine.info()["managed"]["base"] == sys.executable
    assert not (engine.folder / "tmp").exists()
    shares = [share for share, _text in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert not list(engine.folder.glob("lib/*/site-packages/triton.py")), "no CUDA was asked for"

    monkeypatch.setattr(environment, "Installation", pytest.fail)
    assert engine.build() == python


def test_cuda_build_brings_its_libraries(empty_engine, empty_environment, tmp_path):
    write_locks(empty_engine.locks, tmp_path / "wheels", cuda="'13.0'")
    engine = begun(empty_engine, empty_environment)
    engine.build()
    assert list(engine.folder.glob("[Ll]ib*/**/site-packages/triton.py"))


def test_changed_lock_means_another_folder(engine):
    before = engine.folder
    (engine.locks / "engine.txt").write_text("tqdm==0.4\n")
    assert engine.folder != before
    assert engine.folder.parent == before.parent


def test_wrong_hash_is_refused(empty_engine, empty_environment):
    (empty_engine.locks / "engine.txt").write_text("tqdm==0.3 --hash=sha256:" + 64 * "1")
    engine = begun(empty_engine, empty_environment)
    with pytest.raises(errors.InstallError, match="altered") as caught:
        engine.build()
    assert str(engine.log) in caught.value.hint
    with pytest.raises(errors.EngineMissingError, match="not finished"):
        engine.find()


def test_failing_check_is_told(engine):
    broken = EngineEnvironment(engine.home, engine.locks, "import nothing_of_that_name")
    with pytest.raises(errors.InstallError, match="nothing_of_that_name"):
        broken.build()
    assert not broken.complete


def test_cancelled_installation_goes_on_where_it_stopped(engine):
    told = []

    def at_the_last_step():
        # The step may be over before pip's line about it is read.
        return any("tqdm" in text or text == "Trying the environment" for text in told)

    with pytest.raises(errors.InstallCancelledError, match="start again to go on"):
        engine.build(lambda _share, text: told.append(text), at_the_last_step)
    assert engine.begun
    assert not engine.complete
    torch = next(engine.folder.glob("[Ll]ib*/**/site-packages/torch/__init__.py"))
    before = torch.stat().st_mtime_ns
    told.clear()

    engine.build(lambda _share, text: told.append(text))

    assert torch.stat().st_mtime_ns == before, "installed again"
    assert "Going on with an installation that was not finished" in told
    assert not [text for text in told if "torch" in text]
    assert engine.complete


def test_constraints_in_pips_settings_do_not_matter(engine, tmp_path, monkeypatch):
    """A file of constraints in pip's settings is for other environments: here all is pinned."""
    limits, settings = tmp_path / "limits.txt", tmp_path / "pip.conf"
    limits.write_text("torch<=0.05\ntqdm<=0.05\n")
    settings.write_text(f"[global]\nconstraint = {limits.as_uri()}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    assert engine.build() == engine.python


def test_another_build_replaces_the_first(engine, monkeypatch):
    engine.build(wanted=Wanted("cpu"))
    made = engine.marker.stat().st_mtime_ns
    assert engine.build(wanted=Wanted("auto")) == engine.python
    assert engine.build(wanted=Wanted("cpu")) == engine.python
    assert engine.marker.stat().st_mtime_ns == made
    with pytest.raises(errors.BuildNotOfferedError, match=r"Mac.*build for the processor"):
        engine.build(wanted=Wanted("mps"))
    assert engine.complete, "what works is kept where nothing else is offered"


def test_folder_of_wheels_serves_without_an_index(engine, tmp_path, monkeypatch):
    wheels = tmp_path / "wheels"
    offline = wheels.rename(tmp_path / "Räder für 地图")
    monkeypatch.delenv("PIP_FIND_LINKS")
    engine.build(wanted=Wanted(wheels=offline))
    assert engine.complete
    (tmp_path / "empty").mkdir()
    other = EngineEnvironment(tmp_path / "other", engine.locks, CHECK)
    with pytest.raises(errors.InstallError, match=r"holds no wheels.*pip download"):
        other.build(wanted=Wanted(wheels=tmp_path / "empty"))


def test_second_installer_waits_for_the_first(engine):
    pythons, told = [], []
    both = [
        threading.Thread(
            target=lambda: pythons.append(engine.build(lambda _share, text: told.append(text)))
        )
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert pythons == [engine.python] * 2
    assert told.count("Trying the environment") == 1
    assert "Waiting for another installation" in told


def test_installer_that_waits_while_all_is_removed(engine):
    """The lock that it waits for is deleted with the rest: it takes a new one."""
    waits, begins = threading.Event(), threading.Event()

    def hear(_share, text):
        if text.startswith("Waiting"):
            waits.set()
        if text.startswith("Making an environment"):
            begins.set()

    def build():
        with pytest.raises(errors.InstallCancelledError):
            engine.build(hear, begins.is_set)  # all of it takes long

    thread = threading.Thread(target=build)
    with one_at_a_time(engine.home / "install.lock", environment.quietly, environment.never):
        thread.start()
        assert waits.wait(60)
        shutil.rmtree(engine.home)
    thread.join()
    assert begins.is_set()
    assert (engine.home / "install.lock").is_file()


def test_remove_deletes_earlier_environments_too(empty_engine):
    engine = empty_engine
    (engine.home / "engine-000000000000").mkdir(parents=True)
    engine.folder.mkdir()
    assert len(engine.remove()) == 2
    assert not engine.home.exists()
    assert EngineEnvironment(engine.home / "never made").remove() == []


def test_remove_leaves_what_is_the_users(empty_engine):
    engine = empty_engine
    (engine.home / "engine-tests").mkdir(parents=True)
    (engine.home / "engine-0000000000ff").touch()
    assert engine.remove() == []
    assert sorted(each.name for each in engine.home.iterdir()) == [
        "engine-0000000000ff",
        "engine-tests",
    ]


def test_chosen_python_is_tried_and_not_changed(empty_engine, monkeypatch):
    engine = empty_engine
    monkeypatch.setenv("GINET_ENGINE_PYTHON", sys.executable)
    assert engine.find() == Path(sys.executable)
    good = EngineEnvironment(engine.home, engine.locks, "print('{}')")
    assert good.build() == Path(sys.executable)
    bad = EngineEnvironment(engine.home, engine.locks, "import nothing_of_that_name")
    with pytest.raises(errors.InstallError, match="Install the missing package"):
        bad.build()
    assert not engine.folder.exists()


def test_python_of_the_users_own(engine, tmp_path):
    """It is tried, remembered, never changed, and let go by removing or installing."""
    tell = "import json, sys; print(json.dumps({'device': 'cpu', 'prefix': sys.prefix}))"
    own = EngineEnvironment(engine.home, engine.locks, tell)
    assert own.use(sys.executable) == Path(sys.executable)
    assert EngineEnvironment().find() == Path(sys.executable)
    assert own.tried == {"device": "cpu", "prefix": sys.prefix}
    with pytest.raises(errors.InstallError, match="no_such_module"):
        EngineEnvironment(engine.home, engine.locks, "import no_such_module").use(sys.executable)
    assert own.find() == Path(sys.executable), "a bad one does not replace a good one"
    with pytest.raises(errors.EngineMissingError, match="is no program"):
        own.use(str(tmp_path))
    engine.build()
    assert own.find() == engine.python
    own.use(sys.executable)
    own.remove()
    with pytest.raises(errors.EngineMissingError, match="not installed yet"):
        own.find()


def test_python_of_the_users_own_that_is_gone(engine, tmp_path):
    gone = tmp_path / "python3"
    gone.symlink_to(sys.executable)
    EngineEnvironment(engine.home, engine.locks, "print('{}')").use(str(gone))
    gone.unlink()
    with pytest.raises(errors.EngineMissingError, match="python3, is no program"):
        engine.find()


def test_folder_of_the_users_own_is_remembered(engine, tmp_path):
    other = tmp_path / "another disk"
    engine.folder.parent.rename(other)
    other = EngineEnvironment(other, engine.locks, CHECK)
    with pytest.raises(errors.InstallCancelledError):
        other.build(cancelled=lambda: True)
    assert EngineEnvironment(locks=engine.locks).begun, "it is remembered from the start"
    python = other.build()
    assert EngineEnvironment(locks=engine.locks).find() == python
    assert python.is_relative_to(tmp_path / "another disk")
    EngineEnvironment(locks=engine.locks).remove()
    assert EngineEnvironment(locks=engine.locks).home == engine.home


def test_damaged_choices_are_none(empty_engine):
    engine = empty_engine
    engine.home.mkdir()
    for text in ("", "[]", '{"python": 3', '{"folder": 3}'):
        (engine.home / "engine.json").write_text(text)
        assert EngineEnvironment().home == engine.home


def test_chosen_python_that_is_no_program(engine, monkeypatch):
    monkeypatch.setenv("GINET_ENGINE_PYTHON", "/no/such/python")
    with pytest.raises(errors.EngineMissingError, match="GINET_ENGINE_PYTHON"):
        engine.find()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    "answer", ["[3, 9, true, true]", "[3, 15, true, true]", "[3, 11, false, true]", ""]
)
def test_unfit_base_python_is_refused(tmp_path, monkeypatch, answer):
    python = tmp_path / "python3"
    python.write_text(f"#!/bin/sh\necho '{answer}'\ntest -n '{answer}'\n")
    python.chmod(0o755)
    monkeypatch.setenv("GINET_BASE_PYTHON", str(python))
    with pytest.raises(errors.BasePythonMissingError, match=r"python3 is no 64-bit.*python3-venv"):
        base_python.find_base_python()


def test_best_base_python_is_taken(monkeypatch):
    versions = {"/a/python3.13": (3, 13), "/b/python3": (3, 12), "/c/python3.9": None}
    monkeypatch.delenv("GINET_BASE_PYTHON")
    monkeypatch.setattr(base_python, "_candidates", lambda: iter(versions))
    monkeypatch.setattr(base_python, "_probe", versions.get)
    assert base_python.find_base_python() == "/b/python3"


def test_children_do_not_inherit_qgis_python(monkeypatch):
    for name in ("PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "PROJ_LIB", "QT_PLUGIN_PATH"):
        monkeypatch.setenv(name, "/usr/share/qgis")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("PIP_INDEX_URL", "http://mirror/simple")
    variables = pip_environment()
    assert {"HTTPS_PROXY", "PIP_INDEX_URL", "PATH"} <= variables.keys()
    assert not {"PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "PROJ_LIB"} & variables.keys()


@pytest.mark.parametrize("in_the_way", ["home", "home/install.lock", "home/install.log"])
def test_home_that_cannot_be_written(tmp_path, monkeypatch, capsys, in_the_way):
    """A file where the folder is to be, or a folder where a file is to be."""
    place = tmp_path / in_the_way
    place.write_text("") if in_the_way == "home" else place.mkdir(parents=True)
    monkeypatch.setenv("GINET_HOME", str(tmp_path / "home"))
    assert command.main(["build"]) == 1
    said = capsys.readouterr().err
    assert f"error: {place} cannot be written: " in said
    assert said.endswith("Choose a folder that you may write to, or set GINET_HOME to one.\n")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_chosen_python_that_cannot_be_started(engine, tmp_path, monkeypatch):
    python = tmp_path / "python3"
    python.write_text("#!/no/such/interpreter\n")
    python.chmod(0o755)
    monkeypatch.setenv("GINET_ENGINE_PYTHON", str(python))
    with pytest.raises(errors.InstallError, match=r"python3 cannot be started: .*another Python"):
        engine.build()


def test_script_says_what_to_do(tmp_path):
    script = ROOT / "ginet_qgis" / "installer"
    done = subprocess.run(
        [sys.executable, script, "python"],
        env={**os.environ, "GINET_HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: The engine's Python environment is not installed yet.")
    assert f'python3 "{script}" build' in done.stderr
