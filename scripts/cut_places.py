"""Cut the images of places, over which labels were drawn, out of public repositories.

    python -m scripts.cut_places CHECKOUTS DATA [SET ...]

CHECKOUTS holds git clones as <owner>/<name>, bare ones too; nothing is downloaded. Writes
DATA/<set>/<name> of the sets named, or of all. training-data/cuts.toml lists them: a ``[[source]]``
is a ``set``, a ``repository`` and a ``commit`` of it; its ``images`` say, each by its name:

    path     file in the repository; copied as it is where nothing more is said
    tiles    tiles put together. [column, row, columns, rows]: those that {column} and {row} in the
             path count. Or rows of what {tile} stands for: "" is a tile that is not there, black
    figure   number of a picture among the outputs of a notebook, from 0
    window   column, row, width and height of the part that is cut
    size     width and height that it is reduced to, each pixel the mean of what it covers
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import tomllib
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.windows import Window

TABLE = Path(__file__).parents[1] / "training-data" / "cuts.toml"
FORMATS = {".png": "PNG", ".tif": "GTiff"}

Bands = NDArray[np.uint8]
Reader = Callable[[str], bytes]
"""The content of a file of a repository, by its path."""


def reader(clone: Path, commit: str) -> Reader:
    """Reads files of a commit; SystemExit where the clone lacks it or one of them."""

    def read(path: str) -> bytes:
        command = ["git", "-C", str(clone), "show", f"{commit}:{path}"]
        try:
            return subprocess.run(command, capture_output=True, check=True).stdout
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{clone}: {error.stderr.decode(errors='replace').strip()}") from None

    return read


def picture(content: bytes, window: Sequence[int] = (), size: Sequence[int] = ()) -> Bands:
    """Red, green, blue, or the one band, of a picture (bands, height, width) or of its part."""
    with MemoryFile(content) as memory, memory.open() as source:
        left, top, width, height = window or (0, 0, source.width, source.height)
        if left + width > source.width or top + height > source.height:
            raise SystemExit(f"{source.width} x {source.height} pixels have no window {window}")
        bands = list(range(1, min(source.count, 3) + 1))
        columns, rows = size or (width, height)
        return source.read(
            bands,
            window=Window(left, top, width, height),
            out_shape=(len(bands), rows, columns),
            resampling=Resampling.average,
        )


def figure(notebook: bytes, number: int) -> bytes:
    """A PNG picture among the outputs of a notebook."""
    cells = json.loads(notebook)["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    found = [output["image/png"] for output in outputs if "image/png" in output]
    return base64.b64decode("".join(found[number]))


def together(read: Reader, path: str, tiles: Sequence[Any]) -> Bands:
    """Tiles of one size (bands, height, width) in rows."""
    if isinstance(tiles[0], int):
        column, row, columns, rows = tiles
        paths = [
            [path.format(column=column + x, row=row + y) for x in range(columns)]
            for y in range(rows)
        ]
    else:
        paths = [[path.format(tile=tile) if tile else "" for tile in line] for line in tiles]
    pictures = [[picture(read(name)) if name else None for name in line] for line in paths]
    black = np.zeros_like(next(tile for line in pictures for tile in line if tile is not None))
    return np.block([[black if tile is None else tile for tile in line] for line in pictures])


def encoded(bands: Bands, driver: str) -> bytes:
    """The bands (bands, height, width) as a file of a format."""
    count, height, width = bands.shape
    profile = {"driver": driver, "count": count, "dtype": "uint8"}
    with MemoryFile() as memory:
        with memory.open(width=width, height=height, **profile) as target:
            target.write(bands)
        return bytes(memory.getbuffer())


def cut(read: Reader, entry: dict[str, Any], driver: str) -> bytes:
    """The file of one image of the table."""
    if "tiles" in entry:
        content = encoded(together(read, entry["path"], entry["tiles"]), "GTiff")
    else:
        content = read(entry["path"])
    if "figure" in entry:
        content = figure(content, entry["figure"])
    if not {"tiles", "window", "size"} & entry.keys():
        return content
    return encoded(picture(content, entry.get("window", ()), entry.get("size", ())), driver)


def main(checkouts: Path, data: Path, names: Sequence[str], table: Path = TABLE) -> None:
    sources = tomllib.loads(table.read_text("utf-8"))["source"]
    if unknown := {*names} - {source["set"] for source in sources}:
        raise SystemExit(f"{table.name} has no set {', '.join(sorted(unknown))}")
    for source in sources:
        if names and source["set"] not in names:
            continue
        clone = checkouts / source["repository"]
        if not clone.exists():
            raise SystemExit(f"{clone}: clone {source['repository']} there")
        read = reader(clone, source["commit"])
        for name, entry in source["images"].items():
            output = data / source["set"] / name
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_bytes(cut(read, entry, FORMATS.get(output.suffix, "")))
        print(f"{source['set']}: {len(source['images'])} of {source['repository']}", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
