"""Drawing: the polygons of a map's regions, from its strips, as they are to be drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.vector.footprints import Footprints
from core.vector.outlines import Arcs, Tracer
from core.vector.rings import Lines, Polygons, Sides, assembled
from core.vector.simplify import simplified, smoothed
from core.vector.union import Ids


class Pool:
    """Sides of arcs that wait for the rest of their region.

    Args:
        width: Columns of the raster.
        height: Rows of the raster.
        last_rows: The last row of each region.
    """

    def __init__(self, width: int, height: int, last_rows: Ids) -> None:
        """Nothing waits."""
        self._width, self._height, self._last_rows = width, height, last_rows
        self._waiting: Sides | None = None

    def add(self, arcs: Arcs, lines: Lines, bottom: int) -> Polygons | None:
        """Add the arcs of a band.

        Args:
            arcs: As they were traced.
            lines: As they are to be drawn.
            bottom: The first row below the band.

        Returns:
            The polygons of the regions that end in it; None where none does.
        """
        sides = Sides.of(arcs, *lines, self._width)
        if self._waiting is not None:
            sides = self._waiting.with_others(sides)
        # The lower sides of pixels in a band's last row belong to the next.
        ended = (self._last_rows[sides.patch] + 1 < bottom) | (bottom == self._height)
        self._waiting = sides.chosen(~ended)
        return assembled(sides.chosen(ended)) if ended.any() else None

    @property
    def top(self) -> float:
        """The first row of what waits; infinite where nothing does."""
        waits = self._waiting
        return float(waits.rows.min()) if waits is not None and len(waits) else np.inf


class PatchTracer:
    """Draws all regions of a map, with the lines between them in common.

    Args:
        width: Columns of the raster.
        height: Rows of the raster.
        last_rows: The last row of each region.
        sides: Length of a pixel's upper and left side.
        tolerance: By which lines may be moved to simplify them; 0 leaves the pixels' own sides.
        smooth: Cut the lines' corners.
    """

    def __init__(
        self,
        width: int,
        height: int,
        last_rows: Ids,
        sides: tuple[float, float],
        tolerance: float,
        *,
        smooth: bool,
    ) -> None:
        """Start above the raster."""
        self._tracer, self._pool = Tracer(width, height), Pool(width, height, last_rows)
        self._sides, self._tolerance, self._smooth = sides, tolerance, smooth

    def add(self, regions: NDArray[np.int32], row: int) -> Polygons | None:
        """Draw a strip; the next is the one below it.

        Args:
            regions: Each pixel's region, (h, w); of one band.
            row: The strip's first row.

        Returns:
            The polygons of the regions that end in the band that ends here.
        """
        arcs = self._tracer.add(regions, row)
        if arcs is None:
            return None
        drawn = simplified(arcs, self._tolerance, self._sides) if self._tolerance else arcs
        lines: Lines = drawn.columns, drawn.rows, drawn.starts
        return self._pool.add(arcs, smoothed(drawn) if self._smooth else lines, row + len(regions))


class BuildingTracer:
    """Draws the footprints of buildings; see ``Footprints``.

    Args:
        width: Columns of the raster.
        height: Rows of the raster.
        last_rows: The last row of each region.
        sides: Metres of a pixel's upper and left side.
        tolerance: Metres that no wall may be off its pixels.
        buildings: Which regions are buildings.
    """

    def __init__(
        self,
        width: int,
        height: int,
        last_rows: Ids,
        sides: tuple[float, float],
        tolerance: float,
        buildings: NDArray[np.bool_],
    ) -> None:
        """Start above the raster."""
        self._tracer, self._height = Tracer(width, height), height
        self._pools = [Pool(width, height, last_rows) for _ in range(2)]
        self._sides, self._tolerance = sides, tolerance
        self._number = np.where(buildings, np.arange(buildings.size), 0).astype(np.int32)
        self._shared = np.zeros(buildings.size, np.bool_)
        self._footprints = Footprints(tolerance, sides)

    @property
    def regular(self) -> int:
        """How many footprints so far have right angles."""
        return self._footprints.regular

    def add(self, regions: NDArray[np.int32], row: int) -> Polygons | None:
        """Draw a strip; the next is the one below it; see ``PatchTracer.add``."""
        arcs = self._tracer.add(self._number[regions], row)
        if arcs is None:
            return None
        bottom = row + len(regions)
        between = (arcs.left > 0) & (arcs.right > 0)
        self._shared[arcs.left[between]] = self._shared[arcs.right[between]] = True
        fewer = simplified(arcs, self._tolerance, self._sides)
        exact, drawn = (
            pool.add(arcs, (each.columns, each.rows, each.starts), bottom)
            for pool, each in zip(self._pools, (arcs, fewer), strict=True)
        )
        if exact is not None and drawn is not None:
            self._footprints.add(exact, drawn, self._shared)
        is_last = bottom == self._height
        return self._footprints.ended(np.inf if is_last else min(bottom, self._pools[0].top))
