"""The jobs of assessing a map and of drawing a sample; ``job.py`` has that of classifying."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.wire.errors import JobError, shown
from core.wire.fields import check_flags, check_paths, check_text, is_finite, is_int


@dataclass(frozen=True, kw_only=True)
class AssessJob:
    """Assess a classified raster against reference labels.

    Attributes:
        classified: Raster of class ids, its first band.
        reference: A raster of class ids too, or GeoJSON with points or polygons (see
            ``accuracy/features.py``).
        field: Property of the features that holds class ids or names.
        strata: Raster of the strata that the sample was drawn from; None is the classified one.
        report: JSON file to write with all figures.
        matrix: CSV file to write with the confusion matrix.
        overwrite: Replace outputs that exist.
        reference_name: What messages call the reference, where that is but a copy of something
            else.
        classified_names: Names of classes of the classified raster by id (in JSON as text), such as
            its layer's legend has them; they come before those in the file.
        reference_names: Of a reference raster, likewise.
        strata_names: Of the strata, likewise.
    """

    verb: ClassVar[str] = "assess"

    classified: str
    reference: str
    field: str | None = None
    strata: str | None = None
    report: str | None = None
    matrix: str | None = None
    overwrite: bool = False
    reference_name: str | None = None
    classified_names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    reference_names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    strata_names: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be done whatever the data.

        Raises:
            JobError: A field is of the wrong type.
        """
        check_paths(self, ("classified", "reference"), ("strata", "report", "matrix"))
        check_text(self, ("field", "reference_name"))
        check_flags(self, ("overwrite",))
        for name in ("classified_names", "reference_names", "strata_names"):
            names_by_id(getattr(self, name), name)

    @property
    def inputs(self) -> list[str]:
        """Names of what is read."""
        return [each for each in (self.classified, self.reference, self.strata) if each]

    @property
    def outputs(self) -> dict[str, str]:
        """Paths to be written, by role."""
        roles = {"report": self.report, "matrix": self.matrix}
        return {role: path for role, path in roles.items() if path}


@dataclass(frozen=True, kw_only=True)
class SampleJob:
    """Draw a stratified random sample of points from a classified raster.

    Attributes:
        input: Raster of class ids, its first band.
        output: GeoJSON of points to write.
        size: Points in all; None is as many as ``standard_error`` takes.
        standard_error: Wanted for the overall accuracy.
        accuracy: User's accuracy that is expected of each class.
        accuracies: User's accuracy of single classes, by id or name.
        minimum: Points of each class at least.
        seed: The same seed and raster give the same sample.
        overwrite: Replace an output that exists.
    """

    verb: ClassVar[str] = "sample"

    input: str
    output: str
    size: int | None = None
    standard_error: float = 0.01
    accuracy: float = 0.8
    accuracies: Mapping[str, float] = dataclasses.field(default_factory=dict)
    minimum: int = 50
    seed: int = 0
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Refuse what no raster could satisfy.

        Raises:
            JobError: A field is of the wrong type or out of range.
        """
        check_paths(self, ("input", "output"), ())
        check_flags(self, ("overwrite",))
        for name, low, high in (("size", 1, 10**6), ("minimum", 0, 10**6), ("seed", 0, 2**31)):
            value = getattr(self, name)
            if not ((is_int(value) and low <= value <= high) or (name == "size" and value is None)):
                raise JobError(f"{name} must be a number from {low} to {high}, not {shown(value)}.")
        if not (is_finite(self.standard_error) and 0.0001 <= self.standard_error < 0.5):
            raise JobError(
                f"standard_error must be from 0.0001 to 0.5, not {shown(self.standard_error)}.",
                "0.01 is usual.",
            )
        if not isinstance(self.accuracies, Mapping):
            raise JobError("accuracies must be numbers by class.")
        for value in (self.accuracy, *self.accuracies.values()):
            if not (is_finite(value) and 0 <= value <= 1):
                raise JobError(f"An expected accuracy must be from 0 to 1, not {shown(value)}.")

    @property
    def inputs(self) -> list[str]:
        """Names of what is read."""
        return [self.input]

    @property
    def outputs(self) -> dict[str, str]:
        """Paths to be written, by role."""
        return {"output": self.output}


def names_by_id(names: object, field: str) -> dict[int, str]:
    """Names of classes as a job has them, with numbers for keys.

    Args:
        names: From a job.
        field: Where it has them.

    Raises:
        JobError: They are no texts by whole numbers.
    """
    if not (
        isinstance(names, Mapping)
        and all(isinstance(text, str) and text.strip() for text in names.values())
        and all(re.fullmatch(r"-?[0-9]{1,9}", str(key)) for key in names)
    ):
        raise JobError(f"{field} must be names by class id, not {shown(names)}.")
    return {int(key): text.strip() for key, text in names.items()}
