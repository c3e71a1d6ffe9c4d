"""Value scaling: from what a raster holds to the 0..1 that a model's card speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.raster.reading import Raster
from core.wire.errors import BandError

PERCENTILES = (2.0, 98.0)


@dataclass(frozen=True)
class Scaling:
    """A linear stretch for each model input.

    Attributes:
        ranges: (minimum, maximum) for each input, minimum < maximum: the raster values that
            become 0 and 1. Values outside are clipped.
    """

    ranges: tuple[tuple[float, float], ...]

    def __call__(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Scale values.

        Args:
            values: Raster values, (inputs, h, w).

        Returns:
            Scaled values 0..1, same shape; the argument stays as it is.
        """
        lows, highs = np.array(self.ranges, np.float32).T[:, :, None, None]
        only_divides = self.only_divides(values.dtype == np.uint8)
        scaled = values.astype(np.float32) if only_divides else values - lows
        scaled /= highs - lows
        return scaled if only_divides else np.asarray(np.clip(scaled, 0, 1, out=scaled))

    def only_divides(self, bytewise: bool) -> bool:
        """Whether there is nothing to subtract and nothing to clip: most models scale bytes by 255.

        Args:
            bytewise: Of values that are bytes.
        """
        return bytewise and all(low == 0 and high >= 255 for low, high in self.ranges)


def choose_scaling(
    card: Mapping[str, Sequence[Sequence[float]]], raster: Raster
) -> tuple[Scaling, str]:
    """The card's scaling for a raster's data type, else one from the raster's own percentiles.

    Args:
        card: (minimum, maximum) for each input by NumPy data type, as
            ``{"uint8": [[0, 255], [0, 255], [0, 255]]}``.
        raster: The opened raster.

    Returns:
        The scaling, and a warning: empty when the card's was used.

    Raises:
        BandError: The card's scaling has not one range for each input.
        NoData: The card has none and the raster holds no data to measure.
    """
    if (ranges := card.get(raster.dtype)) is not None:
        if len(ranges) != len(raster.bands) - raster.others:
            raise BandError(
                f"The model scales {len(ranges)} bands of type {raster.dtype}, "
                f"but {len(raster.bands) - raster.others} are read."
            )
        known = [(float(low), float(high)) for low, high in ranges]
        return Scaling((*known, *_others(raster))), ""
    measured = raster.percentiles(*PERCENTILES)
    scaling = Scaling(tuple(_with_range(low, high) for low, high in measured))
    inputs = len(scaling.ranges) - raster.others
    shown = ", ".join(f"[{low:g}, {high:g}]" for low, high in scaling.ranges[:inputs])
    return scaling, (
        f"The model was not trained on {raster.dtype} values. They are stretched by the raster's "
        f"own percentiles {PERCENTILES[0]:g} and {PERCENTILES[1]:g} ({shown}), which lowers the "
        "accuracy: convert the raster to the model's data type if its values are known."
    )


def _others(raster: Raster) -> list[tuple[float, float]]:
    """Ranges of the bands that feed no input: no model knows their values."""
    if not raster.others:
        return []
    if raster.dtype == "uint8":
        return [(0.0, 255.0)] * raster.others
    measured = raster.percentiles(*PERCENTILES)[-raster.others :]
    return [_with_range(low, high) for low, high in measured]


def _with_range(low: float, high: float) -> tuple[float, float]:
    """Give a band of one value a range, in single precision too; any will do, it becomes black."""
    if np.float32(high) > np.float32(low):
        return low, high
    return low, low + max(1.0, abs(low) * 1e-6)
