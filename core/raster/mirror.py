"""Mirroring: what lies beyond a raster's edges, for inference and training alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mirrored(start: int, size: int, length: int) -> NDArray[np.intp] | None:
    """Where the lines of a region come from, its part outside the raster mirroring the inside.

    The network sees less around pixels at the edge of what it is given; so the raster's edges get
    a margin as all other pixels have one.

    Args:
        start: First line of the region; may be negative.
        size: Lines of the region.
        length: Lines of the raster.

    Returns:
        Index within the region for each of its lines; a line too far outside stays as it is.
        None where the region lies within the raster.
    """
    if start >= 0 and start + size <= length:
        return None
    lines = np.arange(start, start + size)
    source = np.where(
        lines < 0, -1 - lines, np.where(lines >= length, 2 * length - 1 - lines, lines)
    )
    usable = (source >= max(start, 0)) & (source < min(start + size, length))
    return np.where(usable, source, lines) - start
