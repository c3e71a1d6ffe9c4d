"""Generalisation: which pixels of a map get another class, found out scan by scan."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, closing

from core.vector.absorbing import Absorber
from core.vector.changes import Changes
from core.vector.filling import Filler
from core.vector.patches import Sums
from core.vector.runs import Runs

Scan = Iterable[tuple[int, Runs, Sums]]
"""Strip by strip: its first row, its runs, and what is summed up over them."""


class Generalisation:
    """What was changed so far, until closed.

    Args:
        width: Columns of the raster.
        sides: Length of a pixel's upper and left side.
        folder: For changes that do not fit into memory.
    """

    def __init__(self, width: int, sides: tuple[float, float], folder: str) -> None:
        """Nothing is changed."""
        self._width, self._sides, self._folder = width, sides, folder
        self._opened = ExitStack()
        self._changes: list[Changes] = []

    def absorb(self, scan: Scan, minimum: float) -> None:
        """Let patches below a size in square metres go to their neighbours; see ``Absorber``.

        Raises:
            OSError: The disk is full.
        """
        changes = self._opened.enter_context(closing(Changes(self._folder)))
        absorber = Absorber(self._width, self._sides, minimum, changes)
        for row, runs, sums in scan:
            absorber.add(runs, row, sums)
        absorber.end()
        self._changes.append(changes)

    def fill(self, scan: Scan, largest: float) -> None:
        """Fill holes below a size in square metres; see ``Filler``.

        Raises:
            OSError: The disk is full.
        """
        changes = self._opened.enter_context(closing(Changes(self._folder)))
        filler = Filler(self._width, largest, changes)
        for row, runs, sums in scan:
            filler.add(runs, row, sums)
        filler.end()
        self._changes.append(changes)

    def of(self, strip: int, runs: Runs) -> Runs:
        """A strip as it is now."""
        classes = runs.classes
        for changes in self._changes:
            classes = changes.changed(strip, classes)
        return runs.with_classes(classes)

    def close(self) -> None:
        """Forget what was changed."""
        self._opened.close()
