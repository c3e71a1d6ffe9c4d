"""What to do when the map is right: save the model, classify the whole image with it."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.i18n import tr
from ginet_qgis.models import model_files


class Saving(QWidget):
    """A name and two buttons."""

    def __init__(self) -> None:
        """No name yet."""
        super().__init__()
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the new model"))
        self.name.setToolTip(tr("Name of the new model"))
        self.save = QPushButton(tr("Save model"))
        self.save.setToolTip(tr("Add what was learned to the list of models."))
        self.whole = QPushButton(tr("Classify the whole image"))
        self.whole.setToolTip(
            tr("Save the model if it is not saved yet, stop teaching, and classify.")
        )
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.whole)

    def propose(self, name: str = "adapted_1") -> None:
        """Offer a name that no model has: this one, or with another number."""
        self.name.setText(model_files.unused_file(name).stem)

    def path(self) -> Path:
        """The file to write, in the user's folder of models, which is there then.

        Raises:
            IncompleteError: The name is none, or taken; or there can be no such folder.
        """
        name = self.name.text().strip()
        path = model_files.user_folder() / f"{name}{model_files.SUFFIX}"
        if model_files.FORBIDDEN.search(name):
            raise IncompleteError(
                tr("{name} cannot be a model's name; use letters and digits.").format(
                    name=name or "“”"
                )
            )
        if path.exists():
            raise IncompleteError(tr("There is a model {name} already.").format(name=name))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IncompleteError(
                tr(
                    "{path} cannot be written: {reason}. Choose another folder in the settings."
                ).format(path=path.parent, reason=error.strerror)
            ) from error
        return path
