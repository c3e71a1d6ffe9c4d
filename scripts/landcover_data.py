"""Put the parts of two published sets together to scenes, as the recipes expect them.

    python -m scripts.landcover_data dubai FOLDER OUTPUT
    python -m scripts.landcover_data monterey FOLDER OUTPUT

dubai: FOLDER holds images/tile<T>_image_part_<P>.(jpg|png) and labels/ of the same names; the nine
parts of a tile are a 3 x 3 cut of one scene, row by row. Writes scene_<T>_image.tif,
scene_<T>_true_colour.tif and scene_<T>_label.tif (0 building, 1 land, 2 road, 3 vegetation,
4 water, 255 unlabelled). The set's images have red and blue exchanged (pools are orange, tiled
roofs and sand blue); the second has them as they should be.

monterey: FOLDER holds images/ortho_<row>_<column>_a000c.jpg and labels/ of the same names (.png).
Tiles that touch become one scene, mosaic_<N>_image.tif and mosaic_<N>_label.tif, 0 and masked
elsewhere.
"""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp

PALETTE = {0x3C1098: 0, 0x8429F6: 1, 0x6EC1E4: 2, 0xFEDD3A: 3, 0xE2A929: 4}
UNLABELLED = {0x9B9B9B, 0x000000}
TILE = 608


def read(path: Path, *, coloured: bool = True) -> np.ndarray:
    with rasterio.open(path) as source:
        bands = source.read()
        if coloured and source.colorinterp[0] == ColorInterp.palette:
            palette = source.colormap(1)
            table = np.zeros((256, 3), np.uint8)
            for value, colour in palette.items():
                table[value] = colour[:3]
            bands = np.moveaxis(table[bands[0]], -1, 0)
    return bands


def write(path: Path, bands: np.ndarray, there: np.ndarray | None = None) -> None:
    count, height, width = bands.shape
    profile = {"driver": "GTiff", "dtype": "uint8", "tiled": True, "compress": "deflate"}
    with rasterio.open(path, "w", width=width, height=height, count=count, **profile) as target:
        target.write(bands)
        if there is not None:
            with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
                target.write_mask(there)


def dubai(folder: Path, output: Path) -> None:
    tiles = sorted({path.name.split("_")[0] for path in (folder / "images").iterdir()})
    for tile in tiles:
        scene = {}
        for kind in ("images", "labels"):
            parts = sorted((folder / kind).glob(f"{tile}_image_part_*"))
            if len(parts) != 9:
                raise SystemExit(f"{folder / kind}: {tile} has {len(parts)} parts, not 9")
            rows = [parts[row : row + 3] for row in (0, 3, 6)]
            scene[kind] = np.concatenate(
                [np.concatenate([read(part)[:3] for part in row], 2) for row in rows], 1
            )
        red, green, blue = scene["labels"].astype(np.uint32)
        colour = red << 16 | green << 8 | blue
        if odd := set(np.unique(colour).tolist()) - set(PALETTE) - UNLABELLED:
            raise SystemExit(f"{tile}: colours outside the palette: {[hex(c) for c in odd]}")
        label = np.full(colour.shape, 255, np.uint8)
        for value, id_ in PALETTE.items():
            label[colour == value] = id_
        number = tile.removeprefix("tile")
        write(output / f"scene_{number}_image.tif", scene["images"])
        write(output / f"scene_{number}_true_colour.tif", scene["images"][::-1])
        write(output / f"scene_{number}_label.tif", label[None])


def monterey(folder: Path, output: Path) -> None:
    tiles = {}
    for path in sorted((folder / "labels").glob("ortho_*.png")):
        row, column = map(int, re.findall(r"\d+", path.name)[:2])
        tiles[row // TILE, column // TILE] = path
    for number, block in enumerate(touching(set(tiles))):
        top, left = (min(place[axis] for place in block) for axis in (0, 1))
        height, width = (
            (max(place[axis] for place in block) + 1 - start) * TILE
            for axis, start in enumerate((top, left))
        )
        image = np.zeros((3, height, width), np.uint8)
        label, there = np.zeros((2, 1, height, width), np.uint8)
        for row, column in block:
            path = tiles[row, column]
            place = np.s_[
                :,
                (row - top) * TILE : (row - top + 1) * TILE,
                (column - left) * TILE : (column - left + 1) * TILE,
            ]
            there[place] = 255
            image[place] = read(folder / "images" / f"{path.stem}.jpg")[:3]
            label[place] = read(path, coloured=False)  # the classes' numbers, not their colours
        write(output / f"mosaic_{number:02}_image.tif", image, there[0])
        write(output / f"mosaic_{number:02}_label.tif", label)


def touching(places: set[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Groups of places that touch at a side or a corner."""
    groups = []
    while places:
        group, edge = [], [places.pop()]
        while edge:
            row, column = edge.pop()
            group.append((row, column))
            near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)}
            edge += near & places
            places -= near
        groups.append(group)
    return sorted(groups, key=min)


if __name__ == "__main__":
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    if len(sys.argv) != 4 or sys.argv[1] not in ("dubai", "monterey"):
        raise SystemExit(__doc__)
    Path(sys.argv[3]).mkdir(parents=True, exist_ok=True)
    {"dubai": dubai, "monterey": monterey}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
