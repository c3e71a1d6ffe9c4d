"""Checks of the fields that several jobs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.wire.errors import JobError, shown
from core.wire.files import find_clash, named_files
from core.wire.paths import display_name

MOST_BANDS = 64
LARGEST = 1e12
"""Square metres, and metres."""
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

    What else belongs to the inputs, ``apart.check_apart`` asks when the job is run.

    Args:
        job: Has the fields, ``outputs`` (paths to be written, by role) and ``inputs``.
        needed: Names of fields that are paths.
        optional: Names of fields that are paths or None.

    Raises:
        JobError: A field is no path, or an output is another file of the job.
    """
    check_path(job, needed)
    check_text(job, optional)
    check_files(job.outputs.values(), {name: named_files(name) for name in job.inputs})


def check_files(outputs: Iterable[str], inputs: Mapping[str, Sequence[str]]) -> None:
    """Demand outputs that are no files of inputs, nor each other; see ``files.find_clash``.

    Raises:
        JobError: One is.
    """
    if clash := find_clash(list(outputs), inputs):
        output, other = clash
        raise JobError(
            f"Input and outputs must be different files: {output} is {display_name(other)}, or "
            "belongs to it.",
            "Choose another name for each output.",
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


def check_measures(job: Any, names: tuple[str, ...]) -> None:
    """Demand metres or square metres, or None.

    Raises:
        JobError: A field is neither.
    """
    for name in names:
        value = getattr(job, name)
        if value is not None and not (is_finite(value) and 0 <= value <= LARGEST):
            raise JobError(f"{name} must be a number from 0 up, not {shown(value)}.")


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


def check_extent(extent: Any) -> None:
    """Demand xmin, ymin, xmax, ymax.

    Raises:
        JobError: It is none, or empty.
    """
    if (
        not isinstance(extent, list | tuple)
        or len(extent) != 4
        or not all(is_finite(value) for value in extent)
    ):
        raise JobError("extent must be four finite numbers: xmin ymin xmax ymax.")
    xmin, ymin, xmax, ymax = extent
    if xmin >= xmax or ymin >= ymax:
        raise JobError(
            f"extent {shown(list(extent))} is empty.",
            "Give xmin ymin xmax ymax with xmin < xmax and ymin < ymax.",
        )


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


def check_texts(**values: Any) -> None:
    """Demand text.

    Raises:
        JobError: A value is none.
    """
    for name, value in values.items():
        if not isinstance(value, str) or not value or "\0" in value:
            raise JobError(f"{name} must be text, not {shown(value)}.")
