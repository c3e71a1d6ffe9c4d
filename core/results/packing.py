"""Packing: a block's planes as few bytes; what compresses them takes little of a run's time.

A map's rows are long stretches of one value: their lengths and values are as short as what zlib
makes of the pixels at its fastest, and found in a fourth of the time. All else goes through zlib.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.raster.stretches import stretches

HEADER = struct.Struct("<BI")
"""Of a plane: how it is packed, bytes that follow."""

ZLIB, STRETCHES = 0, 1

LEVEL = 1
"""zlib's fastest: class maps shrink to a few per cent all the same."""

SHORTEST = 16
"""Pixels of a mean stretch from which on stretches are shorter than what zlib makes."""

LONGEST = 2**16 - 1


def pack(planes: Sequence[NDArray[np.uint8]]) -> bytes:
    """Planes, (h, w) each, as a few per cent of their size; b"" for none."""
    return b"".join(_pack(plane) for plane in planes)


def unpack(content: bytes, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """What ``pack`` has packed.

    Args:
        content: Not b"".
        shape: (planes, h, w) that it must have; never takes more memory, whatever the content.

    Raises:
        ValueError: It is not that.
    """
    planes = np.empty(shape, np.uint8)
    try:
        for plane in planes:
            kind, size = HEADER.unpack_from(content)
            _unpack(kind, content[HEADER.size : HEADER.size + size], plane)
            content = content[HEADER.size + size :]
    except (struct.error, zlib.error) as error:
        raise ValueError(f"not what was packed: {error}") from error
    if content:
        raise ValueError("more than was packed")
    return planes


def _pack(plane: NDArray[np.uint8]) -> bytes:
    places, lengths = stretches(plane)
    if SHORTEST * places.size <= plane.size and plane.shape[1] <= LONGEST:
        data = lengths.astype("<u2").tobytes() + plane.ravel()[places].tobytes()
        return HEADER.pack(STRETCHES, len(data)) + data
    data = zlib.compress(np.ascontiguousarray(plane).data, LEVEL)
    return HEADER.pack(ZLIB, len(data)) + data


def _unpack(kind: int, data: bytes, plane: NDArray[np.uint8]) -> None:
    """Fill a plane."""
    if kind == STRETCHES:
        count, rest = divmod(len(data), 3)
        lengths = np.frombuffer(data, "<u2", count).astype(np.int64)
        if rest or lengths.sum() != plane.size:
            raise ValueError("stretches of another size")
        values = np.frombuffer(data, np.uint8, count, 2 * count)
        plane[:] = values.repeat(lengths).reshape(plane.shape)
    elif kind == ZLIB:
        unpacker = zlib.decompressobj()
        pixels = unpacker.decompress(data, plane.size + 1)
        if not unpacker.eof:
            raise ValueError("a plane of another size")
        plane[:] = np.frombuffer(pixels, np.uint8).reshape(plane.shape)
    else:
        raise ValueError(f"a plane of kind {kind}")
