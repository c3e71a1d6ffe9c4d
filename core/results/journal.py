"""Journal: the finished blocks of a classification on disk, from which the same job resumes.

One append-only file beside the class raster. Each entry carries its own checksum: what a process
killed in mid-write or a power loss leaves at the end is recognised and cut off, and those blocks
are computed again. The rasters are made from it, so that a run that was interrupted
gives the very bytes of one that was not.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.results.disk import explained
from core.results.lock import clear_partial_file, lock_outputs
from core.results.packing import pack, unpack
from core.wire.errors import GinetError, OutputError

SUFFIX = ".blocks.part"

ENTRY = struct.Struct("<qII")
"""Number, bytes that follow, CRC-32 of all but itself. Numbers from 0 are blocks of the plan."""
NUMBERED = struct.Struct("<qI")

JOB, PUBLISHING = -1, -2

PACKING = 2
"""Which way blocks are packed: those of another one are computed anew."""

JOURNAL_DAYS = 30
"""A journal that nobody went on with is then removed by the next run into its folder."""


class Journal:
    """The finished blocks of one job. A context manager; one thread adds, another may read.

    Leaving it by an error keeps the file where it holds a finished block, and tells so in the
    error's hint; otherwise the file goes. Only the holder of the output (``lock_outputs``) may open
    it.

    Attributes:
        path: The file.

    Args:
        output: Path of the class raster.
        job: All that the blocks' content depends on, as JSON values; only its digest is stored.
        total: Blocks of the plan.

    Raises:
        OutputError: It cannot be written.
    """

    def __init__(self, output: str, job: Mapping[str, object], total: int) -> None:
        """Open the journal of the same job and take its blocks, or start a new one."""
        self.path = Path(output + SUFFIX)
        self._output, self._total = output, total
        self._blocks: dict[int, tuple[int, int]] = {}
        self._end = 0
        self._access = threading.Lock()
        asked = json.dumps([PACKING, job], sort_keys=True)
        digest = hashlib.sha256(asked.encode()).digest()
        with self._writing():
            self._file = self.path.open("a+b", buffering=0)
            self._end = self._take(digest)
            if not self._end:
                self._append(JOB, digest)

    def __contains__(self, number: int) -> bool:
        """Whether a block is finished."""
        return number in self._blocks

    def __len__(self) -> int:
        """Number of finished blocks."""
        return len(self._blocks)

    def add(self, number: int, planes: Sequence[NDArray[np.uint8]]) -> None:
        """Store a finished block; when this returns it outlives a power loss.

        Args:
            number: Of the block in the plan.
            planes: Its values, one (h, w) array a band of all rasters; none where there is no data.

        Raises:
            OutputError: The disk is full or the file cannot be written.
        """
        self.add_packed(number, pack(planes))

    def add_packed(self, number: int, content: bytes) -> None:
        """Store a finished block that ``pack`` made; see ``add``."""
        with self._writing():
            # A block without data is as quickly computed again: no need to wait for the disk.
            self._append(number, content, sync=bool(content))

    def read(self, number: int, shape: tuple[int, int, int]) -> NDArray[np.uint8] | None:
        """A finished block: its planes, (planes, h, w), or None where there is no data.

        Args:
            number: Of the block in the plan.
            shape: What it must have.

        Raises:
            OutputError: The file has been damaged meanwhile.
        """
        start, size = self._blocks[number]
        if not size:
            return None
        with self._writing():
            with self._access:
                self._file.seek(start)
                packed = self._file.read(size)
            try:
                return unpack(packed, shape)
            except ValueError as error:
                raise OutputError(
                    f"{self.path} has been damaged while the run was on.",
                    "Check the disk, and run again.",
                ) from error

    def publishing(self, parts: Mapping[str, Path]) -> None:
        """Note the files that are about to get their final names, by those.

        A run that is killed between two of them finds the one that is there to be its own.

        Raises:
            OutputError: It cannot be written.
        """
        with self._writing():
            marks = {path: _mark(part) for path, part in parts.items()}
            self._append(PUBLISHING, json.dumps(marks).encode())

    def close(self) -> None:
        """Close the file and keep it."""
        self._file.close()

    def discard(self) -> None:
        """Remove the file: all of it is published, or nothing of it is worth keeping."""
        self.close()
        with self._writing():
            self.path.unlink(missing_ok=True)

    def __enter__(self) -> Journal:
        """Return the journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep the file after an error, if it holds a finished block."""
        if self._file.closed:
            return
        if error is None or not any(size for _, size in self._blocks.values()):
            self.discard()
            return
        self.close()
        if isinstance(error, GinetError):
            kept = (
                f"{len(self)} of {self._total} blocks are done and kept in {self.path}: the same "
                "job goes on from there."
            )
            error.hint = f"{error.hint} {kept}".strip()

    def _take(self, digest: bytes) -> int:
        """Index the complete entries and truncate the rest; the end of the last complete one."""
        end = 0
        for number, start, data in _entries(self._file):
            if not end and (number, data) != (JOB, digest):
                break
            end = start + len(data)
            if number >= 0:
                self._blocks[number] = start, len(data)
        self._file.truncate(end)
        return end

    def _append(self, number: int, data: bytes, *, sync: bool = True) -> None:
        check = zlib.crc32(data, zlib.crc32(NUMBERED.pack(number, len(data))))
        left = memoryview(ENTRY.pack(number, len(data), check) + data)
        size = len(left)
        with self._access:
            while left:
                left = left[self._file.write(left) :]
        if sync:
            os.fsync(self._file.fileno())
        self._end += size
        if number >= 0:
            self._blocks[number] = self._end - len(data), len(data)

    def _writing(self) -> Any:
        # The blocks that are left, and the rasters made from all of them.
        need = self._end / max(len(self), 1) * (2 * self._total - len(self))
        return explained(self._output, need)


def own_files(output: str) -> dict[str, list[int]]:
    """Finished files that a killed run to this output may have given their final names already.

    Returns:
        Size and time of change by path.
    """
    found: dict[str, list[int]] = {}
    with suppress(OSError, ValueError), Path(output + SUFFIX).open("rb") as file:
        for number, _, data in _entries(file):
            if number == PUBLISHING and isinstance(marks := json.loads(data), dict):
                found = marks
    return found


def is_own(path: str, marks: Mapping[str, list[int]]) -> bool:
    """Whether a file is one that a killed run published, and nobody has changed since."""
    with suppress(OSError):
        return path in marks and _mark(Path(path)) == marks[path]
    return False


def tidy(rasters: Sequence[str]) -> None:
    """Remove leftovers of killed runs.

    That is unfinished rasters of these names, and in their folders journals that nobody went on
    with for ``JOURNAL_DAYS``.

    Args:
        rasters: Paths that are held.

    Raises:
        OutputError: The system refuses.
    """
    for raster in rasters:
        with explained(raster):
            clear_partial_file(raster)
    for folder in {Path(raster).parent for raster in rasters}:
        for path in folder.glob(f"*{SUFFIX}"):
            with suppress(OSError):
                _sweep(path)


def _sweep(path: Path) -> None:
    if time.time() - path.stat().st_mtime < JOURNAL_DAYS * 86400:
        return
    output = str(path).removesuffix(SUFFIX)
    with lock_outputs([output]):
        with path.open("rb") as file:
            is_journal = next(_entries(file), (0,))[0] == JOB
        if is_journal:
            clear_partial_file(output)
            path.unlink()


def _entries(file: IO[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Number, start and content of all entries up to the first that is not whole."""
    file.seek(0)
    size = os.fstat(file.fileno()).st_size
    start = ENTRY.size
    while start <= size:
        number, length, check = ENTRY.unpack(file.read(ENTRY.size))
        if start + length > size:
            return
        data = file.read(length)
        if zlib.crc32(data, zlib.crc32(NUMBERED.pack(number, length))) != check:
            return
        yield number, start, data
        start += length + ENTRY.size


def _mark(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
