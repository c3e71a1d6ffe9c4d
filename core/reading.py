"""Raster: one reader for all that users have, giving values and a mask for any window."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from core.grid import Grid


class Raster:
    """An opened raster, read as the inputs of a model. A context manager; one thread at a time.

    Attributes:
        name: The raster's name for messages, free of credentials.
        grid: Size and georeference (``width``, ``height``, ``transform``, ``crs`` are short cuts).
        bands: 1-based band behind each model input.
        dtype: NumPy name of the data type of those bands.
        gsd: Ground resolution at the raster's centre in metres per pixel, or None.
        warnings: What the user should know about how the raster is read.

    Args:
        path: Anything rasterio opens: a file, a VRT, a ``/vsi`` path.
        inputs: Number of model inputs.
        bands: Band for each input; None picks them.
        rgb: The model's inputs are red, green, blue: pick bands by colour interpretation.

    Raises:
        RasterReadError: It cannot be opened or is no raster.
        BandError: The bands do not exist, do not fit the model, or hold complex numbers.
    """

    name: str
    grid: Grid
    bands: tuple[int, ...]
    dtype: str
    gsd: float | None
    warnings: list[str]

    def __init__(
        self, path: str, inputs: int = 3, bands: tuple[int, ...] | None = None, rgb: bool = True
    ) -> None:
        """Open the raster and choose its bands."""
        raise NotImplementedError

    def read(
        self,
        window: tuple[float, float, float, float],
        out_shape: tuple[int, int] | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Read a window, resampled where asked.

        Args:
            window: (column, row, width, height) in pixels; may be fractional (then give
                ``out_shape``) and reach beyond the raster.
            out_shape: (h, w) of the result; None is the window's own size.

        Returns:
            Values (inputs, h, w), 0 where invalid, never NaN; validity (h, w).

        Raises:
            RasterReadError: The file breaks off or is damaged there.
        """
        raise NotImplementedError

    def percentiles(
        self, low: float = 2.0, high: float = 98.0, samples: int = 1_000_000
    ) -> list[tuple[float, float]]:
        """Low and high percentile of each input over the raster's valid pixels.

        Raises:
            NoData: No pixel holds data.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close the file."""

    def __enter__(self) -> Raster:
        """Return the raster itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()
