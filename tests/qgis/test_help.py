"""Help: each algorithm and window opens its page, from disk and in the user's language."""

from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices

from ginet_qgis import help as manual
from ginet_qgis.gui.finetune.dialog import FinetuneDialog
from ginet_qgis.gui.help_button import HelpButton


@pytest.fixture
def opened(monkeypatch):
    """Addresses that the user's browser was asked to open."""
    addresses = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: addresses.append(url))
    return addresses


@pytest.fixture
def speak(monkeypatch):
    """Set the user's language."""
    application = QgsApplication.instance()
    return lambda locale: monkeypatch.setattr(application, "locale", lambda: locale, raising=False)


@pytest.mark.parametrize(
    ("locale", "folder"), [("en_US", "en"), ("de", "en"), ("zh_CN", "zh"), ("zh-Hans", "zh")]
)
def test_each_algorithm_opens_its_page(plugin, speak, locale, folder):
    speak(locale)
    for algorithm in plugin.provider.algorithms():
        page = Path(QUrl(algorithm.helpUrl()).toLocalFile())
        assert page.is_file()
        assert (page.parent.name, page.stem) == (folder, algorithm.name())


def test_installed_pages_come_first_whatever_the_path(monkeypatch, tmp_path, speak):
    speak("zh_CN")
    installed, checkout = tmp_path / "插件 #1 100%" / "help", tmp_path / "docs"
    for folder, name in ((installed, "dock.html"), (checkout, "dock.md"), (checkout, "wire.md")):
        (folder / "zh").mkdir(parents=True, exist_ok=True)
        (folder / "zh" / name).touch()
    monkeypatch.setattr(manual, "HELP", ((installed, ".html"), (checkout, ".md")))
    assert QUrl(manual.help_url("dock")).toLocalFile() == str(installed / "zh" / "dock.html")
    assert QUrl(manual.help_url("wire")).toLocalFile() == str(checkout / "zh" / "wire.md")
    assert manual.help_url("nothing") == ""


def test_button_opens_the_page_or_is_not_there(qgis_app, opened):
    button = HelpButton("dock")
    button.click()
    assert [Path(url.toLocalFile()).stem for url in opened] == ["dock"]
    assert not button.isHidden()
    assert HelpButton("nothing").isHidden()


@pytest.mark.parametrize("page", ["dock", "finetune", "setup", "settings"])
def test_windows_have_their_button(plugin, opened, page):
    """The button in each of the plugin's windows opens that window's page."""
    windows = {
        "dock": lambda: plugin.dock,
        "finetune": lambda: FinetuneDialog(plugin.iface, plugin.dock.form.device),
        "setup": lambda: plugin.windows.open_setup() or plugin.windows.setup,
        "settings": lambda: plugin.windows.open_models() or plugin.windows.models,
    }
    buttons = windows[page]().findChildren(HelpButton)
    for button in buttons:
        button.click()
    pages = [Path(url.toLocalFile()).stem for url in opened]
    assert sorted(pages) == (["dock", "teach"] if page == "dock" else [page])
