"""The job of adapting a model, as ``core.job`` has that of classifying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.classes import ClassTable
from core.errors import JobError


@dataclass(frozen=True, kw_only=True)
class FinetuneJob:
    """Adapt a model.

    Attributes:
        image: The raster, as for classification; it is not resampled.
        labels: Raster of class ids on the image's grid.
        classes: Of the adapted model.
        output: Model file to write.
        base: A model file, or the name of a bundled model. Classes that it knows by name keep its
            weights.
        origins: For classes that it knows by other names or as several, its names of them.
        unknown: Value of unlabelled pixels; no class id.
        bands: As for classification.
        seconds: Most time that it may take, all in all, about. A run that it does not cut short is
            the same each time on the same machine with the same number of threads.
        seed: Of everything random.
        device: "auto", "cpu", "cuda" or "mps".
        threads: CPU threads; None is all cores.
        overwrite: Replace an output that exists.
    """

    image: str
    labels: str
    classes: ClassTable
    output: str
    base: str = "landcover"
    origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unknown: int = 255
    bands: tuple[int, ...] | None = None
    seconds: float = 240.0
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Refuse what no raster could satisfy.

        Raises:
            JobError: A field is out of range.
        """
        if self.unknown in self.classes.ids:
            raise JobError(
                f"{self.unknown} is the value of unlabelled pixels and the id of a class.",
                "Give unlabelled pixels another value.",
            )
        if not 0 < self.seconds < float("inf"):
            raise JobError(f"seconds must be a positive number, not {self.seconds!r}.")
        if self.seed < 0:
            raise JobError(f"seed must not be negative, as {self.seed} is.")
