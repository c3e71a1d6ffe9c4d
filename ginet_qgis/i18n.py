"""Translation: English in the code, other languages in ``resources/i18n``."""

from __future__ import annotations

import re

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QTranslator

from ginet_qgis.paths import TRANSLATIONS
from ginet_qgis.words import tr

__all__ = ["language", "load_translator", "tr"]


def language() -> str:
    """The language that QGIS shows: of its option ``--lang``, else as set, else the system's."""
    application = QgsApplication.instance()
    return application.translation() or application.locale()


def load_translator() -> QTranslator | None:
    """The translation for QGIS's language; None where there is none, as for English.

    ``zh``, ``zh-Hans`` and other regions without a file of their own get the language's only one.
    """
    locale = language().replace("-", "_")
    short = re.split("[_.@]", locale)[0]
    if not short.isalpha():
        return None
    exact = TRANSLATIONS / f"ginet_{locale}.qm"
    for path in [exact, *sorted(TRANSLATIONS.glob(f"ginet_{short}*.qm"))]:
        translator = QTranslator()
        if path.is_file() and translator.load(str(path)):
            return translator
    return None
