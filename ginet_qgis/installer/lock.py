"""Locking the folder of the environments: one installer at a time, with clear errors."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

from ginet_qgis.installer.errors import EngineEnvironmentError, InstallCancelledError, InstallError
from ginet_qgis.installer.home import root
from ginet_qgis.installer.programs import Cancelled, Progress
from ginet_qgis.words import tr

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""How a file system says that it has no locks, as some of networks; to wait would be for ever."""


@contextlib.contextmanager
def refusal_told(home: Path) -> Iterator[None]:
    """Say what to change where the system does not let us write."""
    try:
        yield
    except EngineEnvironmentError:  # an OSError too, and told already
        raise
    except OSError as error:
        path, hint = Path(error.filename or home), ""
        is_blocked = isinstance(error, (FileExistsError, NotADirectoryError))
        if home != root() and path.is_relative_to(root()):
            hint = tr(
                "What you choose is kept in {folder}: make that a folder that you may write to, or "
                "set GINET_HOME to one."
            ).format(folder=root())
        raise InstallError(
            tr("{path} cannot be written: {reason}.").format(
                path=path, reason=tr("a file is in its place") if is_blocked else error.strerror
            ),
            hint or tr("Choose a folder that you may write to, or set GINET_HOME to one."),
        ) from error


@contextlib.contextmanager
def one_at_a_time(path: Path, progress: Progress, cancelled: Cancelled) -> Iterator[None]:
    """Hold a lock that the system frees when its holder dies; wait for another holder."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            while not _try_lock(file.fileno()):
                if cancelled():
                    raise InstallCancelledError
                progress(0.0, tr("Waiting for another installation"))
                time.sleep(0.5)
            if _is_at(path, file.fileno()):
                yield
                return


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether an open file is still the one at its path; its last holder may have deleted it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in NO_LOCKS
    return True
