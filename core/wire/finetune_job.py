"""The job of adapting a model; ``job.py`` has that of classifying."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.wire.classes import ClassTable
from core.wire.errors import JobError, shown
from core.wire.fields import (
    check_bands,
    check_device,
    check_flags,
    check_measures,
    check_path,
    check_paths,
    check_text,
    is_finite,
    is_int,
)

FINEST = 0.1


@dataclass(frozen=True, kw_only=True)
class FinetuneJob:
    """Adapt a model.

    Attributes:
        image: The raster, as for classification.
        labels: Raster of class ids on the image's grid, or GeoJSON of polygons.
        classes: Of the adapted model.
        output: Model file to write.
        base: A model file, or the name of a bundled model. Classes that it knows by name keep its
            weights.
        field: Property of the polygons that holds class ids or names; None for a raster.
        image_name: What the card calls the image, where that is but a copy of something else.
        labels_name: What card and messages call the labels, likewise.
        origins: For classes that it knows by other names or as several, its names of them.
        unknown: Value of unlabelled pixels; no class id.
        bands: As for classification.
        finest: Metres a pixel about which images that are finer are learned at, None for as they
            are: what polygons show at a few centimetres is texture that the network never saw.
        other_bands: Whether the image's bands beside ``bands`` are learned from too.
        seconds: Most time that it may take, all in all, about. A run that it does not cut short is
            the same each time on the same machine with the same number of threads.
        seed: Of everything random.
        device: "auto", "cpu", "cuda" or "mps".
        threads: CPU threads; None is all cores.
        overwrite: Replace an output that exists.
    """

    verb: ClassVar[str] = "finetune"

    image: str
    labels: str
    classes: ClassTable
    output: str
    base: str = "landcover"
    field: str | None = None
    image_name: str | None = None
    labels_name: str | None = None
    origins: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    unknown: int = 255
    bands: tuple[int, ...] | None = None
    finest: float | None = FINEST
    other_bands: bool = True
    seconds: float = 240.0
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Refuse what no raster could satisfy.

        Raises:
            JobError: A field is of the wrong type or out of range.
        """
        check_path(self, ("base",))
        check_paths(self, ("image", "labels", "output"), ())
        check_text(self, ("field", "image_name", "labels_name"))
        check_flags(self, ("overwrite", "other_bands"))
        check_measures(self, ("finest",))
        check_bands(self.bands)
        check_device(self.device)
        if not isinstance(self.origins, Mapping) or not all(map(_are_names, self.origins.values())):
            raise JobError("origins must be lists of names by class.")
        if not is_int(self.unknown):
            raise JobError(f"unknown must be a whole number, not {shown(self.unknown)}.")
        if self.unknown in self.classes.ids:
            raise JobError(
                f"{self.unknown} is the value of unlabelled pixels and the id of a class.",
                "Give unlabelled pixels another value.",
            )
        if not (is_finite(self.seconds) and self.seconds > 0):
            raise JobError(f"seconds must be a positive number, not {shown(self.seconds)}.")
        if not (is_int(self.seed) and 0 <= self.seed <= 2**31):
            raise JobError(f"seed must be a number from 0 to {2**31}, not {shown(self.seed)}.")
        if self.threads is not None and not (is_int(self.threads) and 1 <= self.threads <= 1024):
            raise JobError(f"threads must be a number from 1 to 1024, not {shown(self.threads)}.")

    @property
    def inputs(self) -> list[str]:
        """Names of what is read."""
        return [self.image, self.labels, self.base]

    @property
    def outputs(self) -> dict[str, str]:
        """Paths to be written, by role."""
        return {"output": self.output}


def _are_names(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)
