"""What to set up: an environment of its own, or a Python that is there."""

from __future__ import annotations

import shutil
import sys
from html import escape
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsTask
from qgis.gui import QgsCollapsibleGroupBoxBasic, QgsFileWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QStandardItem, QStandardItemModel
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.i18n import tr
from ginet_qgis.installer.builds import (
    INSTALLED_CUDA,
    SPACE_NEEDED_CUDA,
    Build,
    Machine,
    builds,
    gigabytes,
)
from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.installer.home import choices


class SetupForm(QWidget):
    """The fields of the set-up dialog."""

    changed = pyqtSignal()
    """Something else is to be done now."""

    def __init__(self) -> None:
        """Make the fields; the builds are listed when the driver has been asked."""
        super().__init__()
        self._builds: list[Build] = []
        self.install = QRadioButton(tr("&Install what the engine needs"))
        self.existing = QRadioButton(tr("&Use a Python that has it already (conda, pixi)"))
        self.build = QComboBox()
        self.folder = _chooser(
            tr("Folder of the environment"), QgsFileWidget.StorageMode.GetDirectory
        )
        self.size = _note(tr("What is installed, and its size"))
        self.wheels = _chooser(tr("Folder of wheels"), QgsFileWidget.StorageMode.GetDirectory)
        self.torch_index = QLineEdit()
        self.base = _chooser(tr("Python to install with"), QgsFileWidget.StorageMode.GetFile)
        self.python = _chooser(tr("Python of the engine"), QgsFileWidget.StorageMode.GetFile)
        self.own = self._own_fields()
        self._lay_out()
        self.install.toggled.connect(self._show_choice)
        self.build.currentIndexChanged.connect(self._show_size)
        self.folder.fileChanged.connect(self._show_size)
        self.python.fileChanged.connect(lambda _path: self.changed.emit())
        self.show_state()
        self._task = QgsTask.fromFunction(
            tr("GINet: looking at this computer"),
            lambda _task: Machine.this(),
            on_finished=self._show,
        )
        QgsApplication.taskManager().addTask(self._task)

    def show_state(self) -> None:
        """Fill in what is chosen at present."""
        chosen = choices().get("python") or ""
        self.python.setFilePath(chosen)
        self.existing.setChecked(bool(chosen))
        self.install.setChecked(not chosen)
        self.folder.setFilePath(str(EngineEnvironment().home))
        self._show_choice()

    def is_ready(self) -> bool:
        """Whether there is enough to start with."""
        if self.existing.isChecked():
            return bool(self.python.filePath().strip())
        return bool(self._builds) and not self._is_there()

    def _is_there(self) -> bool:
        """Whether what is chosen is installed and in use already."""
        environment = EngineEnvironment()
        return (
            Path(self.folder.filePath().strip() or environment.home) == environment.home
            and environment.has(self.build.currentData())
            and not choices().get("python")
        )

    def parameters(self) -> dict[str, Any]:
        """Those of ``ginet:setup``."""
        if self.existing.isChecked():
            return {"ACTION": "install", "PYTHON": self.python.filePath().strip()}
        given = {
            "BUILD": self.build.currentData(),
            "FOLDER": self.folder.filePath().strip(),
            "WHEELS": self.wheels.filePath().strip(),
            "TORCH_INDEX": self.torch_index.text().strip(),
            "BASE": self.base.filePath().strip(),
        }
        return {"ACTION": "install", **{name: value for name, value in given.items() if value}}

    def _own_fields(self) -> QWidget:
        more = QgsCollapsibleGroupBoxBasic(tr("Without the internet, or from elsewhere"))
        more.setCollapsed(True)
        self.torch_index.setPlaceholderText(tr("pip's own"))
        self.torch_index.setAccessibleName(tr("Index of PyTorch"))
        self.wheels.lineEdit().setPlaceholderText(tr("none: from the internet"))
        self.base.lineEdit().setPlaceholderText(tr("searched for"))
        rows = QFormLayout(more)
        rows.addRow(tr("&Folder of wheels"), self.wheels)
        rows.addRow(tr("Index of &PyTorch"), self.torch_index)
        rows.addRow(tr("Python to install &with"), self.base)
        own = QWidget()
        fields = QFormLayout(own)
        fields.setContentsMargins(20, 0, 0, 0)
        fields.addRow(tr("Comp&ute on"), self.build)
        fields.addRow(tr("F&older"), self.folder)
        fields.addRow(self.size)
        fields.addRow(more)
        self.build.setAccessibleName(tr("Build of PyTorch"))
        return own

    def _lay_out(self) -> None:
        indented = QVBoxLayout()
        indented.setContentsMargins(20, 0, 0, 0)
        indented.addWidget(self.python)
        self.python.lineEdit().setPlaceholderText(
            tr("with PyTorch, rasterio, pyproj, NumPy, safetensors, tqdm")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.install)
        column.addWidget(self.own)
        column.addWidget(self.existing)
        column.addLayout(indented)

    def _show(self, error: Exception | None, machine: Machine | None = None) -> None:
        """List the builds; those that do not suit this computer are there but cannot be chosen."""
        if error is not None or machine is None:
            machine = Machine("", "")
        out_of_place = ("cuda", "rocm") if sys.platform == "darwin" else ("mps",)
        found = builds(machine, EngineEnvironment().locks)
        self._builds = [each for each in found if each.name not in out_of_place]
        names = {
            "cpu": tr("Processor"),
            "cuda": tr("NVIDIA graphics card (CUDA)"),
            "rocm": tr("AMD graphics card (ROCm)"),
            "mps": tr("Apple graphics chip"),
        }
        model = QStandardItemModel(self.build)
        for each in self._builds:
            item = QStandardItem(names[each.name])
            item.setData(each.name, Qt.ItemDataRole.UserRole)
            item.setToolTip(each.refusal)
            item.setEnabled(not each.refusal)
            model.appendRow(item)
        self.build.setModel(model)
        self.build.setCurrentIndex(0)
        self._show_size()
        self.changed.emit()

    def _show_choice(self) -> None:
        self.own.setEnabled(self.install.isChecked())
        self.python.setEnabled(self.existing.isChecked())
        self.changed.emit()

    def _show_size(self) -> None:
        """What is installed, how large that is, and why the other builds are not offered."""
        self.changed.emit()
        chosen = next(
            (each for each in self._builds if each.name == self.build.currentData()), None
        )
        if chosen is None:
            self.size.setText(escape(tr("Looking at this computer…")))
            return
        may_be_less = chosen.most > chosen.download
        lines = [
            tr(
                "PyTorch, rasterio, pyproj, NumPy, safetensors and what these need, each of a "
                "pinned version and checked by its hash. QGIS's own Python is left as it is."
            ),
            tr("Download {download}; {disk} on the disk; {space} must be free{free}.").format(
                download=gigabytes(chosen.most),
                disk=gigabytes(INSTALLED_CUDA if may_be_less else chosen.disk),
                space=gigabytes(SPACE_NEEDED_CUDA if may_be_less else chosen.space),
                free=self._free(),
            ),
        ]
        if may_be_less:
            lines.append(
                tr(
                    "Most package indexes have PyTorch's build for NVIDIA cards only; it computes "
                    "on the processor too. From one that has the build for the processor: download "
                    "{download}, {disk} on the disk."
                ).format(download=gigabytes(chosen.download), disk=gigabytes(chosen.disk))
            )
        others = [
            f"<i>{escape(self.build.itemText(row))}:</i> {escape(each.refusal)}"
            for row, each in enumerate(self._builds)
            if each.refusal
        ]
        if others:
            others.insert(0, f"<b>{escape(tr('Not offered here'))}</b>")
        self.size.setText(
            "".join(f"<p>{escape(line)}</p>" for line in lines) + f"<p>{'<br>'.join(others)}</p>"
        )

    def _free(self) -> str:
        """What is free where the folder is or will be."""
        folder = Path(self.folder.filePath().strip() or Path.home())
        place = next((each for each in (folder, *folder.parents) if each.is_dir()), None)
        if place is None:
            return ""
        return tr(", {free} are").format(free=gigabytes(shutil.disk_usage(place).free))


def _chooser(name: str, mode: QgsFileWidget.StorageMode) -> QgsFileWidget:
    chooser = QgsFileWidget()
    chooser.setStorageMode(mode)
    chooser.setDialogTitle(name)
    chooser.lineEdit().setAccessibleName(name)
    chooser.setFocusProxy(chooser.lineEdit())
    return chooser


def _note(name: str) -> QLabel:
    note = QLabel()
    note.setAccessibleName(name)
    note.setTextFormat(Qt.TextFormat.RichText)
    note.setWordWrap(True)
    note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
    return note
