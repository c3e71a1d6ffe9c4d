"""Write the synthetic context set: scenes whose labels depend on what no patch of them shows.

    python -m benchmarks.synthetic FOLDER
    python -m benchmarks.ablation benchmarks/synthetic.toml --data FOLDER --results FILE \\
        --variants separate "ggn lad"

A scene of 512 x 512 pixels has two textures in patches of random shape, and one square of 96 pixels
somewhere, white or black. With the white square the smooth texture is class 0 and the rough one
class 1, with the black one the other way round. Pixels nearer to the square than a patch's side are
unlabelled: a model that sees single patches can do no better than chance.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

SIDE, MARK, PATCH = 512, 96, 64
SCENES = {"train": 48, "validate": 8, "test": 16}
UNLABELLED = 255


def smooth(random: np.random.Generator, cell: int) -> NDArray[np.float64]:
    """Noise (SIDE, SIDE) of mean 0 and standard deviation 1 that varies over ``cell`` pixels."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    spectrum = np.fft.rfft2(random.normal(size=(SIDE, SIDE))) * np.exp(-((frequency * cell) ** 2))
    noise = np.fft.irfft2(spectrum, (SIDE, SIDE))
    return (noise - noise.mean()) / noise.std()


def scene(random: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """An image (3, SIDE, SIDE) and its label (1, SIDE, SIDE)."""
    rough = smooth(random, 120) > 0
    grey = 128 + np.where(rough, 30 * smooth(random, 2), 30 * smooth(random, 16))
    white = int(random.integers(2))
    row, column = random.integers(0, SIDE - MARK, 2)
    grey[row : row + MARK, column : column + MARK] = 250 if white else 5
    label = (rough ^ (not white)).astype(np.uint8)
    near = np.s_[
        max(row - PATCH, 0) : row + MARK + PATCH, max(column - PATCH, 0) : column + MARK + PATCH
    ]
    label[near] = UNLABELLED
    image = grey + random.normal(0, 3, (3, SIDE, SIDE))
    return image.clip(0, 255).astype(np.uint8), label[None]


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    random = np.random.default_rng(0)
    for use, count in SCENES.items():
        for number in range(count):
            for kind, bands in zip(("images", "labels"), scene(random), strict=True):
                folder = Path(sys.argv[1]) / use / kind
                folder.mkdir(parents=True, exist_ok=True)
                profile = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": len(bands)}
                path = folder / f"{number:02}.tif"
                with rasterio.open(path, "w", dtype="uint8", **profile) as target:
                    target.write(bands)


if __name__ == "__main__":
    main()
