"""PatchLayer: patches of a class raster as features of a GeoPackage, with what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.raster.grid import Grid, apply
from core.raster.lengths import PixelLengths
from core.results.geopackage import PartialLayer, Value
from core.vector.rings import Polygons
from core.vector.survey import Regions


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
