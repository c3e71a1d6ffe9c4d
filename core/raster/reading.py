"""Raster: one reader for every kind of raster, giving values and a mask for any window."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from types import TracebackType

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from core.raster.areas import PixelAreas
from core.raster.gdal import keep_bytes
from core.raster.georeference import grid_of
from core.raster.resampling import MOST_RESAMPLING, Taps, resample
from core.raster.source import Pixels, Source
from core.raster.strips import keep_strips
from core.wire.errors import NoData

CHUNK = 1_000_000
"""Source pixels held at once while a window is resampled."""

SIDES = 16
"""Percentiles are measured on a grid of this many sample windows each way."""

LEAST = 500
"""Pixels along the shorter side that are left where several are read as one: a small image shows
small things."""

MOST_SPLIT = 2
"""Pixels along a side that one is read as, at most: with three, some images lose what others gain
(``benchmarks/coarser.py``)."""

LONGEST = 40
"""Letters of a band's name; longer ones are sentences or files."""


class Raster:
    """An opened raster, read as the inputs of a model. A context manager; one thread at a time.

    A pixel is valid where the file's mask or alpha band is not 0, where not all bands that the
    encoders see hold their nodata value, and where none of these is NaN or infinite. In a valid
    pixel a band that does hold its nodata value reads as 0, as another does that is no number.
    Scale and offset of bands are not applied: models are scaled by what is stored.

    Attributes:
        name: The raster's name for messages, free of credentials.
        merged: Pixels of the file, along a side, that are read as one; all else counts in these.
        split: Pixels, along a side, that one of the file is read as; likewise.
        grid: Size and georeference.
        file_grid: Those of the file, whose pixels may be smaller or larger.
        bands: 1-based band behind each model input, and the others after these.
        others: How many others.
        dtype: NumPy name of the data type of those bands ("uint8" for a colour table's colours).
        gsd: Ground resolution at the raster's centre in metres per pixel, or None.
        warnings: What the user should know about how the raster is read.

    Args:
        path: Anything rasterio opens: a file, a VRT, a ``/vsi`` path.
        inputs: Number of model inputs.
        bands: Band for each input; None picks them, see ``choose_bands``.
        colours: As for ``choose_bands``.
        seen: How many of the inputs, the first ones, the model's encoders see; None for all. They
            decide what is valid; see ``choose_bands`` too.
        finest: Ground resolution in metres about which finer rasters are read at, as far as
            ``LEAST`` and ``MOST_RESAMPLING`` allow; None for all as they are.
        coarsest: Ground resolution in metres about which coarser rasters are read at, as far as
            ``MOST_SPLIT`` allows; None for all as they are.
        others: As for ``choose_bands``.

    Raises:
        RasterReadError: It cannot be opened or is no raster.
        BandError: The bands do not exist, do not fit the model, or hold complex numbers.
    """

    def __init__(
        self,
        path: str,
        inputs: int = 3,
        bands: tuple[int, ...] | None = None,
        *,
        colours: str | None = "natural",
        seen: int | None = None,
        finest: float | None = None,
        coarsest: float | None = None,
        others: int = 0,
    ) -> None:
        """Open the raster and choose its bands."""
        self._source = Source(path, inputs, bands, colours=colours, seen=seen, others=others)
        self.name = self._source.name
        self.bands, self.others = self._source.bands, len(self._source.bands) - inputs
        self.dtype = self._source.dtype
        self.warnings = self._source.warnings
        self.grid = self.file_grid = grid_of(self._source.dataset, self.name, self.warnings)
        areas = PixelAreas(self.transform, self.crs, self.width, self.height)
        self.gsd = areas.ground_resolution
        self.merged = self.split = 1
        if finest and self.gsd:
            most = min(min(self.width, self.height) // LEAST, MOST_RESAMPLING)
            self.merged = max(round(min(finest / self.gsd, most)), 1)
        if self.gsd and self.merged > 1:
            self.grid, self.gsd = self.grid.merged(self.merged), self.gsd * self.merged
        elif self.gsd and coarsest:
            self.split = max(min(round(self.gsd / coarsest), MOST_SPLIT), 1)
            self.grid, self.gsd = self.grid.split(self.split), self.gsd / self.split

    @property
    def files(self) -> list[str]:
        """What GDAL reads it from: itself, sidecars, sources of a VRT; not only local files."""
        return [str(path) for path in self._source.dataset.files]

    @property
    def band_names(self) -> tuple[str, ...]:
        """What the file calls each band of ``bands`` in a few words, else "band 4"."""
        said = self._source.dataset.descriptions
        return tuple(_short(said[band - 1]) or f"band {band}" for band in self.bands)

    @property
    def is_infrared(self) -> bool:
        """Whether its first inputs are red, green and green again, see ``BandChoice``."""
        return self._source.is_infrared

    @property
    def width(self) -> int:
        """Columns."""
        return self.grid.width

    @property
    def height(self) -> int:
        """Rows."""
        return self.grid.height

    @property
    def transform(self) -> Affine:
        """From (column, row) to (x, y)."""
        return self.grid.transform

    @property
    def crs(self) -> CRS | None:
        """Coordinate reference system, or None."""
        return self.grid.crs

    def keep_rows(self, count: float) -> None:
        """Prepare for windows of that height, side by side, until ``close``: ``keep_strips``."""
        keep_strips(self._source.dataset, count * self.merged / self.split)

    def read(
        self,
        window: tuple[float, float, float, float],
        out_shape: tuple[int, int] | None = None,
    ) -> Pixels:
        """Read a window, resampled where its size and that asked for differ.

        Shrinking is an exact area average of the valid pixels, served from the coarsest overview
        that is still finer than asked for; growing is bilinear. A resampled pixel is valid where
        valid pixels cover at least half of it. Memory depends on ``out_shape`` alone.

        Args:
            window: (column, row, width, height) in pixels; may be fractional and reach beyond the
                raster, where nothing is valid.
            out_shape: (h, w) of the result; None is the window's own size, rounded.

        Returns:
            Values (bands, h, w), 0 where invalid and never NaN, uint8 where the file's are and are
            neither resampled, merged nor split, else float32; validity (h, w).

        Raises:
            RasterReadError: The file breaks off or is damaged there.
        """
        col, row, width, height = window
        h, w = out_shape or (round(height), round(width))
        col, row, width, height = (
            side * self.merged / self.split for side in (col, row, width, height)
        )
        if (float(col).is_integer(), float(row).is_integer(), width, height) == (True, True, w, h):
            return self._paste(int(col), int(row), w, h)
        whole, source = self.file_grid, self._source.level(min(width / w, height / h))
        scale_x, scale_y = source.width / whole.width, source.height / whole.height
        cols = Taps.over(col * scale_x, width * scale_x, w)
        rows = Taps.over(row * scale_y, height * scale_y, h)
        values = np.zeros((len(self.bands), h, w), np.float32)
        valid = np.zeros((h, w), np.bool_)
        share = max(height * scale_y / h, 1) * max(width * scale_x / w, 1)
        step_w = min(max(int(CHUNK / share), 1), w)
        step_h = min(max(int(CHUNK / share / step_w), 1), h)
        last: Future[None] | None = None
        with ThreadPoolExecutor(1, "resample") as pool:  # one chunk, while the next one is read
            for top, left in product(range(0, h, step_h), range(0, w, step_w)):
                part_rows, part_cols = rows.part(top, top + step_h), cols.part(left, left + step_w)
                first_row, end_row = part_rows.reach(source.height)
                first_col, end_col = part_cols.reach(source.width)
                if first_row >= end_row or first_col >= end_col:
                    continue
                needed = first_col, first_row, end_col - first_col, end_row - first_row
                pixels = self._source.pixels(source, needed)
                ys, xs = slice(top, top + step_h), slice(left, left + step_w)
                into = values[:, ys, xs], valid[ys, xs]
                if last:
                    last.result()
                origin = first_row, first_col
                last = pool.submit(_resample_into, into, pixels, part_rows, part_cols, origin)
            if last:
                last.result()
        return values, valid

    def percentiles(
        self, low: float = 2.0, high: float = 98.0, samples: int = 1_000_000
    ) -> list[tuple[float, float]]:
        """Low and high percentile of each input over the raster's valid pixels.

        Measured on whole pixels (averages would narrow the range) of small windows spread evenly;
        where these hold no data, on the whole raster, reduced. The same raster always gives the
        same result.

        Args:
            low: Lower percentile, 0..100.
            high: Upper percentile, 0..100.
            samples: Most pixels to look at.

        Raises:
            NoData: No pixel holds data.
            RasterReadError: The file is damaged.
        """
        if self.width * self.height <= samples:
            windows = [(0, 0, self.width, self.height)]
        else:
            side = max(int(samples**0.5) // SIDES, 1)
            width, height = min(side, self.width), min(side, self.height)
            windows = [
                (int(col), int(row), width, height)
                for row in np.linspace(0, self.height - height, SIDES)
                for col in np.linspace(0, self.width - width, SIDES)
            ]
        found = [values[:, valid] for values, valid in map(self.read, windows)]
        pixels = np.concatenate(found, axis=1)
        if not pixels.size:
            factor = max((self.width * self.height / samples) ** 0.5, 1)
            shape = max(int(self.height / factor), 1), max(int(self.width / factor), 1)
            values, valid = self.read((0, 0, self.width, self.height), shape)
            pixels = values[:, valid]
        if not pixels.size:
            raise NoData(f"{self.name} holds no data.", "All its pixels are nodata or masked.")
        lows, highs = np.percentile(pixels.astype(np.float64), (low, high), axis=1)
        return [(float(a), float(b)) for a, b in zip(lows, highs, strict=True)]

    def close(self) -> None:
        """Close the file; what ``keep_rows`` asked for is given back."""
        self._source.close()
        keep_bytes(0)

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

    def _paste(self, col: int, row: int, width: int, height: int) -> Pixels:
        whole, left, top = self.file_grid, max(col, 0), max(row, 0)
        right, bottom = min(col + width, whole.width), min(row + height, whole.height)
        if (left, top, right, bottom) == (col, row, col + width, row + height):
            return self._source.pixels(self._source.dataset, (col, row, width, height))
        shape = len(self.bands), height, width
        valid = np.zeros((height, width), np.bool_)
        if left >= right or top >= bottom:
            return np.zeros(shape, np.uint8), valid
        ys, xs = slice(top - row, bottom - row), slice(left - col, right - col)
        inside, valid[ys, xs] = self._source.pixels(
            self._source.dataset, (left, top, right - left, bottom - top)
        )
        values = np.zeros(shape, inside.dtype)
        values[:, ys, xs] = inside
        return values, valid


def _short(name: str | None) -> str:
    """A band's name, empty where there is none that can be shown."""
    name = (name or "").strip()
    return name if name.isprintable() and len(name) <= LONGEST else ""


def _resample_into(
    into: Pixels, pixels: Pixels, rows: Taps, cols: Taps, origin: tuple[int, int]
) -> None:
    into[0][...], into[1][...] = resample(*pixels, rows, cols, origin)
