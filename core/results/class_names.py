"""Class names of a raster, from its categories or its raster attribute table.

GDAL finds them wherever a format keeps them: in the file, in an ``.aux.xml`` beside it, in a VRT.
rasterio tells of neither, but a VRT that GDAL writes of the raster does, as XML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET  # nosec B405  # see _first_band

import rasterio.shutil
from rasterio.io import MemoryFile

from core.raster.gdal import GDAL_ERRORS
from core.results.aux_xml import GENERIC, STRING
from core.wire.attributes import find_columns, values_between

BINS = (("Row0Min", "0"), ("BinSize", "1"))
"""Where no column holds values, rows are in their order: from this on, so far apart."""


def class_names(dataset: Any) -> dict[int, str]:
    """Class names by id of a raster's first band: of its categories, else of its table.

    Args:
        dataset: rasterio's.

    Returns:
        Nothing where the raster names no class, or GDAL cannot tell.
    """
    band = _first_band(dataset)
    if band is None:
        return {}
    table = band.find("GDALRasterAttributeTable")
    names = {} if table is None else dict(_named_rows(table))
    for value, each in enumerate(band.iterfind("CategoryNames/Category")):
        if name := (each.text or "").strip():
            names[value] = name
    return names


def _first_band(dataset: Any) -> ET.Element | None:
    try:
        with MemoryFile(ext=".vrt") as file:
            rasterio.shutil.copy(dataset, file.name, driver="VRT")
            # expat fetches no external entity, and limits itself how far the others grow.
            root = ET.fromstring(bytes(file.read()))  # noqa: S314  # nosec B314
    except (*GDAL_ERRORS, ValueError, ET.ParseError):
        return None
    return root.find("VRTRasterBand[@band='1']")


def _named_rows(table: ET.Element) -> Iterator[tuple[int, str]]:
    """Values and their names, the last row first: of two of a value, the first counts."""
    fields = table.findall("FieldDefn")
    columns = find_columns(
        [each.findtext("Name") or "" for each in fields],
        [int(each.findtext("Type") or STRING) for each in fields],
        [int(each.findtext("Usage") or GENERIC) for each in fields],
    )
    if columns.name is None:
        return
    start, step = (float(table.get(key) or default) for key, default in BINS)
    for row in reversed(table.findall("Row")):
        cells = [(each.text or "").strip() for each in row.iterfind("F")]
        try:
            place = start + step * int(row.get("index", ""))
            low = place if columns.low is None else float(cells[columns.low])
            high = low if columns.high is None else float(cells[columns.high])
            name = cells[columns.name]
        except (IndexError, ValueError):
            continue
        if name:
            for value in values_between(low, high):
                yield value, name
