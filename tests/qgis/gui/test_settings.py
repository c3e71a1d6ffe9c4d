"""The page in QGIS's options: what it shows, and that what is set takes effect."""

from pathlib import Path

import pytest
from qgis.core import QgsProcessingFeedback, QgsProject, QgsSettings

from ginet_qgis import settings
from ginet_qgis.engine.engine import with_settings
from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.models import model_files


@pytest.fixture(autouse=True)
def _own_settings(qgis_app):
    yield
    QgsSettings().remove(settings.SCOPE)


@pytest.fixture
def page(plugin, window):
    """The page as QGIS makes it."""
    (factory,) = window.options
    page = factory.createWidget(window.mainWindow())
    page.show()
    yield page
    page.setParent(None)


def test_page_shows_the_engine_and_opens_the_dialogs(page, plugin):
    assert str(EngineEnvironment().find()) in page.state.text()
    page.set_up.click()
    assert plugin.windows.setup.isVisible()
    page.models.click()
    assert plugin.windows.models.isVisible()


def test_page_without_an_engine(plugin, window, monkeypatch, tmp_path):
    monkeypatch.delenv("GINET_ENGINE_PYTHON", raising=False)
    monkeypatch.setenv("GINET_HOME", str(tmp_path))
    (factory,) = window.options
    assert "not installed yet" in factory.createWidget(None).state.text()


def test_nothing_is_kept_before_it_is_accepted(page):
    page.threads.setValue(3)
    assert settings.threads() == 0
    page.apply()
    assert settings.threads() == 3


def test_page_shows_what_is_set(page, window, tmp_path):
    page.device.setCurrentIndex(page.device.findData("mps"))
    page.threads.setValue(2)
    page.reduced.setChecked(False)
    page.all_bands.setChecked(False)
    page.models_folder.setFilePath(str(tmp_path / "模型 und mehr"))
    page.apply()
    (factory,) = window.options
    again = factory.createWidget(None)
    assert again.device.currentData() == "mps"
    assert again.threads.value() == 2
    assert not again.reduced.isChecked()
    assert not again.all_bands.isChecked()
    for verb in ("finetune", "session"):
        job = {"verb": verb, "device": "auto"}
        asked = with_settings(job, QgsProcessingFeedback())
        assert (asked["finest"], asked["other_bands"]) == (None, False)
    assert again.models_folder.filePath() == str(tmp_path / "模型 und mehr")
    again.device.setCurrentIndex(0)
    again.threads.setValue(0)
    again.reduced.setChecked(True)
    again.all_bands.setChecked(True)
    again.models_folder.setFilePath("")
    again.apply()
    assert not QgsSettings().contains("ginet/threads")
    assert not {"finest", "other_bands"} & {*with_settings(job, QgsProcessingFeedback())}
    assert (settings.device(), settings.threads(), settings.models_folder()) == ("auto", 0, "")


def test_damaged_settings_are_defaults(qgis_app):
    for name, value in (("device", "abacus"), ("threads", "many")):
        QgsSettings().setValue(f"ginet/{name}", value)
    assert (settings.device(), settings.threads()) == ("auto", 0)
    QgsSettings().setValue("ginet/threads", -4)
    assert settings.threads() == 0


def test_file_in_the_place_of_the_models_folder_is_refused(page, tmp_path):
    (tmp_path / "file").write_text("")
    page.models_folder.setFilePath(str(tmp_path / "file"))
    assert not page.isValid()
    page.apply()
    assert settings.models_folder() == ""


def test_device_is_the_default_of_dock_and_toolbox(page, plugin, qgis_new_project):
    page.device.setCurrentIndex(page.device.findData("cpu"))
    page.apply()
    for name in ("classify", "finetune"):
        algorithm = plugin.provider.algorithm(name).create()
        assert algorithm.parameterDefinition("DEVICE").defaultValue() == "cpu"
    QgsProject.instance().clear()
    assert plugin.dock.form.device.currentData() == "cpu"


def test_threads_reach_the_engine(classify, plain, feedback):
    heard = []
    feedback.hear = heard.append
    settings.keep(threads=1)
    classify(plain)
    (start,) = [event for event in heard if event["event"] == "start"]
    assert start["threads"] == 1


def test_models_folder_is_where_models_are_found_and_put(plugin, model, tmp_path):
    settings.keep(models_folder=str(tmp_path / "模型"))
    added = model_files.add(Path(model))
    assert added.parent == tmp_path / "模型"
    assert ("tiny", str(added)) in model_files.choices()
    plugin.dock.form.model.list_models()
    assert plugin.dock.form.model.models.findData(str(added)) >= 0
    assert EngineEnvironment().find()
