"""What the plugin offers beside the dock: set-up, models and settings, each opened when wanted."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction, QDialog

from ginet_qgis.gui.dock.dock import GinetDock
from ginet_qgis.gui.models.dialog import ModelsDialog
from ginet_qgis.gui.settings_page import SettingsFactory
from ginet_qgis.gui.setup.dialog import SetupDialog
from ginet_qgis.i18n import tr
from ginet_qgis.paths import ICON


class Windows:
    """Menu entries, dialogs and the page in QGIS's options.

    Args:
        iface: QGIS's main window.
        menu: Name of the plugin's menu.
        dock: Hears when there is another engine or model.
    """

    def __init__(self, iface: Any, menu: str, dock: GinetDock) -> None:
        """Add all of it; nothing opens yet."""
        self._iface, self._menu, self._dock = iface, menu, dock
        self.setup: SetupDialog | None = None
        self.models: ModelsDialog | None = None
        window = iface.mainWindow()
        self.actions = [
            QAction(QIcon(str(ICON)), tr("Set up the engine…"), window),
            QAction(QIcon(str(ICON)), tr("Models…"), window),
        ]
        for action, name, opened in zip(
            self.actions,
            ("GinetSetupAction", "GinetModelsAction"),
            (self.open_setup, self.open_models),
        ):
            action.setObjectName(name)
            action.triggered.connect(opened)
            iface.addPluginToMenu(menu, action)
        self._factory = SettingsFactory(self.open_setup, self.open_models)
        iface.registerOptionsWidgetFactory(self._factory)
        dock.set_up_wanted.connect(self.open_setup)

    def shut_down(self) -> None:
        """Take all of it away; an installation that is under way is stopped."""
        self._iface.unregisterOptionsWidgetFactory(self._factory)
        for action in self.actions:
            self._iface.removePluginMenu(self._menu, action)
            action.deleteLater()
        if self.setup is not None:
            self.setup.shut_down()
        for dialog in (self.setup, self.models):
            if dialog is not None:
                dialog.close()
                dialog.setParent(None)
                dialog.deleteLater()
        self.setup = self.models = None

    def open_setup(self, *_checked: bool) -> None:
        """Open the set-up dialog, or bring it to the front."""
        if self.setup is None:
            self.setup = SetupDialog(self._iface.mainWindow())
            self.setup.engine_changed.connect(self._dock.check_engine)
        self.setup.show_state()
        _show(self.setup)

    def open_models(self, *_checked: bool) -> None:
        """Open the list of models, or bring it to the front."""
        if self.models is None:
            self.models = ModelsDialog(self._iface.mainWindow())
            self.models.models_changed.connect(self._dock.form.model.list_models)
        self.models.list_models()
        _show(self.models)


def _show(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
