"""Lay out small published sets, none of them trained on, as benchmarks/transfer.toml expects them.

    python -m benchmarks.transfer_data SETS FOLDER

SETS holds the sets as they were obtained: small_samples/{loveda,potsdam,vaihingen,zurich_summer},
deepglobe, inria_austin, detectree_zurich, oam_buildings. Files are linked, not copied, but for
Zurich Summer: its 16-bit blue, green, red and near infrared become 8-bit red, green, blue (2nd to
98th percentile of each band), and its colours become ids in the order of PALETTE.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import rasterio

PALETTE = (  # road, building, tree, grass, bare soil, water, railway, pool
    (0, 0, 0),
    (100, 100, 100),
    (0, 125, 0),
    (0, 255, 0),
    (150, 80, 0),
    (0, 0, 150),
    (255, 255, 0),
    (150, 150, 255),
)
UNLABELLED = 255


def link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.symlink_to(source.resolve())


def zurich_summer(sets: Path, folder: Path) -> None:
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    profile = {"driver": "GTiff", "dtype": "uint8"}
    with rasterio.open(sets / "images/14.tif") as source:
        bands = source.read([3, 2, 1]).astype(np.float32)
        profile |= {"width": source.width, "height": source.height, "crs": source.crs}
        profile |= {"transform": source.transform}
    low, high = np.percentile(bands, (2, 98), axis=(1, 2))[:, :, None, None]
    stretched = ((bands - low) / (high - low) * 255).clip(0, 255).astype(np.uint8)
    with rasterio.open(folder / "images/14.tif", "w", count=3, **profile) as target:
        target.write(stretched)
    with rasterio.open(sets / "labels/14.tif") as source:
        colours = source.read()[:3]
    label = np.full((1, *colours.shape[1:]), UNLABELLED, np.uint8)
    for value, colour in enumerate(PALETTE):
        label[0, (colours == np.array(colour)[:, None, None]).all(0)] = value
    with rasterio.open(folder / "labels/14.tif", "w", count=1, **profile) as target:
        target.write(label)


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sets, folder = map(Path, sys.argv[1:])
    for name in ("loveda", "potsdam", "vaihingen"):
        for path in (sets / "small_samples" / name).glob("*/*"):
            link(path, folder / name / path.parent.name / path.name)
    for path in (sets / "inria_austin").glob("*/*.png"):
        link(path, folder / "inria_austin" / path.parent.name / path.name.split("-", 1)[1])
    for path in (sets / "detectree_zurich").glob("*/1091-322_*.tif"):
        if path.parent.name != "unlabeled":
            link(path, folder / "detectree_zurich" / path.parent.name / path.name)
    for path in (sets / "detectree_zurich").glob("*/ref-img*.tif"):
        link(path, folder / "zurich_lidar" / path.parent.name / "ref-img.tif")
    for name in ("deepglobe", "oam_buildings"):
        link(sets / name, folder / name)
    zurich_summer(sets / "small_samples/zurich_summer", folder / "zurich_summer")


if __name__ == "__main__":
    main()
