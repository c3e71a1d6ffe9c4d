"""The disk: how much space a job needs, and clear errors when it is full."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.raster.gdal import GDAL_ERRORS
from core.wire.errors import GinetError, OutputError

LEAST = 0.01
"""Bytes on disk that a pixel of a band takes at least, in all files together. Chosen low, not
measured: a job is refused only where it would hardly have had a chance."""

FULL = (errno.ENOSPC, errno.EDQUOT)


def check_room(paths: Sequence[str], pixels: int, bands: int) -> None:
    """Check the free disk space before work starts.

    Args:
        paths: Of the rasters to be written.
        pixels: That each will have.
        bands: Of all of them together.

    Raises:
        OutputError: One surely has too little room; says which, what is free and what is needed.
    """
    need = int(pixels * bands * LEAST) + 2**16
    for folder in sorted({Path(path).absolute().parent for path in paths}):
        free = shutil.disk_usage(folder).free
        if free < need:
            raise OutputError(
                f"The disk of {folder} has {size(free)} free; the results take at least "
                f"{size(need)}.",
                "Free some space, or choose a folder on another disk.",
            )


@contextmanager
def explained(path: str, need: float = 0) -> Iterator[None]:
    """Translate errors of GDAL and the system while writing into one clear message.

    Args:
        path: Final path of what is being written.
        need: Bytes that are still to be written, as far as is known.

    Raises:
        OutputError: Instead of any of ``GDAL_ERRORS``.
    """
    try:
        yield
    except GinetError:
        raise
    except GDAL_ERRORS as error:
        raise _failure(path, error, need) from error


def size(number: float) -> str:
    """Format a number of bytes for people."""
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} GB"


def _failure(path: str, error: Exception, need: float) -> OutputError:
    folder = Path(path).absolute().parent
    there = os.path.isdir(folder)  # noqa: PTH112 - see check_destination
    # GDAL does not pass on why it cannot write.
    if there and (getattr(error, "errno", 0) in FULL or shutil.disk_usage(folder).free < 2**20):
        return OutputError(
            f"{path} cannot be written: the disk of {folder} is full.",
            f"Free some space, about {size(need)} more, or choose a folder on another disk."
            if need
            else "Free some space, or choose a folder on another disk.",
        )
    detail = str(error).strip().rstrip(".")
    return OutputError(
        f"{path} cannot be written ({detail}).",
        "Check that the folder is writable and the disk is not full.",
    )
