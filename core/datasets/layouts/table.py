"""Any dataset that is listed in a CSV table, with a row for each image and its label."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from core.datasets.layouts.layout import Found, Layout
from core.raster.grid import PixelWindow
from core.wire.errors import DatasetError


def _find(folder: Path, settings: Mapping[str, str]) -> Found:
    path = folder / settings["table"]
    images: dict[str, Path] = {}
    labels: dict[str, Path] = {}
    windows: dict[str, PixelWindow] = {}
    for line, row in _rows(path):
        if settings["split"] and row.get("split") != settings["split"]:
            continue
        if not (row["image"] and row["label"]):
            raise DatasetError(f"{path}, line {line}: the image or the label is empty.")
        name = row.get("name") or Path(row["image"]).stem
        if name in images:
            raise DatasetError(
                f"{path}, line {line}: {name!r} is there already.",
                "Tell them apart in a column called name.",
            )
        images[name], labels[name] = folder / row["image"], folder / row["label"]
        if row.get("window"):
            windows[name] = _window(row["window"], f"{path}, line {line}")
    return Found(images, labels, windows)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            columns = reader.fieldnames or ()
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"The table {path} cannot be read: {error}.", TABLE.advice) from error
    for column in ("image", "label"):
        if column not in columns:
            raise DatasetError(f"The table {path} has no column {column!r}.", TABLE.advice)
    return rows


def _window(text: str, place: str) -> PixelWindow:
    try:
        column, row, width, height = (int(number) for number in text.split())
    except ValueError as error:
        raise DatasetError(
            f"{place}: the window is {text!r}, not four whole numbers with spaces between."
        ) from error
    return column, row, width, height


TABLE = Layout(
    _find,
    expected=(
        "table.csv, unless the set says another, with columns image and label (paths within the "
        "folder) and, where wanted, name, split and window (column row width height, in pixels)"
    ),
    settings={"table": "table.csv", "split": ""},
)
"""Setting ``table`` names the CSV, ``split`` the rows by that column; other columns are ignored."""
