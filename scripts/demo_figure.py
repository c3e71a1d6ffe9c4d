"""demo.png: image and result side by side, with a legend in the classes' own colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import rasterio

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch


def draw(scene: Path, classified: Path, areas: list[dict[str, Any]], target: Path) -> None:
    """Draw both rasters at the same size.

    Args:
        scene: The image, its first three bands red, green and blue.
        classified: The class raster.
        areas: The classes with their ids, names, colours and shares.
        target: The PNG to write.
    """
    with rasterio.open(scene) as source:
        image = np.moveaxis(source.read([1, 2, 3]), 0, -1)
        metres = source.transform.a
    with rasterio.open(classified) as source:
        classes = source.read(1)

    colours = np.full((256, 3), 255, np.uint8)
    for row in areas:
        colours[row["id"]] = np.array(to_rgb(row["colour"])) * 255

    height, width = classes.shape
    extent = (0, width * metres, 0, height * metres)
    figure, axes = plt.subplots(1, 2, figsize=(14, 8.2), sharex=True, sharey=True)
    for axis, pixels, title in zip(
        axes, (image, colours[classes]), ("Image", "Land cover, GINet"), strict=True
    ):
        axis.imshow(pixels, extent=extent, interpolation="nearest")
        axis.set_title(title)
        axis.set_xlabel("metres")
    patches = [
        Patch(
            facecolor=row["colour"],
            edgecolor="#666666",
            label=f"{row['name']}  {row['percent']:.1f} %",
        )
        for row in areas
    ]
    figure.legend(handles=patches, loc="lower center", ncols=len(patches), frameon=False)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    figure.savefig(target, dpi=110)
    plt.close(figure)
