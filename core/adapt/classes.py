"""Which of the base model's classes the new ones are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.wire.classes import ClassTable
from core.wire.errors import JobError

Origins = Mapping[str, Sequence[str]]
"""For new classes the base model's classes that they are made of, by names."""


def trace_classes(base: ClassTable, classes: ClassTable, origins: Origins) -> list[list[int]]:
    """For each class the base model's channels that it is made of: none for a new one.

    Several classes may be made of one: wheat and meadow of low vegetation.

    Raises:
        JobError: A name in ``origins`` does not exist.
    """
    names = {entry.name: channel for channel, entry in enumerate(base)}
    known = {entry.name for entry in classes}
    for name, parts in origins.items():
        if name not in known:
            raise JobError(f"There is no class {name!r}; its origins are of no use.")
        if odd := [part for part in parts if part not in names]:
            raise JobError(
                f"The class {name!r} cannot be made of {odd[0]!r}: the base model knows "
                f"{', '.join(names)}."
            )
    return [
        [names[part] for part in origins.get(entry.name, (entry.name,)) if part in names]
        for entry in classes
    ]


def knows_all(traced: Sequence[Sequence[int]]) -> bool:
    """Whether the base model can tell all classes: each is made of some that no other has."""
    used = [channel for parts in traced for channel in parts]
    return all(traced) and len(set(used)) == len(used)
