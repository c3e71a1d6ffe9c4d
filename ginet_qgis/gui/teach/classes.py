"""The classes that are taught: colour, number of labels, and how well they do so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsCategorizedSymbolRenderer, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import key_of, vector_symbology
from ginet_qgis.labels.colours import PALETTE, unlike
from ginet_qgis.labels.kept import name_of, removed_classes
from ginet_qgis.labels.layer import add_class, offers_classes, recolour
from ginet_qgis.labels.tally import LabelTally
from ginet_qgis.layers.styling import class_name

NAME, LABELS, SCORE = range(3)
SWATCH, ROOM = 14, 8
"""Side of a colour, height of a row beside its text, in pixels."""
FEWEST_ROWS, MOST_ROWS = 5, 10
"""Rows that the table has room for, whatever there are."""
MANY = 10
"""With fewer labels of a class, a score with two decimals would promise too much."""


@dataclass(frozen=True)
class TaughtClass:
    """A class.

    Attributes:
        value: As the field of the labels holds it.
        name: As the engine knows it.
        colour: ``#rrggbb``.
    """

    value: Any
    name: str
    colour: str


def taught_classes(
    layer: QgsVectorLayer, field: str, labels: list[Any], kept: Sequence[dict[str, Any]]
) -> list[TaughtClass]:
    """The classes that a layer offers, those that its labels have beside these, and kept ones.

    Args:
        layer: Of the labels.
        field: Of the classes.
        labels: Those that occur, as ``key_of`` gives them.
        kept: The base model's classes that stay without labels, as the engine has them.
    """
    looks = {key: look for key, look in vector_symbology(layer, field).items() if key is not None}
    keys = [*looks, *(key for key in labels if key not in looks)]
    colours = [each.colour for each in looks.values()] + [each["colour"] for each in kept]
    found = []
    for key in keys:
        look = looks.get(key)
        colour = (look and look.colour) or unlike([*colours, *(each.colour for each in found)])
        found.append(TaughtClass(key, name_of(key, look), colour))
    listed = {each.name.casefold() for each in found}
    is_numeric = layer.fields().at(layer.fields().lookupField(field)).isNumeric()
    found += [
        TaughtClass(each["id" if is_numeric else "name"], each["name"], each["colour"])
        for each in kept
        if each["name"].casefold() not in listed
    ]
    return found


class ClassList(QTableWidget):
    """One row a class; the one that is chosen is drawn."""

    chosen = pyqtSignal()

    def __init__(self) -> None:
        """No rows yet."""
        super().__init__(0, 3)
        self._layer: QgsVectorLayer | None = None
        self._field = ""
        self._rows: list[TaughtClass] = []
        self._counts: dict[Any, int] = {}
        self._scores: dict[str, float] = {}
        self._kept: list[dict[str, Any]] = []
        self._fates: dict[str, str] = {}
        self._tally: LabelTally | None = None
        self.setHorizontalHeaderLabels([tr("Class"), tr("Labels"), tr("Held-out IoU")])
        self.setAccessibleName(tr("Classes to draw, with their labels and scores"))
        self.setToolTip(tr("Choose the class to draw. Double-click its colour to change it."))
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + ROOM)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.itemSelectionChanged.connect(self.chosen)
        self.cellDoubleClicked.connect(
            lambda _row, column: self.choose_colour() if column == NAME else None
        )

    def set_layer(self, layer: QgsVectorLayer | None, field: str = "") -> None:
        """Show this layer's classes from now on."""
        self._layer, self._field = layer, field
        self._rows, self._counts, self._scores = [], {}, {}
        self._kept, self._fates = [], {}
        self.setRowCount(0)
        if layer is not None:
            self.show_tally(None)
            self.selectRow(0)

    def show_tally(self, tally: LabelTally | None) -> None:
        """Show what is labelled, and the classes as the layer has them now."""
        self._tally = tally
        labels = tally.labels if tally else {}
        self._counts = {key: each.polygons or 0 for key, each in labels.items()}
        removed = set(removed_classes(self._layer))
        kept = [each for each in self._kept if not removed.intersection(each["from"])]
        rows = taught_classes(self._layer, self._field, list(labels), kept)
        value = self.value()
        self._rows = rows
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.setRowCount(len(rows))
        for row, each in enumerate(rows):
            self._fill(row, each)
        self.blockSignals(False)  # noqa: FBT003
        self._fit_height()
        self.choose(next((at for at, each in enumerate(rows) if each.value == value), 0))

    def refresh(self) -> None:
        """Show the classes as the layer has them now; labels were counted before."""
        if self._layer is not None:
            self.show_tally(self._tally)

    def show_kept(self, classes: Sequence[dict[str, Any]], fates: dict[str, str]) -> None:
        """Show which classes stay without labels.

        Args:
            classes: All that the engine knows, with ``name`` and ``colour``.
            fates: What became of those without labels, by name, as the engine tells it.
        """
        self._kept, self._fates = [each for each in classes if each["name"] in fates], fates
        self.refresh()

    def offer(self) -> None:
        """Have the layer offer the chosen class too, where it can."""
        row = self.currentRow()
        if row >= 0 and self._layer is not None and offers_classes(self._layer, self._field):
            each = self._rows[row]
            if each.value not in vector_symbology(self._layer, self._field):
                add_class(self._layer, self._field, str(each.value), each.colour)

    def show_scores(self, scores: dict[str, float]) -> None:
        """Show IoU by class on labels held out in turn."""
        self._scores = scores
        for row, each in enumerate(self._rows):
            self._fill(row, each)

    def value(self) -> Any:
        """Of the chosen class, as the field holds it; None where there is none."""
        row = self.currentRow()
        return self._rows[row].value if 0 <= row < len(self._rows) else None

    def colour(self) -> str:
        """Of the chosen class."""
        row = self.currentRow()
        return self._rows[row].colour if 0 <= row < len(self._rows) else PALETTE[0]

    def choose(self, row: int) -> None:
        """Choose a class by its place."""
        if 0 <= row < self.rowCount():
            self.selectRow(row)

    def choose_value(self, value: Any) -> None:
        """Choose a class by what the field holds."""
        self.choose(next((at for at, e in enumerate(self._rows) if e.value == key_of(value)), -1))

    def choose_colour(self) -> None:
        """Let the user choose another colour for the chosen class."""
        row = self.currentRow()
        if row < 0 or not isinstance(self._layer.renderer(), QgsCategorizedSymbolRenderer):
            return
        self.offer()
        each = self._rows[row]
        chosen = QColorDialog.getColor(QColor(each.colour), self, tr("Colour of the class"))
        if chosen.isValid() and self._layer is not None:  # teaching may have ended meanwhile
            recolour(self._layer, each.value, chosen.name())

    def _fit_height(self) -> None:
        shown = min(max(self.rowCount(), FEWEST_ROWS), MOST_ROWS)
        rows = shown * self.verticalHeader().defaultSectionSize()
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(rows + header + 2 * self.frameWidth())

    def _fill(self, row: int, each: TaughtClass) -> None:
        count = self._counts.get(each.value, 0)
        score, explained = score_words(self._scores.get(each.name), count)
        if not count and each.name in self._fates:
            score, explained = fate_words(self._fates[each.name])
        for column, text in ((NAME, class_name(each.name)), (LABELS, str(count)), (SCORE, score)):
            item = QTableWidgetItem(text)
            if column != NAME:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, item)
        swatch = QPixmap(SWATCH, SWATCH)
        swatch.fill(QColor(each.colour))
        self.item(row, NAME).setData(Qt.ItemDataRole.DecorationRole, swatch)
        self.item(row, NAME).setToolTip(class_name(each.name))  # the column may be too narrow
        self.item(row, SCORE).setToolTip(explained)


def fate_words(fate: str) -> tuple[str, str]:
    """What becomes of a class without labels, in short and as a sentence.

    Args:
        fate: As the engine tells it: "learned", "absent" or "replaced".
    """
    if fate == "learned":
        return tr("base model"), tr(
            "Nothing labelled: learned from where the base model is surest of it. Label some "
            "where it is wrong."
        )
    if fate == "replaced":
        return tr("gave way"), tr(
            "Nothing labelled, and a class of your own is drawn where the base model shows this "
            "one. Label some of it to have both."
        )
    return tr("none here"), tr("Nothing labelled, and the base model shows none of it here.")


def score_words(iou: float | None, count: int) -> tuple[str, str]:
    """A score as it may be told of so many labels, and what it means.

    Args:
        iou: 0 to 1, on labels held out in turn; None where there is none.
        count: Of the class's labels.
    """
    if not count:
        return "", tr("Nothing labelled: it will not be learned.")
    if iou is None:
        return tr("not known"), tr("Too few labels at separate places to hold any out.")
    text = f"{iou:.2f}" if count >= MANY else f"≈ {iou:.1f}"
    return text, tr(
        "IoU on this class's labels ({count}), each asked of a fit without it: 1 is all right, 0 "
        "all wrong. It tells of places like the labelled ones, roughly where these are few."
    ).format(count=count)
