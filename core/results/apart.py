"""Outputs must not overwrite inputs: checked before the work starts."""

from __future__ import annotations

import os
from collections.abc import Iterable

from core.raster.gdal import GDAL_ERRORS, open_dataset
from core.wire.fields import check_files
from core.wire.files import named_files
from core.wire.paths import is_remote, parse_name


def check_apart(
    outputs: Iterable[str], inputs: Iterable[str | None], many: Iterable[str] = ()
) -> None:
    """See that no output is, by any name, an input or another output, or belongs to one.

    An input's files are all that GDAL says it consists of: sidecars, and the files that a mosaic
    (VRT) refers to.

    Args:
        outputs: Paths of files to be written.
        inputs: GDAL's names of datasets, and other files that are read; None is nothing.
        many: As ``inputs``, but of these only mosaics are opened, for that takes time.

    Raises:
        JobError: One is.
    """
    files = {name: dataset_files(name) for name in inputs if name}
    for name in many:
        files[name] = dataset_files(name) if _is_mosaic(name) else named_files(name)
    check_files(outputs, files)


def dataset_files(name: str) -> list[str]:
    """The files of a dataset on this machine's disks; of one that is no raster, itself."""
    files = dict.fromkeys(named_files(name))
    mosaics = [name]
    for mosaic in mosaics:  # it grows
        if is_remote(mosaic):
            continue
        try:
            with open_dataset(mosaic) as dataset:
                found = list(dataset.files)
        except (*GDAL_ERRORS, ValueError):  # whoever reads it says so
            continue
        mosaics += [each for each in found if _is_mosaic(each) and each not in mosaics]
        folder = parse_name(mosaic).file
        files.update(dict.fromkeys([folder] if os.path.isdir(folder) else []))  # noqa: PTH112
        files.update(dict.fromkeys(file for each in found for file in named_files(each)))
    return list(files)


def _is_mosaic(name: str) -> bool:
    return name.lower().endswith(".vrt")
