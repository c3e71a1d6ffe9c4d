"""PartialRaster: one output raster, written as ``<path>.part`` until it is complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.raster.gdal import open_dataset
from core.raster.grid import Grid, PixelWindow
from core.results.disk import explained
from core.results.lock import clear_partial_file
from core.results.pyramid import TILE, Pyramid, Style, sizes_of
from core.results.tiff import Tag, Tags, TiledTiff, read_tags
from core.wire.classes import NODATA
from core.wire.errors import OutputError

METADATA, ASCII = 42112, 2
"""TIFF's number of GDAL's metadata, an XML text, and of its type."""

STALE = (".aux.xml", ".ovr", ".msk", ".msk.ovr", ".vat.dbf", ".vat.cpg")
"""What GDAL and GIS programs keep beside a raster and would misread beside another one. Styles and
metadata of QGIS (.qml, .qmd) are the user's and stay."""


class PartialRaster:
    """A uint8 GeoTIFF in the making: tiled, DEFLATE, nodata 255, empty tiles left out.

    Args:
        path: Final path.
        grid: Size and georeference.
        bands: Descriptions of the bands.
        style: How overviews are made and tiles compressed.
        metadata: Metadata items of the file.
        palette: Red, green, blue and alpha by value.

    Raises:
        OutputError: The file cannot be created.
    """

    def __init__(
        self,
        path: str,
        grid: Grid,
        bands: Sequence[str],
        style: Style,
        metadata: Mapping[str, str],
        palette: Mapping[int, tuple[int, int, int, int]] | None = None,
    ) -> None:
        """Create the part."""
        self.final = Path(path)
        self.part = Path(f"{path}.part")
        self._grid = grid
        with explained(path), ExitStack() as undo:
            undo.callback(clear_partial_file, path)
            clear_partial_file(path)
            self._tags = _tags(self.part, grid, bands, metadata, palette)
            self._file = TiledTiff(self.part, sizes_of(grid.width, grid.height), len(bands), TILE)
            undo.callback(self._file.close)
            self._pyramid = Pyramid(grid.width, grid.height, len(bands), style, self._file.add)
            undo.callback(self._pyramid.close)
            self._undo = undo.pop_all()

    @property
    def sidecar(self) -> Path:
        """Where GDAL puts what the part itself cannot hold; it goes with the part."""
        return Path(f"{self.part}.aux.xml")

    def write(self, window: PixelWindow, values: NDArray[np.uint8] | None) -> None:
        """Write (bands, h, w) values, or that there are none, into a window of the grid.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        with explained(str(self.final)):
            self._pyramid.add(window, values)

    def complete(self) -> None:
        """Add what is left of the overviews, and statistics.

        Raises:
            OutputError: The disk is full, or the file cannot be written.
        """
        with explained(str(self.final)):
            self._pyramid.complete()
            found = _statistics(self._pyramid.counts, self._grid.width * self._grid.height)
            # A name that outlives a power loss must not stand over content that does not.
            self._file.complete({**self._tags, METADATA: _with_items(self._tags, found)})

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


def _tags(
    path: Path,
    grid: Grid,
    bands: Sequence[str],
    metadata: Mapping[str, str],
    palette: Mapping[int, tuple[int, int, int, int]] | None,
) -> Tags:
    """What GDAL writes into a file of one tile; what that cannot hold goes into its sidecar."""
    georeference: dict[str, object] = {}
    if grid.gcps:
        georeference = {"gcps": list(grid.gcps), "crs": grid.crs}
    elif grid.georeferenced:
        georeference = {"transform": grid.transform, "crs": grid.crs}
    with open_dataset(
        str(path),
        "w",
        driver="GTiff",
        width=TILE,
        height=TILE,
        count=len(bands),
        dtype="uint8",
        nodata=NODATA,
        tiled=True,
        blockxsize=TILE,
        blockysize=TILE,
        interleave="band",
        photometric="minisblack",
        compress="deflate",
        bigtiff="no",
        endianness="little",
        sparse_ok=True,
        **georeference,
    ) as dataset:
        dataset.update_tags(**metadata)
        for band, description in enumerate(bands, 1):
            dataset.set_band_description(band, description)
        if palette:
            dataset.write_colormap(1, palette)
    return read_tags(path)


def _with_items(tags: Tags, items: Sequence[Mapping[str, str]]) -> Tag:
    """GDAL's metadata with more items of each band."""
    old = tags[METADATA].data.decode() if METADATA in tags else "<GDALMetadata>\n</GDALMetadata>\n"
    more = "".join(
        f'  <Item name="{name}" sample="{band}">{value}</Item>\n'
        for band, each in enumerate(items)
        for name, value in each.items()
    )
    return Tag(ASCII, old.replace("</GDALMetadata>", f"{more}</GDALMetadata>").encode())


def _statistics(counts: NDArray[np.int64], pixels: int) -> list[dict[str, str]]:
    """Statistics of each band as GDAL names them."""
    return [_of_band(each[:NODATA], pixels) for each in counts]


def _of_band(counts: NDArray[np.int64], pixels: int) -> dict[str, str]:
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
