"""Process settings: how idle threads wait, how memory is allocated, kept and returned."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8
"""Of glibc's malloc.h."""


def prepare_process() -> None:
    """Settle what libraries read from the environment; before NumPy and torch are, and once.

    What the user has set stays.
    """
    # Threads that wait sleep: where other programs compete for the cores, threads that spin make
    # the engine many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Threads of NumPy's matrix products always spin, longer than its small products take.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Features are allocated anew for each patch. By default glibc asks the system for each large
    # one, and its first touch takes up to a quarter of the network's time.
    if libc := _glibc():
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
        libc.mallopt(M_ARENA_MAX, 1)  # what one thread frees, another can have


@contextmanager
def loading() -> Iterator[None]:
    """Import modules: what they hold stays to the end, so Python never looks for garbage in it.

    It would, again and again while PyTorch is loaded and once more at the end of the process.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def heap_trimmer() -> Callable[[], None]:
    """A function that gives freed memory back to the system; does nothing where it need not.

    glibc keeps what is freed and lets it fragment; a long run must hand it back.
    """
    libc = _glibc()
    return (lambda: libc.malloc_trim(0)) if libc else lambda: None


def _glibc() -> Any:
    """The GNU C library, or None where there is another one."""
    if sys.platform != "linux":
        return None
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
