"""What people use today where labels are few: random forests on colour, texture, or objects.

All have 200 trees with leaves of two or more pixels, balanced by class, and learn from at most
20,000 labelled pixels. Features are computed once a scene.
"""

from __future__ import annotations

import time
from functools import cached_property

import numpy as np
from scipy import ndimage
from skimage.segmentation import slic
from sklearn.ensemble import RandomForestClassifier

from benchmarks.few_labels import UNKNOWN

SCALES = (1, 2, 4, 8, 16)
MOST_PIXELS = 20_000
SEGMENT = 150
"""Pixels of a superpixel, about."""
BLOCK = 1 << 18


class Forests:
    """The forests on one image.

    Args:
        image: (bands, H, W) uint8.
        threads: For fitting and predicting.
    """

    def __init__(self, image: np.ndarray, threads: int) -> None:
        self.image, self.threads = image, threads
        self.seconds: dict[str, float] = {}

    @cached_property
    def textures(self) -> np.ndarray:
        """(H, W, features) colour and texture, 33 of three bands.

        For each scale the Gaussian of each band, and of their mean the gradient's magnitude, the
        Laplacian and the local standard deviation.
        """
        start = time.monotonic()
        bands = self.image.astype(np.float32) / 255
        grey = bands.mean(0)
        found = list(bands)
        for scale in SCALES:
            found += [ndimage.gaussian_filter(band, scale) for band in bands]
            found.append(ndimage.gaussian_gradient_magnitude(grey, scale))
            found.append(ndimage.gaussian_laplace(grey, scale))
            mean = ndimage.gaussian_filter(grey, scale)
            variance = ndimage.gaussian_filter(grey * grey, scale) - mean * mean
            found.append(np.sqrt(np.maximum(variance, 0)))
        stacked = np.stack(found, axis=-1)
        self.seconds["textures"] = time.monotonic() - start
        return stacked

    @cached_property
    def segments(self) -> np.ndarray:
        """(H, W) index of the superpixel."""
        start = time.monotonic()
        count = self.image[0].size // SEGMENT
        found = slic(np.moveaxis(self.image, 0, -1), count, compactness=10, start_label=0)
        found = np.unique(found, return_inverse=True)[1].reshape(found.shape)
        self.seconds["segments"] = time.monotonic() - start
        return found

    @cached_property
    def objects(self) -> np.ndarray:
        """(superpixels, 66) mean and standard deviation of each colour and texture."""
        textures, segments = self.textures, self.segments.ravel()
        start = time.monotonic()
        sizes = np.bincount(segments)
        found = []
        for values in textures.reshape(-1, textures.shape[-1]).T.astype(np.float64):
            mean = np.bincount(segments, values) / sizes
            square = np.bincount(segments, values * values) / sizes
            found += [mean, np.sqrt(np.maximum(square - mean * mean, 0))]
        self.seconds["objects"] = time.monotonic() - start
        return np.stack(found, axis=-1).astype(np.float32)

    def _fit(
        self, features: np.ndarray, labels: np.ndarray, seed: int, weights: np.ndarray | None = None
    ) -> RandomForestClassifier:
        forest = RandomForestClassifier(
            200,
            min_samples_leaf=2,
            class_weight="balanced",
            n_jobs=self.threads,
            random_state=seed,
        )
        return forest.fit(features, labels, weights)

    def colour(self, sparse: np.ndarray, seed: int) -> tuple[np.ndarray, dict[str, float]]:
        """Predicted classes (H, W) of a forest on red, green and blue, and its seconds."""
        pixels = choose_pixels(sparse, seed)
        colours = self.image.reshape(len(self.image), -1).T
        start = time.monotonic()
        forest = self._fit(colours[pixels], sparse.ravel()[pixels], seed)
        fitted = time.monotonic()
        different, where = np.unique(colours, axis=0, return_inverse=True)
        predicted = predict_blocks(forest, different)[where.ravel()].reshape(sparse.shape)
        return predicted, {"fit_s": fitted - start, "predict_s": time.monotonic() - fitted}

    def texture(self, sparse: np.ndarray, seed: int) -> tuple[np.ndarray, dict[str, float]]:
        """Likewise, on colour and texture."""
        pixels = choose_pixels(sparse, seed)
        features = self.textures.reshape(-1, self.textures.shape[-1])
        start = time.monotonic()
        forest = self._fit(features[pixels], sparse.ravel()[pixels], seed)
        fitted = time.monotonic()
        predicted = predict_blocks(forest, features).reshape(sparse.shape)
        return predicted, {
            "features_s": self.seconds["textures"],
            "fit_s": fitted - start,
            "predict_s": time.monotonic() - fitted,
        }

    def object_based(self, sparse: np.ndarray, seed: int) -> tuple[np.ndarray, dict[str, float]]:
        """Likewise, on superpixels; one that is labelled in part is weighted by that part."""
        features, segments = self.objects, self.segments
        start = time.monotonic()
        labelled = sparse != UNKNOWN
        counts = np.zeros((len(features), UNKNOWN), np.int64)
        np.add.at(counts, (segments[labelled], sparse[labelled]), 1)
        there = np.flatnonzero(counts.any(1))
        share = counts[there].max(1) / np.bincount(segments.ravel())[there]
        forest = self._fit(features[there], counts[there].argmax(1), seed, share)
        fitted = time.monotonic()
        predicted = predict_blocks(forest, features)[segments]
        return predicted, {
            "features_s": sum(self.seconds.values()),
            "fit_s": fitted - start,
            "predict_s": time.monotonic() - fitted,
        }


def choose_pixels(sparse: np.ndarray, seed: int) -> np.ndarray:
    """Flat indexes of the labelled pixels to learn from."""
    labelled = np.flatnonzero(sparse != UNKNOWN)
    if len(labelled) > MOST_PIXELS:
        random = np.random.default_rng(seed)
        labelled = np.sort(random.choice(labelled, MOST_PIXELS, replace=False))
    return labelled


def predict_blocks(forest: RandomForestClassifier, features: np.ndarray) -> np.ndarray:
    blocks = [
        forest.predict(features[start : start + BLOCK]) for start in range(0, len(features), BLOCK)
    ]
    return np.concatenate(blocks).astype(np.uint8)
