"""Job identity: everything that the blocks of a classification depend on."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from core import __version__
from core.inference.blocks import Plan
from core.model.device import Device
from core.model.digest import sha256_of
from core.model.modelfile import Model
from core.raster.reading import Raster
from core.raster.scaling import Scaling
from core.wire.job import ClassifyJob
from core.wire.paths import on_disk, parse_name


def identity(
    job: ClassifyJob, raster: Raster, scaling: Scaling, plan: Plan, model: Model, device: Device
) -> dict[str, object]:
    """What ``Journal`` compares, as JSON values.

    Not part of it is what makes no difference but for ties: threads and batch size.
    """
    # A copy of something else is made anew for each run, but not with another content.
    source = [sha256_of(job.input)] if job.input_name else [_stamp(path) for path in raster.files]
    return {
        "software": __version__,
        "input": [job.input_name or os.path.realpath(job.input), *source],
        "bands": raster.bands,
        "dtype": raster.dtype,
        "grid": [*raster.grid.transform, str(raster.grid.crs)],
        "scaling": scaling.ranges,
        "plan": repr(plan),
        "model": model.sha256,
        "device": [device.name, device.precision_name],
        "planes": [job.needs_confidence, bool(job.probabilities)],
    }


def _stamp(path: str) -> list[object]:
    """A file's path, size and time of change; of one within an archive, the archive's."""
    with suppress(OSError, ValueError):
        found = Path(on_disk(parse_name(path).file or path)).stat()
        return [path, found.st_size, found.st_mtime_ns]
    return [path]
