"""Drawing: the polygons of a map's patches, from its strips, as they are to be drawn."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.vector.features import Features
from core.vector.footprints import Footprints
from core.vector.outlines import Arcs, Tracer
from core.vector.patches import Patches, Strip, Sums
from core.vector.rings import Lines, Polygons, Sides, assembled
from core.vector.runs import PARTS, Runs
from core.vector.simplify import simplified, smoothed
from core.vector.union import Ids


@dataclass(frozen=True)
class Frame:
    """The raster that is drawn.

    Attributes:
        width: Columns.
        height: Rows.
        sides: Length of a pixel's upper and left side.
    """

    width: int
    height: int
    sides: tuple[float, float]


@dataclass(frozen=True)
class BandEnd:
    """What is known of patches where a band ends.

    Attributes:
        patches: Those that are open, and those that ended.
        now: The number that counts for each patch's number.
        numbers: Of the feature that each patch became, 0 of those that go on.
        features: These.
        bottom: The first row below the band.
    """

    patches: Patches
    now: Ids
    numbers: Ids
    features: Features
    bottom: int

    @classmethod
    def of(cls, patches: Patches, first: int, bottom: int, height: int) -> BandEnd:
        """Number the features that ended.

        Args:
            patches: All that are known.
            first: Number of the first feature.
            bottom: The first row below the band.
            height: Rows of the raster.
        """
        now = patches.now()
        ended = now == np.arange(now.size)
        if bottom != height:
            ended &= ~patches.open()
        ended[0] = False
        numbers = np.where(ended, first - 1 + np.cumsum(ended), 0)
        features = Features.of(patches, np.flatnonzero(ended), first)
        return cls(patches, now, numbers, features, bottom)


class Drawer(Protocol):
    """Draws polygons strip by strip; of runs of no class it draws none."""

    def add(self, strip: Strip) -> None:
        """Draw a strip; the next is the one below it."""

    def end(self, band: BandEnd) -> tuple[Polygons, Features] | None:
        """The polygons that are ready where a band ends, and what is known of them."""

    def renumber(self, numbers: Ids) -> None:
        """Take the new number of each patch that goes on."""


class Pool:
    """Sides of arcs that wait for the rest of their patch.

    Args:
        width: Columns of the raster.
    """

    def __init__(self, width: int) -> None:
        """Nothing waits."""
        self._width = width
        self._waiting: Sides | None = None

    def add(self, arcs: Arcs, lines: Lines, band: BandEnd) -> Polygons | None:
        """Add the arcs of a band.

        Args:
            arcs: As they were traced.
            lines: As they are to be drawn.
            band: Where it ends.

        Returns:
            The polygons of the patches that ended, by the numbers of features; None where none did.
        """
        sides = Sides.of(arcs, *lines, self._width)
        if (waits := self._waiting) is not None:
            sides = dataclasses.replace(waits, patch=band.now[waits.patch]).with_others(sides)
        ended = band.numbers[sides.patch] > 0
        self._waiting = sides.chosen(~ended)
        if not ended.any():
            return None
        made = assembled(sides.chosen(ended))
        return dataclasses.replace(made, patch=band.numbers[made.patch])

    def renumber(self, numbers: Ids) -> None:
        """Take the new number of each patch that goes on."""
        if (waits := self._waiting) is not None:
            self._waiting = dataclasses.replace(waits, patch=numbers[waits.patch])

    @property
    def top(self) -> float:
        """The first row of what waits; infinite where nothing does."""
        waits = self._waiting
        return float(waits.rows.min()) if waits is not None and len(waits) else np.inf


class PatchDrawer:
    """Draws all patches of a map, with the lines between them in common.

    Args:
        frame: The raster.
        tolerance: By which lines may be moved to simplify them; 0 leaves the pixels' own sides.
        smooth: Cut the lines' corners.
    """

    def __init__(self, frame: Frame, tolerance: float, *, smooth: bool) -> None:
        """Start above the raster."""
        self._tracer, self._pool = Tracer(frame.width, frame.height), Pool(frame.width)
        self._sides, self._tolerance, self._smooth = frame.sides, tolerance, smooth

    def add(self, strip: Strip) -> None:
        """Draw a strip; the next is the one below it."""
        self._tracer.add(strip, strip.patches)

    def end(self, band: BandEnd) -> tuple[Polygons, Features] | None:
        """The polygons of the patches that ended."""
        arcs = self._tracer.end(*band.patches.edge(), band.now)
        drawn = simplified(arcs, self._tolerance, self._sides) if self._tolerance else arcs
        lines: Lines = drawn.columns, drawn.rows, drawn.starts
        made = self._pool.add(arcs, smoothed(drawn) if self._smooth else lines, band)
        return None if made is None else (made, band.features)

    def renumber(self, numbers: Ids) -> None:
        """Take the new number of each patch that goes on."""
        self._pool.renumber(numbers)


class BuildingDrawer:
    """Draws the footprints of buildings; see ``Footprints``.

    Args:
        frame: The raster, its pixels in metres.
        tolerance: Metres that no wall may be off its pixels.
    """

    def __init__(self, frame: Frame, tolerance: float) -> None:
        """Start above the raster."""
        self._tracer, self._height = Tracer(frame.width, frame.height), frame.height
        self._pools = [Pool(frame.width) for _ in range(2)]
        self._sides, self._tolerance = frame.sides, tolerance
        self._shared = np.zeros(1, np.bool_)
        self._footprints = Footprints(tolerance, frame.sides)
        self._features: Features | None = None

    @property
    def regular(self) -> int:
        """How many footprints so far have right angles."""
        return self._footprints.regular

    @property
    def given(self) -> int:
        """How many footprints there were so far."""
        return self._footprints.given

    def add(self, strip: Strip) -> None:
        """Draw a strip; the next is the one below it."""
        self._tracer.add(strip, strip.patches)

    def end(self, band: BandEnd) -> tuple[Polygons, Features] | None:
        """The footprints that no building which is still to come can meet."""
        arcs = self._tracer.end(*band.patches.edge(), band.now)
        self._shared = np.bincount(
            band.now[: self._shared.size], self._shared, band.now.size
        ).astype(np.bool_)
        # Parts of one patch have no wall in common: where they meet, it only seemed to be one.
        own = band.patches.classes % PARTS
        between = (arcs.left > 0) & (arcs.right > 0) & (own[arcs.left] != own[arcs.right])
        self._shared[arcs.left[between]] = self._shared[arcs.right[between]] = True
        fewer = simplified(arcs, self._tolerance, self._sides)
        exact, drawn = (
            pool.add(arcs, (each.columns, each.rows, each.starts), band)
            for pool, each in zip(self._pools, (arcs, fewer), strict=True)
        )
        known = self._features
        self._features = band.features if known is None else known.with_others(band.features)
        if exact is not None and drawn is not None:
            shared = np.zeros(int(band.numbers.max()) + 1, np.bool_)
            shared[band.numbers] = self._shared
            self._footprints.add(exact, drawn, shared)
        is_last = band.bottom == self._height
        made = self._footprints.ended(np.inf if is_last else min(band.bottom, self._pools[0].top))
        features = self._features
        self._features = features.chosen(np.array(self._footprints.waiting, np.int64))
        return None if made is None else (made, features)

    def renumber(self, numbers: Ids) -> None:
        """Take the new number of each patch that goes on."""
        for pool in self._pools:
            pool.renumber(numbers)
        shared = np.zeros(int(numbers.max(initial=0)) + 1, np.bool_)
        shared[numbers[self._shared]] = True
        self._shared = shared


class Drawing:
    """A layer of polygons as it is drawn from strips.

    Args:
        frame: The raster.
        drawer: Draws its patches; None only counts them.
    """

    def __init__(self, frame: Frame, drawer: Drawer | None) -> None:
        """Start above the raster."""
        self._patches, self._drawer = Patches(frame.width), drawer
        self._height = frame.height
        self.features = 0
        """How many there were so far."""

    def add(self, runs: Runs, row: int, sums: Sums) -> None:
        """Draw a strip; the next is the one below it.

        Args:
            runs: Of the strip, each with a class and all else ``NONE``.
            row: Of its first pixels.
            sums: Over the runs.
        """
        joins = runs.joins()
        joined = {name: np.add.reduceat(values, joins) for name, values in sums.items()}
        runs = Runs(runs.width, runs.height, runs.starts[joins], runs.classes[joins])
        strip = self._patches.add(runs, row, joined)
        if self._drawer is not None:
            self._drawer.add(strip)

    def end(self, bottom: int) -> tuple[Features, tuple[Polygons, Features] | None]:
        """End a band.

        Args:
            bottom: The first row below it.

        Returns:
            The patches that ended; and the polygons that are ready, with what is known of them.
        """
        end = BandEnd.of(self._patches, self.features + 1, bottom, self._height)
        self.features += end.features.numbers.size
        made = None if self._drawer is None else self._drawer.end(end)
        number = self._patches.keep(end.numbers == 0)
        if self._drawer is not None:
            self._drawer.renumber(number)
        return end.features, made
