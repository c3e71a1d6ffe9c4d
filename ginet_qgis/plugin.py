"""The plugin's life cycle: all that is set up here, ``unload`` undoes."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication

from ginet_qgis.i18n import load_translator
from ginet_qgis.provider import GinetProvider


class GinetPlugin:
    """What QGIS holds while the plugin is enabled.

    Args:
        iface: QGIS's main window; None in ``qgis_process``.
    """

    def __init__(self, iface: Any) -> None:
        """Keep ``iface``; nothing is set up yet."""
        self.iface = iface
        self.provider: GinetProvider | None = None
        self.translator = None

    def initProcessing(self) -> None:
        """Set up the algorithms; ``qgis_process`` calls this and never ``initGui``."""
        if self.provider is not None:
            return
        self.translator = load_translator()
        if self.translator is not None:
            QCoreApplication.installTranslator(self.translator)
        self.provider = GinetProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Set up all that the main window shows."""
        self.initProcessing()

    def unload(self) -> None:
        """Undo all of the above, the last first."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
