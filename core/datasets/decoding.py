"""Decoding: from the bands of a label raster to label values 0..255."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.wire.errors import DatasetError

Decode = Callable[[NDArray[Any]], NDArray[np.uint8]]
"""From a label raster's bands (bands, H, W) to its label values (H, W)."""


class StrayLabel(DatasetError):
    """A pixel has a value that is not a label.

    Args:
        what: The value or colour, and what there may be instead.
        row: Of the pixel, within the bands that were decoded.
        column: Of the pixel, likewise.
    """

    def __init__(self, what: str, row: int, column: int) -> None:
        """Keep the place apart: only the caller knows where in the file it lies."""
        super().__init__(f"{what}, at row {row}, column {column}")
        self.what, self.row, self.column = what, row, column


def first_band(bands: NDArray[Any]) -> NDArray[np.uint8]:
    """Label values as they stand in the first band, the common case.

    Raises:
        StrayLabel: A value does not fit 0..255.
    """
    values = bands[0]
    if values.dtype != np.uint8:
        _refuse(~((values >= 0) & (values <= 255)), values, "0 to 255")
    return np.asarray(values, np.uint8)


@dataclass(frozen=True)
class Values:
    """Label values of the first band, of which only some may occur.

    Attributes:
        known: These.
    """

    known: tuple[int, ...]

    def __call__(self, bands: NDArray[Any]) -> NDArray[np.uint8]:
        """Decode.

        Raises:
            StrayLabel: Another value occurs.
        """
        values = first_band(bands)
        known = np.zeros(256, np.bool_)
        known[list(self.known)] = True
        _refuse(~known[values], values, ", ".join(map(str, self.known)))
        return values


@dataclass(frozen=True)
class ThresholdedColours:
    """Label values of colours whose parts are either dark or bright.

    Attributes:
        colours: For each label value whether red, green and blue are bright.
        threshold: From this on a part is bright; published masks are not always pure.
    """

    colours: tuple[tuple[bool, bool, bool], ...]
    threshold: int = 128

    def __call__(self, bands: NDArray[Any]) -> NDArray[np.uint8]:
        """Decode (bands, H, W), of which the first three are red, green and blue.

        Raises:
            StrayLabel: A colour is none of these.
            DatasetError: There are fewer than three bands.
        """
        if len(bands) < 3:
            raise DatasetError(f"bands: {len(bands)}; a colour has 3")
        table = np.full(8, 255, np.uint8)
        for value, (red, green, blue) in enumerate(self.colours):
            table[4 * red + 2 * green + blue] = value
        red, green, blue = (bands[:3] >= self.threshold).view(np.uint8)
        values: NDArray[np.uint8] = table[4 * red + 2 * green + blue]
        _refuse(values == 255, np.moveaxis(bands[:3], 0, -1), "a colour of the set's palette")
        return values


def decoded_bands(decode: Decode, count: int) -> list[int]:
    """1-based bands of a label raster that are decoded, of so many: of colours three, else one."""
    return list(range(1, min(count, 3 if isinstance(decode, ThresholdedColours) else 1) + 1))


def _refuse(stray: NDArray[np.bool_], values: NDArray[Any], known: str) -> None:
    if stray.any():
        row, column = (int(place) for place in np.unravel_index(stray.argmax(), stray.shape))
        raise StrayLabel(f"{values[row, column].tolist()} is not {known}", row, column)
