"""Pyramid: the tiles of a raster and of its overviews, made while windows of it pass.

Each overview is made of the level below, two by two pixels, as soon as a tile of that is whole:
nothing is read back. Threads compress tiles; their order hangs on the windows' order alone.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.model.cores import usable_cores
from core.raster.grid import PixelWindow
from core.raster.histogram import histogram
from core.wire.classes import NODATA

TILE = 512

BUSY = 16
"""Tiles that threads may work on; the same for all numbers of threads, as the tiles' order is."""

Values = NDArray[np.uint8]
Key = tuple[int, int, int]
"""Level, row and column of a tile."""


@dataclass(frozen=True)
class Style:
    """How the values of a raster are reduced and compressed.

    Attributes:
        reduce: Halves (bands, h, w) of even sides; ``NODATA`` has no say.
        strategy: zlib's, at its fastest level.
    """

    reduce: Callable[[Values], Values]
    strategy: int

    def compress(self, band: Values) -> bytes:
        """A zlib stream."""
        packer = zlib.compressobj(1, strategy=self.strategy)
        return packer.compress(np.ascontiguousarray(band).data) + packer.flush()


@dataclass(frozen=True)
class _Made:
    packed: list[bytes]
    reduced: Values
    counts: NDArray[np.int64] | None


@dataclass
class _Waiting:
    """A tile of which ``missing`` pixels are to come; values are None while it has no data."""

    missing: int
    values: Values | None = None


class Pyramid:
    """Cuts windows into tiles and reduces these, in threads that ``close`` ends.

    Attributes:
        sizes: Width and height of the raster and of each overview, down to what fits in one tile.
        counts: Histograms of the raster's bands, (bands, 256), without nodata.

    Args:
        width: Columns of the raster.
        height: Rows of the raster.
        bands: Number of bands.
        style: How it is reduced and compressed.
        store: Takes level, row, column and compressed bands of each tile that holds data.
    """

    def __init__(
        self,
        width: int,
        height: int,
        bands: int,
        style: Style,
        store: Callable[[int, int, int, Sequence[bytes]], None],
    ) -> None:
        """Start without tiles."""
        self.sizes = sizes_of(width, height)
        self.counts = np.zeros((bands, 256), np.int64)
        self._style, self._store = style, store
        self._waiting: dict[Key, _Waiting] = {}
        self._busy: deque[tuple[Key, Future[_Made | None]]] = deque()
        self._pool = ThreadPoolExecutor(usable_cores(), "compress")

    def add(self, window: PixelWindow, values: Values | None) -> None:
        """Take a window of the raster; each pixel at most once.

        Args:
            window: (column, row, width, height).
            values: (bands, height, width), which may be changed afterwards; None is all nodata.
        """
        self._place(0, window, values)

    def complete(self) -> None:
        """Store what is left; pixels that never came are nodata."""
        for level in range(len(self.sizes)):
            self._finish()
            for key in sorted(key for key in self._waiting if key[0] == level):
                self._start(key, self._waiting.pop(key).values)
        self._finish()
        self.close()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _place(self, level: int, window: PixelWindow, values: Values | None) -> None:
        left, top, width, height = window
        for row in range(top // TILE, (top + height - 1) // TILE + 1):
            for col in range(left // TILE, (left + width - 1) // TILE + 1):
                y, x = max(row * TILE, top), max(col * TILE, left)
                bottom = min((row + 1) * TILE, top + height)
                right = min((col + 1) * TILE, left + width)
                key = level, row, col
                tile = self._waiting.get(key) or _Waiting(int(np.prod(self._sides(key))))
                if values is not None:
                    if tile.values is None:
                        tile.values = np.full((len(values), TILE, TILE), NODATA, np.uint8)
                    ys, xs = (
                        slice(y % TILE, bottom - row * TILE),
                        slice(x % TILE, right - col * TILE),
                    )
                    tile.values[:, ys, xs] = values[
                        :, y - top : bottom - top, x - left : right - left
                    ]
                tile.missing -= (bottom - y) * (right - x)
                if tile.missing:
                    self._waiting[key] = tile
                else:
                    self._waiting.pop(key, None)
                    self._start(key, tile.values)

    def _start(self, key: Key, values: Values | None) -> None:
        """Have a whole tile made."""
        if values is None:
            self._pass_on(key, None)
            return
        self._busy.append((key, self._pool.submit(self._make, key[0], values)))
        while len(self._busy) > BUSY:
            self._keep()

    def _make(self, level: int, values: Values) -> _Made | None:
        """What comes of a tile; None where it holds no data. Runs in a thread."""
        if values.min() == NODATA:  # the largest of all
            return None
        counts = None if level else np.stack([histogram(band) for band in values])
        packed = [self._style.compress(band) for band in values]
        return _Made(packed, self._style.reduce(values), counts)

    def _keep(self) -> None:
        key, future = self._busy.popleft()
        made = future.result()
        if made is not None:
            self._store(*key, made.packed)
            if made.counts is not None:
                made.counts[:, NODATA] = 0
                self.counts += made.counts
        self._pass_on(key, made.reduced if made else None)

    def _finish(self) -> None:
        while self._busy:
            self._keep()

    def _pass_on(self, key: Key, reduced: Values | None) -> None:
        """Put a reduced tile into that of the next level."""
        level, row, col = key
        if level + 1 == len(self.sizes):
            return
        height, width = (-(-side // 2) for side in self._sides(key))
        window = col * TILE // 2, row * TILE // 2, width, height
        self._place(level + 1, window, None if reduced is None else reduced[:, :height, :width])

    def _sides(self, key: Key) -> tuple[int, int]:
        """Rows and columns of a tile that lie within the raster."""
        level, row, col = key
        width, height = self.sizes[level]
        return min(TILE, height - row * TILE), min(TILE, width - col * TILE)


def sizes_of(width: int, height: int) -> list[tuple[int, int]]:
    """Of a raster and its overviews, each half as large, down to the first that fits in a tile."""
    sizes = [(width, height)]
    while max(sizes[-1]) > TILE:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    return sizes


def majority(values: Values) -> Values:
    """The most frequent value of two by two pixels, ``NODATA`` left out.

    Of values as frequent as each other, that which is so first, row by row; as GDAL has it.

    Args:
        values: (bands, h, w), of even sides.
    """
    pairs = np.ascontiguousarray(values).view("<u2")  # two pixels side by side
    above, below = pairs[:, ::2], pairs[:, 1::2]
    first = above.astype(np.uint8)
    differ = above != below
    differ |= first != above >> 8
    places = np.flatnonzero(differ)  # few of a map: elsewhere all four are one value
    up, down = above.ravel()[places], below.ravel()[places]
    corners = (pair.astype(np.uint8) for pair in (up, up >> 8, down, down >> 8))
    first.ravel()[places] = _most_frequent(*corners)
    return first


def _most_frequent(a: Values, b: Values, c: Values, d: Values) -> Values:
    """Of four pixels each, see ``majority``."""
    found = d
    for other in (c, b, a):
        found = np.where(other == NODATA, found, other)
    # A pair outnumbers the others: the first of two pairs, which b and c cannot end.
    pair_of_a = ((a == b) | (a == c)) & (a != NODATA)
    pair_of_d = ((d == b) | (d == c)) & (d != NODATA)
    found = np.where(pair_of_d & ~pair_of_a, d, found)
    return np.where((b == c) & (b != NODATA), b, found)


def mean(values: Values) -> Values:
    """The mean of two by two pixels, ``NODATA`` left out, halves rounded up; see ``majority``."""
    parts = np.stack(_quarters(values))
    valid = parts != NODATA
    count = valid.sum(axis=0, dtype=np.uint16)
    total = parts.sum(axis=0, dtype=np.uint16, where=valid)
    means = (total + count // 2) // np.maximum(count, 1)
    return np.where(count, means, NODATA).astype(np.uint8)


def _quarters(values: Values) -> list[Values]:
    """Copies of the pixels above left, above right, below left, below right of each two by two."""
    return [values[:, y::2, x::2].copy() for y in (0, 1) for x in (0, 1)]


CLASSES = Style(majority, zlib.Z_RLE)
"""Of class ids: stretches of one value, which run-length coding finds in a fourth of the time."""

SHARES = Style(mean, zlib.Z_DEFAULT_STRATEGY)
"""Of per cent."""
