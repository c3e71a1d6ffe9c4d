"""Changes: which runs of a raster get another class, kept outside of memory."""

from __future__ import annotations

import tempfile

import numpy as np
from numpy.typing import NDArray

from core.vector.union import Ids

MOST_BYTES = 2**24
"""That are kept in memory; more go to a file without a name, which is gone with the process."""
CHANGE = np.dtype([("run", "<u4"), ("class", "<i2")])


class Changes:
    """Changes by strip, in any order, until closed.

    Args:
        folder: For what does not fit into memory.
    """

    def __init__(self, folder: str | None) -> None:
        """Nothing is changed."""
        self._file = tempfile.SpooledTemporaryFile(MOST_BYTES, dir=folder)  # noqa: SIM115
        self._parts: list[list[tuple[int, int]]] = []
        self._starts = [0]

    @property
    def next_run(self) -> int:
        """Number of the first run of the next strip, over all strips."""
        return self._starts[-1]

    def begin(self, runs: int) -> None:
        """The next strip has so many runs."""
        self._starts.append(self._starts[-1] + runs)
        self._parts.append([])

    def put(self, runs: Ids, classes: NDArray[np.int16]) -> None:
        """Give runs of strips that have begun other classes.

        Raises:
            OSError: The disk is full.
        """
        order = np.argsort(runs, kind="stable")
        runs, classes = runs[order], classes[order]
        strips = np.searchsorted(self._starts, runs, "right") - 1
        bounds = np.append(np.flatnonzero(np.diff(strips, prepend=-1)), runs.size)
        for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            strip = int(strips[begin])
            made = np.empty(end - begin, CHANGE)
            made["run"] = runs[begin:end] - self._starts[strip]
            made["class"] = classes[begin:end]
            self._file.seek(0, 2)
            self._parts[strip].append((self._file.tell(), made.nbytes))
            self._file.write(made.tobytes())

    def changed(self, strip: int, classes: NDArray[np.int16]) -> NDArray[np.int16]:
        """Classes of a strip's runs with its changes."""
        if not self._parts[strip]:
            return classes
        classes = classes.copy()
        for place, size in self._parts[strip]:
            self._file.seek(place)
            made = np.frombuffer(self._file.read(size), CHANGE)
            classes[made["run"]] = made["class"]
        return classes

    def close(self) -> None:
        """Forget them."""
        self._file.close()
