"""Output locks: while one run writes an output, no other run can; what killed runs left is cleared.

The system releases a lock when its process dies. The lock file, which stays then, tells of which
output unfinished files lie about.
"""

from __future__ import annotations

import errno
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from core.results.disk import explained
from core.wire.errors import OutputError

SUFFIX = ".lock.part"

MARK = f"GINet for QGIS on {platform.node()}".encode()
"""What lock files hold: of another machine's, it is not sure that a lock would be seen here."""

TRIES, PAUSE_SECONDS = 3, 0.05
"""For a lock: another run may hold it for a moment, to clear what it belongs to."""


@contextmanager
def lock_outputs(paths: Iterable[str]) -> Iterator[None]:
    """Lock output paths against other runs, and clear their folders of what killed runs left.

    That is what is unfinished of each output, and its lock file. Journals stay: the same job goes
    on from there.

    Raises:
        OutputError: Another run writes one, or the system refuses.
    """
    paths = list(paths)
    with ExitStack() as locks:
        for path in paths:
            with explained(path):
                locks.enter_context(_lock(path))
        for folder in {Path(path).parent for path in paths}:
            for abandoned in folder.glob(f"*{SUFFIX}"):
                with suppress(OSError):
                    _clear(abandoned)
        yield


def clear_partial_file(path: str) -> None:
    """Remove the part of a final path, where a killed run has left one.

    Raises:
        OSError: The system refuses.
    """
    for suffix in (".part", ".part.aux.xml"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@contextmanager
def _lock(path: str) -> Iterator[None]:
    """Hold the lock of an output.

    It is on a file of its own: a locked result could on some network drives not be written.

    Raises:
        OutputError: Another run holds it.
        OSError: The system refuses.
    """
    place = Path(path + SUFFIX)
    for attempt in range(TRIES):
        time.sleep(PAUSE_SECONDS if attempt else 0)
        file = place.open("a+b", buffering=0)
        if _is_first(file, place, otherwise=True):
            break
        file.close()
    else:
        raise OutputError(
            f"Another run is writing {path}.", "Wait for its end, or choose another name."
        )
    try:
        file.truncate(0)
        file.write(MARK)
        yield
    finally:
        _remove(file, place)


def _clear(place: Path) -> None:
    """Remove a lock file and what it belongs to, if this machine's run that had it is dead.

    Raises:
        OSError: The system refuses.
    """
    with place.open("r+b", buffering=0) as file:
        if file.read() == MARK and _is_first(file, place, otherwise=False):
            clear_partial_file(str(place).removesuffix(SUFFIX))
            _remove(file, place)


def _is_first(file: IO[bytes], place: Path, *, otherwise: bool) -> bool:
    """Lock a file; whether it is locked now, and still the one in that place.

    Whoever holds it deletes it at the end: who then gets the lock on that one holds nothing. On
    Windows nobody can delete what another has open; there its number is not asked for, which some
    drives do not tell.

    Args:
        file: Opened for writing.
        place: Its path.
        otherwise: What to say on a drive that knows no locks.
    """
    try:
        file.seek(0)
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return otherwise and error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    try:
        return os.path.samestat(os.fstat(file.fileno()), place.stat())
    except FileNotFoundError:
        return False


def _remove(file: IO[bytes], place: Path) -> None:
    """Delete a lock file that is held, then let go of it."""
    if sys.platform == "win32":  # where what is open cannot be deleted
        import msvcrt

        with suppress(OSError):  # on a drive that knows no locks; else closing may be late with it
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        file.close()
    with suppress(OSError):
        place.unlink()
    file.close()
