"""What the fields of every job must be, whatever it asks for."""

from __future__ import annotations

import os.path
from typing import Any

from core.errors import JobError, shown

MOST_BANDS = 64
DEVICES = ("auto", "cpu", "cuda", "mps")


def check_path(job: Any, names: tuple[str, ...]) -> None:
    """Demand paths.

    Raises:
        JobError: A field is none.
    """
    for name in names:
        value = getattr(job, name)
        if not isinstance(value, str) or not value or "\0" in value:
            raise JobError(f"{name} must be a path, not {shown(value)}.")


def check_paths(job: Any, needed: tuple[str, ...], optional: tuple[str, ...]) -> None:
    """Demand paths, and outputs that are neither inputs nor each other.

    Args:
        job: Has the fields and ``outputs``: paths to be written, by role.
        needed: Names of fields that are paths.
        optional: Names of fields that are paths or None.

    Raises:
        JobError: A field is no path, or an output is another file of the job.
    """
    check_path(job, needed)
    check_text(job, optional)
    outputs = [_same(path) for path in job.outputs.values()]
    inputs = {getattr(job, name) for name in (*needed, *optional) if name not in job.outputs}
    taken = {_same(path) for path in inputs if path}
    if len(set(outputs)) < len(outputs) or taken.intersection(outputs):
        raise JobError(
            "Input and outputs must be different files.", "Choose another name for each output."
        )


def check_text(job: Any, names: tuple[str, ...]) -> None:
    """Demand text or None.

    Raises:
        JobError: A field is neither.
    """
    for name in names:
        value = getattr(job, name)
        if value is not None and (not isinstance(value, str) or not value or "\0" in value):
            raise JobError(f"{name} must be text or left out, not {shown(value)}.")


def check_flags(job: Any, names: tuple[str, ...]) -> None:
    """Demand true or false.

    Raises:
        JobError: A field is neither.
    """
    for name in names:
        if not isinstance(getattr(job, name), bool):
            raise JobError(f"{name} must be true or false.")


def check_bands(bands: Any) -> None:
    """Demand band numbers or None.

    Raises:
        JobError: They are neither.
    """
    if bands is None:
        return
    if len(bands) > MOST_BANDS:
        raise JobError(f"bands are {len(bands)}; no model takes more than {MOST_BANDS}.")
    if not bands or not all(is_int(band) and band >= 1 for band in bands):
        raise JobError(f"bands must be numbers from 1 up, not {shown(list(bands))}.")


def check_device(device: Any) -> None:
    """Demand one of DEVICES.

    Raises:
        JobError: It is none of them.
    """
    if device not in DEVICES:
        raise JobError(f"device {shown(device)} is none of {', '.join(DEVICES)}.")


def is_int(value: object) -> bool:
    """Whether a value is a whole number, as JSON has them."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_finite(value: object) -> bool:
    """Whether a value is a finite number."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and float("-inf") < value < float("inf")
    )


def _same(path: str) -> str:
    return path if path.startswith("/vsi") else os.path.realpath(path)
