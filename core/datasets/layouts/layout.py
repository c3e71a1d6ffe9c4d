"""A layout: how the images and labels of a dataset lie in folders, as it is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.decoding import Decode, first_band
from core.raster.grid import PixelWindow
from core.wire.errors import DatasetError


@dataclass(frozen=True)
class Found:
    """What lies in a set's folder, by the ids that lists name.

    Attributes:
        images: Image of each id.
        labels: Label of each id.
        windows: Part (column, row, width, height) of the ids of which not all counts.
    """

    images: Mapping[str, Path]
    labels: Mapping[str, Path]
    windows: Mapping[str, PixelWindow] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """A way to lay out a dataset.

    Attributes:
        find: From the set's folder and its settings to what lies there.
        origin: Who publishes the set, and where; empty for a layout that is nobody's.
        expected: What the folder should hold, as the end of "The folder holds ...".
        settings: Its settings and their defaults; None where a set must say it.
        decode: Makes label values of a label raster's bands.
    """

    find: Callable[[Path, Mapping[str, str]], Found]
    expected: str
    origin: str = ""
    settings: Mapping[str, str | None] = field(default_factory=dict)
    decode: Decode = first_band

    def look(
        self, folder: Path, settings: Mapping[str, str], ids: Sequence[str] | None = None
    ) -> list[tuple[str, Path, Path, PixelWindow | None]]:
        """Pair images and labels.

        Args:
            folder: Of the set.
            settings: Those of its settings that the set gives.
            ids: The images wanted; None takes all.

        Returns:
            Id, image, label and window of each, in the order of ``ids`` or in which they are found.

        Raises:
            DatasetError: There is nothing, an image or a label lacks the other, or an id is not
                there.
        """
        defaults = {name: value for name, value in self.settings.items() if value is not None}
        found = self.find(folder, {**defaults, **settings})
        if not found.images and not folder.is_dir():
            raise DatasetError(f"{folder} is no folder.", self.advice)
        if not found.images:
            given = ", ".join(f"{name} = {value!r}" for name, value in settings.items())
            with_these = f" with {given}" if given else ""
            raise DatasetError(f"{folder} holds no images of this layout{with_these}.", self.advice)
        listed = "" if ids is None else " of the list"
        names = ids if ids is not None else [*dict.fromkeys([*found.images, *found.labels])]
        for wanted, there in (("image", found.images), ("label", found.labels)):
            if missing := [name for name in names if name not in there]:
                more = f", nor have {len(missing) - 1} more" if len(missing) > 1 else ""
                raise DatasetError(
                    f"{missing[0]!r}{listed} has no {wanted} in {folder}{more}.", self.advice
                )
        return [
            (name, found.images[name], found.labels[name], found.windows.get(name))
            for name in names
        ]

    @property
    def advice(self) -> str:
        """Where the set comes from, and what its folder should hold."""
        return f"{self.origin} The folder holds {self.expected}.".strip()


def files(folder: Path, ending: str) -> dict[str, Path]:
    """Files of a folder whose names end so, by what stands before; none if there is no folder."""
    if not folder.is_dir():
        return {}
    return {
        path.name[: -len(ending)]: path
        for path in sorted(folder.iterdir())
        if path.name.endswith(ending) and not path.name.startswith(".")
    }
