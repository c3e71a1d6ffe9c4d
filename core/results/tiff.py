"""TIFF: tiles appended as they come, and the directories that tell where they lie at the end.

GDAL writes the tags, a georeference above all, into a template; here tiles are added to them. So
tiles can be compressed by any thread and overviews be made while the map passes, which GDAL does
one after the other, from what it reads back.

Of the format: TIFF Revision 6.0, Adobe 1992; BigTIFF, Aware Systems 2007.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BIG = 2**32
"""Bytes that offsets of classic TIFF do not reach: larger files are BigTIFF."""

HEADER = 16
"""Bytes kept at the file's beginning: BigTIFF's header, longer than classic TIFF's."""

BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 11: 4, 12: 8, 16: 8}
"""Of one value, by type."""

SHORT, LONG, LONG8 = 3, 4, 16
REDUCED, WIDTH, LENGTH, TILE_OFFSETS, TILE_BYTES = 254, 256, 257, 324, 325

OF_OVERVIEWS = (258, 259, 262, 277, 284, 320, 322, 323, 338, 339, 42113)
"""Tags that an overview has in common with its raster: layout, colours and nodata."""


@dataclass(frozen=True)
class Tag:
    """A field of a directory.

    Attributes:
        kind: Type of its values.
        data: These, little-endian.
    """

    kind: int
    data: bytes

    @property
    def count(self) -> int:
        """How many values it has."""
        return len(self.data) // BYTES[self.kind]


Tags = Mapping[int, Tag]


def read_tags(path: Path) -> dict[int, Tag]:
    """The first directory of a small, classic, little-endian file."""
    content = path.read_bytes()
    (start,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, start)
    tags = {}
    for entry in range(start + 2, start + 2 + 12 * entries, 12):
        number, kind, count, place = struct.unpack_from("<HHII", content, entry)
        size = count * BYTES[kind]
        first = place if size > 4 else entry + 8
        tags[number] = Tag(kind, content[first : first + size])
    return tags


class TiledTiff:
    """A tiled TIFF with overviews in the making; the bands of a tile lie apart.

    Args:
        path: Of the file, which is begun anew.
        sizes: Width and height of the raster and of each overview.
        bands: Number of bands.
        tile: Side of the tiles.

    Raises:
        OSError: It cannot be written; of ``add`` and ``complete`` too.
    """

    def __init__(self, path: Path, sizes: Sequence[tuple[int, int]], bands: int, tile: int) -> None:
        """Begin the file."""
        self._sizes = sizes
        self._tiles = [
            np.zeros((2, bands, -(-height // tile), -(-width // tile)), np.uint64)
            for width, height in sizes
        ]
        self._file = path.open("wb")
        self._end = self._file.write(bytes(HEADER))

    def add(self, level: int, row: int, col: int, packed: Sequence[bytes]) -> None:
        """Append a tile's bands; tiles that are never added read as nodata.

        Args:
            level: 0 of the raster, from 1 of its overviews.
            row: Of the tile, not of pixels.
            col: Likewise.
            packed: Its compressed bands.
        """
        for band, data in enumerate(packed):
            self._tiles[level][:, band, row, col] = self._end, len(data)
            self._end += self._file.write(data)

    def complete(self, tags: Tags) -> None:
        """Write the directories and close the file; it outlives a power loss.

        Args:
            tags: Of the raster; size and tiles are added.
        """
        need = sum(tiles.nbytes for tiles in self._tiles) + sum(len(t.data) for t in tags.values())
        big = self._end + 2 * need + 2**16 > BIG
        common = {number: tag for number, tag in tags.items() if number in OF_OVERVIEWS}
        following = 0
        for level in reversed(range(len(self._sizes))):
            own = {**common, REDUCED: _tag(LONG, 1)} if level else tags
            following = self._write_directory({**own, **self._places(level, big)}, following, big)
        self._file.seek(0)
        start = struct.pack("<2sHHHQ", b"II", 43, 8, 0, following)
        self._file.write(start if big else struct.pack("<2sHI", b"II", 42, following))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        """Close the file, complete or not."""
        with suppress(OSError):  # what a full disk did not take is not needed either
            self._file.close()

    def _places(self, level: int, big: bool) -> dict[int, Tag]:
        """Tags of a level's size and tiles."""
        width, height = self._sizes[level]
        offsets, sizes = self._tiles[level]
        kind = LONG8 if big else LONG
        return {
            WIDTH: _tag(LONG, width),
            LENGTH: _tag(LONG, height),
            TILE_OFFSETS: _tag(kind, offsets),
            TILE_BYTES: _tag(LONG, sizes),
        }

    def _write_directory(self, tags: Tags, following: int, big: bool) -> int:
        """Append a directory; where it begins.

        Args:
            tags: Its fields.
            following: Where the next one begins, 0 after the last.
            big: BigTIFF.
        """
        count, entry, place = ("<Q", "<HHQ", "<Q") if big else ("<H", "<HHI", "<I")
        inline = struct.calcsize(place)
        fields = b""
        for number, tag in sorted(tags.items()):
            data = tag.data
            if len(data) > inline:
                data = struct.pack(place, self._append(tag.data))
            fields += struct.pack(entry, number, tag.kind, tag.count) + data.ljust(inline, b"\0")
        return self._append(struct.pack(count, len(tags)) + fields + struct.pack(place, following))

    def _append(self, data: bytes) -> int:
        """Append at an even offset, as the format wants it; that offset."""
        self._end += self._file.write(bytes(self._end % 2))
        start = self._end
        self._end += self._file.write(data)
        return start


def _tag(kind: int, values: int | NDArray[np.uint64]) -> Tag:
    dtype = {SHORT: "<u2", LONG: "<u4", LONG8: "<u8"}[kind]
    return Tag(kind, np.asarray(values).astype(dtype).tobytes())
