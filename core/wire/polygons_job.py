"""The job of making polygons from a class raster; ``job.py`` has that of classifying."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.wire.accuracy_job import names_by_id
from core.wire.errors import JobError, shown
from core.wire.fields import check_flags, check_measures, check_paths, check_text
from core.wire.neck_width import NECK_WIDTH, WIDEST_NECK

MEASURES = ("minimum_area", "fill_holes", "simplify", "tolerance")
"""Fields that are square metres or metres."""
IN_METRES = (*MEASURES, "footprints")
"""Fields that ask for a raster whose pixels have a size."""


@dataclass(frozen=True, kw_only=True)
class PolygonsJob:
    """Make polygons from a class raster: a feature for each connected patch of a class.

    Attributes:
        input: Raster of class ids, its first band.
        output: GeoPackage to write, with one layer of polygons; None where only another output is
            wanted.
        classes: Ids or names of the classes that become features; None is all.
        minimum_area: Minimum mapping unit in square metres: smaller patches go to the neighbour
            with the longest common border. None keeps all.
        fill_holes: Square metres; within a patch, what is no feature and smaller than this, of a
            class that is not among ``classes`` or no data, is filled. None fills nothing.
        simplify: Metres by which outlines may be moved; common borders stay common. None leaves
            the pixels' own sides.
        smooth: Round off the corners of outlines.
        confidence_raster: Raster of per cent whose mean each feature gets.
        raster: GeoTIFF to write: the class raster with small patches gone.
        footprints: GeoPackage to write, with the outlines of buildings made regular.
        buildings: Ids or names of the classes that are buildings; needed for ``footprints``.
        tolerance: Metres that no wall of a footprint may be off its pixels; None is twice the side
            of a pixel.
        neck_width: Metres; the patches of buildings are cut where they are narrower, and each part
            is a footprint. None is ``NECK_WIDTH``, 0 cuts none.
        report: JSON file to write with all figures.
        names: Names of classes by id (in JSON as text), such as the layer's legend has them; they
            come before those in the file.
        input_name: What provenance calls the input, where that is but a copy of something else.
        overwrite: Replace outputs that exist.
    """

    verb: ClassVar[str] = "polygons"

    input: str
    output: str | None = None
    classes: tuple[str, ...] | None = None
    minimum_area: float | None = None
    fill_holes: float | None = None
    simplify: float | None = None
    smooth: bool = False
    confidence_raster: str | None = None
    raster: str | None = None
    footprints: str | None = None
    buildings: tuple[str, ...] | None = None
    tolerance: float | None = None
    neck_width: float | None = None
    report: str | None = None
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    input_name: str | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Refuse what no raster could satisfy.

        Raises:
            JobError: A field is of the wrong type or out of range.
        """
        optional = ("output", "confidence_raster", "raster", "footprints", "report")
        check_paths(self, ("input",), optional)
        check_text(self, ("input_name",))
        check_flags(self, ("smooth", "overwrite"))
        check_measures(self, (*MEASURES, "neck_width"))
        if (self.neck_width or 0) > WIDEST_NECK:
            raise JobError(
                f"neck_width is {self.neck_width:g} m; no more than {WIDEST_NECK:g} m can be cut."
            )
        if not self.outputs:
            raise JobError("Nothing is to be written.", "Name an output.")
        for name in ("classes", "buildings"):
            value = getattr(self, name)
            if value is not None and not (
                isinstance(value, list | tuple)
                and value
                and all(isinstance(each, str) and each.strip() for each in value)
            ):
                raise JobError(f"{name} must be ids or names as text, not {shown(value)}.")
        if self.footprints and not self.buildings:
            raise JobError(
                "Footprints are wanted, but not of which class.", "Name the class of buildings."
            )
        names_by_id(self.names, "names")

    @property
    def narrowest(self) -> float:
        """Metres below which buildings are cut; 0 where none is."""
        if not self.footprints:
            return 0.0
        return NECK_WIDTH if self.neck_width is None else self.neck_width

    @property
    def inputs(self) -> list[str]:
        """Names of what is read."""
        return [each for each in (self.input, self.confidence_raster) if each]

    @property
    def layers(self) -> list[str]:
        """Paths of the GeoPackages to be written."""
        return [path for path in (self.output, self.footprints) if path]

    @property
    def outputs(self) -> dict[str, str]:
        """Paths to be written, by role."""
        roles = {
            "output": self.output,
            "footprints": self.footprints,
            "raster": self.raster,
            "report": self.report,
        }
        return {role: path for role, path in roles.items() if path}
