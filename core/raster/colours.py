"""Colours: what each band of a file shows, by what the file says or by how it looks."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from rasterio.enums import ColorInterp

from core.raster.glance import glance

RED, GREEN, BLUE, INFRARED = "red", "green", "blue", "near infrared"

WORDS = {"red": RED, "green": GREEN, "blue": BLUE, "nir": INFRARED, "infrared": INFRARED}
OTHER_WORDS = {"edge", "rededge", "coastal", "i", "short", "shortwave", "swir", "mid", "thermal"}
"""Beside one of ``WORDS`` they name another band: red edge, short-wave infrared."""

INTERPRETED = {ColorInterp.red: RED, ColorInterp.green: GREEN, ColorInterp.blue: BLUE}

BRIGHTER = 1.25
"""How much brighter than red and green plants are in near infrared, as they are nowhere in red."""

LEAST_PLANTS = 0.02
"""Share of an image that is as bright as plants in its first band, in magenta."""

APART = 0.15
"""How much better the second and third bands go together than the first and second."""


def described(dataset: Any) -> list[str | None]:
    """The colour that the description of each band names, if any."""
    return [_colour(text or "") for text in dataset.descriptions]


def interpreted(dataset: Any) -> list[str | None]:
    """The colour of each band by GDAL's colour interpretation, which many writers only guess."""
    return [INTERPRETED.get(meaning) for meaning in dataset.colorinterp]


def looks_infrared(dataset: Any, bands: tuple[int, ...]) -> bool:
    """Whether three bands look like near infrared, red and green.

    Plants are magenta then, and red and green go together much better than near infrared and red.
    Of 834 images in red, green and blue, none has a difference of the correlations above 0.08 where
    two pixels of a hundred are magenta; of 636 in near infrared 93 of a hundred have twice that.
    """
    values = glance(dataset, bands)
    if values is None or values.dtype.kind not in "uif":
        return False
    seen = (values > 0).any(0) & (values != dataset.nodata).any(0) & np.isfinite(values).all(0)
    values = values[:, seen].astype(np.float64)
    largest = np.abs(values).max(initial=0)
    if not largest:
        return False
    first, second, third = values = values / largest  # whose squares do not overflow
    plants = (first > BRIGHTER * np.maximum(second, third)) & (third >= second)
    if plants.sum() <= LEAST_PLANTS * plants.size or not np.ptp(values, axis=1).all():
        return False
    together = np.corrcoef(values)
    return bool(together[1, 2] - together[0, 1] > APART)


def _colour(description: str) -> str | None:
    words = set(re.findall("[a-z]+", description.lower()))
    colours = {WORDS[word] for word in words & set(WORDS)}
    return colours.pop() if len(colours) == 1 and not words & OTHER_WORDS else None
