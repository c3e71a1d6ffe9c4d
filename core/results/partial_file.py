"""PartialRaster: one output raster, written as ``<path>.part`` until it is complete."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.windows import Window

from core.model.cores import usable_cores
from core.raster.gdal import open_dataset
from core.raster.grid import Grid, PixelWindow
from core.raster.histogram import histogram
from core.results.disk import explained
from core.wire.classes import NODATA
from core.wire.errors import OutputError

TILE = 512

MOST_THREADS = 4
"""That compress tiles and make overviews; tiles are written in order all the same."""

STALE = (".aux.xml", ".ovr", ".msk", ".msk.ovr", ".vat.dbf", ".vat.cpg")
"""What GDAL and GIS programs keep beside a raster and would misread beside another one. Styles and
metadata of QGIS (.qml, .qmd) are the user's and stay."""


class PartialRaster:
    """A uint8 GeoTIFF in the making: tiled, DEFLATE, nodata 255, empty tiles left out.

    Args:
        path: Final path.
        grid: Size and georeference.
        bands: Descriptions of the bands.
        resampling: How overviews are made.
        metadata: Metadata items of the file.

    Raises:
        OutputError: The file cannot be created.
    """

    def __init__(
        self,
        path: str,
        grid: Grid,
        bands: Sequence[str],
        resampling: Resampling,
        metadata: Mapping[str, str],
    ) -> None:
        """Create the part."""
        self.final = Path(path)
        self.part = Path(f"{path}.part")
        self._grid = grid
        self._resampling = resampling
        self._histograms = np.zeros((len(bands), 256), np.int64)
        georeference: dict[str, object] = {}
        if grid.gcps:
            georeference = {"gcps": list(grid.gcps), "crs": grid.crs}
        elif grid.georeferenced:
            georeference = {"transform": grid.transform, "crs": grid.crs}
        with explained(path), ExitStack() as undo:
            undo.callback(clear_partial_file, path)
            clear_partial_file(path)
            self.dataset = open_dataset(
                str(self.part),
                "w",
                driver="GTiff",
                width=grid.width,
                height=grid.height,
                count=len(bands),
                dtype="uint8",
                nodata=NODATA,
                tiled=True,
                blockxsize=TILE,
                blockysize=TILE,
                interleave="band",
                photometric="minisblack",
                compress="deflate",
                bigtiff="if_safer",
                sparse_ok=True,
                num_threads=_threads(),
                **georeference,
            )
            undo.callback(self.dataset.close)
            self.dataset.update_tags(**metadata)
            for band, description in enumerate(bands, 1):
                self.dataset.set_band_description(band, description)
            self._undo = undo.pop_all()

    @property
    def sidecar(self) -> Path:
        """Where GDAL puts what the part itself cannot hold; it goes with the part."""
        return Path(f"{self.part}.aux.xml")

    def write(self, window: PixelWindow, values: NDArray[np.uint8]) -> None:
        """Write (bands, h, w) values into a window of the grid.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        found = np.stack([histogram(band) for band in values])
        self._histograms += found
        if not found[:, :NODATA].any():
            return
        with explained(str(self.final)):
            self.dataset.write(values, window=Window(*window))

    def complete(self) -> None:
        """Add statistics and overviews, and see that what was written is there.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        factors = overview_factors(self._grid.width, self._grid.height)
        with explained(str(self.final)):
            self.dataset.close()
            with (
                rasterio.Env(
                    SPARSE_OK_OVERVIEW="YES",
                    GDAL_TIFF_OVR_BLOCKSIZE=TILE,
                    GDAL_NUM_THREADS=_threads(),
                ),
                open_dataset(str(self.part), "r+") as dataset,
            ):
                for band, counts in enumerate(self._histograms, 1):
                    dataset.update_tags(
                        band, **_statistics(counts, self._grid.width * self._grid.height)
                    )
                if factors:
                    dataset.build_overviews(factors, self._resampling)
                made = [count_values(dataset, factor) for factor in factors]
            # Anew from the disk: rasterio does not report what fails while a file closes.
            with open_dataset(str(self.part)) as dataset:
                found = count_values(dataset)
                # How many, not which: rasterio derives the factors anew, from the widths alone.
                whole = (
                    np.array_equal(found[:, :NODATA], self._histograms[:, :NODATA])
                    and len(dataset.overviews(1)) == len(factors)
                    and np.array_equal(made, [count_values(dataset, f) for f in factors])
                )
            if not whole:
                raise OSError(errno.EIO, "not all that was written is there")
            # A name that outlives a power loss must not stand over content that does not.
            with self.part.open("r+b") as file:
                os.fsync(file.fileno())

    def publish(self) -> None:
        """Give the part its final name and clear away what belonged to a former file there.

        Raises:
            OutputError: The final name is held by another program; the part is kept.
        """
        try:
            self.part.replace(self.final)
            for suffix in STALE:
                Path(f"{self.final}{suffix}").unlink(missing_ok=True)
            if self.sidecar.exists():
                self.sidecar.replace(f"{self.final}.aux.xml")
        except OSError as error:
            raise OutputError(
                f"{self.final} cannot be replaced ({error.strerror}); "
                f"the finished result is in {self.part}.",
                "Close the file in other programs, then rename the result or run again.",
            ) from error

    def abandon(self) -> None:
        """Close and remove the part."""
        self._undo.close()


def _threads() -> int:
    return min(usable_cores(), MOST_THREADS)


def clear_partial_file(path: str) -> None:
    """Remove the part of a final path, where a killed run has left one.

    Raises:
        OSError: The system refuses.
    """
    for suffix in (".part", ".part.aux.xml"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def count_values(dataset: Any, factor: int = 1) -> NDArray[np.int64]:
    """Histograms, (bands, 256), of a uint8 dataset or of its overview of a factor."""
    counts = np.zeros((dataset.count, 256), np.int64)
    wide, high = 8 * TILE * factor, TILE * factor
    for row in range(0, dataset.height, high):
        for col in range(0, dataset.width, wide):
            width, height = min(wide, dataset.width - col), min(high, dataset.height - row)
            shape = dataset.count, -(-height // factor), -(-width // factor)
            values = dataset.read(window=Window(col, row, width, height), out_shape=shape)
            for total, band in zip(counts, values, strict=True):
                total += histogram(band)
    return counts


def overview_factors(width: int, height: int) -> list[int]:
    """Powers of two, down to the first overview that fits in one tile."""
    factors: list[int] = []
    while max(width, height) / 2 ** len(factors) > TILE:
        factors.append(2 ** (len(factors) + 1))
    return factors


def _statistics(occurrences: NDArray[np.int64], pixels: int) -> dict[str, str]:
    counts = occurrences[:NODATA]
    total = int(counts.sum())
    if not total:
        return {}
    values = np.arange(NODATA)
    present = values[counts > 0]
    mean = float(counts @ values) / total
    deviation = (float(counts @ (values - mean) ** 2) / total) ** 0.5
    return {
        "STATISTICS_MINIMUM": str(present[0]),
        "STATISTICS_MAXIMUM": str(present[-1]),
        "STATISTICS_MEAN": f"{mean:.10g}",
        "STATISTICS_STDDEV": f"{deviation:.10g}",
        "STATISTICS_VALID_PERCENT": f"{100 * total / pixels:.4g}",
    }
