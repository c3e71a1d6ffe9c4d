"""Names and colours of a class raster's values: from its layer's palette and from its file."""

from __future__ import annotations

import math
from collections.abc import Iterator

from osgeo import gdal
from qgis.core import QgsPalettedRasterRenderer, QgsRasterLayer
from qgis.PyQt.QtGui import QColor

from ginet_qgis.label_classes import Look, key_of
from ginet_qgis.layer_files import own_data
from ginet_qgis.legend import original_class_name

VALUE_TITLES = ("value", "pixel value", "class value", "class id", "id", "code", "gridcode")
NAME_TITLES = (
    "class names", "class name", "class", "name", "names", "label", "labels", "category",
    "land cover", "landcover", "description",
)  # fmt: skip
"""Of columns of tables that do not say what they are for; as ``core/classnames.py`` has them."""
WIDEST = 256
"""Most values that one row may name; a row of more names a range of measurements."""
MOST_NAMES = 1000
"""More are left to the engine, which reads what the file has by itself."""


def raster_looks(layer: QgsRasterLayer) -> dict[int | str, Look]:
    """Names and colours from the file's tables; those that the layer's palette has come before."""
    looks, renderer = _file_looks(layer), layer.renderer()
    for shown in renderer.classes() if isinstance(renderer, QgsPalettedRasterRenderer) else ():
        key, label = key_of(shown.value), shown.label.strip()
        # QGIS labels an entry with its value where neither the file nor the user names it.
        name = label if label != str(key) else ""
        looks[key] = Look(name or looks.get(key, Look()).name, shown.color.name())
    return looks


def class_names(layer: QgsRasterLayer) -> dict[str, str]:
    """Names of a layer's classes by id, as a job has them; GINet's own as its files have them."""
    names = {
        str(key): original_class_name(look.name)
        for key, look in raster_looks(layer).items()
        if isinstance(key, int) and look.name
    }
    return names if len(names) <= MOST_NAMES else {}


def _file_looks(layer: QgsRasterLayer) -> dict[int | str, Look]:
    """What the file's category names, colour table and raster attribute table say."""
    path = own_data(layer)
    try:
        dataset = path and gdal.Open(path)  # kept: a band does not outlive its dataset
    except RuntimeError:
        dataset = None
    if not dataset:
        return {}
    band = dataset.GetRasterBand(1)
    band.GetNoDataValue()  # GDAL reads the .aux.xml of a GeoTIFF no earlier
    names: dict[int, str] = {}
    colours: dict[int, str] = {}
    table = band.GetColorTable()
    for value in range(table.GetCount() if table else 0):
        colours[value] = QColor(*table.GetColorEntry(value)[:3]).name()
    for value, name, colour in _rows(band.GetDefaultRAT()):
        names[value] = name
        if colour:
            colours[value] = colour
    categories = enumerate(band.GetCategoryNames() or ())
    names.update({value: name for value, name in categories if name.strip()})
    return {
        value: Look(names.get(value, "").strip(), colours.get(value, ""))
        for value in names.keys() | colours.keys()
    }


def _rows(table: gdal.RasterAttributeTable | None) -> Iterator[tuple[int, str, str]]:
    """Values, their names and colours, the last row first: of two of a value, the first counts."""
    columns = range(table.GetColumnCount() if table else 0)
    usages = {table.GetUsageOfCol(column): column for column in reversed(columns)}
    titles = [table.GetNameOfCol(column).strip().casefold().replace("_", " ") for column in columns]
    texts = [column for column in columns if table.GetTypeOfCol(column) == gdal.GFT_String]
    numbers = [column for column in columns if column not in texts]

    def titled(known: tuple[str, ...], fitting: list[int]) -> int | None:
        found = [column for title in known for column in fitting if titles[column] == title]
        return found[0] if found else None

    name = usages.get(gdal.GFU_Name, titled(NAME_TITLES, texts))
    if name is None and len(texts) == 1:
        name = texts[0]
    low = usages.get(gdal.GFU_MinMax, usages.get(gdal.GFU_Min))
    has_ranges = gdal.GFU_MinMax not in usages and gdal.GFU_Min in usages
    high = usages.get(gdal.GFU_Max) if has_ranges else None
    low = titled(VALUE_TITLES, numbers) if low is None else low
    parts = [usages.get(use) for use in (gdal.GFU_Red, gdal.GFU_Green, gdal.GFU_Blue)]
    if name is None and low is None:
        return
    is_binned, start, step = table.GetLinearBinning()
    for row in reversed(range(table.GetRowCount())):
        place = start + step * row if is_binned else row
        first = place if low is None else table.GetValueAsDouble(row, low)
        last = first if high is None else table.GetValueAsDouble(row, high)
        if not last - first < WIDEST:
            continue
        text = "" if name is None else table.GetValueAsString(row, name)
        colour = ""
        if None not in parts:
            colour = QColor(*(table.GetValueAsInt(row, part) for part in parts)).name()
        for value in range(math.ceil(first), math.floor(last) + 1):
            yield value, text, colour
