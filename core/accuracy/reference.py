"""Reference raster: a label for each pixel of a map, with the interface of ``Features``."""

from __future__ import annotations

import numpy as np

from core.accuracy.class_index import ClassIndex
from core.accuracy.features import Labels
from core.accuracy.raster import ClassRaster
from core.raster.grid import PixelWindow


class RasterReference:
    """A reference raster on the map's pixels; all of it is one unit, so it has no errors to tell.

    Where both name their classes, names are compared: the numbers may be others.

    Attributes:
        by_number: Whether only numbers are compared.

    Args:
        raster: The reference, laid on the map.
        class_index: Gives classes their indices.
    """

    kind = "raster"
    count = 1
    unlabelled = 0
    invalid = 0

    def __init__(self, raster: ClassRaster, class_index: ClassIndex, *, reprojected: bool) -> None:
        """Keep the raster."""
        self._raster, self._class_index = raster, class_index
        self._names = raster.names if class_index.shares(raster.names) else None
        self.reprojected = reprojected
        self.warnings = list(raster.warnings)
        self.by_number = self._names is None
        if not self.by_number:
            return
        if raster.names and class_index.has_names:
            self.warnings.append(
                f"{raster.name} and the map have no class name in common: their classes are "
                "compared by number."
            )
        else:
            self.warnings.append(
                f"{raster.name} and the map do not both name their classes: they are compared by "
                "number."
            )

    def labels(self, window: PixelWindow) -> Labels:
        """The labelled pixels of a window."""
        ids, valid = self._raster.read(window)
        truth = self._class_index.of_ids(ids, valid, known=False, names=self._names).ravel()
        where = np.flatnonzero(truth >= 0)
        return where, truth[where], np.zeros_like(where)
