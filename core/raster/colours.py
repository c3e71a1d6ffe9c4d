"""Colours: what each band of a file shows, by what the file says or by how it looks."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasterio.enums import ColorInterp

from core.raster.glance import glance
from core.wire.colour_words import BLUE, GREEN, INFRARED, RED, colour

INTERPRETED = {
    ColorInterp.red: RED,
    ColorInterp.green: GREEN,
    ColorInterp.blue: BLUE,
    ColorInterp.nir: INFRARED,
}

BRIGHTER = 1.25
"""How much brighter than red and green plants are in near infrared, as they are nowhere in red."""

LEAST_PLANTS = 0.02
"""Share of an image that is as bright as plants in its first band, in magenta."""

APART = 0.15
"""How much better the second and third bands go together than the first and second."""


def described(dataset: Any) -> list[str | None]:
    """The colour that the description of each band names, if any."""
    return [colour(text or "") for text in dataset.descriptions]


def interpreted(dataset: Any) -> list[str | None]:
    """The colour of each band by GDAL's colour interpretation, which many writers only guess."""
    return [INTERPRETED.get(meaning) for meaning in dataset.colorinterp]


def looks_infrared(dataset: Any, bands: tuple[int, ...]) -> bool:
    """Whether three bands look like near infrared, red and green.

    Plants are magenta then, and red and green go together much better than near infrared and red.
    Of 2,400 images in red, green and blue none looks so; of 1,573 tiles of Californian cities and
    deserts in near infrared, 256 pixels a side, nine of ten (docs/RESULTS.md).
    """
    if len({dataset.dtypes[band - 1] for band in bands}) > 1:
        return False
    found = glance(dataset, bands, valid=True)
    if found is None or found.dtype.kind not in "uif":
        return False
    values = found[:, (found > 0).any(0)].astype(np.float64)  # black is often no data
    largest = np.abs(values).max(initial=0)
    if not largest:
        return False
    first, second, third = values = values / largest  # whose squares do not overflow
    plants = (first > BRIGHTER * np.maximum(second, third)) & (third >= second)
    if plants.sum() <= LEAST_PLANTS * plants.size or not np.ptp(values, axis=1).all():
        return False
    with np.errstate(divide="ignore", invalid="ignore"):  # of bands that differ beyond all range
        together = np.corrcoef(values)
    return bool(together[1, 2] - together[0, 1] > APART)
