"""PatchLayer: patches of a class raster as features of a GeoPackage, with what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.raster.grid import Grid, apply
from core.raster.lengths import PixelLengths
from core.results.geopackage import PartialLayer, Value
from core.vector.rings import Polygons
from core.vector.survey import Regions
from core.vector.union import Ids


class PatchLayer(PartialLayer):
    """A layer of patches in the making.

    Args:
        path: Final path.
        grid: The raster's.
        lengths: Of its pixels.
        classes: Id and name of each class, by class index.
        description: What the layer is, in a sentence.

    Raises:
        OutputError: It cannot be created.
    """

    def __init__(
        self,
        path: str,
        grid: Grid,
        lengths: PixelLengths,
        classes: Sequence[tuple[int | None, str]],
        description: str,
    ) -> None:
        """Create the part."""
        super().__init__(path, grid.crs, description)
        self._transform, self._lengths, self._classes = grid.transform, lengths, classes
        self.features = 0

    def add(self, made: Polygons, regions: Regions) -> None:
        """Write polygons of some regions.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        columns, rows, starts = made.closed(turned=self._transform.determinant > 0)
        x, y = apply(self._transform, columns, rows)
        self.write(made, np.stack([x, y], axis=1), starts, self._values(made, regions))
        self.features += made.patch.size

    def _values(self, made: Polygons, regions: Regions) -> Iterator[tuple[Value, ...]]:
        patch = made.patch
        area: list[float | None] = [None] * patch.size
        perimeter: list[float | None] = [None] * patch.size
        if regions.areas is not None:
            # As large as it is drawn, at the mean size of its pixels.
            share = made.sizes() / regions.pixels[patch]
            area = (regions.areas[patch] * share).tolist()
            perimeter = made.lengths(self._lengths.of).tolist()
        confidence: list[float | None] = [None] * patch.size
        if regions.confidence is not None:
            mean = regions.confidence[patch]
            confidence = [None if value != value else value for value in mean.tolist()]
        classes = regions.classes[patch].tolist()
        pixels = regions.pixels[patch].tolist()
        for index, count, *rest in zip(classes, pixels, area, perimeter, confidence, strict=True):
            yield *self._classes[index], count, *rest


def class_table(regions: Regions, entries: Sequence[Any]) -> list[dict[str, Any]]:
    """One row a class: its features, and what it was on the map.

    Args:
        regions: Of the map.
        entries: Of its legend, by class index, each with ``id``, ``name`` and ``colour``.
    """
    census, own, count = regions.census, regions.classes[1:], len(entries)
    areas = None if regions.areas is None else regions.areas[1:]
    columns = {
        "features": _sums(own, np.ones(own.size, np.int64), count),
        "pixels": _sums(own, regions.pixels[1:], count),
        "area_m2": _sums(own, areas, count),
        "map_pixels": _sums(census.classes, census.pixels, count),
        "map_area_m2": _sums(census.classes, census.areas, count),
    }
    return [
        {"id": entry.id, "name": entry.name, "colour": entry.colour}
        | {name: values[index] for name, values in columns.items()}
        for index, entry in enumerate(entries)
    ]


def raster_sums(regions: Regions, count: int) -> tuple[list[int], list[float] | None]:
    """Pixels and square metres of each class of the generalised map, whether wanted or not.

    Args:
        regions: Of the map.
        count: How many classes there are.
    """
    census, classes = regions.census, regions.by_patch
    areas = None if census.areas is None else _sums(classes, census.areas, count)
    return _sums(classes, census.pixels, count), areas


def _sums(classes: Ids, values: NDArray[Any] | None, count: int) -> list[Any]:
    """By class index, without what holds no data."""
    if values is None:
        return [None] * count
    sums = np.bincount(classes[classes >= 0], values[classes >= 0], count)
    return list(sums.astype(values.dtype).tolist())
