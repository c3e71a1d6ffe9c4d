"""QGIS with the plugin set up, an engine to run on, and small rasters.

Nothing is mocked: QGIS is QGIS, and the engine is the engine's own process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from traceback import format_exception

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QEventLoop
from qgis.PyQt.QtGui import QCursor

from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.installer.variables import engine_environment
from tests.fixtures import qgis_layers
from tests.fixtures.qgis_window import Window, choose, click, until
from tests.fixtures.warm_engine import warm_engine

ROOT = Path(__file__).parents[2]


class Feedback(QgsProcessingFeedback):
    """Remembers what the user was told, by kind."""

    def __init__(self):
        super().__init__(False)
        self.infos, self.warnings, self.errors = [], [], []

    def pushInfo(self, info):
        self.infos.append(info)

    def pushWarning(self, warning):
        self.warnings.append(warning)

    def reportError(self, error, fatal=False):
        self.errors.append(error)


@pytest.fixture
def engine_processes():
    """Ids of this process's children that are engines."""

    def find() -> list[int]:
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(status.read_text().rpartition(")")[2].split()[1])
                command = (status.parent / "cmdline").read_bytes()
            except OSError:  # it has just ended
                continue
            if parent == os.getpid() and b"\0core\0" in command:
                found.append(int(status.parent.name))
        return found

    return find


@pytest.fixture(scope="session")
def engine_python():
    """The engine's Python, which starts an engine from nothing."""
    return EngineEnvironment().find()


@pytest.fixture(scope="session", autouse=True)
def _warm(engine_python, tmp_path_factory):
    """Let engines start at once."""
    folder = tmp_path_factory.mktemp("warm")
    with warm_engine(engine_python, engine_environment(), folder) as program:
        os.environ["GINET_ENGINE_PYTHON"] = str(program)
        yield
    os.environ["GINET_ENGINE_PYTHON"] = str(engine_python)


@pytest.fixture
def cold_engine(engine_python, monkeypatch):
    """Let engines start from nothing, as users' do."""
    monkeypatch.setenv("GINET_ENGINE_PYTHON", str(engine_python))


def write_model(engine_python, folder, encoder):
    script, path = ROOT / "tests" / "fixtures" / "tiny_model.py", folder / "tiny.safetensors"
    subprocess.run([engine_python, script, path, encoder], check=True, cwd=ROOT)
    return str(path)


@pytest.fixture(scope="session")
def model(engine_python, tmp_path_factory):
    """A model of a few channels with random weights."""
    return write_model(engine_python, tmp_path_factory.mktemp("model"), "tiny")


@pytest.fixture(scope="session")
def small_model(engine_python, tmp_path_factory):
    """As ``model``, with an encoder that engines started from nothing know."""
    folder = tmp_path_factory.mktemp("model")
    return write_model(engine_python, folder, "efficientnet_lite0")


@pytest.fixture(scope="session")
def window(qgis_app):
    """QGIS's main window."""
    window = Window()
    yield window
    window.close()


@pytest.fixture
def plugin(qgis_app, qgis_processing, window):
    """The plugin, as QGIS sets it up."""
    import ginet_qgis

    plugin = ginet_qgis.classFactory(window)
    plugin.initGui()
    yield plugin
    plugin.unload()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def dock(plugin, window, qgis_new_project, model):
    """The dock in an empty project, opened, with the tiny model and the processor chosen."""
    QgsProject.instance().clear()
    QCursor.setPos(0, 0)  # not over the dock, which gets an engine ready for who comes to it
    click(window.button(plugin.dock_action))
    dock = plugin.dock
    dock.form.model.choose(model)
    choose(dock.form.device, "cpu")
    yield dock
    dock.cancel.click()
    until(dock.start.isEnabled)
    QgsProject.instance().clear()


@pytest.fixture
def add_layer(layer):
    """Add a file to the project, at the top."""

    def add(path, name="image"):
        added = layer(path, name)
        QgsProject.instance().addMapLayer(added)
        return added

    return add


@pytest.fixture
def classify_in_dock(dock):
    """Click Run and wait for the end."""

    def run():
        click(dock.start)
        until(dock.start.isEnabled)
        return dock.message.text.text()

    return run


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory, monkeypatch):
    """Where this test's job files and logs go."""
    QgsProcessingUtils.tempFolder()  # made at the first call, wherever that is
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture(autouse=True)
def errors_in_slots(monkeypatch):
    """What is raised where Qt calls Python fails the test, as QGIS would show it to the user."""
    raised = []
    monkeypatch.setattr("sys.excepthook", lambda *what: raised.append(what))
    yield
    assert not raised, "".join(format_exception(*raised[0]))


@pytest.fixture
def feedback():
    return Feedback()


@pytest.fixture
def context(qgis_new_project, feedback):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    context.setFeedback(feedback)
    return context


@pytest.fixture
def classify(plugin, model, context, feedback, tmp_path):
    """Run ``ginet:classify`` as the Python console does, on the tiny model."""
    import processing

    def run(source, **parameters):
        if isinstance(source, Path):
            source = str(source)
        defaults = {"MODEL": model, "DEVICE": "cpu", "OUTPUT": str(tmp_path / "out.tif")}
        given = {"INPUT": source, **defaults, **parameters}
        return processing.run("ginet:classify", given, context=context, feedback=feedback)

    return run


@pytest.fixture
def in_background(context, feedback, monkeypatch):
    """Run an algorithm as the toolbox does: in a thread, then load what came of it."""
    from processing.gui import Postprocessing

    # From 3.40 on it asks the main window for its layer tree; the tests' window has none.
    monkeypatch.setattr(Postprocessing, "iface", None, raising=False)

    def run(algorithm_id, given):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
        task = QgsProcessingAlgRunnerTask(algorithm, given, context, feedback)
        loop, outcome = QEventLoop(), []
        task.executed.connect(lambda ok, results: (outcome.append((ok, results)), loop.quit()))
        QgsApplication.taskManager().addTask(task)
        loop.exec()
        ((ok, results),) = outcome
        assert ok, feedback.errors
        assert Postprocessing.handleAlgorithmResults(algorithm, context, feedback, parameters=given)
        return results

    return run


@pytest.fixture
def classify_in_background(plugin, model, in_background, tmp_path):
    """Run ``ginet:classify`` as the toolbox does."""

    def run(source, **parameters):
        defaults = {"MODEL": model, "DEVICE": "cpu", "OUTPUT": str(tmp_path / "out.tif")}
        return in_background("ginet:classify", {"INPUT": source, **defaults, **parameters})

    return run


@pytest.fixture
def layer():
    """Open a file as a layer."""

    def open_layer(path, name="layer"):
        opened = QgsRasterLayer(str(path), name)
        assert opened.isValid()
        return opened

    return open_layer


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rasters")


@pytest.fixture(scope="session")
def plain(folder):
    return qgis_layers.plain(folder)


@pytest.fixture(scope="session")
def holed(folder):
    return qgis_layers.holed(folder)


@pytest.fixture(scope="session")
def huge(folder):
    return qgis_layers.huge(folder)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Show each worker's QGIS on a display of its own, where no other takes focus and pointer."""
    display = os.environ.get(f"GINET_DISPLAY_{os.environ.get('PYTEST_XDIST_WORKER')}")
    if display:
        os.environ["DISPLAY"] = display


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    """Let go of the last test's layers while there is a QGIS: it ends with that test's fixtures."""
    if nextitem is None:
        item.funcargs.clear()


def pytest_sessionfinish(session, exitstatus):
    session.config.exit_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """End at once.

    QGIS never frees the exceptions of algorithms, and what those hold may crash the interpreter's
    own end, after all tests. That QGIS itself ends well with the plugin is seen in test_headless.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(config.exit_status)
