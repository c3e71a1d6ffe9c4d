"""Class names of a raster: what its categories and raster attribute table call its values.

GDAL finds them wherever a format keeps them: in the file, in an ``.aux.xml`` beside it, in a VRT.
rasterio tells of neither, but a VRT that GDAL writes of the raster does, as XML.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET  # nosec B405  # see _first_band

import rasterio.shutil
from rasterio.io import MemoryFile

from core.gdal import GDAL_ERRORS
from core.pam import INTEGER, MAX, MIN, MIN_MAX, NAME, REAL, STRING

VALUE_TITLES = ("value", "pixel value", "class value", "class id", "id", "code", "gridcode")
NAME_TITLES = (
    "class names", "class name", "class", "name", "names", "label", "labels", "category",
    "land cover", "landcover", "description",
)  # fmt: skip
"""Of columns of tables that do not say what they are for, in the order in which they are taken."""
BINS = (("Row0Min", "0"), ("BinSize", "1"))
"""Where no column holds values, rows are in their order: from this on, so far apart."""
WIDEST = 256
"""Most values that one row may name; a row of more names a range of measurements."""


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
    titles = [(each.findtext("Name") or "").strip().casefold() for each in fields]
    titles = [title.replace("_", " ") for title in titles]
    kinds = [int(each.findtext("Type") or STRING) for each in fields]
    usages = [int(each.findtext("Usage") or 0) for each in fields]

    def column(usage: int, known: tuple[str, ...], allowed: tuple[int, ...]) -> int | None:
        if usage in usages:
            return usages.index(usage)
        fitting = [at for at, kind in enumerate(kinds) if kind in allowed]
        found = [at for title in known for at in fitting if titles[at] == title]
        return found[0] if found else None

    name = column(NAME, NAME_TITLES, (STRING,))
    texts = [at for at, kind in enumerate(kinds) if kind == STRING]
    if name is None and len(texts) == 1:
        name = texts[0]
    if name is None:
        return
    low = column(MIN_MAX, (), ())
    low = column(MIN, VALUE_TITLES, (INTEGER, REAL)) if low is None else low
    high = column(MAX, (), ()) if MIN in usages and MIN_MAX not in usages else low
    start, step = (float(table.get(key) or default) for key, default in BINS)
    for row in reversed(table.findall("Row")):
        cells = [(each.text or "").strip() for each in row.iterfind("F")]
        try:
            first = start + step * int(row.get("index", "")) if low is None else float(cells[low])
            last = first if high is None else float(cells[high])
            if not (cells[name] and last - first < WIDEST):
                continue
        except (IndexError, ValueError):
            continue
        for value in range(math.ceil(first), math.floor(last) + 1):
            yield value, cells[name]
