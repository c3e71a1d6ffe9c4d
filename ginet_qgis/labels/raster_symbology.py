"""Names and colours of a class raster's values: from its layer's palette and from its file."""

from __future__ import annotations

from collections.abc import Iterator

from osgeo import gdal
from qgis.core import QgsPalettedRasterRenderer, QgsRasterLayer
from qgis.PyQt.QtGui import QColor

from ginet_qgis.core.wire.attributes import find_columns, values_between
from ginet_qgis.labels.classes import Look, key_of
from ginet_qgis.layers.layer_files import own_data
from ginet_qgis.layers.styling import original_class_name

MOST_NAMES = 1000
"""More are left to the engine, which reads what the file has by itself."""


def raster_symbology(layer: QgsRasterLayer) -> dict[int | str, Look]:
    """Names and colours from the file's tables; those that the layer's palette has come before."""
    looks, renderer = _file_symbology(layer), layer.renderer()
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
        for key, look in raster_symbology(layer).items()
        if isinstance(key, int) and look.name
    }
    return names if len(names) <= MOST_NAMES else {}


def _file_symbology(layer: QgsRasterLayer) -> dict[int | str, Look]:
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
    if table is None:
        return
    every = range(table.GetColumnCount())
    usages = [table.GetUsageOfCol(column) for column in every]
    columns = find_columns(
        [table.GetNameOfCol(column) for column in every],
        [table.GetTypeOfCol(column) for column in every],
        usages,
    )
    if columns.name is None and columns.low is None:
        return
    colours = (gdal.GFU_Red, gdal.GFU_Green, gdal.GFU_Blue)
    parts = [usages.index(use) for use in colours if use in usages]
    is_binned, start, step = table.GetLinearBinning()
    for row in reversed(range(table.GetRowCount())):
        place = start + step * row if is_binned else row
        low = place if columns.low is None else table.GetValueAsDouble(row, columns.low)
        high = low if columns.high is None else table.GetValueAsDouble(row, columns.high)
        name = "" if columns.name is None else table.GetValueAsString(row, columns.name)
        colour = ""
        if len(parts) == len(colours):
            colour = QColor(*(table.GetValueAsInt(row, part) for part in parts)).name()
        for value in values_between(low, high):
            yield value, name, colour
