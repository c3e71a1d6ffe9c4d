"""Few labels as a person might draw them, and the scores of the maps learned from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

from core.accuracy.metrics import confusion_matrix, intersection_over_union, mean
from core.classify import classify
from core.wire.events import silent
from core.wire.job import ClassifyJob

LARGEST = 60
SMALLEST = 100
UNKNOWN = 255


def draw_polygons(
    reference: np.ndarray, share: float, seed: int, most: int
) -> tuple[np.ndarray, int]:
    """Sparse labels out of dense ones: ``UNKNOWN`` but for a few polygons.

    One class each, at most ``LARGEST`` pixels a side, the classes in turn.

    Args:
        reference: (H, W) class ids, ``UNKNOWN`` where unlabelled.
        share: Of all pixels, at most, that the polygons cover together.
        seed: Of the places.
        most: Number of polygons; the first of more, with the same seed, are the same.

    Returns:
        (H, W) sparse labels and the number of polygons.
    """
    random = np.random.default_rng(seed)
    sparse = np.full_like(reference, UNKNOWN)
    wanted = round(share * reference.size)
    present = [value for value in np.unique(reference) if value != UNKNOWN]
    places = {value: np.flatnonzero(reference == value) for value in present}
    count = 0
    for attempt in range(100 * most):
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
        if count == most or (sparse != UNKNOWN).sum() >= wanted:
            break
    return sparse, count


def connected(mask: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """The connected component of a mask that holds a pixel."""
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


def predict(model: str, image: Path, folder: Path, threads: int, device: str) -> np.ndarray:
    """Class ids (H, W) of the streaming inference that users get."""
    output = folder / "classes.tif"
    job = ClassifyJob(
        input=str(image),
        output=str(output),
        model=model,
        device=device,
        threads=threads,
        overwrite=True,
        resample=True,
    )
    classify(job, silent)
    with rasterio.open(output) as result:
        return result.read(1)


def score(
    predicted: np.ndarray,
    truth: np.ndarray,
    groups: dict[int, int],
    count: int,
    *,
    alike: bool = False,
) -> dict:
    """Scores of predicted ids, each counted as the class that ``groups`` says.

    Args:
        predicted: (H, W) ids.
        truth: (H, W) index of the class, negative where unknown.
        groups: Index of the class by id.
        count: Number of classes.
        alike: Whether each class counts the same in the confusion matrix, however large.
    """
    channels = np.full(256, -1)
    for value, channel in groups.items():
        channels[value] = channel
    matrix = confusion_matrix(truth, channels[predicted], count)
    if alike:
        matrix = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    union = intersection_over_union(matrix)
    return {
        "miou": round(mean(union, np.flatnonzero(matrix.sum(1)).tolist()), 4),
        "accuracy": round(float(np.diag(matrix).sum() / matrix.sum()), 4),
        "iou": [None if np.isnan(value) else round(float(value), 4) for value in union],
    }
