"""GINet's page in QGIS's options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis import settings
from ginet_qgis.gui.dock.form import add_devices
from ginet_qgis.gui.help_button import HelpButton
from ginet_qgis.gui.setup.dialog import state_of
from ginet_qgis.i18n import tr
from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.models.model_files import default_folder
from ginet_qgis.paths import ICON


class SettingsPage(QgsOptionsPageWidget):
    """The engine's state, and what runs do unless they are told otherwise.

    Args:
        parent: The options dialog.
        open_setup: Opens the set-up dialog.
        open_models: Opens the list of models.
    """

    def __init__(
        self,
        parent: QWidget | None,
        open_setup: Callable[[], object],
        open_models: Callable[[], object],
    ) -> None:
        """Make the fields and show what is set."""
        super().__init__(parent)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.set_up = QPushButton(tr("Set up the engine…"))
        self.device = QComboBox()
        add_devices(self.device)
        self.threads = QSpinBox()
        self.threads.setRange(0, settings.MOST_THREADS)
        self.threads.setSpecialValueText(tr("all cores"))
        self.reduced = QCheckBox(tr("Learn on images of a few centimetres at a decimetre"))
        self.reduced.setToolTip(
            tr(
                "Better and several times as fast for land cover. Switch it off to tell apart "
                "what is smaller, such as single plants."
            )
        )
        self.all_bands = QCheckBox(tr("Learn from all bands of an image"))
        self.all_bands.setToolTip(
            tr(
                "Near infrared, heights and such tell apart what looks alike in red, green and "
                "blue. Switch it off for a model that is to classify images without these bands."
            )
        )
        self.models_folder = QgsFileWidget()
        self.models_folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.models_folder.setDialogTitle(tr("Folder of your models"))
        self.models_folder.lineEdit().setPlaceholderText(str(default_folder()))
        self.models = QPushButton(tr("Models…"))
        self._lay_out()
        self.threads.setValue(settings.threads())
        self.reduced.setChecked(not settings.learns_as_is())
        self.all_bands.setChecked(not settings.learns_inputs_alone())
        self.models_folder.setFilePath(settings.models_folder())
        self.set_up.clicked.connect(open_setup)
        self.models.clicked.connect(open_models)
        self.show_state()

    def show_state(self) -> None:
        """Say which engine there is now."""
        self.state.setText(state_of(EngineEnvironment()))

    def isValid(self) -> bool:
        """Whether it can be accepted: a folder that is named must be one, or be to be made."""
        named = self.models_folder.filePath().strip()
        return not named or not Path(named).exists() or Path(named).is_dir()

    def apply(self) -> None:
        """Keep what is shown; QGIS calls this when its dialog is accepted."""
        settings.keep(
            device=self.device.currentData() if self.device.currentIndex() else None,
            threads=self.threads.value(),
            learns_as_is=not self.reduced.isChecked(),
            learns_inputs_alone=not self.all_bands.isChecked(),
            models_folder=self.models_folder.filePath().strip() if self.isValid() else None,
        )

    def helpKey(self) -> str:
        """No page in QGIS's own manual."""
        return ""

    def _lay_out(self) -> None:
        engine = QGroupBox(tr("Engine"))
        inside = QVBoxLayout(engine)
        inside.addWidget(self.state)
        inside.addWidget(self.set_up, 0, Qt.AlignmentFlag.AlignLeft)
        runs = QGroupBox(tr("Runs"))
        fields = QFormLayout(runs)
        fields.addRow(tr("Compute on"), self.device)
        fields.addRow(tr("Processor threads"), self.threads)
        fields.addRow(self.reduced)
        fields.addRow(self.all_bands)
        own = QGroupBox(tr("Your models"))
        folder = QHBoxLayout()
        folder.addWidget(self.models_folder, 1)
        folder.addWidget(self.models)
        rows = QFormLayout(own)
        rows.addRow(tr("Folder"), folder)
        for field, name in (
            (self.device, tr("Compute on")),
            (self.threads, tr("Processor threads")),
            (self.models_folder.lineEdit(), tr("Folder of your models")),
        ):
            field.setAccessibleName(name)
        column = QVBoxLayout(self)
        for group in (engine, runs, own):
            column.addWidget(group)
        column.addWidget(HelpButton("settings"))
        column.addStretch(1)


class SettingsFactory(QgsOptionsWidgetFactory):
    """Makes the page whenever QGIS's options are opened.

    Args:
        open_setup: Opens the set-up dialog.
        open_models: Opens the list of models.
    """

    def __init__(self, open_setup: Callable[[], object], open_models: Callable[[], object]) -> None:
        """Title and icon as in the list of pages."""
        super().__init__("GINet", QIcon(str(ICON)))
        self._open = open_setup, open_models

    def createWidget(self, parent: QWidget | None = None) -> SettingsPage:
        """A fresh page."""
        return SettingsPage(parent, *self._open)
