"""The classes of labels: what they become, and how much of each is labelled so far."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from qgis.gui import QgsCheckableComboBox
from qgis.PyQt.QtCore import QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ginet_qgis.gui.incomplete import IncompleteError
from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import LabelClass, LabelClasses
from ginet_qgis.labels.table import LabelRow, check_names, check_origins, to_cells
from ginet_qgis.labels.tally import ClassTally
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.styling import class_name, original_class_name
from ginet_qgis.reports.page import area_texts

COLOUR, NAME, ORIGINS, POLYGONS, AREA, HINT = range(6)  # a raster has pixels, not polygons
SWATCH, ROOM = 14, 8
"""Side of a colour, and height of a row beside its text, in pixels."""
ROLE = Qt.ItemDataRole.UserRole


class ClassesTable(QTableWidget):
    """One row a class. Colour, name and origins can be edited; figures come from a tally."""

    edited = pyqtSignal()
    """The user has changed something of a class."""

    def __init__(self) -> None:
        """No rows yet."""
        super().__init__(0, 6)
        self._rows: list[tuple[LabelClass, list[Any]]] = []
        self._edits: dict[Any, dict[int, Any]] = {}
        self._base: list[LabelClass] = []
        heads = [tr("Colour"), tr("Class"), tr("In the base model"), tr("Polygons"), tr("Area")]
        self.setHorizontalHeaderLabels([*heads, tr("What is short")])
        self.setAccessibleName(tr("Classes and how much of each is labelled"))
        self.setToolTip(
            tr(
                "Double-click a colour, a name or a class of the base model to change it. The new "
                "model is compared with the base model by these classes."
            )
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + ROOM)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(150)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(HINT, QHeaderView.ResizeMode.Stretch)
        self.setItemDelegateForColumn(ORIGINS, _OriginsDelegate(self))
        self.cellDoubleClicked.connect(self._choose_colour)
        self.itemChanged.connect(self._note)

    def show_labels(self, found: LabelClasses | None, labels: list[Any]) -> None:
        """Show these classes; what the user has changed of a label stays changed.

        Args:
            found: The classes; None shows none.
            labels: All labels, as ``key_of`` gives them.
        """
        rows = [
            (each, [label for label in labels if found.id_of(label) == each.id])
            for each in (found.classes if found else ())
        ]
        if rows != self._rows:
            self._rows = rows
            self._fill()

    def set_base(self, base: list[LabelClass]) -> None:
        """Offer these classes as origins."""
        if base == self._base:
            return
        self._base = base
        for edits in self._edits.values():
            edits.pop(ORIGINS, None)
        self.itemDelegateForColumn(ORIGINS).names = [class_name(each.name) for each in base]
        self._fill()

    def show_tally(self, tally: dict[Any, ClassTally]) -> None:
        """Show how much is labelled, by label."""
        sums = []
        for _, labels in self._rows:
            total = ClassTally()
            for label in labels:
                if label in tally:
                    total.add(tally[label])
            sums.append(total)
        texts = area_texts([{"area_m2": total.square_metres} for total in sums])
        are_pixels = any(total.polygons is None for total in sums)
        self.horizontalHeaderItem(POLYGONS).setText(tr("Pixels") if are_pixels else tr("Polygons"))
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        for row, (total, area) in enumerate(zip(sums, texts)):
            if total.square_metres is None and total.pixels is not None:
                area = tr("{count} pixels").format(count=f"{total.pixels:,.0f}")
            count = total.pixels if are_pixels else total.polygons
            self.item(row, POLYGONS).setText(f"{count:,.0f}")
            self.item(row, POLYGONS).setData(ROLE, count)
            self.item(row, AREA).setText(area)
            hint = total.hint()
            self.item(row, HINT).setText(hint or tr("Enough"))
            self.item(row, HINT).setToolTip(hint)
        self.resizeRowsToContents()
        self.blockSignals(False)  # noqa: FBT003

    def labelled(self) -> tuple[list[LabelClass], dict[str, list[str]]]:
        """The classes that have labels, as the user wants them, and what each is made of."""
        rows = self._labelled()
        classes = [
            LabelClass(self._rows[row][0].id, self._name(row), self._colour(row)) for row in rows
        ]
        return classes, {self._name(row): list(self._origins(row)) for row in rows}

    def show_kept(self, names: Collection[str]) -> None:
        """Tell which classes without labels stay on the map."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        for row in set(range(self.rowCount())) - set(self._labelled()):
            is_kept = self._name(row) in names
            hint = tr("From the base model.") if is_kept else ClassTally().hint()
            self.item(row, HINT).setText(hint)
            self.item(row, HINT).setToolTip(hint)
        self.blockSignals(False)  # noqa: FBT003

    def cells(self) -> list[str]:
        """What the user has changed, as the algorithm takes it.

        Raises:
            IncompleteError: Nothing is labelled, or two classes are the same.
        """
        labelled = self._labelled()
        if not labelled:
            raise IncompleteError(tr("Nothing is labelled yet. Draw some polygons of each class."))
        try:
            check_names([self._name(row) for row in labelled])
            origins = {self._name(row): list(self._origins(row)) for row in labelled}
            check_origins(origins, {each.name for each in self._base})
        except LayerError as error:
            raise IncompleteError(str(error)) from error
        return to_cells(
            LabelRow(self._rows[row][1][0], self._name(row), self._colour(row), self._origins(row))
            for row in labelled
            if self._edits.get(self._rows[row][1][0])
        )

    def _labelled(self) -> list[int]:
        return [row for row in range(self.rowCount()) if self._polygons(row)]

    def _polygons(self, row: int) -> int:
        return self.item(row, POLYGONS).data(ROLE) or 0

    def _edit(self, row: int, column: int, usual: Any) -> Any:
        return self._edits.get(self._rows[row][1][0], {}).get(column, usual)

    def _name(self, row: int) -> str:
        return self._edit(row, NAME, self._rows[row][0].name)

    def _colour(self, row: int) -> str:
        return self._edit(row, COLOUR, self._rows[row][0].colour)

    def _origins(self, row: int) -> tuple[str, ...]:
        name = self._rows[row][0].name
        known = name in [each.name for each in self._base]
        return self._edit(row, ORIGINS, (name,) if known else ())

    def _fill(self) -> None:
        self.blockSignals(True)  # noqa: FBT003
        self.setRowCount(len(self._rows))
        for row in range(len(self._rows)):
            for column in range(6):
                item = QTableWidgetItem()
                if column not in (NAME, ORIGINS):
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                if column in (POLYGONS, AREA):
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.setItem(row, column, item)
            self._show_row(row)
        self.blockSignals(False)  # noqa: FBT003
        self.show_tally({})

    def _show_row(self, row: int) -> None:
        picture = QPixmap(SWATCH, SWATCH)
        picture.fill(QColor(self._colour(row)))
        self.item(row, COLOUR).setData(Qt.ItemDataRole.DecorationRole, picture)
        self.item(row, COLOUR).setToolTip(self._colour(row))
        self.item(row, NAME).setText(class_name(self._name(row)))
        shown = [class_name(name) for name in self._origins(row)]
        self.item(row, ORIGINS).setData(ROLE, shown)
        self.item(row, ORIGINS).setText(", ".join(shown) or tr("new"))

    def _note(self, item: QTableWidgetItem) -> None:
        """Keep what the user has typed or ticked."""
        row, column = item.row(), item.column()
        if column not in (NAME, ORIGINS):
            return
        edits = self._edits.setdefault(self._rows[row][1][0], {})
        if column == NAME:
            edits[NAME] = original_class_name(item.text()).strip() or self._rows[row][0].name
        else:
            edits[ORIGINS] = tuple(original_class_name(each) for each in item.data(ROLE))
        self.blockSignals(True)  # noqa: FBT003
        self._show_row(row)
        self.blockSignals(False)  # noqa: FBT003
        self.edited.emit()

    def _choose_colour(self, row: int, column: int) -> None:
        if column != COLOUR:
            return
        chosen = QColorDialog.getColor(QColor(self._colour(row)), self, tr("Colour of the class"))
        if chosen.isValid():
            self._edits.setdefault(self._rows[row][1][0], {})[COLOUR] = chosen.name()
            self.blockSignals(True)  # noqa: FBT003
            self._show_row(row)
            self.blockSignals(False)  # noqa: FBT003


class _OriginsDelegate(QStyledItemDelegate):
    """Base classes to tick."""

    names: list[str] = []  # noqa: RUF012 - replaced, never changed

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002
        index: QModelIndex,  # noqa: ARG002
    ) -> QWidget:
        editor = QgsCheckableComboBox(parent)
        editor.setDefaultText(tr("new"))
        editor.addItems(self.names)
        editor.checkedItemsChanged.connect(lambda _items: self.commitData.emit(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        editor.blockSignals(True)  # noqa: FBT003
        editor.setCheckedItems(index.data(ROLE) or [])
        editor.blockSignals(False)  # noqa: FBT003

    def setModelData(self, editor: QWidget, model: Any, index: QModelIndex) -> None:
        model.setData(index, editor.checkedItems(), ROLE)
