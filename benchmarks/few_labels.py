"""Few labels, little time: what fine-tuning gains from 1 % of a scene's labels.

    OMP_NUM_THREADS=1 python -m benchmarks.few_labels MODEL --image IMAGE --label LABEL \
        [--classes dubai] [--seeds 0 1 2] [--seconds 300] [--threads 1] [--share 0.01] [--squares 0]

For each seed, draws polygons from the reference label as a person might: one class each, at most 60
pixels a side, the classes in turn, until they hold the share of all pixels or are thirty. With
--squares, to see what more labels would give, offers all labels in every other square of that side
(of which fine-tuning uses what its places and patches hold) and leaves --share aside.
It fine-tunes the base model on them alone, classifies the whole scene with both models through the
streaming inference that users get, and scores each on all labelled pixels outside the polygons.
A class that the base model does not know by name ("vegetation" is low vegetation or tree) is
scored as the group of base classes that it is made of; one that the reference lacks, as Florence
does bare land, is no part of the mean. Prints one line of JSON a seed: mIoU and IoU
of each class before and after, wall and processor time of the fine-tuning (with all its reading and
its validation), and what it measured on the polygons that it held out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import rasterio

from core.adapt.job import FinetuneJob
from core.classes import ClassTable, LandCoverClass
from core.classify import classify
from core.events import silent
from core.finetune import finetune
from core.job import ClassifyJob
from core.metrics import confusion_matrix, intersection_over_union, mean
from core.modelfile import find_model, read_card

LARGEST = 60
MOST = 30
SMALLEST = 100
UNKNOWN = 255

DUBAI = ClassTable(
    [
        LandCoverClass(0, "building", "#d7301f"),
        LandCoverClass(1, "bare land", "#e3c08d"),
        LandCoverClass(2, "road", "#6b6b6b"),
        LandCoverClass(3, "vegetation", "#a6d96a"),
        LandCoverClass(4, "water", "#2b83ba"),
    ]
)
DUBAI_ORIGINS = {"vegetation": ("low vegetation", "tree")}


def draw_polygons(reference: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, int]:
    """Sparse labels out of dense ones: ``UNKNOWN`` but for a few polygons.

    Args:
        reference: (H, W) class ids, ``UNKNOWN`` where unlabelled.
        share: Of all pixels, that the polygons hold together.
        seed: Of the places.

    Returns:
        (H, W) sparse labels and the number of polygons.
    """
    random = np.random.default_rng(seed)
    sparse = np.full_like(reference, UNKNOWN)
    wanted = round(share * reference.size)
    present = [value for value in np.unique(reference) if value != UNKNOWN]
    places = {value: np.flatnonzero(reference == value) for value in present}
    count = 0
    for attempt in range(100 * MOST):
        value = present[attempt % len(present)]
        row, column = divmod(int(random.choice(places[value])), reference.shape[1])
        height, width = random.integers(LARGEST // 2, LARGEST + 1, 2)
        top, left = row - int(random.integers(height)), column - int(random.integers(width))
        part = np.s_[max(top, 0) : top + height, max(left, 0) : left + width]
        seed_point = row - max(top, 0), column - max(left, 0)
        polygon = connected(reference[part] == value, seed_point)
        # A polygon of its own: it touches none that is there.
        around = np.s_[max(top - 8, 0) : top + height + 8, max(left - 8, 0) : left + width + 8]
        if polygon.sum() < SMALLEST or (sparse[around] != UNKNOWN).any():
            continue
        sparse[part][polygon] = value
        count += 1
        if count == MOST or (sparse != UNKNOWN).sum() >= wanted:
            break
    return sparse, count


def every_other_square(reference: np.ndarray, side: int, seed: int) -> np.ndarray:
    """All labels on the black squares of a chessboard, or on the white ones."""
    row, column = (np.arange(length) // side for length in reference.shape)
    labelled = (row[:, None] + column + seed) % 2 == 0
    return np.where(labelled, reference, UNKNOWN).astype(reference.dtype)


def connected(mask: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """The part of a mask that hangs together with a pixel of it."""
    part = np.zeros_like(mask)
    part[start] = True
    while True:
        grown = part.copy()
        grown[1:] |= part[:-1]
        grown[:-1] |= part[1:]
        grown[:, 1:] |= part[:, :-1]
        grown[:, :-1] |= part[:, 1:]
        grown &= mask
        if (grown == part).all():
            return part
        part = grown


def predict(model: str, image: Path, folder: Path, threads: int) -> np.ndarray:
    output = folder / "classes.tif"
    job = ClassifyJob(
        input=str(image), output=str(output), model=model, threads=threads, overwrite=True
    )
    classify(job, silent)
    with rasterio.open(output) as result:
        return result.read(1)


def table_of(model: str, name: str) -> tuple[ClassTable, dict[str, tuple[str, ...]]]:
    """The class table of the labels, and of what base classes those are made that it renames."""
    if name == "dubai":
        return DUBAI, DUBAI_ORIGINS
    return read_card(find_model(model)).classes, {}


def score(predicted: np.ndarray, truth: np.ndarray, groups: dict[int, int], count: int) -> dict:
    """Scores of predicted ids, each counted as the class that ``groups`` says."""
    channels = np.full(256, -1)
    for value, channel in groups.items():
        channels[value] = channel
    matrix = confusion_matrix(truth, channels[predicted], count)
    union = intersection_over_union(matrix)
    return {
        "miou": round(mean(union, np.flatnonzero(matrix.sum(1)).tolist()), 4),
        "accuracy": round(float(np.diag(matrix).sum() / matrix.sum()), 4),
        "iou": [None if np.isnan(value) else round(float(value), 4) for value in union],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--label", type=Path, required=True, help="dense, 255 is unlabelled")
    parser.add_argument("--classes", choices=("dubai", "base"), default="dubai")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--squares", type=int, default=0, help="side in pixels")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            print(json.dumps(measure(options, seed, Path(folder))), flush=True)


def measure(options: argparse.Namespace, seed: int, folder: Path) -> dict:
    classes, origins = table_of(options.model, options.classes)
    with rasterio.open(options.label) as source:
        reference, profile = source.read(1), source.profile
    if options.squares:
        sparse, polygons = every_other_square(reference, options.squares, seed), None
    else:
        sparse, polygons = draw_polygons(reference, options.share, seed)
    labels, model = folder / "labels.tif", folder / "adapted.safetensors"
    with rasterio.open(labels, "w", **{**profile, "nodata": None}) as target:
        target.write(sparse, 1)
    job = FinetuneJob(
        base=options.model,
        image=str(options.image),
        labels=str(labels),
        classes=classes,
        origins=origins,
        output=str(model),
        seconds=options.seconds,
        seed=seed,
        device="cpu",
        threads=options.threads,
        overwrite=True,
    )
    wall, processor = time.monotonic(), time.process_time()
    result = finetune(job, silent)
    wall, processor = time.monotonic() - wall, time.process_time() - processor

    channels = np.full(256, -1)
    channels[list(classes.ids)] = np.arange(len(classes))
    truth = np.where(sparse == UNKNOWN, channels[reference], -1)
    same = {entry.id: channel for channel, entry in enumerate(classes)}
    base = {
        entry.id: channel
        for entry in read_card(find_model(options.model)).classes
        for channel, wanted in enumerate(classes)
        if entry.name in origins.get(wanted.name, (wanted.name,))
    }
    before = score(
        predict(options.model, options.image, folder, options.threads), truth, base, len(classes)
    )
    after = score(
        predict(str(model), options.image, folder, options.threads), truth, same, len(classes)
    )
    return {
        "scene": options.image.name,
        "seed": seed,
        "polygons": polygons,
        "share": round(float((sparse != UNKNOWN).mean()), 5),
        "gain": round(after["miou"] - before["miou"], 4),
        "before": before,
        "after": after,
        "wall_s": round(wall, 1),
        "processor_s": round(processor, 1),
        "held_out": result["validation"],
    }


if __name__ == "__main__":
    sys.exit(main())
