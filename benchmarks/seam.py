"""Is a block's border visible?

    python -m benchmarks.seam IMAGE CLASSIFIED CONFIDENCE FIGURE [--block N]

Draws image, classes and confidence around the first crossing of four blocks, and prints how much
the result changes across block borders compared with other rows and columns: 1 means not more.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import rasterio
from rasterio.windows import Window

mpl.use("Agg")
from matplotlib import pyplot as plt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("image", "classified", "confidence", "figure"):
        parser.add_argument(name)
    parser.add_argument("--block", type=int, default=2048, help="side of the model's blocks")
    parser.add_argument("--side", type=int, default=512, help="pixels drawn around the crossing")
    options = parser.parse_args()
    with (
        rasterio.open(options.image) as image,
        rasterio.open(options.classified) as classified,
        rasterio.open(options.confidence) as confidence,
    ):
        classes, certain = classified.read(1), confidence.read(1).astype(np.int16)
        for name, change in (
            ("classes", lambda a, b: a != b),
            ("confidence", lambda a, b: np.abs(a - b)),
        ):
            values = classes if name == "classes" else certain
            print(name, "change across block borders / elsewhere:", ratio(values, change, options))
        start = options.block - options.side // 2
        window = Window(start, start, options.side, options.side)
        draw(
            options,
            np.moveaxis(image.read([1, 2, 3], window=window), 0, -1),
            classified.read(1, window=window),
            classified.colormap(1),
            confidence.read(1, window=window),
        )


def ratio(
    values: np.ndarray, change: Callable[..., np.ndarray], options: argparse.Namespace
) -> str:
    found = []
    for axis in (0, 1):
        lines = np.moveaxis(values, axis, 0)
        each = np.array([change(a, b).mean() for a, b in pairwise(lines)])
        border = np.arange(options.block - 1, len(each), options.block)
        others = np.delete(each, border)
        found.append(
            f"{'rows' if axis == 0 else 'columns'} {each[border].mean() / others.mean():.2f} "
            f"(other lines: 95 % below {np.percentile(others, 95) / others.mean():.2f})"
        )
    return "; ".join(found)


def draw(
    options: argparse.Namespace,
    image: np.ndarray,
    classes: np.ndarray,
    colours: dict[int, tuple[int, ...]],
    confidence: np.ndarray,
) -> None:
    palette = np.array([colours[value][:3] for value in range(256)], np.uint8)
    figure, axes = plt.subplots(1, 3, figsize=(15, 5.4), layout="constrained")
    pictures = (image, palette[classes], confidence)
    for axis, title, picture in zip(
        axes, ("image", "classes", "confidence"), pictures, strict=True
    ):
        shown = axis.imshow(picture, vmin=0, vmax=100, cmap="viridis", interpolation="nearest")
        axis.set_title(title)
        axis.set_xticks([options.side / 2], ["block border"])
        axis.set_yticks([options.side / 2], ["block border"], rotation=90, va="center")
    figure.colorbar(shown, ax=axes, label="per cent", shrink=0.8)
    figure.savefig(options.figure, dpi=90)


if __name__ == "__main__":
    main()
