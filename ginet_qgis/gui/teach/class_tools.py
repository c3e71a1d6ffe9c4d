"""Classes that are added, renamed, recoloured and removed while somebody teaches."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAction,
    QCheckBox,
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QMessageBox,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.gui.new_class import NewClass
from ginet_qgis.gui.teach.classes import ClassList
from ginet_qgis.i18n import tr
from ginet_qgis.labels import kept
from ginet_qgis.labels.class_changes import labels_of, remove_class, rename_class
from ginet_qgis.labels.layer import add_class, offers_classes
from ginet_qgis.labels.prepared import DEFAULT_FIELD
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import class_name, original_class_name


class ClassTools(QWidget):
    """The name of a new class, a menu for the one chosen in the list, and whether others stay.

    The menu is the list's own too, with its keys while the list has the focus.

    Args:
        classes: The list.
    """

    failed = pyqtSignal(str)

    def __init__(self, classes: ClassList) -> None:
        """Make the widgets."""
        super().__init__()
        self._classes = classes
        self._labels: QgsVectorLayer | None = None
        self.new = NewClass(tr("New class"), tr("Name of a new class"), tr("Add class"))
        self.menu = QMenu(self)
        self.rename = self._action(tr("Rename…"), "F2", self._rename)
        self.recolour = self._action(tr("Change colour…"), "", classes.choose_colour)
        self.remove = self._action(tr("Remove…"), "Del", self._remove)
        button = QToolButton()
        button.setText("⋮")
        button.setToolTip(tr("Rename, recolour or remove the chosen class"))
        button.setAccessibleName(button.toolTip())
        button.setMenu(self.menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.keep = QCheckBox(kept.option())
        self.keep.setToolTip(kept.explained())
        # Its text must not decide how narrow the dock can be.
        self.keep.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.addWidget(self.new, 1)
        row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.keep)
        classes.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.new.named.connect(self._add)
        self.keep.toggled.connect(self._keep)

    def set_layer(self, labels: QgsVectorLayer | None) -> None:
        """Change this layer's classes from now on."""
        self._labels = None
        self.keep.setChecked(kept.keeps_classes(labels))
        self._labels = labels
        self.new.clear()

    def _action(self, text: str, key: str, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: self._labels is not None and act())
        self.menu.addAction(action)
        self._classes.addAction(action)
        return action

    def _add(self, name: str) -> None:
        if self._labels is None:
            return
        if not offers_classes(self._labels, DEFAULT_FIELD):
            self.failed.emit(
                tr(
                    "{name} offers no list of classes, so none can be added here. Give a polygon "
                    "the new class in its attribute table."
                ).format(name=self._labels.name())
            )
            return
        name = original_class_name(name)
        add_class(self._labels, DEFAULT_FIELD, name)
        self.new.clear()
        self._classes.refresh()
        self._classes.choose_value(name)

    def _keep(self, is_on: bool) -> None:
        if self._labels is not None:
            kept.set_keeps_classes(self._labels, keep=is_on)

    def _rename(self) -> None:
        key = self._classes.value()
        if key is None:
            return
        self._classes.offer()
        name, accepted = QInputDialog.getText(
            self, tr("Rename a class"), tr("Name of the class"), text=class_name(str(key))
        )
        if accepted:
            self._change(lambda: rename_class(self._labels, DEFAULT_FIELD, key, name))
            self._classes.choose_value(original_class_name(name.strip()))

    def _remove(self) -> None:
        key = self._classes.value()
        if key is None:
            return
        count = len(labels_of(self._labels, DEFAULT_FIELD, key))
        if count:
            answer = QMessageBox.question(
                self,
                tr("Remove a class"),
                tr("Remove {name} and its {count} labels? Undo brings them back.").format(
                    name=class_name(str(key)), count=count
                ),
            )
            if answer != QMessageBox.StandardButton.Yes:
                return
        self._change(lambda: remove_class(self._labels, DEFAULT_FIELD, key))

    def _change(self, change: Callable[[], None]) -> None:
        if self._labels is None:  # teaching has ended while a question was open
            return
        try:
            change()
        except LayerError as error:
            self.failed.emit(str(error))
        self._classes.refresh()
