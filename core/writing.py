"""OutputSet: the rasters of one classification, whole under their final names or not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from core.classes import ClassTable
from core.grid import Grid, PixelWindow


def check_outputs(paths: Sequence[str], overwrite: bool) -> None:
    """See before the work starts that outputs can be written.

    Raises:
        OutputExists: One is there already and ``overwrite`` is false.
        OutputError: A folder is missing or not writable, or a suffix is not .tif or .tiff.
    """
    raise NotImplementedError


class OutputSet:
    """Class raster, and if wanted confidence and probabilities, written block by block.

    A context manager: leaving it without ``finish()`` aborts.

    Args:
        grid: Grid of the outputs: ``raster.grid.part(window)``.
        classes: The model's classes.
        output: Path of the class raster: uint8, class ids, nodata 255.
        confidence: Path of the confidence raster: uint8 per cent, nodata 255.
        probabilities: Path of the raster with a band of per cent for each class, nodata 255.
        metadata: Provenance, stored as metadata items of each file.
        overwrite: Replace outputs that exist.

    Raises:
        OutputExists: See ``check_outputs``.
        OutputError: A file cannot be created.
    """

    def __init__(
        self,
        grid: Grid,
        classes: ClassTable,
        output: str,
        confidence: str | None = None,
        probabilities: str | None = None,
        *,
        metadata: Mapping[str, str] | None = None,
        overwrite: bool = False,
    ) -> None:
        """Create ``<path>.part`` for each output."""
        raise NotImplementedError

    def write(
        self,
        window: PixelWindow,
        classes: NDArray[np.uint8],
        confidence: NDArray[np.uint8] | None = None,
        probabilities: NDArray[np.uint8] | None = None,
    ) -> None:
        """Write one block.

        Args:
            window: (column, row, width, height) within the output grid.
            classes: Class ids, 255 where there is no data, (h, w).
            confidence: Per cent 0..100, 255 where there is no data, (h, w).
            probabilities: Per cent 0..100 by class in the table's order, 255 where there is no
                data, (classes, h, w).

        Raises:
            OutputError: The disk is full or the file cannot be written.
        """
        raise NotImplementedError

    def finish(self, pixels: Sequence[int], areas: Sequence[float] | None) -> None:
        """Add overviews, class names, attribute table and statistics; give the final names.

        Args:
            pixels: Pixels of each class, in the table's order.
            areas: Square metres of each class; None without a CRS.

        Raises:
            OutputError: The disk is full, or a final name is held by another program.
        """
        raise NotImplementedError

    def abort(self) -> None:
        """Remove all that is unfinished; nothing under a final name is touched."""

    def __enter__(self) -> OutputSet:
        """Return the set itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Abort, unless finished."""
        self.abort()
