"""The manual's pages: web pages in an installed plugin, in a checkout those of `make docs`."""

from __future__ import annotations

from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices

from ginet_qgis.i18n import language
from ginet_qgis.paths import HELP


def help_url(page: str) -> str:
    """The address of a page in the user's language.

    Args:
        page: Its name in ``docs/en``, as "classify".

    Returns:
        Of a local file; of its Markdown in a checkout where no pages are built. Empty where there
        is neither.
    """
    pages = "zh" if language().startswith("zh") else "en"
    for folder, suffix in HELP:
        path = folder / pages / f"{page}{suffix}"
        if path.is_file():
            return path.as_uri()
    return ""


def open_help(page: str) -> None:
    """Show a page in the user's browser."""
    QDesktopServices.openUrl(QUrl(help_url(page)))
