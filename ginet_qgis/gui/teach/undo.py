"""Undo and redo of the layer of labels."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QToolButton

from ginet_qgis.i18n import tr


class UndoButtons:
    """Two buttons, each enabled where the layer's own stack has something for it."""

    def __init__(self) -> None:
        """Follow no layer yet."""
        self.undo, self.redo = QToolButton(), QToolButton()
        for button, name, icon, tip in (
            (self.undo, tr("Undo"), "Undo", tr("Take the last change of the labels back.")),
            (self.redo, tr("Redo"), "Redo", tr("Make the change again that was taken back.")),
        ):
            button.setIcon(QgsApplication.getThemeIcon(f"/mAction{icon}.svg"))
            button.setAccessibleName(name)
            button.setToolTip(tip)
        self._stack = None
        self.undo.clicked.connect(lambda: self._stack.undo())
        self.redo.clicked.connect(lambda: self._stack.redo())

    def follow(self, layer: QgsVectorLayer | None) -> None:
        """Act on this layer from now on."""
        if self._stack is not None and not sip.isdeleted(self._stack):
            self._stack.canUndoChanged.disconnect(self.undo.setEnabled)
            self._stack.canRedoChanged.disconnect(self.redo.setEnabled)
        self._stack = None if layer is None else layer.undoStack()
        for button in (self.undo, self.redo):
            button.setEnabled(False)
        if self._stack is not None:
            self.undo.setEnabled(self._stack.canUndo())
            self.redo.setEnabled(self._stack.canRedo())
            self._stack.canUndoChanged.connect(self.undo.setEnabled)
            self._stack.canRedoChanged.connect(self.redo.setEnabled)
