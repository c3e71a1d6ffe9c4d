"""Files: whether an output would be, or be taken for, a part of an input.

Only of the standard library, and for Python 3.9 too: the plugin uses it inside QGIS, where it is
``ginet_qgis.core.wire.files``; hence the relative import.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from .paths import on_disk, parse_name

BESIDE = (
    *(".aux.xml", ".ovr", ".ovr.aux.xml", ".msk", ".msk.ovr", ".vat.dbf", ".vat.cpg", ".xml"),
    *("-wal", "-shm", "-journal"),
)
"""What GDAL and GIS programs keep beside a dataset, behind its name."""
UNFINISHED = (".part", ".part.aux.xml", ".lock.part", ".blocks.part")
"""What the engine keeps beside an output on the way to it."""
INSTEAD = (".qml", ".qmd", ".sld", ".aux", ".wld")
"""What QGIS and GDAL keep beside a dataset, in place of its ending."""
FAMILIES = (
    (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx"),
    (".tab", ".dat", ".map", ".id", ".ind"),
    (".mif", ".mid"),
)
"""Endings of files that are one dataset together."""

Key = tuple[Any, Any]
"""What two names of one file have in common: folder and name, or device and number."""


def named_files(name: str) -> list[str]:
    """The file that GDAL's name of a dataset names; none where it leads to no disk or a folder."""
    file = parse_name(name).file
    return [on_disk(file)] if file and not os.path.isdir(file) else []  # noqa: PTH112


def find_clash(
    outputs: Sequence[str], inputs: Mapping[str, Sequence[str]]
) -> tuple[str, str] | None:
    """An output that is, by whatever name, an input or another output, or belongs to one.

    Files are the same where the system says so (links, other spellings); files that are not there
    yet, where folder and name are. Two outputs whose names differ in case alone are the same, for
    on some systems they are.

    Args:
        outputs: Paths of files to be written.
        inputs: The files of each input, by the input's name for messages; of a dataset that is a
            folder (FileGDB, Zarr) the folder.

    Returns:
        The output and the name of what it clashes with; None where all are apart.
    """
    _place.cache_clear()
    _ignores_case.cache_clear()
    read: dict[Key, str] = {}
    beside_read: dict[Key, str] = {}
    folders: dict[Path, str] = {}
    for name, files in inputs.items():
        for file in files:
            read.update(dict.fromkeys(_own(file), name))
            beside_read.update(dict.fromkeys(_belonging(file), name))
            if os.path.isdir(file):  # noqa: PTH112
                folders[Path(os.path.realpath(file))] = name
    written: dict[Key, str] = {}
    beside_written: dict[Key, str] = {}
    for output in outputs:
        own, belonging = set(_own(output)), set(_belonging(output))
        for known, keys in ((read, own | belonging), (beside_read, own)):
            for key in keys & known.keys():
                return output, known[key]
        for parent in Path(os.path.realpath(output)).parents if folders else ():
            if parent in folders:
                return output, folders[parent]
        own, belonging = set(map(_folded, own)), set(map(_folded, belonging))
        for known, keys in ((written, own | belonging), (beside_written, own)):
            for key in keys & known.keys():
                return output, known[key]
        written.update(dict.fromkeys(own, output))
        beside_written.update(dict.fromkeys(belonging, output))
    return None


def _spellings(file: str) -> list[str]:
    """A path as it is written, and where its links lead."""
    return list(dict.fromkeys((os.path.abspath(file), os.path.realpath(file))))  # noqa: PTH100


def _own(file: str) -> Iterator[Key]:
    for path in _spellings(file):
        yield _key(path)
    try:
        found = os.stat(file)  # noqa: PTH116
    except (OSError, ValueError):
        return
    if found.st_ino:  # some network drives have none
        yield found.st_dev, found.st_ino


def _belonging(file: str) -> Iterator[Key]:
    for path in _spellings(file):
        stem, ending = os.path.splitext(path)  # noqa: PTH122
        for suffix in (*BESIDE, *UNFINISHED):
            yield _key(path + suffix)
        short = ending[1:].lower()
        world = (f".{short}w", f".{short[0]}{short[-1]}w") if short else ()
        family = next((each for each in FAMILIES if ending.lower() in each), ())
        for other in (*INSTEAD, *world, *family):
            yield _key(stem + other)


def _key(path: str) -> Key:
    folder, name = os.path.split(path)
    place = _place(folder)
    return place, name.casefold() if _ignores_case(place) else name


def _folded(key: Key) -> Key:
    return key[0], key[1].casefold() if isinstance(key[1], str) else key[1]


@lru_cache(maxsize=64)
def _place(folder: str) -> str:
    return os.path.normcase(os.path.realpath(folder))


@lru_cache(maxsize=64)
def _ignores_case(folder: str) -> bool:
    """Whether a folder ignores the case of file names."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                other = os.path.join(folder, entry.name.swapcase())  # noqa: PTH118
                if entry.name.swapcase() != entry.name:
                    return os.path.exists(other) and os.path.samefile(entry.path, other)  # noqa: PTH110, PTH121
    except OSError:
        pass
    return False
