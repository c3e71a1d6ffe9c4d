"""The ``.aux.xml`` beside a class raster: class names and raster attribute table.

GDAL keeps both only in this sidecar (up to 3.11; 3.12 knows a TIFF tag too) and rasterio writes
neither, so it is written here as GDAL's own PAM driver does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET  # nosec B405  # see _parse

from core.wire.classes import ClassTable

INTEGER, REAL, STRING = 0, 1, 2
GENERIC, PIXEL_COUNT, NAME, MIN, MAX, MIN_MAX, RED, GREEN, BLUE, ALPHA = range(10)

Column = tuple[str, int, int, list[object]]
"""Name, GDALRATFieldType, GDALRATFieldUsage, a value for each class."""


def class_sidecar(
    classes: ClassTable,
    pixels: Sequence[int],
    areas: Sequence[float] | None,
    existing: Path | None = None,
) -> bytes:
    """The sidecar of a class raster.

    Args:
        classes: The classes.
        pixels: Pixels of each.
        areas: Square metres of each; None leaves the column out.
        existing: A sidecar that GDAL wrote itself, for a CRS that GeoTIFF cannot hold; its
            contents are kept.

    Returns:
        XML in UTF-8.
    """
    root = _parse(existing) if existing and existing.exists() else ET.Element("PAMDataset")
    band = ET.SubElement(root, "PAMRasterBand", band="1")
    names = {entry.id: entry.name for entry in classes}
    categories = ET.SubElement(band, "CategoryNames")
    for value in range(max(names) + 1):
        _text(categories, "Category", names.get(value, ""))
    table = ET.SubElement(band, "GDALRasterAttributeTable", tableType="thematic")
    columns = _columns(classes, pixels, areas)
    for index, (name, kind, usage, _) in enumerate(columns):
        field = ET.SubElement(table, "FieldDefn", index=str(index))
        _text(field, "Name", name)
        _text(field, "Type", kind)
        _text(field, "Usage", usage)
    for index in range(len(classes)):
        row = ET.SubElement(table, "Row", index=str(index))
        for *_, values in columns:
            _text(row, "F", values[index])
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", short_empty_elements=False))


def _parse(path: Path) -> ET.Element:
    # expat fetches no external entity, and limits itself how far the others grow.
    return ET.parse(path).getroot()  # noqa: S314  # nosec B314


def _columns(
    classes: ClassTable, pixels: Sequence[int], areas: Sequence[float] | None
) -> list[Column]:
    counts = [int(value) for value in pixels]
    shares = [float(value) for value in (counts if areas is None else areas)]
    total = sum(shares) or 1.0
    # GDAL's integers have 32 bits.
    count_type = INTEGER if max(counts) < 2**31 else REAL
    columns: list[Column] = [
        ("Value", INTEGER, MIN_MAX, [entry.id for entry in classes]),
        ("Count", count_type, PIXEL_COUNT, [*counts]),
        ("Class", STRING, NAME, [entry.name for entry in classes]),
        ("Red", INTEGER, RED, [entry.rgb[0] for entry in classes]),
        ("Green", INTEGER, GREEN, [entry.rgb[1] for entry in classes]),
        ("Blue", INTEGER, BLUE, [entry.rgb[2] for entry in classes]),
        ("Alpha", INTEGER, ALPHA, [255 for _ in classes]),
    ]
    if areas is not None:
        columns.append(("Area_m2", REAL, GENERIC, [round(share, 4) for share in shares]))
    percents: list[object] = [round(100 * share / total, 4) for share in shares]
    columns.append(("Area_pct", REAL, GENERIC, percents))
    return columns


def _text(parent: ET.Element, tag: str, value: object) -> None:
    # XML cannot hold control characters, however escaped.
    text = re.sub(r"[\x00-\x1f\x7f]", " ", str(value))
    ET.SubElement(parent, tag).text = text
