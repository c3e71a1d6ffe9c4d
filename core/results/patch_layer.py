"""PatchLayer: patches of a class raster as features of a GeoPackage, with what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.raster.grid import Grid, apply
from core.raster.lengths import PixelLengths
from core.results.geopackage import PartialLayer, Value
from core.vector.features import Features
from core.vector.rings import Polygons


class PatchLayer(PartialLayer):
    """A layer of patches in the making.

    Args:
        path: Final path.
        grid: The raster's.
        lengths: Of its pixels.
        entries: Of the legend, each with ``id`` and ``name``; class numbers count them from 1.
        description: What the layer is, in a sentence.

    Raises:
        OutputError: It cannot be created.
    """

    def __init__(
        self,
        path: str,
        grid: Grid,
        lengths: PixelLengths,
        entries: Sequence[Any],
        description: str,
    ) -> None:
        """Create the part."""
        super().__init__(path, grid.crs, description)
        self._transform, self._lengths, self._entries = grid.transform, lengths, entries
        self.features = 0

    def add(self, made: Polygons, features: Features) -> None:
        """Write polygons of some features.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        columns, rows, starts = made.closed(turned=self._transform.determinant > 0)
        x, y = apply(self._transform, columns, rows)
        self.write(
            made, np.stack([x, y], axis=1), starts, self._values(made, features.chosen(made.patch))
        )
        self.features += made.patch.size

    def _values(self, made: Polygons, features: Features) -> Iterator[tuple[Value, ...]]:
        count = made.patch.size
        area: list[float | None] = [None] * count
        perimeter: list[float | None] = [None] * count
        if features.areas is not None:
            # As large as it is drawn, at the mean size of its pixels.
            area = (features.areas * (made.sizes() / features.pixels)).tolist()
            perimeter = made.lengths(self._lengths.of).tolist()
        confidence: list[float | None] = [None] * count
        if features.confidence is not None:
            mean = features.confidence.tolist()
            confidence = [None if value != value else value for value in mean]
        classes, pixels = features.classes.tolist(), features.pixels.tolist()
        for number, *rest in zip(classes, pixels, area, perimeter, confidence, strict=True):
            entry = self._entries[number - 1]
            yield entry.id, entry.name, *rest


class ClassSums:
    """What there is of each class: on the map, on the generalised map, and as features.

    Args:
        measured: Whether areas are known.
    """

    def __init__(self, *, measured: bool) -> None:
        """Nothing yet."""
        self._measured = measured
        self._sums: dict[str, NDArray[Any]] = {}

    def add(
        self,
        kind: str,
        classes: NDArray[np.integer],
        pixels: NDArray[Any],
        areas: NDArray[Any] | None,
    ) -> None:
        """Add things of a kind.

        Args:
            kind: ``map``, ``generalised`` or ``features``.
            classes: Number of each one's class, 0 for none.
            pixels: Of each.
            areas: Square metres of each, if known.
        """
        for name, values in (("count", np.ones_like(pixels)), ("pixels", pixels), ("area", areas)):
            if values is not None:
                found = np.bincount(classes, values).astype(values.dtype)
                known = self._sums.get(f"{kind} {name}", np.zeros(0, values.dtype))
                total: NDArray[Any] = np.zeros(max(found.size, known.size), values.dtype)
                total[: found.size] += found
                total[: known.size] += known
                self._sums[f"{kind} {name}"] = total

    def of(self, kind: str, count: int) -> tuple[list[int], list[int], list[float] | None]:
        """Things, pixels and square metres of each of so many classes."""
        number, pixels, areas = (self._by_class(f"{kind} {name}", count) for name in
                                 ("count", "pixels", "area"))  # fmt: skip
        return number, pixels, areas if self._measured else None

    def _by_class(self, name: str, count: int) -> list[Any]:
        known = self._sums.get(name, np.zeros(0, np.int64))[1 : count + 1]
        return [*known.tolist(), *[known.dtype.type(0).item()] * (count - known.size)]


def class_table(sums: ClassSums, entries: Sequence[Any]) -> list[dict[str, Any]]:
    """One row a class: its features, and what it was on the map.

    Args:
        sums: Of the map and of the features.
        entries: Of its legend, each with ``id``, ``name`` and ``colour``.
    """
    none = [None] * len(entries)
    features, pixels, areas = sums.of("features", len(entries))
    _, map_pixels, map_areas = sums.of("map", len(entries))
    columns = features, pixels, areas or none, map_pixels, map_areas or none
    names = "features", "pixels", "area_m2", "map_pixels", "map_area_m2"
    return [
        {"id": entry.id, "name": entry.name, "colour": entry.colour}
        | dict(zip(names, values, strict=True))
        for entry, *values in zip(entries, *columns, strict=True)
    ]
