"""Validity: which of a raster's pixels hold data, by its nodata values, masks, alpha band and NaN.

One rule for images of a training, label rasters, maps and references; ``source`` has that of images
that are classified. All that a file says counts: where it has
both a mask and a nodata value, GDAL's own mask knows but one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window


def valid_pixels(
    dataset: Any,
    bands: Sequence[int],
    stored: NDArray[Any],
    window: Window,
    nodata: Sequence[float | None] | None = None,
) -> NDArray[np.bool_]:
    """Where a window holds data: not masked, not transparent, finite, and not nodata in all bands.

    Args:
        dataset: rasterio's.
        bands: 1-based, those that were read.
        stored: Their values, (bands, h, w).
        window: That they were read from; where it is larger than they are, they are the nearest
            values.
        nodata: Of each band; None takes the dataset's own.

    Returns:
        (h, w).

    Raises:
        GDAL_ERRORS: The file is damaged.
    """
    shape = stored.shape[1:]
    flags = [dataset.mask_flag_enums[band - 1] for band in bands]
    valid = np.ones(shape, np.bool_)
    if any(MaskFlags.per_dataset in flag for flag in flags):
        valid &= dataset.read_masks(bands[0], window=window, out_shape=shape) > 0
    elif not all(flags):  # masks of single bands
        masks = dataset.read_masks(list(bands), window=window, out_shape=stored.shape)
        valid &= (masks > 0).any(axis=0)
    if not any(MaskFlags.alpha in flag for flag in flags):  # a nodata value hides it
        valid &= alpha_pixels(dataset, window, shape)
    values = [dataset.nodatavals[band - 1] for band in bands] if nodata is None else nodata
    if None not in values:
        valid &= has_data(stored, values).any(axis=0)
    if stored.dtype.kind == "f":
        valid &= np.isfinite(stored).all(axis=0)
    return valid


def alpha_pixels(dataset: Any, window: Window, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where the alpha band is not 0; everywhere if there is none."""
    if ColorInterp.alpha not in dataset.colorinterp:
        return np.ones(shape, np.bool_)
    band = dataset.colorinterp.index(ColorInterp.alpha) + 1
    return np.asarray(dataset.read(band, window=window, out_shape=shape) > 0)


def may_lack_data(stored: NDArray[Any], nodata: Sequence[float | None]) -> bool:
    """Whether a nodata value may be among the values: most windows of an image hold none."""
    known = [value for value in nodata if value is not None]
    if not known or stored.dtype.kind not in "ui":
        return bool(known)
    least = stored.min()
    reached = [value for value in known if value >= least]
    return bool(reached and min(reached) <= stored.max())


def has_data(stored: NDArray[Any], nodata: Sequence[float | None]) -> NDArray[np.bool_]:
    """Where each of the bands (bands, h, w) does not hold its nodata value, of the same shape."""
    masks = np.ones(stored.shape, np.bool_)
    for mask, value, values in zip(masks, nodata, stored, strict=True):
        if value is not None:
            fast = values.dtype == np.uint8 and value in range(256)
            with np.errstate(over="ignore"):
                np.not_equal(values, np.uint8(value) if fast else value, out=mask)
    return masks
