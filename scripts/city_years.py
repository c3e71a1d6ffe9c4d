"""Make labels of Californian cities in more years, from tree points and near infrared.

    python -m scripts.city_years CHECKOUT DATA

CHECKOUT is a checkout of the data that goes with J. Ventura et al., 2024 ("Individual Tree
Detection in Large-Scale Urban Environments", CC BY 4.0; GitHub jonathanventura/
urban-tree-detection-data, commit 78e81bd): images/<city>_<year>_<number>.tif of red, green, blue
and near infrared, and csv/ with x and y of each tree in pixels. Writes the tiles that
DATA/naip_urban_trees does not have to DATA/naip_urban_years: images/ and labels/, 1 tree, 2 low
vegetation, 3 no vegetation, 4 tree or low vegetation, 255 unknown. Claremont and Eureka are left
out, they are kept for tests.
"""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from scripts.places_data import ndvi, write

KEPT_FOR_TESTS = ("claremont", "eureka")
CROWN, BEYOND_CROWNS = 4, 15
"""Pixels from a tree's point up to which vegetation is its crown, and from which it is no crown."""
GREENER, BARER = 0.04, 0.1
"""How far above and below Otsu's threshold of a city's and year's NDVI the labels begin."""


def labels_of(index: NDArray[np.float32], trees: NDArray[np.int64], between: float) -> NDArray:
    """Labels (H, W) of a tile from its NDVI, the x and y of its trees and NDVI's threshold."""
    ground = np.ones(index.shape, bool)
    ground[tuple(trees.clip(0, np.array(index.shape)[::-1] - 1).T[::-1])] = False
    distance = ndimage.distance_transform_edt(ground) if trees.size else np.full(index.shape, 1e9)
    green = index > between + GREENER
    tree, other = distance <= CROWN, distance >= BEYOND_CROWNS
    bare = (index < between - BARER) & (distance > CROWN)
    return np.select([green & tree, green & other, green, bare], [1, 2, 4, 3], 255).astype(np.uint8)


def main(checkout: Path, data: Path) -> None:
    output = data / "naip_urban_years"
    (output / "images").mkdir(parents=True, exist_ok=True)
    known = {path.name for path in (data / "naip_urban_trees" / "images").iterdir()}
    groups: dict[str, list[Path]] = defaultdict(list)
    for image in sorted((checkout / "images").glob("*.tif")):
        if not image.name.startswith(KEPT_FOR_TESTS):
            groups[image.stem.rsplit("_", 1)[0]].append(image)
    for group, images in groups.items():
        indices = {}
        for image in images:
            with rasterio.open(image) as source:
                indices[image] = ndvi(source.read())
        between = float(threshold_otsu(np.stack([*indices.values()])))
        print(f"{group}: {len(images)} tiles, vegetation from an NDVI of {between:.3f}")
        for image in images:
            if image.name in known:
                continue
            points = checkout / "csv" / f"{image.stem}.csv"
            trees = np.empty((0, 2), np.int64)
            if points.exists():
                trees = np.loadtxt(points, delimiter=",", skiprows=1, ndmin=2).astype(np.int64)
            shutil.copyfile(image, output / "images" / image.name)
            labels = labels_of(indices[image], trees, between)
            write(output / "labels" / f"{image.stem}.tif", labels[None])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
