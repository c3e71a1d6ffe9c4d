"""Draw images and their maps side by side.

    python -m benchmarks.maps MODEL OUTPUT.png IMAGE[=TITLE] ...

Each image is classified whole, at the model's ground resolution; pictures are drawn at 512 pixels.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import rasterio
from matplotlib import pyplot as plt
from matplotlib.patches import Patch
from rasterio.enums import Resampling

from core.classify import classify
from core.model.modelfile import find_model, read_card
from core.wire.classes import NODATA, ClassTable
from core.wire.events import silent
from core.wire.job import ClassifyJob

SIDE, COLUMNS = 512, 2


def thumbnail(path: Path, bands: list[int], resampling: Resampling) -> np.ndarray:
    with rasterio.open(path) as source:
        scale = SIDE / max(source.width, source.height)
        shape = (len(bands), round(source.height * scale), round(source.width * scale))
        return np.moveaxis(source.read(bands, out_shape=shape, resampling=resampling), 0, -1)


def coloured(ids: np.ndarray, classes: ClassTable) -> np.ndarray:
    table = np.full((256, 3), 255, np.uint8)
    for entry in classes:
        table[entry.id] = entry.rgb
    table[NODATA] = 255
    return table[ids[..., 0]]


def main() -> None:
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    mpl.use("agg")
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    model, output, *images = sys.argv[1:]
    classes = read_card(find_model(model)).classes
    rows = -(-len(images) // COLUMNS)
    figure, axes = plt.subplots(rows, 2 * COLUMNS, figsize=(4 * COLUMNS * 1.6, 3.3 * rows))
    for axis in axes.flat:
        axis.axis("off")
    for number, image in enumerate(images):
        path, _, title = image.partition("=")
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder, "classes.tif")
            job = ClassifyJob(input=path, output=str(result), model=model, resample=True)
            classify(job, silent)
            ids = thumbnail(result, [1], Resampling.nearest)
        left, right = axes[number // COLUMNS, 2 * (number % COLUMNS) :][:2]
        left.imshow(thumbnail(Path(path), [1, 2, 3], Resampling.average))
        left.set_title(title or Path(path).stem, fontsize=9, loc="left")
        right.imshow(coloured(ids, classes), interpolation="nearest")
    handles = [Patch(color=entry.colour, label=entry.name) for entry in classes]
    figure.legend(handles=handles, loc="lower center", ncols=len(classes), frameon=False)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    figure.savefig(output, dpi=72)


if __name__ == "__main__":
    main()
