"""Histogram: how often each of the values 0 to 255 occurs.

PyTorch takes seconds to load, and only who counts noise needs it: it is imported where it counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.raster.stretches import stretches

NOISE = 4
"""Pixels of a mean stretch below which each pixel is counted by itself."""


def histogram(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count values, in a third of the time that NumPy takes, or in a tenth those of a map.

    Args:
        values: Of any shape.

    Returns:
        (256,).
    """
    flat = np.ascontiguousarray(values).ravel()
    places, lengths = stretches(flat[None])
    if places.size * NOISE <= flat.size:
        return np.bincount(flat[places], lengths, 256).astype(np.int64)
    import torch

    # A tensor must be writable: the values may not be.
    flat = flat if flat.flags.writeable else flat.copy()
    counts: NDArray[np.int64] = torch.bincount(torch.from_numpy(flat), minlength=256).numpy()
    return counts
