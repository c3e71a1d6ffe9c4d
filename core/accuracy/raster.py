"""ClassRaster: class ids of a raster of any size, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from core.raster.gdal import GDAL_ERRORS, open_dataset, opening_hint
from core.raster.georeference import grid_of
from core.raster.grid import Grid, PixelWindow
from core.raster.validity import valid_pixels
from core.results.class_names import class_names
from core.wire.errors import LabelError, RasterReadError
from core.wire.paths import display_name, redact

BLOCK = 1024
"""Pixels to a side of what is read at once, as far as the file's own blocks allow."""
LARGEST_ID = 2**31
EXACT = 1e-9
"""Pixels by which an interpolated place may be wrong: in effect each centre is transformed by
itself. rasterio fails where it is 0."""
ANY_CRS = CRS.from_epsg(3857)
"""Stands for that of two rasters that have none: their coordinates are compared as they are."""


class ClassRaster:
    """The first band of a raster, as class ids. A context manager.

    Attributes:
        name: For messages, free of credentials.
        grid: Size and georeference.
        names: Class names by id; may be empty.
        colours: ``#rrggbb`` by id, from its colour table; may be empty.
        warnings: What the user should know about how it is read.
        moved: Whether it is read on another raster's pixels.

    Args:
        path: Anything rasterio opens.
        onto: Another raster, on whose pixels this one is read: reprojected where the two differ,
            each pixel taking the value of that in which its own centre lies, nodata included.
        names: Class names by id that come before those in the file, such as a layer's legend's.

    Raises:
        RasterReadError: It cannot be opened.
        LabelError: It cannot be laid on the other raster.
    """

    def __init__(
        self,
        path: str,
        onto: ClassRaster | None = None,
        names: Mapping[int, str] | None = None,
    ) -> None:
        """Open the raster."""
        self.name = display_name(path)
        self.warnings: list[str] = []
        self._opened = []
        try:
            self._dataset = open_dataset(path)
            self._opened.append(self._dataset)
            if not self._dataset.count:
                raise RasterReadError(f"{self.name} holds no bands of its own.")
            self._nodata = self._dataset.nodata
            self.names = {**class_names(self._dataset), **(names or {})}
            self.colours = self._colours()
            self.grid = grid_of(self._dataset, self.name, self.warnings)
            self.moved = onto is not None and not _same_pixels(self.grid, onto.grid)
            if onto is not None and self.moved:
                self._dataset = self._laid_on(onto)
                self._opened.append(self._dataset)
                self.grid = onto.grid
        except (*GDAL_ERRORS, ValueError) as error:
            self.close()
            if isinstance(error, RasterReadError | LabelError):
                raise
            raise RasterReadError(
                f"{self.name} cannot be opened as a raster ({redact(str(error))}).",
                opening_hint(error),
            ) from error

    @property
    def row_bytes(self) -> int:
        """What a row of the file's blocks takes unpacked, for GDAL to keep."""
        rows, columns = self._dataset.block_shapes[0]
        across = -(-self.grid.width // columns) * columns
        return int(rows * across * np.dtype(self._dataset.dtypes[0]).itemsize)

    def windows(self) -> Iterator[PixelWindow]:
        """Windows that cover the raster once, row by row; aligned to the file's own blocks."""
        rows, columns = self._dataset.block_shapes[0]
        width, height = self.grid.width, self.grid.height
        step_x = min(width, max(BLOCK // columns, 1) * columns)
        step_y = max(BLOCK * BLOCK // step_x, 1)
        if step_y > rows:
            step_y -= step_y % rows
        for row in range(0, height, step_y):
            for column in range(0, width, step_x):
                yield column, row, min(step_x, width - column), min(step_y, height - row)

    def is_empty(self, window: PixelWindow) -> bool:
        """Whether the file leaves a window out, as sparse GeoTIFFs do; told without reading it."""
        dataset = self._dataset
        if self._nodata is None or self.moved or dataset.driver != "GTiff":
            return False
        high, wide = dataset.block_shapes[0]
        column, row, width, height = window
        return not any(
            dataset.get_tag_item(f"BLOCK_OFFSET_{x}_{y}", "TIFF", bidx=1)
            for y in range(row // high, -(-(row + height) // high))
            for x in range(column // wide, -(-(column + width) // wide))
        )

    def read(self, window: PixelWindow) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Class ids of a window, and where they are: ``valid_pixels``; both (h, w).

        Raises:
            RasterReadError: The file is damaged.
            LabelError: A value is no whole number.
        """
        values, valid = self.stored(window)
        return self.ids(values, valid), valid

    def stored(self, window: PixelWindow) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """What a window holds as it is stored, and where it is valid; both (h, w).

        Raises:
            RasterReadError: The file is damaged.
        """
        part = Window(*window)
        try:
            stored = self._dataset.read([1], window=part)
            valid = valid_pixels(self._dataset, [1], stored, part, [self._nodata])
        except GDAL_ERRORS as error:
            raise RasterReadError(
                f"{self.name} cannot be read ({redact(str(error))}).",
                "The file may be damaged or incomplete.",
            ) from error
        return stored[0], valid

    def ids(self, values: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Class ids of stored values; 0 where they are not valid.

        Raises:
            LabelError: A value is no whole number.
        """
        if values.dtype.kind == "c":
            raise LabelError(f"{self.name} holds complex numbers, not class ids.")
        if not valid.all():
            values = np.where(valid, values, 0)
        if values.dtype.kind == "f" and not (values == np.trunc(values)).all():
            raise LabelError(
                f"{self.name} holds fractions, not class ids.",
                "Choose a classified raster, or round its values first.",
            )
        if values.max() >= LARGEST_ID or values.min() <= -LARGEST_ID:
            raise LabelError(f"{self.name} holds numbers that are too large for class ids.")
        return values.astype(np.int64)

    def close(self) -> None:
        """Close the file."""
        for dataset in reversed(self._opened):
            dataset.close()

    def __enter__(self) -> ClassRaster:
        """Return the raster itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def _colours(self) -> dict[int, str]:
        try:
            table = self._dataset.colormap(1)
        except (*GDAL_ERRORS, ValueError):
            return {}
        return {value: "#{:02x}{:02x}{:02x}".format(*rgba) for value, rgba in table.items()}

    def _laid_on(self, onto: ClassRaster) -> WarpedVRT:
        mine, theirs = self.grid, onto.grid
        if not (mine.georeferenced and theirs.georeferenced):
            lacking = self.name if theirs.georeferenced else onto.name
            raise LabelError(
                f"{lacking} is not georeferenced, so {self.name} cannot be laid on {onto.name}.",
                "Georeference it, or give rasters of the same size.",
            )
        if (mine.crs is None) != (theirs.crs is None):
            self.warnings.append(
                f"One of {self.name} and {onto.name} has no coordinate reference system; the "
                "other's is taken for both."
            )
        crs = theirs.crs or mine.crs or ANY_CRS
        return WarpedVRT(
            self._dataset,
            src_crs=mine.crs or crs,
            crs=crs,
            transform=theirs.transform,
            width=theirs.width,
            height=theirs.height,
            resampling=Resampling.nearest,
            tolerance=EXACT,
            src_nodata=None,  # would hide the mask; its value comes along, for ``read`` to know
            nodata=None,
            add_alpha=ColorInterp.alpha not in self._dataset.colorinterp,
        )


def _same_pixels(one: Grid, other: Grid) -> bool:
    if (one.width, one.height) != (other.width, other.height):
        return False
    if not (one.crs or other.crs or (one.georeferenced and other.georeferenced)):
        return True  # a part of a picture, and labels of that part that do not say so
    return one.transform.almost_equals(other.transform, 1e-9) and (
        one.crs == other.crs or not (one.crs and other.crs)
    )
