"""Cores: how many this process may use. Without PyTorch, which takes seconds to load."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
