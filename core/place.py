"""Places: where outputs go; checked before the work starts, held against other runs during it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from core.disk import explained
from core.errors import OutputError, OutputExists

LONGEST_SUFFIX = ".part.aux.xml"
"""The longest of what is written beside an output on the way to it."""


def check_place(path: str, *, overwrite: bool) -> None:
    """See that a file can be written.

    Raises:
        OutputExists: It is there already and ``overwrite`` is false.
        OutputError: Its folder is missing or not writable, or the system refuses its name.
    """
    folder = Path(path).parent
    # Not pathlib's questions: before Python 3.14 they raise for names that the system refuses.
    if not os.path.isdir(folder):  # noqa: PTH112
        raise OutputError(f"There is no folder {folder}.", "Create it, or choose another folder.")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"The folder {folder} is not writable.", "Choose another folder.")
    try:
        with suppress(FileNotFoundError):
            Path(f"{path}{LONGEST_SUFFIX}").lstat()
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({error.strerror}).", "Choose another name."
        ) from error
    if os.path.isdir(path):  # noqa: PTH112
        raise OutputError(f"{path} is a folder.", "Choose a file name.")
    if not overwrite and os.path.lexists(path):
        raise OutputExists(
            f"{path} is there already.", "Choose another name, or allow overwriting."
        )


@contextmanager
def replacing(path: Path, what: str) -> Iterator[Path]:
    """Write a small file under another name; it replaces ``path`` when whole, else it goes.

    Args:
        path: The final name.
        what: The file's part in the work, for the message: "report", "model".

    Yields:
        Where to write.

    Raises:
        OutputError: The system refuses.
    """
    part = path.with_name(path.name + ".part")
    try:
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"The {what} {path} cannot be written ({error.strerror}).",
            "Check that its folder is writable and the disk is not full.",
        ) from error


@contextmanager
def held(paths: Sequence[str]) -> Iterator[None]:
    """Hold places against other runs.

    Raises:
        OutputError: Another run holds one, or the system refuses.
    """
    with ExitStack() as holds:
        for path in paths:
            with explained(path):
                hold = Hold(path)
            holds.callback(hold.release)
        yield


class Hold:
    """A place held against other runs, by a lock that the system frees when its holder dies.

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
        """Free the place; may be called again."""
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
