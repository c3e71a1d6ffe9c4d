"""Translation for the installer, which also runs where there is no QGIS."""

from __future__ import annotations

import sys

CONTEXT = "GINet"
"""One context for the whole plugin: a sentence is translated once, wherever it is said."""


def noop(text: str) -> str:
    """``text`` as it is: marks what ``tr`` translates elsewhere."""
    return text


def tr(text: str) -> str:
    """``text`` in the user's language where Qt is loaded, else in English."""
    qt = sys.modules.get("qgis.PyQt.QtCore")
    return qt.QCoreApplication.translate(CONTEXT, text) if qt is not None else text
