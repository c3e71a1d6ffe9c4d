"""The list of models: what each is, and the user's own added, renamed, removed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.gui.help_button import HelpButton
from ginet_qgis.gui.message import Message
from ginet_qgis.gui.models.chooser import about_html, classes_html
from ginet_qgis.i18n import tr
from ginet_qgis.models import model_files
from ginet_qgis.models.card import flaw, model_file, read_card
from ginet_qgis.paths import bundled_models


class ModelsDialog(QDialog):
    """Names on the left, the chosen one's card on the right."""

    models_changed = pyqtSignal()
    """A model has come, gone, or has another name."""

    def __init__(self, parent: QWidget | None) -> None:
        """Make the widgets and list the models."""
        super().__init__(parent)
        self.setObjectName("GinetModelsDialog")
        self.setWindowTitle(tr("GINet: models"))
        self.models = QListWidget()
        self.models.setAccessibleName(tr("Models"))
        self.card = QTextBrowser()
        self.card.setAccessibleName(tr("About the model"))
        self.card.setOpenLinks(False)
        self.message = Message(tr("What came of it"))
        self.add = QPushButton(tr("&Add from file…"))
        self.rename = QPushButton(tr("Re&name…"))
        self.remove = QPushButton(tr("&Remove…"))
        self._lay_out()
        self.models.currentItemChanged.connect(lambda *_items: self._show_card())
        self.add.clicked.connect(self._add)
        self.rename.clicked.connect(self._rename)
        self.remove.clicked.connect(self._remove)
        self.list_models()

    def list_models(self, chosen: str = "") -> None:
        """List what there is now.

        Args:
            chosen: The model to choose; empty keeps the choice.
        """
        current = self.models.currentItem()
        chosen = chosen or (current.data(Qt.ItemDataRole.UserRole) if current else "")
        self.models.clear()
        for name, model in model_files.choices():
            bundled = model in bundled_models()
            item = QListWidgetItem(
                tr("{name} (comes with the plugin)").format(name=name) if bundled else name
            )
            item.setData(Qt.ItemDataRole.UserRole, model)
            item.setToolTip(str(model_file(model)))
            self.models.addItem(item)
            if model == chosen:
                self.models.setCurrentItem(item)
        if self.models.currentRow() < 0:
            self.models.setCurrentRow(0)

    def sizeHint(self) -> QSize:
        """Room for a card."""
        return QSize(760, 440)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.models, 2)
        row.addWidget(self.card, 3)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.add, self.rename, self.remove):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(HelpButton("settings"), QDialogButtonBox.ButtonRole.HelpRole)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addLayout(row, 1)
        column.addWidget(self.message)
        column.addWidget(buttons)

    def _chosen(self) -> str:
        item = self.models.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item is not None else ""

    def _show_card(self) -> None:
        """The chosen model's card; instead, what is wrong with its file."""
        model = self._chosen()
        is_own = bool(model) and model not in bundled_models()
        self.rename.setEnabled(is_own)
        self.remove.setEnabled(is_own)
        if not model:
            self.card.clear()
            return
        path = model_file(model)
        reason = flaw(path)
        if reason:
            self.card.setPlainText(
                tr("{path} is no GINet model: {reason}").format(path=path, reason=reason)
            )
            return
        card = read_card(model) or {}
        self.card.setHtml(f"<p>{classes_html(card)}</p>{about_html(card)}")

    def _add(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a model file"), "", tr("GINet models (*.safetensors)")
        )
        if path:
            self._do(lambda: model_files.add(Path(path)), tr("{name} was added."))

    def _rename(self) -> None:
        path = Path(self._chosen())
        name, accepted = QInputDialog.getText(
            self, self.windowTitle(), tr("New name"), QLineEdit.EchoMode.Normal, path.stem
        )
        if accepted and name.strip() != path.stem:
            self._do(
                lambda: model_files.rename(path, name),
                tr("The model is now {name}. Projects that used it by its old name ask for it."),
            )

    def _remove(self) -> None:
        path = Path(self._chosen())
        answer = QMessageBox.question(
            self,
            self.windowTitle(),
            tr("Delete the model {name} for good? Its file is {path}").format(
                name=path.stem, path=path
            ),
        )
        if answer == QMessageBox.StandardButton.Yes:
            self._do(lambda: model_files.remove(path), tr("{name} was removed."), path.stem)

    def _do(self, change: Callable[[], Path | None], told: str, name: str = "") -> None:
        """Do something to the folder and tell what came of it."""
        self.message.clear()
        try:
            made = change()
        except model_files.ModelError as error:
            self.message.fail(str(error))
            self.list_models()
            return
        self.list_models(str(made or ""))
        self.message.inform(told.format(name=name or made.stem))
        self.models_changed.emit()
