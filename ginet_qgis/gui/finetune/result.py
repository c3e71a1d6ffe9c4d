"""What a fine-tuning gained: a sentence, a table before and after, and what to do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtGui import QColor, QDesktopServices, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.gui.message import Message
from ginet_qgis.i18n import tr
from ginet_qgis.layers.styling import class_name
from ginet_qgis.reports import finetuning

SWATCH = 12
"""Side of a colour, in pixels."""
BEFORE, AFTER = "iou_before", "iou_after"
SHORT = 4
"""The column of hints."""


class FinetuneResult(QWidget):
    """Hidden until there is a result."""

    def __init__(self) -> None:
        """Make the widgets."""
        super().__init__()
        self.message = Message(tr("What was gained"))
        self.table = QTableWidget(0, 5)
        self.table.setAccessibleName(tr("Accuracy on held-out labels before and after"))
        self.table.verticalHeader().hide()
        rows = self.table.verticalHeader()  # hints take the lines that they need
        rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SHORT, QHeaderView.ResizeMode.Stretch)
        self.classify = QPushButton(tr("Classify with the new model"))
        self.classify.setToolTip(tr("Choose it in the dock and run it on the image."))
        self.report = QPushButton(tr("Open the report"))
        for button in (self.classify, self.report):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.classify)
        buttons.addWidget(self.report)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.message)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)
        self.report.clicked.connect(self._open_report)
        self._report = ""
        self.hide()

    def show_result(self, result: dict[str, Any], results: dict[str, Any]) -> None:
        """Show a result.

        Args:
            result: The engine's, with the ``classes`` of the job.
            results: The algorithm's.
        """
        self._report = results.get("REPORT") or ""
        self.report.setVisible(bool(self._report))
        told = [
            tr("{name} is in the list of models.").format(name=Path(results["OUTPUT_MODEL"]).stem),
            finetuning.summary(result),
        ]
        good = bool(result["validation"] and not result["kept"])
        if good:
            told.append(finetuning.learned_from())
        if result["validation"]:
            told.append(finetuning.caution(result["validation"]))
        (self.message.inform if good else self.message.warn)("\n".join(told))
        self._fill(result)
        self.show()

    def _fill(self, result: dict[str, Any]) -> None:
        hints, validation = finetuning.hints(result), result["validation"] or {}
        labels = result["label_polygons"] or result["label_pixels"]
        counted = tr("Polygons") if result["label_polygons"] else tr("Pixels")
        heads = [tr("Class"), counted, tr("IoU before"), tr("IoU after"), tr("What is short")]
        self.table.setHorizontalHeaderLabels(heads)
        self.table.setRowCount(len(result["classes"]))
        for row, each in enumerate(result["classes"]):
            name = QTableWidgetItem(class_name(each["name"]))
            picture = QPixmap(SWATCH, SWATCH)
            picture.fill(QColor(each["colour"]))
            name.setData(Qt.ItemDataRole.DecorationRole, picture)
            self.table.setItem(row, 0, name)
            scores = (validation.get(when, {}).get(each["name"]) for when in (BEFORE, AFTER))
            texts = ["–" if value is None else f"{value:.2f}" for value in scores]
            for column, text in enumerate([f"{labels[each['name']]:,}", *texts], 1):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
            self.table.setItem(row, SHORT, QTableWidgetItem(hints.get(each["name"], tr("Enough"))))

    def _open_report(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(self._report)):
            self.message.warn(
                tr("No program opens web pages here. The report is {path}.").format(
                    path=self._report
                )
            )
