"""The pixels of a label raster, as the engine takes them: class numbers where there is data."""

from __future__ import annotations

import math
import struct
from collections import Counter

from osgeo import gdal

from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import MOST
from ginet_qgis.layers.layer_files import LayerError


class LabelPixels:
    """Counts class numbers in windows of a raster's first band.

    Unlabelled is 255 and what holds no data, by the rule of ``core/raster/validity.py``: the nodata
    value, the mask, the alpha band, and what is not a number. Pixels are read: a histogram that
    lies beside the file may be that of another.

    Attributes:
        width: Columns.
        height: Rows.

    Args:
        path: The file.
        name: The layer's, for messages.

    Raises:
        LayerError: It cannot be opened.
    """

    def __init__(self, path: str, name: str) -> None:
        """Open the file and find what says where there is data."""
        self._name = name
        try:
            self._dataset = gdal.Open(path)  # kept: a band does not outlive its dataset
        except RuntimeError:  # GDAL may be set to raise or not; QGIS's choice
            self._dataset = None
        if self._dataset is None:
            raise self._unreadable()
        self._band = self._dataset.GetRasterBand(1)
        self.width, self.height = self._band.XSize, self._band.YSize
        self._unlabelled = {float(MOST), self._nodata()}
        self._masks = []
        flags = self._band.GetMaskFlags()
        if not flags & gdal.GMF_ALL_VALID and flags != gdal.GMF_NODATA:
            self._masks.append(self._band.GetMaskBand())
        if not flags & gdal.GMF_ALPHA:  # a nodata value hides it
            bands = map(self._dataset.GetRasterBand, range(1, self._dataset.RasterCount + 1))
            self._masks += [b for b in bands if b.GetColorInterpretation() == gdal.GCI_AlphaBand]

    def count(self, column: int, row: int, wide: int, high: int) -> dict[int, int]:
        """Labelled pixels of each class number in a window.

        Raises:
            LayerError: The file is damaged, or a value is no class number.
        """
        window = column, row, wide, high
        values = self._read(self._band, window)
        for mask in self._masks:
            there = self._read(mask, window)
            values = [v if valid else math.nan for v, valid in zip(values, there)]
        counts = {}
        for value, count in Counter(values).items():
            if value in self._unlabelled or not math.isfinite(value):
                continue
            if not (value.is_integer() and 0 <= value < MOST):
                raise LayerError(
                    tr(
                        "{name} holds {value}. Class numbers are whole and from 0 to 254; 255 and "
                        "no data are unlabelled."
                    ).format(name=self._name, value=f"{value:g}")
                )
            counts[int(value)] = count
        return counts

    def _read(self, band: gdal.Band, window: tuple[int, int, int, int]) -> memoryview:
        try:
            data = band.ReadRaster(*window, buf_type=gdal.GDT_Float64)
        except RuntimeError:
            data = None
        if data is None:
            raise self._unreadable()
        return memoryview(data).cast("d")

    def _nodata(self) -> float | None:
        """As a pixel has it: of a band of single precision, rounded to that."""
        value = self._band.GetNoDataValue()
        if value is None or self._band.DataType != gdal.GDT_Float32:
            return value
        try:
            return struct.unpack("f", struct.pack("f", value))[0]
        except OverflowError:
            return value

    def _unreadable(self) -> LayerError:
        return LayerError(tr("{name} cannot be read.").format(name=self._name))
