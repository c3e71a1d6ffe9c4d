"""Shared by all contestants: command line, clock and output."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

First = Callable[[], None]
"""Called when the first block or patch is classified."""


def contestant(
    prepare: Callable[[argparse.Namespace], Any],
    classify: Callable[[Any, Path, First], np.ndarray | float],
) -> None:
    """Run one contestant; the time of ``prepare`` is not counted.

    Args:
        prepare: Loads the model; an ImportError or FileNotFoundError says what is missing.
        classify: From the path of a raster to class ids (h, w), which are written as a GeoTIFF; or
            to the seconds it took, where it keeps the clock itself.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("scene", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--device", default="auto", help="of those that run the engine's network")
    options = parser.parse_args()
    try:
        state = prepare(options)
    except (ImportError, FileNotFoundError) as error:
        tell(missing=str(error))
        sys.exit(0)
    reported = []

    def first() -> None:
        if not reported:
            reported.append(True)
            tell(first=True)

    import rasterio

    begin = time.perf_counter()
    found = classify(state, options.scene, first)
    with rasterio.open(options.scene) as source:
        profile = source.profile
    if isinstance(found, np.ndarray):
        with tempfile.TemporaryDirectory() as folder:
            profile |= {"count": 1, "dtype": "uint8", "compress": "deflate", "nodata": 255}
            with rasterio.open(Path(folder, "classes.tif"), "w", **profile) as target:
                target.write(found.astype(np.uint8), 1)
            found = time.perf_counter() - begin
    tell(seconds=found, pixels=profile["width"] * profile["height"])


def tell(**fields: Any) -> None:
    """Write one JSON line."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def windows(width: int, height: int, side: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Top and left of the windows of a plain sliding window; the last ones move inward."""
    step = side - overlap
    for top in range(0, max(height - overlap, 1), step):
        for left in range(0, max(width - overlap, 1), step):
            yield max(min(top, height - side), 0), max(min(left, width - side), 0)
