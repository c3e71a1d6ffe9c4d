"""Sparse labels: a raster of class ids on the image's grid, mostly unknown, scanned in strips."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.windows import Window

from core.raster.gdal import GDAL_ERRORS, open_dataset, opening_hint
from core.raster.grid import Grid, PixelWindow, apply
from core.raster.histogram import histogram
from core.raster.reading import Raster
from core.raster.validity import valid_pixels
from core.wire.classes import ClassTable
from core.wire.errors import JobError, RasterReadError
from core.wire.paths import display_name

LABEL_CELL = 64
"""Side in pixels of the cells in which labels are counted and held out."""

Cell = tuple[int, int]
"""Row and column of a cell."""


class LabelRaster:
    """An opened label raster. A context manager.

    Attributes:
        name: Its name in messages.
        warnings: What the user should know about how it is read.
        used: Number of polygons of each class; a raster has none.

    Args:
        path: Anything rasterio opens; the first band holds class ids.
        image: The raster that it labels.
        classes: What its values may be.
        unknown: Value of unlabelled pixels. What holds no data (nodata, mask, alpha, NaN) is
            unlabelled too, also where its value is a class's id.

    Raises:
        RasterReadError: It cannot be opened.
        JobError: It is not on the image's grid.
    """

    def __init__(self, path: str, image: Raster, classes: ClassTable, unknown: int) -> None:
        """Open it and compare the grids."""
        self.name = display_name(path)
        self.warnings: list[str] = []
        self.used: dict[str, int] | None = None
        self._classes, self._unknown, self._image = classes, unknown, image
        try:
            self._dataset = open_dataset(path)
        except (*GDAL_ERRORS, ValueError) as error:
            raise RasterReadError(
                f"The labels {self.name} cannot be opened as a raster.",
                opening_hint(error),
            ) from error
        try:
            self._check(image.name, image.file_grid)
        except BaseException:
            self._dataset.close()
            raise
        nodata = self._dataset.nodata
        if nodata in classes.ids:
            self.warnings.append(
                f"{nodata:g}, the id of {classes[classes.ids.index(nodata)].name!r}, is the nodata "
                f"value of {self.name}: where it stands, nothing is labelled. If it is to be a "
                "class, unset the nodata value: gdal_edit.py -unsetnodata."
            )

    def __enter__(self) -> LabelRaster:
        """Return the raster itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._dataset.close()

    def _check(self, name: str, grid: Grid) -> None:
        here, size = self._dataset, (grid.width, grid.height)
        if here.count < 1 or (here.width, here.height) != size:
            raise JobError(
                f"The labels {self.name} have {here.width} x {here.height} pixels, "
                f"{name} has {size[0]} x {size[1]}.",
                "Rasterise the labels on the image's own grid.",
            )
        if here.transform == Affine.identity() or not grid.georeferenced:
            return
        corners = [(0, 0), size, (size[0], 0)]
        pixel = abs(grid.transform.determinant) ** 0.5
        far = max(
            np.hypot(*np.subtract(apply(here.transform, *corner), apply(grid.transform, *corner)))
            for corner in corners
        )
        if far > pixel / 2 or (here.crs and grid.crs and here.crs != grid.crs):
            raise JobError(
                f"The labels {self.name} lie elsewhere than {name}.",
                "Rasterise the labels on the image's own grid and coordinate system.",
            )

    def read(self, window: PixelWindow) -> NDArray[np.int16]:
        """Output channel of each pixel of a window, -1 where unlabelled or outside.

        Where the image's pixels are merged, that is what their middle ones are labelled; where they
        are split, all of one are labelled as it is.

        Args:
            window: (column, row, width, height) of the image; may reach beyond it.

        Raises:
            RasterReadError: The file breaks off there.
            JobError: A value is no id of the class table.
        """
        col, row, width, height = window
        merged, split = self._image.merged, self._image.split
        columns = self._middles(max(col, 0), col + width, self._dataset.width)
        rows = self._middles(max(row, 0), row + height, self._dataset.height)
        channels = np.full((height, width), -1, np.int16)
        if not (len(columns) and len(rows)):
            return channels
        left, top = max(-col, 0), max(-row, 0)
        some = len(rows) if merged == 1 else 1  # rows between the middle ones are not read
        for first in range(0, len(rows), some):
            lines = rows[first : first + some]
            x, y = int(columns[0]), int(lines[0])
            part = Window(x, y, int(columns[-1]) - x + 1, int(lines[-1]) - y + 1)
            values, valid = (each[:, ::merged] for each in self._values(part))
            if split > 1:
                values, valid = (each[np.ix_(lines - y, columns - x)] for each in (values, valid))
            into = np.s_[top + first : top + first + len(lines), left : left + len(columns)]
            channels[into] = self._channels(values, valid)
        return channels

    def _middles(self, first: int, end: int, size: int) -> NDArray[np.intp]:
        """Rows or columns of the file, of so many, where pixels of the image have their middle."""
        twice = (2 * np.arange(first, end) + 1) * self._image.merged
        found = twice // (2 * self._image.split)
        return found[found < size]

    def _values(self, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Values of a window and where it holds data."""
        try:
            values = self._dataset.read([1], window=window)
            return values[0], valid_pixels(self._dataset, [1], values, window)
        except GDAL_ERRORS as error:
            raise RasterReadError(
                f"The labels {self.name} cannot be read.", "The file is damaged or incomplete."
            ) from error

    def _channels(self, values: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[np.int16]:
        if not valid.all():
            channels = np.full(values.shape, -1, np.int16)
            channels[valid] = self._channels(values[valid], valid[valid])
            return channels
        if values.dtype == np.uint8:  # as they mostly are: ten times as fast
            found, places = np.arange(256), values
            there = np.flatnonzero(histogram(values)).tolist()
        else:
            found, places = np.unique(values, return_inverse=True)
            there = list(range(len(found)))
        table = np.full(len(found), -1, np.int16)
        for index in there:
            value = found[index].item()
            if value in self._classes.ids:
                table[index] = self._classes.ids.index(value)
            elif value != self._unknown:
                raise JobError(
                    f"The labels {self.name} hold {value}, which is no id of the class table "
                    f"({', '.join(map(str, self._classes.ids))}) and not unknown "
                    f"({self._unknown}).",
                    "Add the class, or correct the labels.",
                )
        named: NDArray[np.int16] = table[places].reshape(values.shape)
        return named

    def count(self, check: Callable[[], None] = lambda: None) -> dict[Cell, NDArray[np.int64]]:
        """Labelled pixels of each class in each cell that has any.

        Args:
            check: Called between strips; may raise.
        """
        width, height = self._image.width, self._image.height
        tops = range(0, height, LABEL_CELL)
        strips = ((0, top, width, min(LABEL_CELL, height - top)) for top in tops)
        return count_cells(self.read, strips, len(self._classes), check)


def count_cells(
    read: Callable[[PixelWindow], NDArray[np.int16]],
    windows: Iterable[PixelWindow],
    classes: int,
    check: Callable[[], None],
) -> dict[Cell, NDArray[np.int64]]:
    """Labelled pixels of each class in each cell that has any.

    Args:
        read: Gives the output channel of each pixel of a window, -1 where unlabelled.
        windows: Of whole cells in one row of cells, but where the image ends.
        classes: Number of classes.
        check: Called between windows; may raise.
    """
    cells: dict[Cell, NDArray[np.int64]] = defaultdict(lambda: np.zeros(classes, np.int64))
    for window in windows:
        check()
        left, top, _, _ = window
        channels = read(window)
        rows, columns = np.nonzero(channels >= 0)
        keys = (left + columns) // LABEL_CELL * classes + channels[rows, columns]
        for key, number in zip(*np.unique(keys, return_counts=True), strict=True):
            cells[top // LABEL_CELL, int(key) // classes][int(key) % classes] += number
    return dict(cells)


def components(cells: set[Cell]) -> Iterator[list[Cell]]:
    """Cells that touch, diagonally too, in a fixed order."""
    left = set(cells)
    for first in sorted(cells):
        if first not in left:
            continue
        left.remove(first)
        component = [first]
        for cell in component:  # grows while it is walked through
            near = left.intersection(around(cell))
            left -= near
            component += sorted(near)
        yield component


def around(cell: Cell) -> list[Cell]:
    """A cell and its eight neighbours."""
    row, column = cell
    return [(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
