"""Devices: which one computes, and in what precision."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import torch

from core.errors import DeviceError


@dataclass(frozen=True)
class Device:
    """Where and how the network runs.

    Attributes:
        kind: "cpu", "cuda" or "mps".
        name: As the maker calls it.
        precision: Of weights and features.
        batch: Patches computed at once.
    """

    kind: str
    name: str
    precision: torch.dtype
    batch: int

    @property
    def precision_name(self) -> str:
        """The precision's name: "float32", "bfloat16" or "float16"."""
        return str(self.precision).removeprefix("torch.")


def choose_device(
    kind: str = "auto",
    precision: str = "auto",
    batch: int | None = None,
    threads: int | None = None,
) -> Device:
    """Choose a device, and set the number of CPU threads.

    Args:
        kind: "auto" (CUDA, then MPS, then CPU), "cpu", "cuda" or "mps".
        precision: "auto" takes the fastest that the device computes natively.
        batch: Patches at once; None takes what suits the device.
        threads: CPU threads; None is all cores that this process may use.

    Raises:
        DeviceError: The device is not there; the message says what is.
    """
    there = available_devices()
    if kind == "auto":
        kind = there[0]
    elif kind not in there:
        raise DeviceError(
            f"The device {kind!r} is not available; this machine has {', '.join(there)}.",
            "Choose 'auto', or install a torch build for that device.",
        )
    torch.set_num_threads(threads or usable_cores())
    dtype = _native_precision(kind) if precision == "auto" else getattr(torch, precision)
    # On a CPU one patch at a time is fastest: its features stay in the cache.
    return Device(kind, _name(kind), dtype, batch or {"cuda": 2}.get(kind, 1))


def available_devices() -> list[str]:
    """Kinds of devices on this machine, the fastest first."""
    found = ["cuda"] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def usable_cores() -> int:
    """CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a device, or the system, had no memory left for a tensor."""
    told = str(error).lower()
    # CPU and MPS have no exception of their own.
    return isinstance(error, torch.OutOfMemoryError) or any(
        sign in told for sign in ("out of memory", "not enough memory", "can't allocate memory")
    )


def _native_precision(kind: str) -> torch.dtype:
    if kind == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if kind == "cpu" and torch.cpu.get_capabilities().get("avx512_bf16"):
        return torch.bfloat16
    return torch.float32


def _name(kind: str) -> str:
    if kind == "cuda":
        return str(torch.cuda.get_device_name())
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
