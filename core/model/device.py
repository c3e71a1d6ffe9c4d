"""Devices: which one computes, and in what precision."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from core.model.cores import usable_cores
from core.model.precision import forced_precision, native_precision
from core.model.trial import fault
from core.wire.errors import DeviceError


@dataclass(frozen=True)
class Device:
    """Where and how the network runs.

    Attributes:
        kind: "cpu", "cuda" or "mps".
        name: As the maker calls it.
        precision: Of weights and features.
        batch: Patches computed at once.
        warning: Why a faster device or precision was passed over, "" where none was.
    """

    kind: str
    name: str
    precision: torch.dtype
    batch: int
    warning: str = ""

    @property
    def precision_name(self) -> str:
        """The precision's name: "float32", "bfloat16" or "float16"."""
        return _spelt(self.precision)


def choose_device(
    kind: str = "auto",
    precision: str = "auto",
    batch: int | None = None,
    threads: int | None = None,
) -> Device:
    """Choose a device, and set the number of CPU threads.

    Args:
        kind: "auto" (CUDA, then MPS, then CPU, whichever passes), "cpu", "cuda" or "mps".
        precision: "auto" takes the fastest that the device computes natively and, in a trial, as
            it should; ``core.model.precision.VARIABLE`` may force another.
        batch: Patches at once; None takes what suits the device.
        threads: CPU threads; None is all cores that this process may use.

    Raises:
        DeviceError: The device is not there; the message says what is. Or no such precision can be
            forced.
    """
    there = available_devices()
    if kind != "auto" and kind not in there:
        raise DeviceError(
            f"The device {kind!r} is not available; this machine has {', '.join(there)}.",
            "Choose 'auto', or install a torch build for that device.",
        )
    asked = forced_precision() if precision == "auto" else precision
    torch.set_num_threads(1)  # for the trial: on so few pixels, threads only wait for each other
    kind, dtype, warning = _first_sound(there if kind == "auto" else [kind], asked)
    torch.set_num_threads(threads or usable_cores())
    # On a CPU one patch at a time is fastest: its features stay in the cache.
    return Device(kind, _name(kind), dtype, batch or {"cuda": 2}.get(kind, 1), warning)


def available_devices() -> list[str]:
    """Kinds of devices on this machine, the fastest first."""
    found = ["cuda"] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a device, or the system, had no memory left for a tensor."""
    told = str(error).lower()
    # CPU and MPS have no exception of their own.
    return isinstance(error, torch.OutOfMemoryError) or any(
        sign in told for sign in ("out of memory", "not enough memory", "can't allocate memory")
    )


def _first_sound(kinds: Sequence[str], asked: str | None) -> tuple[str, torch.dtype, str]:
    """The first device and precision that pass the trial, and what is to be told of the others.

    The last one needs to pass none: there is nothing else.
    """
    ways: list[tuple[str, torch.dtype]] = []
    for kind in kinds:
        wanted = [getattr(torch, asked)] if asked else [native_precision(kind), torch.float32]
        ways += dict.fromkeys((kind, dtype) for dtype in wanted)
    failed: tuple[str, torch.dtype, str] | None = None
    for kind, dtype in ways:
        reason = "" if (kind, dtype) == ways[-1] else fault(kind, dtype)
        if not reason:
            break
        failed = failed or (kind, dtype, reason)
    return kind, dtype, passed_over(*failed, kind, dtype) if failed else ""


def passed_over(
    kind: str, precision: torch.dtype, reason: str, instead: str, computes: torch.dtype
) -> str:
    """What is told where a slower way of computing takes the place of one that failed."""
    return (
        f"The trial of {kind} in {_spelt(precision)} failed ({reason}): {instead} computes in "
        f"{_spelt(computes)}, which takes longer."
    )


def _spelt(precision: torch.dtype) -> str:
    return str(precision).removeprefix("torch.")


def _name(kind: str) -> str:
    if kind == "cuda":
        return str(torch.cuda.get_device_name())
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
