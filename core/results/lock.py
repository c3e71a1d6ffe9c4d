"""Output locks: while one run writes an output, no other run can."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from core.results.disk import explained
from core.wire.errors import OutputError


@contextmanager
def lock_outputs(paths: Sequence[str]) -> Iterator[None]:
    """Lock output paths against other runs.

    Raises:
        OutputError: Another run writes one, or the system refuses.
    """
    with ExitStack() as locks:
        for path in paths:
            with explained(path):
                lock = OutputLock(path)
            locks.callback(lock.release)
        yield


class OutputLock:
    """An exclusive lock on one output, which the system releases when its process dies.

    The lock is on a file of its own: a locked result could on some network drives not be written.

    Args:
        path: Of the output.

    Raises:
        OutputError: Another run holds it.
        OSError: The system refuses.
    """

    def __init__(self, path: str) -> None:
        """Take the lock."""
        self._path = Path(f"{path}.lock.part")
        self._file = self._path.open("ab")
        descriptor = self._file.fileno()
        # A holder deletes the file at its end: who got the lock on that one holds nothing.
        if not (_lock(descriptor) and os.path.samestat(os.fstat(descriptor), self._path.stat())):
            self._file.close()
            raise OutputError(
                f"Another run is writing {path}.", "Wait for its end, or choose another name."
            )

    def release(self) -> None:
        """Release the lock; idempotent."""
        if self._file.closed:
            return
        if sys.platform == "win32":  # where what is open cannot be deleted
            self._file.close()
        with suppress(OSError):
            self._path.unlink()
        self._file.close()


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Any other error is of a drive that knows no locks.
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True
