"""Places with polygons drawn by eye, as scenes of the contest: some are labels, the others truth.

The polygons are those of ``training-data/places``. The bundled model has learned from them, so that
each place is for the model of the fold that has not (``benchmarks/places.py``).
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import rasterio
from rasterio.features import rasterize

from benchmarks.few_labels import UNKNOWN
from benchmarks.places import folds_of_names
from scripts.places_data import CLASSES, SETS, drawings, side_by_side

HELD_OUT = (
    "fields", "city", "virginia", "virginia_summer", "neon", "castile", "orthophoto", "carolina",
)  # fmt: skip
"""Sets whose places a fold leaves out, with all that the other sets hold of them."""

SMALLEST = 10
"""Pixels of a polygon that counts."""

FEWEST, FEWEST_CLASSES, FEWEST_OF_CLASS = 8, 3, 2
"""Polygons of a place that is a scene, their classes, and polygons of a class that counts."""

Shapes = list[tuple[dict, int]]


@dataclass(frozen=True)
class Place:
    """Images of a place, laid side by side, and its polygons of one class each.

    Attributes:
        fold: Whose model has not learned from it.
        images: Below the data sets' folder.
        shapes: Of each image: polygons, each with the index of its class, -1 where it is of none.
        classes: Names by index.
    """

    fold: int
    images: tuple[str, ...]
    shapes: tuple[Shapes, ...]
    classes: tuple[str, ...]


@cache
def find_places() -> dict[str, Place]:
    """The places that have enough polygons, by name."""
    drawn = drawings()
    images: dict[str, list[str]] = defaultdict(list)
    for image in sorted(drawn):
        for name in HELD_OUT:
            entry = SETS[name]
            if Path(image).match(entry.images):
                images[f"{name} {entry.place(Path(image).stem)}"].append(image)
    folds = folds_of_names(images)
    found = {}
    for name, own in images.items():
        counts = defaultdict(int)
        for image in own:
            for _, bits in drawn[image]:
                counts[bits] += 1
        bits = [bit for bit in CLASSES.values() if counts[bit] >= FEWEST_OF_CLASS]
        if len(bits) < FEWEST_CLASSES or sum(counts[bit] for bit in bits) < FEWEST:
            continue
        index = {bit: at for at, bit in enumerate(bits)}
        shapes = tuple(
            [(shape, index.get(bit, -1)) for shape, bit in drawn[image]] for image in own
        )
        classes = tuple(label for label, bit in CLASSES.items() if bit in index)
        found[name] = Place(folds[name], tuple(own), shapes, classes)
    return found


def read_place(data: Path, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An image, and which polygons lie where.

    Args:
        data: Folder of the data sets.
        name: Of a place.

    Returns:
        (3, H, W) uint8; (H, W) index of the class, ``UNKNOWN`` where there is none; (H, W) number
        of the polygon from 1, 0 where there is none.
    """
    place = find_places()[name]
    tiles, numbers, channels = [], [], [-1]
    for image, shapes in zip(place.images, place.shapes, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(data / image) as source:
                tiles.append(source.read((1, 2, 3)))
        numbered = [(shape, len(channels) + at) for at, (shape, _) in enumerate(shapes)]
        channels += [channel for _, channel in shapes]
        size = tiles[-1].shape[1:]
        numbers.append(rasterize(numbered, size, dtype=np.int32))
    image, polygons = side_by_side(tiles), side_by_side(numbers)
    channel = np.array(channels)
    pixels = np.bincount(polygons.ravel(), minlength=len(channel))
    channel[pixels < SMALLEST] = -1
    for own in range(len(place.classes)):
        if (channel == own).sum() < FEWEST_OF_CLASS:
            channel[channel == own] = -1
    reference = channel[polygons]
    reference[reference < 0] = UNKNOWN
    return image, reference.astype(np.uint8), np.where(reference == UNKNOWN, 0, polygons)


def choose_polygons(
    reference: np.ndarray, polygons: np.ndarray, seed: int, most: int
) -> tuple[np.ndarray, int]:
    """Sparse labels: ``UNKNOWN`` but for some of the polygons, the classes in turn.

    Half of the polygons of a class, at most, are labels; the others say what is right.

    Args:
        reference: From ``read_place``.
        polygons: From ``read_place``.
        seed: Of which.
        most: Polygons; the first of more, with the same seed, are the same.

    Returns:
        (H, W) sparse labels and the number of polygons.
    """
    random = np.random.default_rng(seed)
    numbers, at = np.unique(polygons, return_index=True)
    classes = reference.ravel()[at]
    queues = []
    for own in np.unique(classes[numbers > 0]):
        shuffled = random.permutation(numbers[(classes == own) & (numbers > 0)])
        queues.append(list(shuffled[: len(shuffled) // 2]))
    random.shuffle(queues)
    chosen: list[int] = []
    while len(chosen) < most and any(queues):
        for queue in queues:
            if queue and len(chosen) < most:
                chosen.append(int(queue.pop()))
    return np.where(np.isin(polygons, chosen), reference, np.uint8(UNKNOWN)), len(chosen)
