"""The heap: glibc keeps what is freed and lets it fragment; a long run hands it back."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable


def heap_trimmer() -> Callable[[], None]:
    """A function that gives freed memory back to the system; does nothing where it need not."""
    if sys.platform != "linux":
        return lambda: None
    try:
        trim = ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):  # another C library
        return lambda: None
    return lambda: trim(0)
