"""Source: the stored pixels of a raster file, whole or from an overview, with their validity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.windows import Window

from core.raster.alpha import alpha_band
from core.raster.bands import choose_bands
from core.raster.gdal import GDAL_ERRORS, open_dataset, opening_hint, was_kept_offline
from core.raster.glance import fits
from core.raster.grid import PixelWindow
from core.raster.validity import alpha_pixels, has_data, may_lack_data
from core.wire.errors import RasterReadError
from core.wire.paths import display_name, is_private, is_remote, redact

Pixels = tuple[NDArray[Any], NDArray[np.bool_]]
"""Values (inputs, h, w), uint8 or float32, 0 where invalid and never NaN; validity (h, w)."""


class Source:
    """An opened raster file and the bands of it that feed a model.

    Attributes:
        name: The file's name for messages, free of credentials.
        dataset: The rasterio dataset at full resolution.
        bands: 1-based band behind each model input.
        dtype: NumPy name of the data type of those bands ("uint8" for a colour table's colours);
            of fewer than 8 bits "uint4" and such, which no model's scaling of bytes suits.
        warnings: What was assumed about the bands.
        is_infrared: See ``BandChoice``.

    Args:
        path: Anything rasterio opens.
        inputs: Number of model inputs.
        bands: Band for each input; None picks them, see ``choose_bands``.
        colours: As for ``choose_bands``.
        seen: How many of the inputs, the first ones, decide where there is data; see
            ``choose_bands`` too.
        others: As for ``choose_bands``.

    Raises:
        RasterReadError: It cannot be opened or is no raster.
        BandError: The bands do not exist, do not fit the model, or hold complex numbers.
    """

    def __init__(
        self,
        path: str,
        inputs: int,
        bands: tuple[int, ...] | None,
        *,
        colours: str | None,
        seen: int | None = None,
        others: int = 0,
    ) -> None:
        """Open the file and choose its bands."""
        self.name = display_name(path)
        self._path, self._seen = path, seen or inputs
        try:
            self.dataset = open_dataset(path)
        except (*GDAL_ERRORS, ValueError) as error:
            raise self._failure(
                f"{self.name} cannot be opened as a raster",
                error,
                opening_hint(error),
            ) from self._cause(error)
        self._levels: dict[int, Any] = {}
        try:
            if not self.dataset.count:
                raise RasterReadError(
                    f"{self.name} holds no bands of its own.",
                    "If it is a container (NetCDF, HDF, GeoPackage), name one raster within it.",
                )
            self._alpha_band = alpha_band(self.dataset)
            choice = choose_bands(
                self.dataset,
                self.name,
                inputs,
                bands,
                colours=colours,
                seen=seen,
                alpha=self._alpha_band,
                others=others,
            )
            self.bands, self.warnings = choice.bands, list(choice.warnings)
            self.is_infrared = choice.is_infrared
            self._stored = list(dict.fromkeys(self.bands))
            self._deciding = len(set(self.bands[: self._seen]))
            self._palette = self._colour_table() if choice.palette else None
            dtypes = [self.dataset.dtypes[band - 1] for band in self._stored]
            self._mixed = len(set(dtypes)) > 1
            self.dtype = "uint8" if choice.palette else self._depth(np.result_type(*dtypes))
            self._check_blocks()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        for dataset in (self.dataset, *self._levels.values()):
            dataset.close()

    def level(self, step: float) -> Any:
        """The coarsest version of the file that is no coarser than wanted.

        Args:
            step: Full-resolution pixels that one wanted pixel spans.

        Returns:
            The dataset, or one of an overview.
        """
        factors = self.dataset.overviews(self._stored[0])
        fitting = [level for level, factor in enumerate(factors) if factor <= step * (1 + 1e-6)]
        if not fitting:
            return self.dataset
        level = max(fitting, key=lambda level: factors[level])
        if level not in self._levels:
            try:
                self._levels[level] = open_dataset(self._path, overview_level=level)
            except GDAL_ERRORS:  # not all bands have it; full resolution serves as well
                self._levels[level] = self.dataset
        return self._levels[level]

    def pixels(self, dataset: Any, window: PixelWindow) -> Pixels:
        """Pixels of a window that lies within a dataset that ``level`` returned.

        Raises:
            RasterReadError: The file breaks off or is damaged there.
        """
        part = Window(*window)
        try:
            stored = self._read(dataset, part)
            masks = self._masks(dataset, part, stored)
            alpha = self._alpha(dataset, part)
        except GDAL_ERRORS as error:
            col, row, width, height = window
            of = "" if dataset is self.dataset else " of an overview"
            raise self._failure(
                f"{self.name} cannot be read in columns {col} to {col + width}, rows {row} to "
                f"{row + height}{of}",
                error,
                "The server did not send it: check the connection, and try again."
                if is_remote(self._path)
                else "The file, or one that it names, is damaged or incomplete.",
            ) from self._cause(error)
        if self._palette is not None:
            number = np.minimum(stored[0].astype(np.intp), len(self._palette) - 1)
            colours = self._palette[number]
            stored = np.ascontiguousarray(np.moveaxis(colours[..., :3], -1, 0))
            alpha = alpha & (colours[..., 3] > 0)
        with np.errstate(over="ignore"):  # beyond float32 is infinite, hence invalid
            values = stored if stored.dtype == np.uint8 else stored.astype(np.float32)
        valid = np.full(values.shape[1:], alpha)
        if masks is not None:
            if self._palette is None:
                _blank(values, masks)
            valid &= masks[: self._deciding].any(axis=0)
        if self._palette is None and len(self._stored) < len(self.bands):
            values = values[[self._stored.index(band) for band in self.bands]]
        if stored.dtype.kind == "f":
            finite = np.isfinite(values)
            valid &= finite[: self._seen].all(axis=0)
            _blank(values[self._seen :], finite[self._seen :])
        _blank(values, valid)
        return values, valid

    def _read(self, dataset: Any, window: Window) -> NDArray[Any]:
        if self._mixed:  # rasterio does not read bands of several data types at once
            return np.stack([dataset.read(band, window=window) for band in self._stored])
        return np.asarray(dataset.read(self._stored, window=window))

    def _masks(
        self, dataset: Any, window: Window, stored: NDArray[Any]
    ) -> NDArray[np.bool_] | None:
        """Where bands hold data, by the file's masks and nodata values: (1, h, w) or (bands, h, w).

        None where the file says nothing about it.
        """
        flags = [dataset.mask_flag_enums[band - 1] for band in self._stored]
        if self._alpha_band is None:  # where GDAL says there is one, it holds data
            flags = [flag for flag in flags if MaskFlags.alpha not in flag]
        nodata = [dataset.nodatavals[band - 1] for band in self._stored]
        masks = has_data(stored, nodata) if may_lack_data(stored, nodata) else None
        if any(MaskFlags.per_dataset in flag for flag in flags):
            mask = self._file_masks(dataset, window, self._stored[:1])
        elif not all(flags):  # masks of single bands
            mask = self._file_masks(dataset, window, self._stored)
        else:
            return masks
        return mask if masks is None else masks & mask

    def _file_masks(self, dataset: Any, window: Window, bands: Sequence[int]) -> NDArray[np.bool_]:
        """The file's masks; an overview may lack them, then GDAL calls all of it valid."""
        scale_x = self.dataset.width / dataset.width
        scale_y = self.dataset.height / dataset.height
        full = Window(
            window.col_off * scale_x,
            window.row_off * scale_y,
            window.width * scale_x,
            window.height * scale_y,
        )
        shape = len(bands), int(window.height), int(window.width)
        masks = self.dataset.read_masks(list(bands), window=full, out_shape=shape)
        return np.asarray(masks > 0)

    def _alpha(self, dataset: Any, window: Window) -> NDArray[np.bool_] | np.bool_:
        """Where the alpha band is not 0, in files whose nodata value hides it from their mask."""
        masked = MaskFlags.alpha in dataset.mask_flag_enums[self._stored[0] - 1]
        if masked or self._alpha_band is None:
            return np.True_
        return alpha_pixels(dataset, window, (int(window.height), int(window.width)))

    def _depth(self, dtype: np.dtype[Any]) -> str:
        tags = [self.dataset.tags(band, ns="IMAGE_STRUCTURE") for band in self._stored]
        bits = max(int(tag.get("NBITS", 8)) for tag in tags)
        return dtype.name if bits >= 8 else f"uint{bits}"

    def _check_blocks(self) -> None:
        """Refuse what could only be read by holding too much of it: GDAL reads whole blocks."""
        for band in self._stored:
            if not fits(self.dataset, band):
                rows, columns = self.dataset.block_shapes[band - 1]
                raise RasterReadError(
                    f"{self.name} holds its pixels in blocks of {columns} by {rows}, which do not "
                    "fit into memory.",
                    "Convert it to a tiled GeoTIFF: gdal_translate -co TILED=YES.",
                )

    def _colour_table(self) -> NDArray[np.uint8]:
        colours = self.dataset.colormap(1)
        table = np.zeros((max(colours) + 2, 4), np.uint8)  # numbers beyond the table: transparent
        for number, colour in colours.items():
            table[number] = colour
        return table

    def _failure(self, what: str, error: Exception, hint: str) -> RasterReadError:
        """GDAL's own words help, but where they may repeat credentials they are left out."""
        first = error.__cause__ or error  # rasterio's own words only point to GDAL's
        if was_kept_offline(str(first)):
            return RasterReadError(
                f"{what}: it leads to an address on the network.",
                "The engine goes only to an address that itself is the input.",
            )
        said = redact(str(first).replace(self._path, self.name)).rstrip(".!")
        secret = any(sign in self._path for sign in ("<", "password="))
        return RasterReadError(f"{what}{'' if secret else f' ({said})'}.", hint)

    def _cause(self, error: Exception) -> Exception | None:
        return None if is_private(self._path) else error


def _blank(values: NDArray[Any], masks: NDArray[np.bool_]) -> None:
    """Set values (bands, h, w) to 0 where masks, (h, w) or one for each band, are false."""
    if masks.all():
        return
    if values.dtype == np.uint8:
        values *= masks
    else:
        values[~np.broadcast_to(masks, values.shape)] = 0
