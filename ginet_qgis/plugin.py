"""The plugin's life cycle: all that is set up here, ``unload`` undoes."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from ginet_qgis.i18n import load_translator, tr
from ginet_qgis.paths import ICON
from ginet_qgis.provider import GinetProvider

MENU = "GINet"
"""The name of the plugin's menu, in every language."""


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
        self.dock = None
        self.dock_action: QAction | None = None
        self.windows = None

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
        from ginet_qgis.gui.dock.dock import GinetDock  # qgis_process has no windows to make
        from ginet_qgis.gui.windows import Windows

        window = self.iface.mainWindow()
        self.dock = GinetDock(self.iface)
        self.dock_action = QAction(QIcon(str(ICON)), tr("Land cover dock"), window)
        self.dock_action.setObjectName("GinetDockAction")
        self.dock.setToggleVisibilityAction(self.dock_action)
        self.iface.addPluginToMenu(MENU, self.dock_action)
        self.iface.addToolBarIcon(self.dock_action)
        # QGIS shows what it adds; ours opens only where QGIS's window state says so, which is
        # restored after the plugins are loaded, or when the user wants it.
        self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()
        self.windows = Windows(self.iface, MENU, self.dock)

    def unload(self) -> None:
        """Undo all of the above, the last first."""
        if self.windows is not None:
            self.windows.shut_down()
            self.windows = None
        if self.dock is not None:
            self.dock.shut_down()
            self.iface.removeDockWidget(self.dock)
            self.iface.removeToolBarIcon(self.dock_action)
            self.iface.removePluginMenu(MENU, self.dock_action)
            self.dock.setParent(None)  # or the next one would share its name with it for a while
            self.dock.deleteLater()
            self.dock_action.deleteLater()
            self.dock = self.dock_action = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
