"""PartialLayer: a GeoPackage with a layer of polygons, written as ``<path>.part`` until complete.

A GeoPackage is an SQLite database with tables of fixed names and geometries as WKB behind a small
header (OGC 12-128r18, GeoPackage Encoding Standard 1.3). Writing it takes no library but Python's.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.crs import CRS

from core.results.disk import explained
from core.results.geopackage_tables import TRIGGERS, make_layer, make_tables
from core.wire.destination import check_destination
from core.wire.errors import OutputError

IN_USE = ("-wal", "-journal")
"""What SQLite keeps beside a database that a program has open, and would take for the new one's."""
HEADER = struct.Struct("<2sBBi4d")
LITTLE_ENDIAN_XY = 0b11
POLYGON = 3

Value = int | float | str | None
FIELDS = ("class_id", "class", "pixels", "area_m2", "perim_m", "confidence")
"""Names that a Shapefile can hold: ten letters at most."""


def check_layer(path: str, *, overwrite: bool) -> None:
    """See before the work starts that a GeoPackage can be written.

    Raises:
        OutputExists: It is there already and ``overwrite`` is false.
        OutputError: See ``check_destination``; its name does not end in .gpkg, it is read-only,
            or a program has it open.
    """
    if Path(path).suffix.lower() != ".gpkg":
        raise OutputError(
            f"{path} does not end in .gpkg.", "Polygons go to a GeoPackage: add .gpkg to the name."
        )
    check_destination(path, overwrite=overwrite)
    if Path(path).exists() and not Path(path).stat().st_mode & stat.S_IWRITE:
        raise OutputError(
            f"{path} is read-only.", "Choose another name, or allow to write the file."
        )
    if any(os.path.lexists(path + suffix) for suffix in IN_USE):
        raise OutputError(
            f"{path} is open in another program.",
            "Remove its layers from the project or close that program, or choose another name.",
        )


class PartialLayer:
    """A GeoPackage with one layer, in the making. A context manager: leaving it abandons it.

    Args:
        path: Final path.
        crs: Of its coordinates, or None.
        description: What the layer is, in a sentence.

    Raises:
        OutputError: It cannot be created.
    """

    def __init__(self, path: str, crs: CRS | None, description: str) -> None:
        """Create the part and its tables."""
        self.final, self.part = Path(path), Path(f"{path}.part")
        self._extent = np.array([np.inf, -np.inf, np.inf, -np.inf])
        self._database: sqlite3.Connection | None = None
        try:
            with self._explained():
                self.part.unlink(missing_ok=True)
                # Its own journal would be for a file that goes when the run breaks off.
                database = sqlite3.connect(self.part, isolation_level=None)
                self._database = database
                for setting in ("journal_mode = OFF", "synchronous = OFF", "page_size = 4096"):
                    database.execute(f"PRAGMA {setting}")
                database.execute("BEGIN")
                self._srs = make_tables(database, crs)
                make_layer(database, self._srs, description)
        except BaseException:
            self.abandon()
            raise

    @property
    def parts(self) -> dict[str, Path]:
        """Where the layer is until ``publish()``, by final path."""
        return {str(self.final): self.part}

    def write(
        self,
        rings: Iterable[tuple[int, slice]],
        points: NDArray[np.float64],
        starts: NDArray[np.int64],
        values: Iterable[Sequence[Value]],
    ) -> None:
        """Write polygons.

        Args:
            rings: The number of each polygon, unique in the layer, and the slice of its rings; its
                outline first, then its holes.
            points: x and y of all points, (points, 2), each ring closed by its first.
            starts: Where each ring's points begin, with the end of the last.
            values: Those of each polygon's ``FIELDS``.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        if self._database is None:
            raise ValueError("the layer is complete already")
        rings = list(rings)
        if not rings:
            return
        outer = np.array([each.start for _, each in rings])
        begins = starts[:-1]
        low, high = np.minimum.reduceat(points, begins), np.maximum.reduceat(points, begins)
        boxes = np.stack([low[outer, 0], high[outer, 0], low[outer, 1], high[outer, 1]], axis=1)
        worst = np.array([-1, 1, -1, 1])
        self._extent = worst * np.maximum(worst * self._extent, (worst * boxes).max(axis=0))
        content = np.ascontiguousarray(points, "<f8").tobytes()
        ends = starts.tolist()
        geometries = _geometries(rings, content, ends, boxes.tolist(), self._srs)
        numbers = [number for number, _ in rings]
        with self._explained():
            self._database.executemany(
                "INSERT INTO polygons VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (number, geometry, *row)
                    for number, geometry, row in zip(numbers, geometries, values, strict=True)
                ),
            )
            self._database.executemany(
                "INSERT INTO rtree_polygons_geom VALUES (?, ?, ?, ?, ?)",
                zip(numbers, *boxes.T.tolist(), strict=True),
            )

    def complete(self) -> None:
        """Add what is known at the end, and see that all is on the disk.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        if self._database is None:
            return
        low_x, high_x, low_y, high_y = self._extent.tolist()
        known = low_x <= high_x
        box = (low_x, low_y, high_x, high_y) if known else (None,) * 4
        with self._explained():
            self._database.execute(
                "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?", box
            )
            for trigger in TRIGGERS:
                self._database.execute(trigger)
            self._database.execute("COMMIT")
            self._database.close()
            self._database = None
            with self.part.open("r+b") as file:
                os.fsync(file.fileno())

    def publish(self) -> None:
        """Give the part its final name.

        Raises:
            OutputError: The final name is held by another program; the part is kept.
        """
        try:
            if any(os.path.lexists(f"{self.final}{suffix}") for suffix in IN_USE):
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
            self.part.replace(self.final)
        except OSError as error:
            self.part = Path(os.devnull)
            raise OutputError(
                f"{self.final} cannot be replaced ({error.strerror}); the finished result is in "
                f"{self.final}.part.",
                "Close the file in other programs, then rename the result or run again.",
            ) from error

    def abandon(self) -> None:
        """Remove what is unfinished."""
        if self._database is not None:
            self._database.close()
            self._database = None
        if self.part.name.endswith(".part"):
            with suppress(OSError):
                self.part.unlink(missing_ok=True)

    def __enter__(self) -> PartialLayer:
        """Return the layer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Abandon it, unless published."""
        self.abandon()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What SQLite reports, as one clear sentence."""
        with explained(str(self.final)):
            try:
                yield
            except sqlite3.Error as error:
                full = "full" in str(error)
                raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error


def _geometries(
    rings: Sequence[tuple[int, slice]],
    content: bytes,
    starts: Sequence[int],
    boxes: Sequence[Sequence[float]],
    srs: int,
) -> Iterator[bytes]:
    """GeoPackage's geometry of each polygon."""
    for (_, own), box in zip(rings, boxes, strict=True):
        parts = [
            HEADER.pack(b"GP", 0, LITTLE_ENDIAN_XY, srs, *box),
            struct.pack("<BII", 1, POLYGON, own.stop - own.start),
        ]
        for ring in range(own.start, own.stop):
            begin, end = starts[ring], starts[ring + 1]
            parts += [struct.pack("<I", end - begin), content[16 * begin : 16 * end]]
        yield b"".join(parts)
