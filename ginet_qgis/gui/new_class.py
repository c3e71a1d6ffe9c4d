"""A field and a button by which the user adds a class."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget


class NewClass(QWidget):
    """The name of another class; whoever adds it calls ``clear``.

    Args:
        placeholder: Shown while the field is empty.
        accessible_name: Of the field.
        button: Text of the button.
    """

    named = pyqtSignal(str)
    """A class of this name is to be added."""

    def __init__(self, placeholder: str, accessible_name: str, button: str) -> None:
        """Make the widgets."""
        super().__init__()
        self.name, self.add = QLineEdit(), QPushButton(button)
        self.name.setPlaceholderText(placeholder)
        self.name.setAccessibleName(accessible_name)
        self.add.setAutoDefault(False)  # Enter in another field of a dialog adds no class
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.name, 1)
        row.addWidget(self.add)
        self.add.clicked.connect(self._enter)
        self.name.returnPressed.connect(self._enter)

    def clear(self) -> None:
        """Empty the field: the class was added."""
        self.name.clear()

    def _enter(self) -> None:
        if name := self.name.text().strip():
            self.named.emit(name)
