"""Class index: the classes found in a map and its reference, numbered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import JobError, LabelError, ModelFileError
from core.wire.numerals import number_of

LIMIT = 256
"""Most classes: what holds more is no classification."""
COLOURS = ("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#9c755f")
"""For classes that bring none of their own (Tableau 10)."""


@dataclass(frozen=True)
class Entry:
    """One class.

    Attributes:
        id: Value in the rasters; None of a name that the map does not know.
        name: Its name, else the id.
        colour: ``#rrggbb``.
        known: The map's metadata name it, or the map holds it.
    """

    id: int | None
    name: str
    colour: str
    known: bool


class ClassIndex:
    """Numbers classes in the order in which they are found.

    Args:
        names: Of the map's classes, by id.
        colours: Of the map's classes, by id.
        what: What holds them, for messages.
    """

    def __init__(self, names: Mapping[int, str], colours: Mapping[int, str], what: str) -> None:
        """Start with the classes that have a name."""
        self._colours, self._what = colours, what
        self._indices: dict[int | str, int] = {}
        self._by_name = {name.casefold(): value for value, name in names.items()}
        self._names = dict(names)
        self.entries: list[Entry] = []
        for value in sorted(names)[: LIMIT // 2]:  # a table may name more than the map holds
            self._index(value, known=True)

    @property
    def has_names(self) -> bool:
        """Whether the map names its classes."""
        return bool(self._names)

    def shares(self, names: Mapping[int, str]) -> bool:
        """Whether one of these names is that of a class of the map."""
        return any(name.casefold() in self._by_name for name in names.values())

    def table(self) -> ClassTable:
        """The classes found so far, as a class raster has them.

        Raises:
            JobError: It cannot have them.
        """
        try:
            return ClassTable(
                [LandCoverClass(each.id or 0, each.name, each.colour) for each in self.entries]
            )
        except ModelFileError as error:
            raise JobError(
                f"{self._what} cannot be written as a class raster: {error.message}",
                "Leave out the raster without small patches.",
            ) from error

    def of_ids(
        self,
        ids: NDArray[np.int64],
        valid: NDArray[np.bool_],
        *,
        known: bool,
        names: Mapping[int, str] | None = None,
    ) -> NDArray[np.int64]:
        """Index of each pixel's class.

        Args:
            ids: Class ids, of any shape.
            valid: Where they are, of the same shape.
            known: Whether the map itself holds them.
            names: What the ids mean, where they are not the map's own.

        Returns:
            Indices of the same shape, -1 where there is no id.

        Raises:
            LabelError: There are more than LIMIT classes.
        """
        whole = bool(valid.all())
        present = ids.ravel() if whole else ids[valid]
        if not present.size:
            return np.full(ids.shape, -1, np.int64)
        low, high = int(present.min()), int(present.max())
        if high - low < 2**16:  # a table is much faster than sorting the pixels
            shifted = present - low
            found = np.flatnonzero(np.bincount(shifted)) + low
            table = np.empty(high - low + 1, np.int64)
            table[found - low] = [self._of_id(int(value), known, names) for value in found]
            chosen = table[shifted]
        else:
            found, places = np.unique(present, return_inverse=True)
            some = found[: LIMIT + 1]
            order = np.array([self._of_id(int(value), known, names) for value in some])
            chosen = order[places]
        if whole:
            return chosen.reshape(ids.shape)
        indices = np.full(ids.shape, -1, np.int64)
        indices[valid] = chosen
        return indices

    def of_label(self, label: object) -> int | None:
        """Index of a feature's class: a number, or a name in any case of letters.

        What text is a number, ``core.wire.numerals`` says; a NaN is no label.

        Returns:
            None where there is no label.

        Raises:
            LabelError: It is a fraction; or there are more than LIMIT classes.
        """
        if label is None or label != label or (isinstance(label, str) and not label.strip()):
            return None
        if isinstance(label, str):
            name = label.strip()
            if (value := self._by_name.get(name.casefold())) is not None:
                return self._index(value, known=False)
            label = number_of(name)
            if label is None:
                return self._index(name.casefold(), known=False, name=name)
        if not isinstance(label, int | float) or not float(label).is_integer():
            raise LabelError(
                f"{self._what} has the label {label!r}, which is neither a class id nor a name.",
                "Choose the field that holds the classes.",
            )
        return self._index(int(label), known=False)

    def _of_id(self, value: int, known: bool, names: Mapping[int, str] | None) -> int:
        if names is None or (value not in names and value not in self._names):
            return self._index(value, known=known)
        name = names.get(value, str(value))  # a number that means something else on the map
        key = name.casefold()
        return self._index(self._by_name.get(key, key), known=False, name=name)

    def _index(self, key: int | str, *, known: bool, name: str = "") -> int:
        known = known or key in self._names
        index = self._indices.get(key)
        if index is None:
            index = len(self.entries)
            if index >= LIMIT:
                raise LabelError(
                    f"{self._what} holds more than {LIMIT} different values.",
                    "Choose a raster or a field of classes.",
                )
            self._indices[key] = index
            value = key if isinstance(key, int) else None
            colour = COLOURS[index % len(COLOURS)]
            if value is not None:
                name = self._names.get(value, str(value))
                # A colour table has an entry for every number, black for those that mean nothing.
                colour = self._colours.get(value, colour) if known else colour
            self.entries.append(Entry(value, name, colour, known))
        elif known and not self.entries[index].known:
            entry = self.entries[index]
            colour = entry.colour if entry.id is None else self._colours.get(entry.id, entry.colour)
            self.entries[index] = Entry(entry.id, entry.name, colour, known=True)
        return index
