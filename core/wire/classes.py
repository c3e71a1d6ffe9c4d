"""ClassTable: ids, names and colours of a classification, the one source for legend and reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from core.wire.errors import ModelFileError, shown

NODATA = 255
"""Value of a classified raster where the input holds no data; never a class id."""
LONGEST_NAME = 200


@dataclass(frozen=True)
class LandCoverClass:
    """One class.

    Attributes:
        id: Value in the classified raster, 0..254.
        name: Short English name, as in the card.
        colour: ``#rrggbb``.
    """

    id: int
    name: str
    colour: str

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green, blue, each 0..255."""
        value = int(self.colour[1:], 16)
        return value >> 16, value >> 8 & 255, value & 255


class ClassTable(Sequence[LandCoverClass]):
    """The classes of a model in the order of its output channels.

    Args:
        classes: At least two; ids unique and within 0..254, names unique.

    Raises:
        ModelFileError: An id, name or colour is out of range, malformed or used twice.
    """

    def __init__(self, classes: Sequence[LandCoverClass]) -> None:
        """Check and keep the classes."""
        if not 2 <= len(classes) <= NODATA:
            raise ModelFileError(f"A class table needs 2 to {NODATA} classes, not {len(classes)}.")
        for entry in classes:
            if not 0 <= entry.id < NODATA:
                raise ModelFileError(f"Class id {entry.id} is outside 0..254.")
            if not entry.name.strip():
                raise ModelFileError(f"Class {entry.id} has no name.")
            if len(entry.name) > LONGEST_NAME or not entry.name.isprintable():
                raise ModelFileError(
                    f"Class {entry.id}: its name {shown(entry.name)} is not one line of "
                    f"at most {LONGEST_NAME} characters."
                )
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", entry.colour):
                raise ModelFileError(
                    f"Class {entry.id}: colour {shown(entry.colour)} is not #rrggbb."
                )
        for what, values in (
            ("id", [entry.id for entry in classes]),
            ("name", [entry.name for entry in classes]),
        ):
            if len(set(values)) < len(values):
                raise ModelFileError(f"A class {what} is used twice in {shown(values)}.")
        self._classes = tuple(classes)

    def __len__(self) -> int:
        """Number of classes."""
        return len(self._classes)

    def __iter__(self) -> Iterator[LandCoverClass]:
        """Classes in channel order."""
        return iter(self._classes)

    @overload
    def __getitem__(self, index: int) -> LandCoverClass: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LandCoverClass, ...]: ...
    def __getitem__(self, index: int | slice) -> LandCoverClass | tuple[LandCoverClass, ...]:
        """Class (or classes) by channel, not by id."""
        return self._classes[index]

    def __eq__(self, other: object) -> bool:
        """Equal when all classes are."""
        return isinstance(other, ClassTable) and self._classes == other._classes

    def __hash__(self) -> int:
        """Hash of the classes."""
        return hash(self._classes)

    @property
    def ids(self) -> tuple[int, ...]:
        """Class ids in channel order."""
        return tuple(entry.id for entry in self._classes)

    def channel(self, name: str) -> int:
        """Output channel of the class called ``name``.

        Raises:
            KeyError: No class has that name.
        """
        for index, entry in enumerate(self._classes):
            if entry.name == name:
                return index
        raise KeyError(f"no class {name!r} among {[entry.name for entry in self._classes]}")
