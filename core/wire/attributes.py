"""Raster attribute tables: which columns hold the values of classes and which their names.

For the engine, which reads tables from XML, and for the plugin, which reads them from GDAL. Types
and usages are the numbers of GDALRATFieldType and GDALRATFieldUsage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STRING = 2
NAME, MIN, MAX, MIN_MAX = 2, 3, 4, 5
VALUE_TITLES = ("value", "pixel value", "class value", "class id", "id", "code", "gridcode")
NAME_TITLES = (
    "class names", "class name", "class", "name", "names", "label", "labels", "category",
    "land cover", "landcover", "description",
)  # fmt: skip
"""Of columns of tables that do not say what they are for, in the order in which they are taken."""
WIDEST = 256
"""Most values that one row may name; a row of more names a range of measurements."""


@dataclass(frozen=True)
class Columns:
    """Indices of columns; None where there is none.

    Attributes:
        name: Names.
        low: Values, or the least value of each row; without it the order of rows tells.
        high: The largest value of each row; None where it is the least one too.
    """

    name: int | None
    low: int | None
    high: int | None


def find_columns(titles: Sequence[str], kinds: Sequence[int], usages: Sequence[int]) -> Columns:
    """The columns of names and values, by their usage, else by their titles.

    Args:
        titles: Of all columns.
        kinds: Their types.
        usages: What they are for.
    """
    plain = [title.strip().casefold().replace("_", " ") for title in titles]
    texts = [column for column, kind in enumerate(kinds) if kind == STRING]
    numbers = [column for column, kind in enumerate(kinds) if kind != STRING]

    def used(usage: int) -> int | None:
        return usages.index(usage) if usage in usages else None

    def titled(known: Sequence[str], fitting: Sequence[int]) -> int | None:
        found = (column for title in known for column in fitting if plain[column] == title)
        return next(found, None)

    name = _first(used(NAME), titled(NAME_TITLES, texts), texts[0] if len(texts) == 1 else None)
    if (values := used(MIN_MAX)) is not None:
        return Columns(name, values, None)
    if (low := used(MIN)) is not None:
        return Columns(name, low, used(MAX))
    return Columns(name, titled(VALUE_TITLES, numbers), None)


def values_between(low: float, high: float) -> range:
    """The whole numbers that a row names; none where it names a range of measurements."""
    if not 0 <= high - low < WIDEST:
        return range(0)
    return range(math.ceil(low), math.floor(high) + 1)


def _first(*found: int | None) -> int | None:
    return next((each for each in found if each is not None), None)
