"""OutputSet: the rasters of one classification, published together once they are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from core.raster.grid import Grid, PixelWindow
from core.results.aux_xml import class_sidecar
from core.results.disk import explained
from core.results.journal import is_own
from core.results.partial_file import PartialRaster
from core.results.pyramid import CLASSES, SHARES
from core.wire.classes import ClassTable
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, OutputError


def check_outputs(
    paths: Sequence[str], overwrite: bool, own: Mapping[str, list[int]] | None = None
) -> None:
    """Check, before work starts, that rasters can be written.

    Args:
        paths: Of the rasters.
        overwrite: Replace what is there.
        own: What may be replaced all the same, see ``journal.own_files``.

    Raises:
        OutputExists: One is there already and ``overwrite`` is false.
        OutputError: See ``check_destination``; or a suffix is not .tif or .tiff.
    """
    for path in map(Path, paths):
        if path.suffix.lower() not in (".tif", ".tiff"):
            raise OutputError(
                f"{path} does not end in .tif.", "Results are GeoTIFF files: add .tif to the name."
            )
        check_destination(str(path), overwrite=overwrite or is_own(str(path), own or {}))


class OutputSet:
    """Class raster, and if wanted confidence and probabilities, written block by block.

    Each is written to ``<path>.part`` and gets its name in ``publish()``, the class raster last:
    where it is, all the others are. A context manager: leaving it without ``publish()`` aborts.

    Args:
        grid: Grid of the outputs: ``raster.grid.part(window)``.
        classes: The model's classes.
        output: Path of the class raster: uint8, class ids, nodata 255, colour table, overviews by
            majority; class names and attribute table in ``.aux.xml`` beside it.
        confidence: Path of the confidence raster: uint8 per cent, nodata 255.
        probabilities: Path of the raster with a band of per cent for each class, nodata 255.
        metadata: Provenance, stored as metadata items of each file.
        overwrite: Replace outputs that exist.
        own: See ``check_outputs``.
        draft: The class raster is but a step on the way to another: only its part is made.

    Raises:
        OutputExists: See ``check_outputs``.
        OutputError: See ``check_outputs``; or a file cannot be created.
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
        own: Mapping[str, list[int]] | None = None,
        draft: bool = False,
    ) -> None:
        """Create ``<path>.part`` for each output."""
        wanted = {
            "probabilities": (probabilities, [entry.name for entry in classes], SHARES),
            "confidence": (confidence, ["confidence in per cent"], SHARES),
            "classes": (output, ["land cover class"], CLASSES),
        }
        self._drafts = {"classes"} if draft else set()
        final = [path for role, (path, *_) in wanted.items() if path and role not in self._drafts]
        check_outputs(final, overwrite, own)
        self._classes = classes
        self._parts: dict[str, PartialRaster] = {}
        palette = {entry.id: (*entry.rgb, 255) for entry in classes}
        self._kept: list[PartialRaster] = []
        try:
            for role, (path, bands, style) in wanted.items():
                if path:
                    self._parts[role] = PartialRaster(
                        path, grid, bands, style, metadata or {},
                        palette if role == "classes" else None,
                    )  # fmt: skip
        except BaseException:
            self.abort()
            raise

    @property
    def parts(self) -> dict[str, Path]:
        """Where each raster is until ``publish()``, by final path."""
        return {str(part.final): part.part for part in self._final()}

    def part(self, role: str) -> Path | None:
        """Where "classes", "confidence" or "probabilities" are until ``publish()``, if wanted."""
        return self._parts[role].part if role in self._parts else None

    def write(
        self,
        window: PixelWindow,
        classes: NDArray[np.uint8],
        confidence: NDArray[np.uint8] | None = None,
        probabilities: NDArray[np.uint8] | None = None,
    ) -> None:
        """Write one block; each pixel of the grid at most once.

        Args:
            window: (column, row, width, height) within the output grid.
            classes: Class ids, 255 where there is no data, (h, w).
            confidence: Per cent 0..100, 255 where there is no data, (h, w); needed when a
                confidence raster was asked for.
            probabilities: Per cent 0..100 by class in the table's order, 255 where there is no
                data, (classes, h, w); likewise.

        Raises:
            OutputError: The disk is full or a file cannot be written.
        """
        values = {
            "classes": classes[None],
            "confidence": None if confidence is None else confidence[None],
            "probabilities": probabilities,
        }
        for role, part in self._parts.items():
            if (block := values[role]) is None:
                raise ValueError(f"no {role} to write")
            part.write(window, block)

    def skip(self, window: PixelWindow) -> None:
        """Tell of a block without data; windows that nobody tells of take memory until the end."""
        for part in self._parts.values():
            part.write(window, None)

    def complete(
        self,
        pixels: Sequence[int],
        areas: Sequence[float] | None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Add overviews, class names, attribute table and statistics; nothing is published yet.

        Args:
            pixels: Pixels of each class, in the table's order.
            areas: Square metres of each class; None without a CRS.
            cancelled: Asked after each file.

        Raises:
            OutputError: The disk is full.
            Cancelled: ``cancelled`` said so.
        """
        for part in self._parts.values():
            part.complete()
            if cancelled():
                raise Cancelled
        part = self._parts["classes"]
        with explained(str(part.final)):
            text = class_sidecar(self._classes, pixels, areas, existing=part.sidecar)
            part.sidecar.write_bytes(text)

    def publish(self) -> None:
        """Rename the complete files to their final names.

        Raises:
            OutputError: A final name is held by another program; the ``.part`` files are kept.
        """
        self._kept = self._final()
        for part in self._kept:
            part.publish()

    def abort(self) -> None:
        """Remove all that is unfinished; nothing under a final name is touched."""
        for part in self._parts.values():
            if part not in self._kept:
                part.abandon()

    def _final(self) -> list[PartialRaster]:
        return [part for role, part in self._parts.items() if role not in self._drafts]

    def __enter__(self) -> OutputSet:
        """Return the set itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Abort, unless published."""
        self.abort()
