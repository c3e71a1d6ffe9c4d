"""Jobs: what the command line, Processing and the dock all build and the engine runs.

A job is complete: stored beside a result, it repeats that result.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from core.wire.accuracy_job import AssessJob, SampleJob
from core.wire.class_list import parse_classes
from core.wire.errors import LONGEST_SHOWN, JobError, shown
from core.wire.fields import (
    check_bands,
    check_device,
    check_extent,
    check_flags,
    check_measures,
    check_paths,
    check_text,
    is_int,
)
from core.wire.finetune_job import FinetuneJob
from core.wire.paths import display_name
from core.wire.plainjson import parse
from core.wire.polygons_job import PolygonsJob
from core.wire.session_job import SessionJob

JOB_VERSION = 1
NOT_IN_FILES = {"scheduler"}
INPUTS = {"input", "image", "labels", "classified", "reference", "strata", "confidence_raster"}
LARGEST_FILE = 2**20
"""Bytes of a job file; the largest that the plugin writes have a few thousand."""
DRAFT = ".all"
PRECISIONS = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True, kw_only=True)
class ClassifyJob:
    """Classify (an extent of) one raster.

    Attributes:
        input: Anything rasterio opens: a file, a VRT, a ``/vsi`` path.
        output: GeoTIFF of class ids to write.
        model: A model file, or the name of a bundled model ("landcover").
        extent: (xmin, ymin, xmax, ymax) in the raster's CRS; for a raster without georeference
            x runs over columns and y is minus the row. None is the whole raster.
        bands: 1-based band for each model input; one may feed several inputs. None picks them by
            colour interpretation, else the first ones.
        device: "auto", "cpu", "cuda" or "mps".
        precision: "auto" is the fastest that the device computes natively.
        confidence: GeoTIFF to write with the probability of the chosen class in per cent.
        low_confidence: Per cent; the result tells how many of the pixels are below it, with or
            without a confidence raster. None does not count them.
        probabilities: GeoTIFF to write with one band of per cent for each class.
        minimum_area: Minimum mapping unit of ``output`` in square metres: smaller patches go to the
            neighbour with the longest common border. None keeps each pixel's own class.
        polygons: GeoPackage to write with the patches of ``output``.
        report: JSON file to write with areas, settings and provenance.
        resample: Work at the model's ground resolution instead of the raster's own.
        overwrite: Replace outputs that exist.
        input_name: What provenance calls the input, where that is but a copy of something else.
        batch_size: Patches computed at once; None lets the device decide.
        threads: CPU threads; None is all cores.
        scheduler: Address of a Dask scheduler whose workers compute the blocks (see
            ``cluster.py``); None computes here. No file can set it: what Dask exchanges it pickles.
    """

    verb: ClassVar[str] = "classify"

    input: str
    output: str
    model: str = "landcover"
    extent: tuple[float, float, float, float] | None = None
    bands: tuple[int, ...] | None = None
    device: str = "auto"
    precision: str = "auto"
    confidence: str | None = None
    low_confidence: int | None = None
    probabilities: str | None = None
    minimum_area: float | None = None
    polygons: str | None = None
    report: str | None = None
    resample: bool = False
    overwrite: bool = False
    input_name: str | None = None
    batch_size: int | None = None
    threads: int | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no raster could satisfy.

        Raises:
            JobError: A field is of the wrong type or out of range.
        """
        optional = ("confidence", "probabilities", "polygons", "report")
        check_paths(self, ("input", "output", "model"), optional)
        check_text(self, ("input_name", "scheduler"))
        _check_extent_and_bands(self)
        _check_choices(self)

    @property
    def needs_confidence(self) -> bool:
        """Whether the pixels' confidence must be worked out, for a raster or to count it."""
        return bool(self.confidence or self.low_confidence)

    @property
    def draft(self) -> str | None:
        """Of the class raster before small patches go, if they do; it is never a finished file."""
        return self.output + DRAFT if self.minimum_area else None

    @property
    def inputs(self) -> list[str]:
        """Names of what is read."""
        return [self.input, self.model]

    @property
    def outputs(self) -> dict[str, str]:
        """Paths to be written, by role."""
        roles = {
            "output": self.output,
            "confidence": self.confidence,
            "probabilities": self.probabilities,
            "polygons": self.polygons,
            "report": self.report,
        }
        return {role: path for role, path in roles.items() if path}


Job = ClassifyJob | PolygonsJob | AssessJob | SampleJob | FinetuneJob | SessionJob
JOBS: dict[str, type[Job]] = {
    kind.verb: kind
    for kind in (ClassifyJob, PolygonsJob, AssessJob, SampleJob, FinetuneJob, SessionJob)
}


def _check_extent_and_bands(job: ClassifyJob) -> None:
    if job.extent is not None:
        check_extent(job.extent)
    check_bands(job.bands)


def _check_choices(job: ClassifyJob) -> None:
    check_device(job.device)
    if job.precision not in PRECISIONS:
        raise JobError(f"precision {shown(job.precision)} is none of {', '.join(PRECISIONS)}.")
    check_flags(job, ("resample", "overwrite"))
    check_measures(job, ("minimum_area",))
    for name, most in (("batch_size", 1024), ("threads", 1024), ("low_confidence", 100)):
        value = getattr(job, name)
        if value is not None and not (is_int(value) and 1 <= value <= most):
            raise JobError(f"{name} must be a number from 1 to {most}, not {shown(value)}.")


def to_dict(job: Job) -> dict[str, Any]:
    """The job as plain JSON values."""
    fields = dataclasses.asdict(job)
    if isinstance(job, FinetuneJob):
        fields["classes"] = [dataclasses.asdict(entry) for entry in job.classes]
    for name in NOT_IN_FILES:
        fields.pop(name, None)
    return {"version": JOB_VERSION, "verb": job.verb, **fields}


def redacted(job: Job) -> dict[str, Any]:
    """The job for a report: addresses, which may hold a key, are cut to the file's name."""
    fields = to_dict(job)
    for name in INPUTS.intersection(fields):
        fields[name] = fields[name] and display_name(fields[name])
    return fields


def from_dict(fields: Any) -> Job:
    """Build a job from parsed JSON.

    Raises:
        JobError: It is no job, of another version, or has unknown, missing or wrong fields.
    """
    if not isinstance(fields, dict):
        raise JobError("A job is a JSON object.")
    fields = dict(fields)
    version, verb = fields.pop("version", None), fields.pop("verb", None)
    if version != JOB_VERSION:
        raise JobError(f"The job's version is {shown(version)}; this engine runs {JOB_VERSION}.")
    kind = JOBS.get(verb) if isinstance(verb, str) else None
    if kind is None:
        raise JobError(f"The job's verb is {shown(verb)}; this engine knows {', '.join(JOBS)}.")
    known = [each for each in dataclasses.fields(kind) if each.name not in NOT_IN_FILES]
    if unknown := sorted(set(fields) - {each.name for each in known}):
        raise JobError(f"The job has unknown fields: {', '.join(unknown)[:LONGEST_SHOWN]}.")
    needed = [each.name for each in known if each.default is each.default_factory]
    if missing := [name for name in needed if name not in fields]:
        raise JobError(f"The job lacks {' and '.join(missing)}.")
    for name in ("extent", "bands"):
        if fields.get(name) is not None:
            if not isinstance(fields[name], list):
                raise JobError(f"{name} must be a list of numbers.")
            fields[name] = tuple(fields[name])
    if kind is FinetuneJob and "classes" in fields:
        fields["classes"] = parse_classes(fields["classes"], "classes")
    for name in ("classes", "buildings"):
        if isinstance(fields.get(name), list):
            fields[name] = tuple(fields[name])
    return kind(**fields)


def load(path: str) -> Job:
    """Read a job file (UTF-8 JSON).

    Raises:
        JobError: The file cannot be read or holds no valid job.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise JobError(f"The job file {path} is larger than a job can be.")
        fields = parse(content.decode())
    except OSError as error:
        raise JobError(f"The job file {path} cannot be read: {error.strerror}.") from error
    except JobError:
        raise
    except ValueError as error:
        raise JobError(f"The job file {path} is not valid JSON: {error}.") from error
    return from_dict(fields)
