"""The process: how its threads wait, how its memory comes and goes."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable


def prepare_process() -> None:
    """Settle what libraries read from the environment; before torch is loaded, and once.

    What the user has set stays.
    """
    # Threads that wait sleep: where other programs compete for the cores, threads that spin make
    # the engine many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Huge pages: features are allocated anew for each patch, and their first touch page by page
    # takes up to a fifth of the network's time (Linux; torch ignores it elsewhere).
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def heap_trimmer() -> Callable[[], None]:
    """A function that gives freed memory back to the system; does nothing where it need not.

    glibc keeps what is freed and lets it fragment; a long run must hand it back.
    """
    if sys.platform != "linux":
        return lambda: None
    try:
        trim = ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):  # another C library
        return lambda: None
    return lambda: trim(0)
