"""The button that opens a window's page of the manual."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QToolButton

from ginet_qgis.help import help_url, open_help
from ginet_qgis.i18n import tr


class HelpButton(QToolButton):
    """A question mark; not there where the manual is not.

    Args:
        page: The page's name.
    """

    def __init__(self, page: str) -> None:
        """Take QGIS's own icon for help."""
        super().__init__()
        self.setIcon(QgsApplication.getThemeIcon("/mActionHelpContents.svg"))
        self.setAutoRaise(True)
        self.setToolTip(tr("Open the manual"))
        self.setAccessibleName(tr("Open the manual"))
        self.setVisible(bool(help_url(page)))
        self.clicked.connect(lambda: open_help(page))
