"""Necks: cuts patches where they are narrow, and tells which part of its patch each pixel is in.

The middles of all discs of a width that fit into a patch are its cores (an erosion). Cores that are
connected make a part, and the rest of the patch goes to the part from which a flood through the
patch, pixel by pixel over their sides, reaches it first: geodesic zones of influence, as in
Soille, Morphological Image Analysis, 2004, chapter 6. What no flood reaches is a part of its own,
so a patch that is narrow everywhere stays whole.
"""

from __future__ import annotations

import math
import tempfile

import numpy as np
from numpy.typing import NDArray

from core.vector.changes import MOST_BYTES
from core.vector.patches import Patches
from core.vector.runs import NONE, PARTS, Runs, runs_of

FLOOD = 4
"""Widths of a neck that a core's flood goes, so that what a pixel becomes depends on pixels near it
and on which cores are connected, not on how the raster is read."""
FAR = 2**30
"""Pixels to the end of a run that goes on outside of the raster."""


class Necks:
    """Takes the strips of a map and cuts its patches, until closed.

    What lies outside of the raster counts as more of the same patch: none is cut only because the
    edge runs through it.

    Args:
        width: Columns of the raster.
        height: Rows of the raster.
        sides: Metres of a pixel's upper and left side.
        least: Metres; patches are cut where they are narrower.
        folder: For what does not fit into memory.
    """

    def __init__(
        self, width: int, height: int, sides: tuple[float, float], least: float, folder: str | None
    ) -> None:
        """No strip yet."""
        self._width, self._height = width, height
        self._disc = _disc(least / 2, sides)
        self._reach, self._steps = self._disc[-1][0], math.ceil(FLOOD * least / min(sides))
        # Rows from ``_top`` on: classes, pixels to the end of their run, and numbers of cores.
        self._top = 0
        self._classes = np.zeros((0, width), np.int16)
        self._free = np.zeros((0, width), np.int32)
        self._cores = np.zeros((0, width), np.int32)
        self._numbers = Patches(width)
        self._waiting: list[int] = []
        self._done = 0
        self._file = tempfile.SpooledTemporaryFile(MOST_BYTES, dir=folder)  # noqa: SIM115
        self._strips: list[tuple[int, int, int]] = []
        self._root = np.zeros(1, np.int64)

    def add(self, runs: Runs) -> None:
        """Take a strip; the next is the one below it, the last one ends the raster.

        Args:
            runs: Of the classes whose patches are cut; ``NONE`` elsewhere.

        Raises:
            OSError: The disk is full.
        """
        self._classes = np.concatenate([self._classes, runs.pixels(runs.classes)])
        self._free = np.concatenate([self._free, _free(runs)])
        self._waiting.append(runs.height)
        bottom = self._top + len(self._classes)
        is_last = bottom == self._height
        self._number_cores(bottom if is_last else bottom - self._reach)
        cored = self._top + len(self._cores)
        while self._waiting and (is_last or cored >= self._done + self._waiting[0] + self._steps):
            self._flood(self._waiting.pop(0))
        self._root = self._numbers.now() if is_last else self._root
        above = min(self._done - self._steps, cored - self._reach) - self._top
        if above > 0:
            self._classes, self._free = self._classes[above:].copy(), self._free[above:].copy()
            self._cores, self._top = self._cores[above:].copy(), self._top + above

    def of(self, strip: int) -> Runs:
        """A strip's runs after the last was added; parts of a patch differ by ``PARTS``."""
        place, count, height = self._strips[strip]
        self._file.seek(place)
        starts, keys = np.frombuffer(self._file.read(16 * count), np.int64).reshape(2, count)
        part, classes = np.divmod(keys, PARTS)
        return Runs(self._width, height, starts, self._root[part] * PARTS + classes)

    def close(self) -> None:
        """Forget the parts."""
        self._file.close()

    def _number_cores(self, bottom: int) -> None:
        """Find the cores of rows above ``bottom`` that are not known yet."""
        first, last, end = len(self._cores), bottom - self._top, len(self._classes)
        if last <= first:
            return
        own = self._classes[first:last]
        is_core = own != NONE
        for down, across in self._disc if is_core.any() else ():
            low, high = max(first + down, 0), min(last + down, end)
            if low >= high:
                continue
            rows = slice(low - down - first, high - down - first)
            is_core[rows] &= self._free[low:high] > across
            is_core[rows] &= self._classes[low:high] == own[rows]
        # Middles that meet at corners are one core: a slanted edge of pixels cuts off none of them.
        beside = own[:, 1:] == own[:, :-1]
        wider = is_core.copy()
        wider[:, 1:] |= is_core[:, :-1] & beside
        wider[:, :-1] |= is_core[:, 1:] & beside
        runs = runs_of(np.where(wider, own, NONE))
        strip = self._numbers.add(runs, self._top + first, {})
        numbers = strip.patches[strip.above :].astype(np.int32)
        self._cores = np.concatenate([self._cores, runs.pixels(numbers)])

    def _flood(self, height: int) -> None:
        """Put down the parts of the next rows."""
        first = self._done - self._top
        top = max(first - self._steps, 0)
        near = slice(top, min(first + height + self._steps, len(self._cores)))
        parts = np.pad(self._cores[near], 1)
        _flooded(parts, np.pad(self._classes[near], 1), self._steps)
        own = self._classes[first : first + height]
        inner = parts[first - top + 1 :][:height, 1:-1]
        runs = runs_of(np.where(own != NONE, inner * PARTS + own, NONE))
        self._file.seek(0, 2)
        self._strips.append((self._file.tell(), runs.starts.size, height))
        self._file.write(runs.starts.tobytes() + runs.classes.astype(np.int64).tobytes())
        self._done += height


def _disc(radius: float, sides: tuple[float, float]) -> list[tuple[int, int]]:
    """Rows of the pixels whose middles are nearer than a radius: (row, columns to either side)."""
    across, down = sides
    rows = max(math.ceil(radius / down) - 1, 0)
    chords = [math.sqrt(max(radius**2 - (row * down) ** 2, 0)) for row in range(-rows, rows + 1)]
    columns = [max(math.ceil(chord / across) - 1, 0) for chord in chords]
    return list(zip(range(-rows, rows + 1), columns, strict=True))


def _free(runs: Runs) -> NDArray[np.int32]:
    """Pixels to the nearer end of each pixel's run, itself among them, (h, w)."""
    begin = runs.starts % runs.stride
    end = begin + runs.lengths
    before = runs.pixels(np.where(begin == 0, -FAR, begin - 1).astype(np.int32))
    after = runs.pixels(np.where(end == runs.width, FAR, end).astype(np.int32))
    columns = np.arange(runs.width, dtype=np.int32)
    return np.asarray(np.minimum(columns - before, after - columns))


def _flooded(parts: NDArray[np.int32], classes: NDArray[np.int16], steps: int) -> None:
    """Let parts grow within their class.

    Args:
        parts: Numbers of parts, 0 elsewhere, (h, w), with an edge of ``NONE`` all around; changed.
        classes: Of the same pixels.
        steps: For how many pixels.
    """
    part, patch, stride = parts.ravel(), classes.ravel(), parts.shape[1]
    front = np.flatnonzero(part)
    for _ in range(steps):
        reached = []
        # Where floods meet in a pixel, the one from above comes first, then from the left.
        for way in (stride, 1, -1, -stride):
            goes = (part[front + way] == 0) & (patch[front + way] == patch[front])
            part[front[goes] + way] = part[front[goes]]
            reached.append(front[goes] + way)
        front = np.concatenate(reached)
        if not front.size:
            return
