"""The engine that is got ready while the user comes to the dock."""

import os
import signal

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QEvent

from ginet_qgis.engine.spare import spare

pytestmark = pytest.mark.usefixtures("cold_engine")


@pytest.fixture(autouse=True)
def none_is_left():
    yield
    spare.dismiss()


@pytest.fixture
def used(feedback, engine_processes):
    """Ids of the engines that have made progress."""
    found = set()
    feedback.progressChanged.connect(lambda _percent: found.update(engine_processes()))
    return found


def test_a_run_takes_the_engine_that_is_ready(classify, plain, used, engine_processes, temporary):
    spare.prepare()
    spare.prepare()
    ready = engine_processes()
    classify(plain)
    assert [*used] == ready
    assert len(ready) == 1
    assert engine_processes() == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("change", ["settings", "death"])
def test_one_that_does_not_serve_is_replaced(
    classify, plain, used, engine_processes, temporary, monkeypatch, change
):
    spare.prepare()
    (ready,) = engine_processes()
    if change == "settings":
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
    else:
        os.kill(ready, signal.SIGKILL)
        os.waitid(os.P_PID, ready, os.WEXITED | os.WNOWAIT)
    classify(plain)
    assert used
    assert ready not in used
    assert engine_processes() == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("lacking", ["engine", "folder for temporary files"])
def test_where_there_can_be_none_nothing_is_said(monkeypatch, tmp_path, engine_processes, lacking):
    if lacking == "engine":
        monkeypatch.setenv("GINET_ENGINE_PYTHON", str(tmp_path / "none"))
    else:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    spare.prepare()
    assert engine_processes() == []


def test_there_is_none_while_the_environment_changes(engine_processes):
    spare.prepare()
    with spare.suspended():
        assert engine_processes() == []
        spare.prepare()
        assert engine_processes() == []
    spare.prepare()
    assert len(engine_processes()) == 1


def test_one_that_would_soon_end_is_replaced(engine_processes, monkeypatch):
    spare.prepare()
    former = engine_processes()
    monkeypatch.setattr("ginet_qgis.engine.spare.IDLE_SECONDS", 0)
    spare.prepare()
    assert len(engine_processes()) == 1
    assert engine_processes() != former


def test_it_lives_while_the_dock_does(plugin, dock, engine_processes):
    assert engine_processes() == []
    for _ in range(2):
        QCoreApplication.sendEvent(dock, QEvent(QEvent.Type.Enter))
    assert len(engine_processes()) == 1
    plugin.unload()
    assert engine_processes() == []
