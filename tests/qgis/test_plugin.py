"""The plugin's life cycle and its languages."""

import xml.etree.ElementTree as ET

import pytest
from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from ginet_qgis import i18n
from ginet_qgis.layers.styling import class_name as legend_name
from ginet_qgis.paths import ICON, TRANSLATIONS
from ginet_qgis.plugin import GinetPlugin
from scripts import translate


def test_unload_undoes_all_of_init(qgis_app, qgis_processing):
    """Also without a main window, as in qgis_process; and twice, as with the plugin reloader."""
    registry = QgsApplication.processingRegistry()
    before = [provider.id() for provider in registry.providers()]
    for _ in range(2):
        plugin = GinetPlugin(None)
        plugin.initProcessing()
        assert registry.providerById("ginet").svgIconPath() == str(ICON)
        plugin.unload()
        plugin.unload()
        assert [provider.id() for provider in registry.providers()] == before


@pytest.fixture
def speak(qgis_app):
    """Set QGIS's language."""
    settings = QgsSettings()

    def set_language(locale):
        settings.setValue("locale/overrideFlag", True)
        settings.setValue("locale/userLocale", locale)

    yield set_language
    settings.remove("locale")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en_US", None), ("C", None), ("zh", "zh_CN"), ("zh_CN", "zh_CN"), ("zh-Hans", "zh_CN")],
)
def test_language_follows_the_users_setting(speak, locale, language):
    speak(locale)
    translator = i18n.load_translator()
    assert (translator and translator.filePath().split("ginet_")[-1]) == (
        language and f"{language}.qm"
    )


def test_language_of_the_command_line_comes_first(speak):
    """``qgis --lang`` does not touch what is set."""
    speak("de")
    before = QgsApplication.instance().translation()
    QgsApplication.setTranslation("zh-Hans")
    try:
        assert i18n.language() == "zh-Hans"
        assert i18n.load_translator().filePath().endswith("ginet_zh_CN.qm")
    finally:
        QgsApplication.setTranslation(before)
    assert i18n.load_translator() is None


def test_toolbox_speaks_the_users_language(speak, qgis_processing):
    speak("zh-Hans")
    plugin = GinetPlugin(None)
    plugin.initProcessing()
    algorithm = plugin.provider.algorithm("classify")
    names = [algorithm.name(), algorithm.displayName(), algorithm.group()]
    labels = [each.description() for each in algorithm.parameterDefinitions()]
    legend = legend_name("tree")
    plugin.unload()
    assert names == ["classify", "土地覆盖分类", "土地覆盖"]
    assert labels[:2] == ["影像", "范围"]
    assert legend == "乔木"
    assert legend_name("tree") == "tree"


def test_chinese_is_complete_and_built():
    """Every sentence in the code is in the .ts, translated, and in the .qm that is shipped."""
    messages = ET.parse(TRANSLATIONS / "ginet_zh_CN.ts").findall("context/message")
    table = {message.findtext("source"): message.findtext("translation") for message in messages}
    assert set(table) == set(translate.sources())
    assert all(table.values())
    translator = QTranslator()
    assert translator.load(str(TRANSLATIONS / "ginet_zh_CN.qm"))
    QCoreApplication.installTranslator(translator)
    shown = {source: i18n.tr(source) for source in table}
    QCoreApplication.removeTranslator(translator)
    assert shown == table
    for source, translation in table.items():
        assert sorted(translate.placeholders(source)) == sorted(translate.placeholders(translation))
