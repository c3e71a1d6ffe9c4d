"""Sparse labels: a raster of class ids on the image's grid, mostly unknown, scanned in strips."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.windows import Window

from core.classes import ClassTable
from core.errors import JobError, RasterReadError
from core.gdal import GDAL_ERRORS, open_dataset
from core.grid import PixelWindow, apply
from core.paths import display_name
from core.reading import Raster

CELL = 64
"""Side in pixels of the cells in which labels are counted and held out."""

UNITS = (8, 4, 2)
"""Cells along a side of the largest piece of labelled ground that is held out together: the first
of these with which there is something to hold out."""

Cell = tuple[int, int]
"""Row and column of a cell."""


class LabelRaster:
    """An opened label raster. A context manager.

    Attributes:
        name: What messages call it.
        warnings: Nothing; polygons have some.
        used: Number of polygons of each class; a raster has none.

    Args:
        path: Anything rasterio opens; the first band holds class ids.
        image: The raster that it labels.
        classes: What its values may be.
        unknown: Value of unlabelled pixels; the raster's own nodata value counts as unknown too.

    Raises:
        RasterReadError: It cannot be opened.
        JobError: It is not on the image's grid.
    """

    def __init__(self, path: str, image: Raster, classes: ClassTable, unknown: int) -> None:
        """Open it and compare the grids."""
        self.name = display_name(path)
        self.warnings: list[str] = []
        self.used: dict[str, int] | None = None
        self._classes, self._unknown = classes, unknown
        try:
            self._dataset = open_dataset(path)
        except (*GDAL_ERRORS, ValueError) as error:
            raise RasterReadError(
                f"The labels {self.name} cannot be opened as a raster.",
                "Check the path and the file's format.",
            ) from error
        try:
            self._check(image)
        except BaseException:
            self._dataset.close()
            raise

    def __enter__(self) -> LabelRaster:
        """Return the raster itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._dataset.close()

    def _check(self, image: Raster) -> None:
        here, size = self._dataset, (image.width, image.height)
        if here.count < 1 or (here.width, here.height) != size:
            raise JobError(
                f"The labels {self.name} have {here.width} x {here.height} pixels, "
                f"{image.name} has {size[0]} x {size[1]}.",
                "Rasterise the labels on the image's own grid.",
            )
        if here.transform == Affine.identity() or not image.grid.georeferenced:
            return
        corners = [(0, 0), size, (size[0], 0)]
        pixel = abs(image.transform.determinant) ** 0.5
        far = max(
            np.hypot(*np.subtract(apply(here.transform, *corner), apply(image.transform, *corner)))
            for corner in corners
        )
        if far > pixel / 2 or (here.crs and image.crs and here.crs != image.crs):
            raise JobError(
                f"The labels {self.name} lie elsewhere than {image.name}.",
                "Rasterise the labels on the image's own grid and coordinate system.",
            )

    def read(self, window: PixelWindow) -> NDArray[np.int16]:
        """Output channel of each pixel of a window, -1 where unlabelled or outside.

        Args:
            window: (column, row, width, height); may reach beyond the raster.

        Raises:
            RasterReadError: The file breaks off there.
            JobError: A value is no id of the class table.
        """
        col, row, width, height = window
        left, top = max(col, 0), max(row, 0)
        right = min(col + width, self._dataset.width)
        bottom = min(row + height, self._dataset.height)
        channels = np.full((height, width), -1, np.int16)
        if left < right and top < bottom:
            values = self._values(Window(left, top, right - left, bottom - top))
            channels[top - row : bottom - row, left - col : right - col] = self._channels(values)
        return channels

    def _values(self, window: Window) -> NDArray[Any]:
        try:
            return np.asarray(self._dataset.read(1, window=window))
        except GDAL_ERRORS as error:
            raise RasterReadError(
                f"The labels {self.name} cannot be read.", "The file is damaged or incomplete."
            ) from error

    def _channels(self, values: NDArray[Any]) -> NDArray[np.int16]:
        found, places = np.unique(values, return_inverse=True)
        table = np.full(len(found), -1, np.int16)
        for index, value in enumerate(found.tolist()):
            if value in self._classes.ids:
                table[index] = self._classes.ids.index(value)
            elif value not in (self._unknown, self._dataset.nodata) and value == value:
                raise JobError(
                    f"The labels {self.name} hold {value}, which is no id of the class table "
                    f"({', '.join(map(str, self._classes.ids))}) and not unknown "
                    f"({self._unknown}).",
                    "Add the class, or correct the labels.",
                )
        return table[places].reshape(values.shape)

    def count(self) -> dict[Cell, NDArray[np.int64]]:
        """Labelled pixels of each class in each cell that has any."""
        size = self._dataset.width, self._dataset.height
        return count_cells(self.read, size, len(self._classes))


def count_cells(
    read: Callable[[PixelWindow], NDArray[np.int16]], size: tuple[int, int], classes: int
) -> dict[Cell, NDArray[np.int64]]:
    """Labelled pixels of each class in each cell that has any.

    Args:
        read: Gives the output channel of each pixel of a window, -1 where unlabelled.
        size: Width and height in pixels.
        classes: Number of classes.
    """
    width, height = size
    cells: dict[Cell, NDArray[np.int64]] = defaultdict(lambda: np.zeros(classes, np.int64))
    for top in range(0, height, CELL):
        channels = read((0, top, width, min(CELL, height - top)))
        rows, columns = np.nonzero(channels >= 0)
        keys = columns // CELL * classes + channels[rows, columns]
        for key, number in zip(*np.unique(keys, return_counts=True), strict=True):
            cells[top // CELL, int(key) // classes][int(key) % classes] += number
    return dict(cells)


@dataclass(frozen=True)
class Unit:
    """A piece of labelled ground that is trained on or held out as a whole: a polygon, mostly.

    Attributes:
        cells: Its cells.
        pixels: (K,) labelled pixels of each class.
    """

    cells: frozenset[Cell]
    pixels: NDArray[np.int64]


def split_ground(
    cells: dict[Cell, NDArray[np.int64]], share: float, random: np.random.Generator
) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """Choose ground for validation, see ``hold_out``, in as large pieces as there can be.

    Args:
        cells: Labelled pixels of each class in each cell.
        share: To hold out, about.
        random: Decides.

    Returns:
        Cells to train on and cells held out; all and none where nothing can be held out. What is
        held out of a class, another cell teaches.
    """
    for side in UNITS:
        trained, held = hold_out(find_units(cells, side), share, random)
        taught = sum((cells[cell] for cell in trained), np.int64(0)) > 0
        asked = sum((cells[cell] for cell in held), np.int64(0)) > 0
        if trained and held and (taught | ~asked).all():
            return trained, held
    return frozenset(cells), frozenset()


def find_units(cells: dict[Cell, NDArray[np.int64]], side: int) -> list[Unit]:
    """Connected cells, large areas cut into squares of ``side`` cells."""
    found = []
    for component in components(set(cells)):
        parts: dict[Cell, list[Cell]] = defaultdict(list)
        for row, column in component:
            parts[row // side, column // side].append((row, column))
        # What fits a square is one piece wherever the squares' edges run.
        rows, columns = zip(*component, strict=True)
        if max(np.ptp(rows), np.ptp(columns)) < side:
            parts = {(0, 0): component}
        found += [
            Unit(frozenset(part), np.sum([cells[cell] for cell in part], axis=0))
            for _, part in sorted(parts.items())
        ]
    return found


def hold_out(
    units: list[Unit], share: float, random: np.random.Generator
) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """Choose units for validation, such that each class that has two or more is on both sides.

    Args:
        units: All labelled ground.
        share: Of the units, about; never the last one of a class.
        random: Decides.

    Returns:
        Cells to train on and cells held out; the latter may be empty. No cell of one touches a
        cell of the other.
    """
    has = np.array([unit.pixels > 0 for unit in units])
    held = np.zeros(len(units), np.bool_)
    order = random.permutation(len(units))

    def allowed(index: int) -> bool:
        rest = ~held
        rest[index] = False
        return bool((has[rest].any(0) | ~has[index]).all())

    for channel in np.argsort(has.sum(0), kind="stable"):
        wanted = max(1, round(share * has[:, channel].sum()))
        for index in order:
            if has[held, channel].sum() >= wanted:
                break
            if has[index, channel] and not held[index] and allowed(index):
                held[index] = True
    out = {cell for index in np.flatnonzero(held) for cell in units[index].cells}
    rest = {cell for index in np.flatnonzero(~held) for cell in units[index].cells}
    touching = {cell for cell in rest if out.intersection(_neighbours(cell))}
    return frozenset(rest - touching), frozenset(out)


def components(cells: set[Cell]) -> Iterator[list[Cell]]:
    """Cells that touch, diagonally too, in a fixed order."""
    left = set(cells)
    for first in sorted(cells):
        if first not in left:
            continue
        left.remove(first)
        component = [first]
        for cell in component:  # grows while it is walked through
            near = left.intersection(_neighbours(cell))
            left -= near
            component += sorted(near)
        yield component


def _neighbours(cell: Cell) -> list[Cell]:
    row, column = cell
    return [(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x]
