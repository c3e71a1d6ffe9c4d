"""Destinations: output paths, checked before the work starts, replaced once complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.wire.errors import OutputError, OutputExists

LONGEST_SUFFIX = ".all.part.aux.xml"
"""The longest of what is written beside an output on the way to it."""


def check_destination(path: str, *, overwrite: bool) -> None:
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
