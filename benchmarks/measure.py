"""Measure a program from outside: its JSON lines, their times, and its peak memory."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

BLOCK_PATCHES = 4
"""Patches of a large block of the bundled models."""


class Missing(Exception):
    """A contestant lacks what it needs."""


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run one contestant in a process of its own.

    Args:
        command: Prints JSON lines: one with ``first`` or the engine's ``progress`` when the first
            block is classified, at last one with ``seconds`` and ``pixels`` or the engine's
            ``result``.
        environment: Added to this process's.

    Returns:
        ``seconds``, ``pixels_a_second``, ``first_block_s`` (from the start of the process),
        ``wall_s``, ``cpu_s`` (processor time, which other programs hardly change), ``peak_mib``.

    Raises:
        Missing: It says that something is missing.
        RuntimeError: It failed.
    """
    begin = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if not sys.stderr.isatty() else None,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
    )
    first, last = None, {}
    for line in process.stdout:
        last = json.loads(line)
        if first is None and _is_first(last):
            first = time.monotonic() - begin
    errors = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if "missing" in last:
        raise Missing(last["missing"])
    if status:
        raise RuntimeError(f"{' '.join(command)} failed: {last} {errors[-2000:]}")
    pixels = last["pixels"] + last.get("nodata_pixels", 0)
    return {
        "seconds": round(last["seconds"], 3),
        "pixels_a_second": round(last.get("rate") or pixels / last["seconds"]),
        "first_block_s": None if first is None else round(first, 3),
        "wall_s": round(time.monotonic() - begin, 3),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
    }


def _is_first(line: dict[str, Any]) -> bool:
    if line.get("event") == "progress":
        return line["done"] >= min(BLOCK_PATCHES, line["total"])
    return bool(line.get("first"))


def engine(source: Path, output: Path, model: str, *more: str) -> list[str]:
    """The command of an end-to-end classification."""
    command = [sys.executable, "-m", "core", "classify", str(source), str(output), "--no-resample"]
    return [*command, "--model", model, "--overwrite", "--json", *more]


def summary(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Median, least and most of each figure, with all runs."""
    figures = {}
    for name in runs[0]:
        values = [each[name] for each in runs if each[name] is not None]
        if values:
            median = round(statistics.median(values), 3)
            figures[name] = {"median": median, "min": min(values), "max": max(values)}
    return {**figures, "runs": list(runs)}


def machine(kind: str = "auto") -> dict[str, Any]:
    """What the figures depend on. Asked in a process of its own.

    A child's peak memory counts what its parent held when it was started, so the measuring process
    must not load torch.

    Args:
        kind: Of the device, see ``choose_device``.

    Raises:
        RuntimeError: That device is not there.
    """
    ask = "from core.model.device import *; import torch, json, sys; d = choose_device(sys.argv[1])"
    ask += (
        "; print(json.dumps([d.name, d.kind, d.precision_name, usable_cores(), torch.__version__]))"
    )
    found = subprocess.run([sys.executable, "-c", ask, kind], capture_output=True, text=True)
    if found.returncode:
        raise RuntimeError(found.stderr.strip().splitlines()[-1])
    device, kind, precision, cores, torch = json.loads(found.stdout)
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "device": device,
        "kind": kind,
        "precision": precision,
        "cores": cores,
        "load_before": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "torch": torch,
        "omp_wait_policy": os.environ.get("OMP_WAIT_POLICY", "the engine's own"),
    }
