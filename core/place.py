"""Places: where outputs go; checked before the work starts, held against other runs during it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

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
