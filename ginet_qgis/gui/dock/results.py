"""Results of a run: areas as a table and a chart, to copy and to save, and the confidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPalette, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QGridLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.core.wire.files import find_clash
from ginet_qgis.core.wire.spreadsheet import table_text
from ginet_qgis.gui.dock.chart import BarChart
from ginet_qgis.gui.message import Message
from ginet_qgis.i18n import tr
from ginet_qgis.layers.dataset_files import files_of_models, files_of_project
from ginet_qgis.layers.stored_result import LOW_CONFIDENCE
from ginet_qgis.layers.styling import class_name
from ginet_qgis.reports.page import area_texts

WORRYING_SHARE = 20
"""Per cent of the pixels with low confidence from which on the user is warned."""
SWATCH = 12
"""Pixels."""


class ResultsPanel(QWidget):
    """Hidden until there is a result."""

    def __init__(self) -> None:
        """Make the widgets."""
        super().__init__()
        self._areas: list[dict[str, Any]] = []
        self.confidence = Message(tr("Confidence of the result"))
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([tr("Class"), tr("Area"), tr("Per cent")])
        self.table.setAccessibleName(tr("Area of each class"))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.chart = BarChart()
        self.copy = QPushButton(tr("Copy"))
        self.copy.setToolTip(tr("Copy the table to the clipboard"))
        self.save = QPushButton(tr("Save as CSV…"))
        self.saved = Message(tr("Saving the table"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.confidence, self.table, self.chart):
            layout.addWidget(widget)
        buttons = QGridLayout()
        buttons.addWidget(self.copy, 0, 0)
        buttons.addWidget(self.save, 0, 1)
        layout.addLayout(buttons)
        layout.addWidget(self.saved)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self.hide()

    def show_result(self, areas: list[dict[str, Any]], low: float | None) -> None:
        """Show a result.

        Args:
            areas: Of the engine's result: ``name``, ``colour``, ``pixels``, ``area_m2`` and
                ``percent`` of each class.
            low: Per cent of the pixels with low confidence, if known.
        """
        self._areas = areas
        self.saved.clear()
        self._fill_table()
        self.chart.show_bars(
            [(class_name(each["name"]), each["colour"], each["percent"]) for each in areas]
        )
        self._tell_confidence(low)
        self.show()

    def clear(self) -> None:
        """Show nothing."""
        self._areas = []
        self.hide()

    def as_text(self, delimiter: str) -> str:
        """The table with a head, one class a line, exact numbers without units."""
        rows = [
            [class_name(each["name"]), each["pixels"], each["area_m2"], each["percent"]]
            for each in self._areas
        ]
        return table_text([["class", "pixels", "area_m2", "percent"], *rows], delimiter)

    def _fill_table(self) -> None:
        self.table.setRowCount(len(self._areas))
        numbers = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        has_areas = all(each["area_m2"] is not None for each in self._areas)
        self.table.horizontalHeaderItem(1).setText(tr("Area") if has_areas else tr("Pixels"))
        texts = (
            area_texts(self._areas)
            if has_areas
            else [f"{each['pixels']:,}" for each in self._areas]
        )
        for row, (each, area) in enumerate(zip(self._areas, texts)):
            name = QTableWidgetItem(class_name(each["name"]))
            name.setData(Qt.ItemDataRole.DecorationRole, self._swatch(each["colour"]))
            name.setToolTip(name.text())
            self.table.setItem(row, 0, name)
            for column, text in ((1, area), (2, f"{each['percent']:.1f} %")):
                item = QTableWidgetItem(text)
                item.setTextAlignment(numbers)
                self.table.setItem(row, column, item)
        self.table.resizeRowsToContents()
        rows = sum(self.table.rowHeight(row) for row in range(self.table.rowCount()))
        frame = 2 * self.table.frameWidth()
        self.table.setFixedHeight(rows + self.table.horizontalHeader().sizeHint().height() + frame)

    def _swatch(self, colour: str) -> QPixmap:
        """A square in the class's colour, framed so that it shows on any background."""
        picture = QPixmap(SWATCH, SWATCH)
        picture.fill(QColor(colour))
        painter = QPainter(picture)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(0, 0, SWATCH - 1, SWATCH - 1)
        painter.end()
        return picture

    def _tell_confidence(self, low: float | None) -> None:
        if low is None:
            self.confidence.clear()
            return
        text = tr("{share} % of the pixels have a confidence under {limit} %.").format(
            share=f"{low:.1f}", limit=LOW_CONFIDENCE
        )
        if low < WORRYING_SHARE:
            self.confidence.inform(text)
        else:
            self.confidence.warn(
                text + " " + tr("Check them by hand; a confidence map shows where they are.")
            )

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.as_text("\t"))
        self.saved.inform(tr("Copied."))

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save the table"), "areas.csv", tr("CSV files (*.csv)")
        )
        if not path:
            return
        target = Path(path) if Path(path).suffix else Path(path + ".csv")
        written = [str(target)]
        clash = find_clash(written, files_of_models()) or find_clash(written, files_of_project())
        if clash:
            self.saved.fail(
                tr("{path} is {other} or belongs to it. Choose another file.").format(
                    path=target, other=clash[1]
                )
            )
            return
        try:
            # Excel takes a file without this mark for one of its country's old encoding.
            target.write_text(self.as_text(","), "utf-8-sig")
        except OSError as error:
            self.saved.fail(
                tr("{path} cannot be written: {reason}. Choose another file.").format(
                    path=target, reason=error.strerror
                )
            )
        else:
            self.saved.inform(tr("Saved: {path}").format(path=target))
