"""Class choice: the classes of a legend that somebody names, by number or name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.accuracy.class_index import Entry
from core.wire.errors import JobError, NoData


def chosen(entries: Sequence[Entry], classes: Sequence[str] | None) -> NDArray[np.bool_]:
    """Which classes are among those named.

    Args:
        entries: Of the legend.
        classes: Ids or names, in any case of letters; None is all.

    Returns:
        By number of class, which counts ``entries`` from 1; 0, no class, is never chosen.
    """
    if classes is None:
        return np.arange(len(entries) + 1) > 0
    keys = {each.strip().casefold() for each in classes}
    return np.array(
        [False, *(not keys.isdisjoint((str(each.id), each.name.casefold())) for each in entries)]
    )


def check_chosen(entries: Sequence[Entry], classes: Sequence[str], name: str) -> None:
    """See that a raster has the classes that were named.

    Raises:
        JobError: It lacks one; says which it has.
    """
    for each in classes:
        if not chosen(entries, [each]).any():
            known = ", ".join(f"{entry.id} ({entry.name})" for entry in entries[:20])
            raise JobError(f"{name} has no class {each}.", f"Its classes are {known}.")


def check_found(pixels: Sequence[int], patches: int, name: str) -> None:
    """See that a raster held anything, and patches of the classes that were named.

    Args:
        pixels: Of each class.
        patches: Of the classes that were named.
        name: The raster's.

    Raises:
        NoData: It did not.
    """
    if not any(pixels):
        raise NoData(f"{name} holds no data.")
    if not patches:
        raise NoData(
            f"{name} holds no patch of the classes asked for.", "Ask for classes that it holds."
        )
