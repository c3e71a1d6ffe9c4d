"""Cut the images of places, over which labels were drawn, out of public repositories.

    python -m scripts.cut_places CHECKOUTS DATA [SET ...]

CHECKOUTS holds git clones as <owner>/<name>, bare ones too; nothing is downloaded. Writes
DATA/<set>/<name> of the sets named, or of all. training-data/cuts.toml lists them: a ``[[source]]``
is a ``set``, a ``repository``, a ``commit`` of it, and ``files``, a pattern of paths that are
images as they are, or ``images``, which say, each by its name:

    path     file in the repository; copied as it is where nothing more is said
    figure   number of a picture among the outputs of a notebook, from 0
    tiles    [column, row, columns, rows] of tiles put together, which {column} and {row} in the
             path count
    parts    rows of pictures put together: tables of these keys, or what {part} in the path stands
             for; "" is black
    window   column, row, width and height of the part that is cut
    size     width and height that it is reduced to, each pixel the mean of what it covers
    colours  of a picture of labels: a pixel becomes the number, from 0, of the nearest of them, or
             of the nearest value of one band
    zoom     the path is GeoJSON: 1 where a polygon is on these tiles of this zoom (Web Mercator)
"""

from __future__ import annotations

import base64
import fnmatch
import json
import math
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import tomllib
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from rasterio.warp import transform_geom
from rasterio.windows import Window

TABLE = Path(__file__).parents[1] / "training-data" / "cuts.toml"
FORMATS = {".png": "PNG", ".tif": "GTiff"}

Bands = NDArray[np.uint8]
Reader = Callable[[str], bytes]
"""The content of a file of a repository, by its path."""


def git(clone: Path, *words: str) -> bytes:
    """What git says of a clone; SystemExit where it fails."""
    try:
        return subprocess.run(["git", "-C", clone, *words], capture_output=True, check=True).stdout
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{clone}: {error.stderr.decode(errors='replace').strip()}") from None


def show(clone: Path, commit: str, path: str) -> bytes:
    """The content of a file of a commit."""
    return git(clone, "show", f"{commit}:{path}")


def matching(clone: Path, commit: str, pattern: str) -> dict[str, dict[str, Any]]:
    """Images that are whole files of a commit, by their name: those whose path matches."""
    listed = git(clone, "ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0")
    return {f"images/{Path(path).name}": {"path": path} for path in fnmatch.filter(listed, pattern)}


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
            out_dtype="uint8",
        )


def figure(notebook: bytes, number: int) -> bytes:
    """A PNG picture among the outputs of a notebook."""
    cells = json.loads(notebook)["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    found = [output["image/png"] for output in outputs if "image/png" in output]
    return base64.b64decode("".join(found[number]))


def rows_of(entry: dict[str, Any]) -> list[list[dict[str, Any] | None]]:
    """The pictures that an entry puts together, each an entry of its own or None, in rows."""
    path = entry["path"]
    if "tiles" in entry:
        left, top, columns, rows = entry["tiles"]
        return [
            [{"path": path.format(column=left + x, row=top + y)} for x in range(columns)]
            for y in range(rows)
        ]
    return [
        [{"path": path, **part} if isinstance(part, dict) else named(path, part) for part in line]
        for line in entry["parts"]
    ]


def named(path: str, part: str) -> dict[str, Any] | None:
    return {"path": path.format(part=part)} if part else None


def together(rows: Sequence[Sequence[Bands | None]]) -> Bands:
    """Pictures of one size (bands, height, width), or black, in rows."""
    black = np.zeros_like(next(tile for line in rows for tile in line if tile is not None))
    return np.block([[black if tile is None else tile for tile in line] for line in rows])


def nearest(bands: Bands, colours: Sequence[Sequence[int]]) -> Bands:
    """The number of each pixel's nearest colour (1, height, width)."""
    apart = [
        np.square(bands - np.array(colour, np.float32)[:, None, None]).sum(0) for colour in colours
    ]
    return np.argmin(apart, 0)[None].astype(np.uint8)


def burned(polygons: bytes, tiles: Sequence[int], zoom: int, size: Sequence[int]) -> Bands:
    """1 in the GeoJSON polygons, in degrees, on tiles of Web Mercator (1, height, width)."""
    left, top, columns, rows = tiles
    shapes = [feature["geometry"] for feature in json.loads(polygons)["features"]]
    half = math.pi * 6378137  # metres, of a sphere's circumference in Web Mercator
    side = 2 * half / 2**zoom
    west, north = left * side - half, half - top * side
    return rasterize(
        transform_geom("EPSG:4326", "EPSG:3857", shapes),
        out_shape=(size[1], size[0]),
        transform=rasterio.Affine(
            columns * side / size[0], 0, west, 0, -rows * side / size[1], north
        ),
        dtype="uint8",
    )[None]


def encoded(bands: Bands, suffix: str) -> bytes:
    """The bands (bands, height, width) as a file of a format, .png or .tif."""
    count, height, width = bands.shape
    profile = {"driver": FORMATS[suffix], "count": count, "dtype": "uint8"}
    with MemoryFile() as memory:
        with memory.open(width=width, height=height, **profile) as target:
            target.write(bands)
        return bytes(memory.getbuffer())


def cut(read: Reader, entry: dict[str, Any]) -> Bands:
    """One image of the table (bands, height, width)."""
    if "zoom" in entry:
        return burned(read(entry["path"]), entry["tiles"], entry["zoom"], entry["size"])
    if {"tiles", "parts"} & entry.keys():
        rows = [[part and cut(read, part) for part in line] for line in rows_of(entry)]
        content = encoded(together(rows), ".tif")
    else:
        content = read(entry["path"])
    if "figure" in entry:
        content = figure(content, entry["figure"])
    bands = picture(content, entry.get("window", ()), entry.get("size", ()))
    return nearest(bands, entry["colours"]) if "colours" in entry else bands


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
        read = partial(show, clone, source["commit"])
        images = source.get("images") or matching(clone, source["commit"], source["files"])
        for name, entry in images.items():
            output = data / source["set"] / name
            output.parent.mkdir(parents=True, exist_ok=True)
            whole = entry.keys() == {"path"}
            content = read(entry["path"]) if whole else encoded(cut(read, entry), output.suffix)
            output.write_bytes(content)
        print(f"{source['set']}: {len(images)} of {source['repository']}", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
