"""Workers: threads that compute side by side, each with its own share of the cores.

Threads that share one convolution wait for each other at its end, and where something else needs a
core for a moment, all of them wait. Blocks have nothing to do with each other: a core each is
faster, and costs memory for the features of a patch each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from core.model.device import Device

MOST, MOST_SINGLE = 4, 2
"""Workers at most, for the sake of memory: in half and in single precision."""

MOST_CUDA = 2
"""One prepares its block, or waits for what comes back, while the card computes the other's."""


@dataclass(frozen=True)
class Workers:
    """A pool and how many it has."""

    pool: ThreadPoolExecutor
    count: int


@contextmanager
def start_workers(device: Device, tasks: int) -> Iterator[Workers]:
    """Share torch's CPU threads among workers; MPS has one.

    Args:
        device: What they compute on.
        tasks: That there are; no more workers than these.
    """
    cores = torch.get_num_threads()
    on_cpu = MOST_SINGLE if device.precision is torch.float32 else MOST
    most = {"cpu": on_cpu, "cuda": MOST_CUDA}.get(device.kind, 1)
    count, threads = share_cores(cores, min(tasks, most))
    try:
        with ThreadPoolExecutor(count, "compute", torch.set_num_threads, (threads,)) as pool:
            yield Workers(pool, count)
    finally:
        torch.set_num_threads(cores)


def share_cores(cores: int, most: int) -> tuple[int, int]:
    """Workers, ``most`` at most, and the threads of each: all the same, none without."""
    threads = math.ceil(cores / max(most, 1))
    return cores // threads, threads
