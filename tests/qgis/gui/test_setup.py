"""Set-up in QGIS: the dialog, ``ginet:setup``, and what is offered where there is no engine.

The installer is the real one, with real pip and venv; what it installs is tiny.
"""

import json
import os
import sys
import threading
import time
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsNetworkAccessManager, QgsProcessingException
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtNetwork import QNetworkProxy
from qgis.PyQt.QtWidgets import QMessageBox

from ginet_qgis.engine import engine
from ginet_qgis.installer import environment, managed
from ginet_qgis.installer.environment import EngineEnvironment
from tests.fixtures.qgis_window import click, until
from tests.fixtures.tiny_index import begun, write_locks

WORKS = {"torch": "0.1", "device": "cpu", "device_name": "a processor", "fallback": ""}


def telling(**changes):
    """A check that needs what is installed, and tells what a trial tells."""
    return f"import torch, tqdm\nprint({json.dumps({**WORKS, **changes})!r})"


@pytest.fixture
def no_engine(monkeypatch, tmp_path):
    """An empty home, tiny lock files, and wheels for them in a folder that pip looks into."""
    for name in ("GINET_ENGINE_PYTHON", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GINET_HOME", str(tmp_path / "Müller 地图"))
    monkeypatch.setenv("GINET_BASE_PYTHON", sys.executable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", (tmp_path / "wheels").as_uri())
    locks = write_locks(tmp_path / "locks", tmp_path / "wheels")
    monkeypatch.setattr(managed, "LOCKS", locks)
    monkeypatch.setattr(environment, "CHECK", telling())
    return tmp_path


@pytest.fixture
def dialog(no_engine, plugin):
    """The set-up dialog, opened through the menu."""
    plugin.windows.actions[0].trigger()
    dialog = plugin.windows.setup
    until(dialog.form.is_ready)
    yield dialog
    dialog.shut_down()


def finish(dialog):
    """Wait for the end of what was begun; returns what is told."""
    until(lambda: not dialog.cancel.isEnabled() and dialog.message.isVisible())
    return dialog.message.text.text()


@pytest.fixture
def answer(monkeypatch):
    """Answer the next question."""

    def give(button):
        monkeypatch.setattr(QMessageBox, "question", lambda *_what: button)

    return give


def test_dock_offers_the_set_up(no_engine, plugin, window, qgis_new_project):
    click(window.button(plugin.dock_action))
    message = plugin.dock.message
    assert "not installed yet" in message.text.text()
    assert "ginet:setup" in message.text.text()
    click(message.remedy)
    assert plugin.windows.setup.isVisible()
    message.clear()
    click(plugin.dock.start)
    assert message.remedy.isVisible()


def test_dialog_before_anything_is_done(dialog):
    assert "not installed yet" in dialog.state.text()
    said = dialog.form.size.text()
    assert "must be free, " in said
    assert "Not offered here" in said
    assert "No ROCm build is pinned" in said
    assert dialog.start.text() == "&Install"
    offered = [
        dialog.form.build.itemData(row)
        for row in range(dialog.form.build.count())
        if dialog.form.build.model().item(row).isEnabled()
    ]
    assert "cpu" in offered
    assert "rocm" not in offered
    assert dialog.start.isEnabled()
    for button in (dialog.cancel, dialog.check, dialog.remove, dialog.log):
        assert not button.isEnabled()
    assert not EngineEnvironment().home.exists(), "opening it has done nothing"


def test_cancel_go_on_try_remove(dialog, plugin, answer):
    """The whole life of an engine; QGIS stays responsive meanwhile."""
    click(dialog.start)
    until(lambda: EngineEnvironment().python.exists())
    click(dialog.cancel)
    assert finish(dialog).startswith("Cancelled. What is installed so far is kept")
    assert "not finished" in dialog.state.text()
    assert dialog.start.text() == "&Go on installing"
    assert dialog.log.isEnabled()

    ticks = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(20)
    heard = []
    dialog.engine_changed.connect(lambda: heard.append(True))
    click(dialog.start)
    assert not dialog.form.isEnabled()
    assert finish(dialog).startswith("The engine works: ")
    timer.stop()
    assert len(ticks) > 20
    assert heard
    assert engine.find_python() == EngineEnvironment().python
    assert "PyTorch 0.1 computes on a processor" in dialog.state.text()

    assert not dialog.start.isEnabled(), "nothing is left to install"
    folder = dialog.form.folder.filePath()
    dialog.form.folder.setFilePath(f"{folder} 2")
    assert dialog.start.isEnabled()
    dialog.form.folder.setFilePath(folder)

    click(dialog.check)
    assert finish(dialog).startswith("The engine works")

    answer(QMessageBox.StandardButton.No)
    click(dialog.remove)
    assert EngineEnvironment().complete
    answer(QMessageBox.StandardButton.Yes)
    click(dialog.remove)
    assert finish(dialog) == "The engine was removed."
    assert not list(EngineEnvironment().home.glob("engine*"))
    assert "not installed yet" in dialog.state.text()


def test_dock_hears_of_the_new_engine(dialog, plugin, window, no_engine):
    click(window.button(plugin.dock_action))
    assert plugin.dock.message.remedy.isVisible()
    dialog.form.existing.setChecked(True)
    assert not dialog.start.isEnabled()
    dialog.form.python.setFilePath(sys.executable)
    environment.CHECK = f"print({json.dumps(WORKS)!r})"
    click(dialog.start)
    assert finish(dialog).startswith("The engine works")
    assert plugin.dock.message.isHidden()
    window.button(plugin.dock_action).click()


def test_python_of_the_users_own_that_lacks_packages(dialog, monkeypatch):
    monkeypatch.setattr(environment, "CHECK", "import no_such_package")
    dialog.form.existing.setChecked(True)
    dialog.form.python.setFilePath(sys.executable)
    assert dialog.start.text() == "Try and &use"
    click(dialog.start)
    said = finish(dialog)
    assert "No module named 'no_such_package'" in said
    assert "Install the missing package into that Python" in said
    with pytest.raises(engine.EngineError):
        engine.find_python()


def test_no_network_then_diagnostics_and_log(dialog, monkeypatch, empty_environment):
    begun(EngineEnvironment(), empty_environment)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@127.0.0.1:9/simple")
    click(dialog.start)
    assert "Check the connection to the internet" in finish(dialog)
    assert dialog.start.text() == "&Go on installing"

    click(dialog.copy)
    copied = QgsApplication.clipboard().text()
    assert "GINet for QGIS" in copied
    assert "Build cpu: offered" in copied
    assert "127.0.0.1:9" in copied
    assert "secret" not in copied
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    click(dialog.log)
    assert opened == [str(EngineEnvironment().log)]


def test_folder_that_cannot_be_one_and_offline_wheels(dialog, no_engine):
    (no_engine / "file").write_text("")
    dialog.form.folder.setFilePath(str(no_engine / "file"))
    click(dialog.start)
    said = finish(dialog)
    assert "cannot be written" in said
    assert "Choose a folder that you may write to" in said
    (no_engine / "empty").mkdir()
    dialog.form.folder.setFilePath(str(no_engine / "another disk"))
    dialog.form.wheels.setFilePath(str(no_engine / "empty"))
    click(dialog.start)
    assert "holds no wheels" in finish(dialog)


def test_card_that_fails_is_told_and_not_used(dialog, monkeypatch, feedback):
    reason = "cuda: no kernel image is available"
    monkeypatch.setattr(
        environment, "CHECK", f"print({json.dumps({**WORKS, 'fallback': reason})!r})"
    )
    dialog.form.existing.setChecked(True)
    dialog.form.python.setFilePath(sys.executable)
    click(dialog.start)
    assert reason in finish(dialog)
    job = engine.with_settings({"verb": "classify", "device": "auto"}, feedback)
    assert job["device"] == "cpu"
    assert reason in feedback.infos[0]
    job = engine.with_settings({"verb": "classify", "device": "cuda"}, feedback)
    assert job["device"] == "cuda", "who asks for it gets it"


def test_plugin_unloaded_in_the_middle(dialog, plugin):
    """As when QGIS is closed: the installer ends too, and can go on another day."""
    click(dialog.start)
    until(lambda: EngineEnvironment().folder.exists())
    plugin.unload()
    assert QgsApplication.taskManager().countActiveTasks() == 0
    assert not EngineEnvironment().complete
    plugin.initGui()
    plugin.windows.open_setup()
    until(plugin.windows.setup.form.is_ready)
    assert plugin.windows.setup.start.text() in ("&Go on installing", "&Install")


def test_proxy_of_qgis_is_used(no_engine, dialog, monkeypatch, empty_environment):
    """With its user name and password, which no log tells."""
    begun(EngineEnvironment(), empty_environment)
    heard = []

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self):
            heard.append((self.path, self.headers["Proxy-Authorization"]))
            self.send_error(407)

        def log_message(self, *_what):
            """Quiet."""

    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.invalid/simple")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    manager = QgsNetworkAccessManager.instance()
    before = manager.fallbackProxy()
    proxy = QNetworkProxy(
        QNetworkProxy.ProxyType.HttpProxy, "127.0.0.1", server.server_port, "me", "p@ss"
    )
    manager.setFallbackProxyAndExcludes(proxy, [], [])
    try:
        click(dialog.start)
        assert "Set your HTTP proxy in QGIS" in finish(dialog)
    finally:
        manager.setFallbackProxyAndExcludes(before, [], [])
        server.shutdown()
        server.server_close()
        thread.join()
    assert heard[0] == ("index.invalid:443", f"Basic {b64encode(b'me:p@ss').decode()}")
    assert "p@ss" not in EngineEnvironment().log.read_text()


def test_algorithm(no_engine, plugin, context, feedback, monkeypatch, empty_environment):
    """Install, check and remove as a script does; the other algorithms name it until then."""
    import processing

    def run(**parameters):
        return processing.run("ginet:setup", parameters, context=context, feedback=feedback)

    can, reason = plugin.provider.algorithm("classify").create().canExecute()
    assert not can
    assert "ginet:setup" in reason
    assert plugin.provider.algorithm("setup").create().canExecute()[0]
    with pytest.raises(QgsProcessingException, match="Mac with Apple silicon"):
        run(BUILD="mps")
    with pytest.raises(QgsProcessingException, match="not installed yet"):
        run(ACTION="check")
    begun(EngineEnvironment(), empty_environment)
    results = run()
    assert results["DEVICE"] == "cpu"
    assert Path(results["PYTHON"]) == engine.find_python()
    assert Path(results["LOG"]).is_file()
    assert "PyTorch 0.1 computes on cpu (a processor)" in feedback.infos
    monkeypatch.setattr(environment, "CHECK", telling(fallback="cuda: broken"))
    run(ACTION="check")
    assert "The graphics card cannot compute (cuda: broken)" in feedback.warnings[-1]
    run(ACTION="remove")
    assert not list(EngineEnvironment().home.glob("engine*"))
