"""Sparse labels: polygons, which are brought onto the image's pixels where they are looked at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from core.accuracy.class_index import ClassIndex
from core.accuracy.features import POLYGONS, SHARED, Features, Polygons
from core.adapt.labels import LABEL_CELL, Cell, count_cells
from core.raster.grid import PixelWindow
from core.raster.reading import Raster
from core.wire.classes import ClassTable
from core.wire.errors import JobError


class LabelPolygons:
    """Labelled polygons. To the rest it is what ``LabelRaster`` is; a context manager too.

    A pixel that polygons of different classes share is unlabelled.

    Attributes:
        name: What messages call them.
        warnings: What the user should know; whole after ``count``.
        used: Number of polygons of each class that hold labelled pixels; filled by ``count``.

    Args:
        path: GeoJSON, see ``core.accuracy.features``.
        field: Property that holds class ids or names.
        name: What messages call them.
        image: The raster that they label.
        classes: What the labels may be.

    Raises:
        LabelError: The file is no GeoJSON of labelled polygons.
        JobError: A label is no class.
    """

    def __init__(
        self, path: str, field: str, name: str, image: Raster, classes: ClassTable
    ) -> None:
        """Read the file and bring it onto the image's grid."""
        self.name = name
        self._image, self._classes = image, classes
        names = {entry.id: entry.name for entry in classes}
        class_index = ClassIndex(names, {entry.id: entry.colour for entry in classes}, name)
        features = Features(path, field, name, image.grid, class_index)
        if features.kind != POLYGONS:
            raise JobError(f"{name} holds points.", "Draw polygons: they show what is around.")
        if strange := [entry.name for entry in class_index.entries[len(classes) :]]:
            raise JobError(
                f"{name} holds the label {strange[0]!r}, which is no class. The classes are "
                f"{', '.join(names.values())}.",
                "Add the class, or correct the label.",
            )
        channels = [classes.ids.index(entry.id) for entry in class_index.entries]
        self._channels = np.array(channels, np.int16)[features.classes]
        self._polygons = Polygons(features.shapes, features.classes, image.grid)
        self._count, self._unlabelled = len(features.shapes), features.unlabelled
        self.warnings = list(features.warnings)
        self.used: dict[str, int] = {}

    def __enter__(self) -> LabelPolygons:
        """Return the polygons themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def read(self, window: PixelWindow) -> NDArray[np.int16]:
        """Output channel of each pixel of a window, -1 where unlabelled or outside.

        Args:
            window: (column, row, width, height); may reach beyond the raster.
        """
        col, row, width, height = window
        channels, _, _ = self._burn(window)
        inside = np.zeros((height, width), np.bool_)
        inside[
            max(-row, 0) : max(self._image.height - row, 0),
            max(-col, 0) : max(self._image.width - col, 0),
        ] = True
        return np.where(inside, channels, np.int16(-1))

    def _burn(self, window: PixelWindow) -> tuple[NDArray[np.int16], set[int], int]:
        """Channel of each pixel, the polygons there, and how many pixels belong to two classes."""
        _, _, width, height = window
        channels = np.full(height * width, -1, np.int16)
        where, unit = self._polygons(window)
        clear = unit != SHARED
        channels[where[clear]] = self._channels[unit[clear]]
        met = set(np.unique(unit[clear]).tolist())
        return channels.reshape(height, width), met, int(np.count_nonzero(~clear))

    def count(self, check: Callable[[], None] = lambda: None) -> dict[Cell, NDArray[np.int64]]:
        """Labelled pixels of each class in each cell that has any.

        Args:
            check: Called now and then; may raise.
        """
        shared, met = 0, set[int]()

        def read(window: PixelWindow) -> NDArray[np.int16]:
            nonlocal shared
            channels, there, disputed = self._burn(window)
            met.update(there)
            shared += disputed
            return channels

        cells = count_cells(read, self._windows(), len(self._classes), check)
        found = Counter(self._channels[list(met)].tolist())
        self.used = {entry.name: found[channel] for channel, entry in enumerate(self._classes)}
        self._warn(shared, self._count - len(met))
        return cells

    def _windows(self) -> Iterator[PixelWindow]:
        """Runs of cells that the polygons' bounds touch: of a large image a small part."""
        width, height = self._image.width, self._image.height
        touched: dict[int, set[int]] = defaultdict(set)
        for left, top, right, bottom in self._polygons.bounds.tolist():
            for row in _cells(top, bottom, height):
                touched[row].update(_cells(left, right, width))
        for row, columns in sorted(touched.items()):
            for column in sorted(columns):
                if column - 1 not in columns:
                    first = column
                if column + 1 not in columns:
                    left, top = first * LABEL_CELL, row * LABEL_CELL
                    end = min((column + 1) * LABEL_CELL, width)
                    yield left, top, end - left, min(LABEL_CELL, height - top)

    def _warn(self, shared: int, unused: int) -> None:
        if self._unlabelled:
            self.warnings.append(
                f"{self._unlabelled} polygons of {self.name} have no label and are left out."
            )
        if unused:
            self.warnings.append(
                f"{unused} of {self._count} polygons of {self.name} hold no pixel of the image, "
                "or none of their own, and are left out."
            )
        if shared:
            self.warnings.append(
                f"{shared} pixels lie in polygons of different classes and are left out."
            )


def _cells(low: float, high: float, size: int) -> range:
    """Cells that reach from one place to another, in pixels, within an image."""
    last = min(int(high // LABEL_CELL), (size - 1) // LABEL_CELL)
    return range(max(int(low // LABEL_CELL), 0), last + 1)
