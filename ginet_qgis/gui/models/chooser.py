"""Which model: a list, a button for a file, and the card of the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from qgis.gui import QgsCollapsibleGroupBoxBasic
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.i18n import tr
from ginet_qgis.layers.styling import class_name
from ginet_qgis.models.card import bands, classes, model_file, read_card
from ginet_qgis.models.model_files import choices


class ModelChooser(QWidget):
    """The list and the button; ``card`` shows more and may stand elsewhere."""

    changed = pyqtSignal()
    """The user has chosen another model."""

    def __init__(self) -> None:
        """Make the widgets; the first bundled model is chosen."""
        super().__init__()
        self.models = _ModelList(self.list_models)
        self.models.setMinimumContentsLength(8)
        self.models.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.list_models()
        self.browse = QToolButton()
        self.browse.setText("…")
        self.browse.setToolTip(tr("Choose a model file"))
        self.browse.setAccessibleName(tr("Choose a model file"))
        row = QHBoxLayout()
        row.addWidget(self.models, 1)
        row.addWidget(self.browse)
        self.classes = _text(tr("Classes of the model"))
        self.about = _text(tr("About the model"))
        self.card = QgsCollapsibleGroupBoxBasic(tr("About the model"))
        self.card.setCollapsed(True)
        QVBoxLayout(self.card).addWidget(self.about)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.classes)
        layout.addWidget(self.card)
        self.setFocusProxy(self.models)
        self.models.currentIndexChanged.connect(self._show_card)
        self.models.activated.connect(lambda _row: self.changed.emit())
        self.browse.clicked.connect(self._browse)
        self._show_card()

    def list_models(self) -> None:
        """Add models that are new in the user's folder, and drop those that have gone."""
        for row in reversed(range(self.models.count())):
            if (
                row != self.models.currentIndex()
                and not model_file(self.models.itemData(row)).is_file()
            ):
                self.models.removeItem(row)
        for name, model in choices():
            if self.models.findData(model) < 0:
                self.models.addItem(name, model)
                self.models.setItemData(self.models.count() - 1, model, Qt.ItemDataRole.ToolTipRole)

    def model(self) -> str:
        """The chosen model's name or file.

        Raises:
            IncompleteError: None is chosen, or its file is gone or no model.
        """
        chosen = self.models.currentData()
        if not chosen:
            raise IncompleteError(tr("Choose a model file."))
        if not model_file(chosen).is_file():
            raise IncompleteError(
                tr("The model file {path} is gone. Choose another model.").format(path=chosen)
            )
        if read_card(chosen) is None:
            raise IncompleteError(
                tr("{path} is no GINet model. Choose another.").format(path=chosen)
            )
        return str(chosen)

    def choose(self, model: str) -> None:
        """Choose a model, which comes into the list if it is a file that is not in it."""
        row = self.models.findData(model)
        if row < 0:
            self.models.addItem(model_file(model).stem, model)
            row = self.models.count() - 1
            self.models.setItemData(row, model, Qt.ItemDataRole.ToolTipRole)
        self.models.setCurrentIndex(row)
        self._show_card()

    def state(self) -> str | None:
        """What to remember."""
        return self.models.currentData()

    def restore(self, state: str | None) -> None:
        """Show what was remembered, else the first."""
        if state:
            self.choose(state)
        else:
            self.models.setCurrentIndex(0)

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a model file"), "", tr("GINet models (*.safetensors)")
        )
        if path:
            self.choose(path)
            self.changed.emit()

    def _show_card(self) -> None:
        """Classes, and what the model was trained on; instead, what is wrong with the file."""
        try:
            card = read_card(self.model())
        except IncompleteError as error:
            self.classes.setText(escape(str(error)))
            self.card.hide()
            return
        self.classes.setText(classes_html(card))
        self.about.setText(about_html(card))
        self.card.show()


class _ModelList(QComboBox):
    """A list that is up to date when it opens.

    Args:
        update: Brings it up to date.
    """

    def __init__(self, update: Callable[[], None]) -> None:
        super().__init__()
        self._update = update

    def showPopup(self) -> None:
        self._update()
        super().showPopup()


def _text(name: str) -> QLabel:
    label = QLabel()
    label.setAccessibleName(name)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


WORD_JOINER = "&#8288;"
"""No line ends there: Chinese breaks between any two characters."""


def classes_html(card: dict[str, Any]) -> str:
    """Each class as a square in its colour and its name."""
    return "&ensp; ".join(
        f'<span style="color:{escape(colour)}">■</span>&nbsp;' + _unbroken(class_name(name))
        for name, colour in classes(card)
    )


def _unbroken(name: str) -> str:
    joiner = "" if name.isascii() else WORD_JOINER
    return joiner.join(escape(each).replace(" ", "&nbsp;") for each in name)


def about_html(card: dict[str, Any]) -> str:
    """What it is, what it was trained on, how well it does."""
    facts = []
    data = [entry for entry in card.get("ginet:training_data") or [] if isinstance(entry, dict)]
    if data:
        named = "; ".join(str(entry.get("name", "")) for entry in data)
        facts.append(tr("Trained on: {data}").format(data=named))
    needed = list(dict.fromkeys(bands(card)))  # of an image without blue, green stands twice
    if len(bands(card)) > len(bands(card, seen=True)):
        facts.append(tr("Needs the bands {bands}").format(bands=", ".join(needed)))
    resolution = card.get("ginet:ground_resolution")
    if isinstance(resolution, list) and len(resolution) == 2:
        facts.append(
            tr("Made for {finest} to {coarsest} m a pixel").format(
                finest=resolution[0], coarsest=resolution[1]
            )
        )
    scores = [entry for entry in card.get("ginet:scores") or [] if isinstance(entry, dict)]
    facts += [
        tr("{metric} on {data}: {value}").format(
            metric=entry.get("metric"), data=entry.get("data"), value=entry.get("value")
        )
        for entry in scores
    ]
    if card.get("license"):
        facts.append(tr("Licence: {licence}").format(licence=card["license"]))
    return "".join(f"<p>{escape(fact)}</p>" for fact in [str(card.get("description", "")), *facts])
