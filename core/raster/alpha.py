"""Transparency: which band of a file it is, if any."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasterio.enums import ColorInterp

from core.raster.glance import glance

LEVELS = 4
"""Fewer different values are degrees of transparency; of near infrared over water are few."""

BETWEEN = 0.8
"""Share of what is not transparent that is not opaque either; of soft edges it is less."""


def alpha_band(dataset: Any) -> int | None:
    """The 1-based band that says where a file is transparent; None where there is none.

    GDAL takes the fourth band of bytes for transparency unless it is told not to, so that many
    files of red, green, blue and near infrared say they have it. What is opaque nearly nowhere and
    of many values is such a band.
    """
    if ColorInterp.alpha not in dataset.colorinterp:
        return None
    band = int(dataset.colorinterp.index(ColorInterp.alpha)) + 1
    dtype = np.dtype(dataset.dtypes[band - 1])
    values = glance(dataset, [band]) if dtype.kind == "u" and dataset.count > 1 else None
    if values is None:
        return band
    seen = values[values > 0]
    between = seen[seen < np.iinfo(dtype).max]
    is_data = len(between) > BETWEEN * len(seen) and len(np.unique(between)) >= LEVELS
    return None if is_data else band
