"""Cross-validation over the labels: what each expert is worth, and whether the base is better.

Labelled polygons are dealt into folds, and each fold is classified by experts that were fitted
without it. From what they say there come their shares, the calibration, the scores that are
reported, and the choice: the base model is kept where it is likely to be the better one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.accuracy.metrics import confusion_matrix, intersection_over_union, mean
from core.adapt.folds import Fold
from core.adapt.regression import Linear, mix, weigh_samples
from core.adapt.samples import Samples
from core.wire.classes import ClassTable

CAUTION = 3.0
"""How much the usual shares are preferred, over the polygons that are held out; see
``regression.mix``."""

DRAWS, LIKELY = 200, 0.25
"""Draws of the labels, and the share of them in which an adapted model must be the better one."""

JUDGED = 10
"""Labelled polygons from which on the base model is judged by them."""

POWERS = 1.0, 0.5
"""How far the classes' shares on the image may count; the last where nothing is held out."""

LOSS = 0.9
"""Share of the held-out score that must be left when the classes' shares are counted."""

BINS = 10
"""Of the calibration error."""


@dataclass(frozen=True)
class HeldOut:
    """What was said about samples by experts that had not learned from them.

    Attributes:
        logits: Of each expert (n, K).
        labels: (n,).
        polygon: (n,).
        index: (n,) number of each sample.
        folds: That were held out.
    """

    logits: Mapping[str, Tensor]
    labels: Tensor
    polygon: Tensor
    index: Tensor
    folds: int

    def choose_shares(self, usual: Mapping[str, float]) -> dict[str, float]:
        """In which shares experts are to be added up.

        Args:
            usual: Of each one that counts, before anything is known.
        """
        logits = [self.logits[name] for name in usual]
        weight = weigh_samples(self.labels, self.polygon, logits[0].shape[1])
        prior = CAUTION / int(torch.bincount(self.polygon).count_nonzero())
        found = mix(logits, self.labels, weight, list(usual.values()), prior)
        return dict(zip(usual, found, strict=True))

    def added_up(self, shares: Mapping[str, float]) -> Tensor:
        """Logits (n, K) of experts in given shares."""
        return torch.stack([share * self.logits[name] for name, share in shares.items()]).sum(0)


def hold_out(
    samples: Samples,
    folds: Sequence[Fold],
    fit: Callable[[Tensor], Mapping[str, Linear]],
    classes: int,
    stop: Callable[[HeldOut], bool],
) -> HeldOut | None:
    """Fit the experts without each fold and let them say what it is.

    Args:
        samples: All.
        folds: Polygons by their part in each.
        fit: Fits each expert to chosen samples.
        classes: Number of classes.
        stop: Called after each fold with all so far; true ends it.

    Returns:
        What was said; None without folds.
    """
    logits: dict[str, list[Tensor]] = defaultdict(list)
    indices = []
    found = None
    for done, fold in enumerate(folds, 1):
        training, held_out = (
            torch.isin(samples.polygon, torch.tensor(part)).nonzero()[:, 0]
            for part in (fold.training, fold.held_out)
        )
        present = torch.bincount(samples.labels[training], minlength=classes) > 0
        held_out = held_out[present[samples.labels[held_out]]]
        for name, expert in fit(training).items():
            logits[name].append(expert(samples.features[held_out]))
        indices.append(held_out)
        index = torch.cat(indices)
        found = HeldOut(
            {name: torch.cat(parts) for name, parts in logits.items()},
            samples.labels[index],
            samples.polygon[index],
            index,
            done,
        )
        if stop(found):
            break
    return found


def confusion(found: Tensor, labels: Tensor, classes: int) -> NDArray[np.int64]:
    """Confusion matrix (K, K + 1) of samples.

    Args:
        found: (n,) class that each is taken for, negative where it is none of them.
        labels: (n,) class of each.
        classes: K.
    """
    return confusion_matrix(labels.numpy(), found.numpy(), classes)


def score(matrix: NDArray[np.int64]) -> float:
    """Mean IoU, to four digits, of the classes that are held out.

    Of another one a few false pixels are worth as much as all of a class, and to lose them would
    pass for a gain.
    """
    there = np.flatnonzero(matrix.sum(1)).tolist()
    return round(mean(intersection_over_union(matrix), there), 4)


def calibration_error(logits: Tensor, labels: Tensor) -> float:
    """Expected calibration error, 0..1: how far confidence is from accuracy, in ten bins.

    Guo et al. 2017 (arXiv 1706.04599), equation 3.
    """
    confidence, found = logits.softmax(1).max(1)
    number = (confidence * BINS).long().clamp_max(BINS - 1)
    gap = torch.zeros(BINS).index_add_(0, number, confidence - (found == labels).float())
    return float(gap.abs().sum() / len(labels))


def report(
    before: NDArray[np.int64], after: Tensor, held_out: HeldOut, classes: ClassTable
) -> dict[str, Any]:
    """The scores that users read.

    Args:
        before: Confusion matrix of the base model on the same samples.
        after: (n, K) logits by fits without the labels that they are asked.
        held_out: The samples.
        classes: Their names.
    """
    names = [entry.name for entry in classes]
    matrix = confusion(after.argmax(1), held_out.labels, len(names))
    return {
        "before": score(before),
        "after": score(matrix),
        "iou_before": _by_name(names, before),
        "iou_after": _by_name(names, matrix),
        "calibration_error": round(calibration_error(after, held_out.labels), 4),
        "pixels": int(matrix.sum()),
        "folds": held_out.folds,
    }


def _by_name(names: Sequence[str], matrix: NDArray[np.int64]) -> dict[str, float]:
    values, there = intersection_over_union(matrix).tolist(), matrix.sum(1) > 0
    return {
        name: round(value, 4)
        for name, value, is_there in zip(names, values, there, strict=True)
        if is_there
    }


def choose_power(logits: Tensor, common: Tensor, labels: Tensor) -> float:
    """How far the classes' shares on the image are to count: one of ``POWERS``, or not at all.

    They move borders where classes are plain, and wipe out rare ones where they are not; labels,
    which are drawn class by class, tell the one from the other.

    Args:
        logits: (n, K) without the shares, by fits without the labels that they are asked.
        common: (K,) what the shares add.
        labels: (n,).
    """
    classes = len(common)
    least = LOSS * score(confusion(logits.argmax(1), labels, classes))
    for power in POWERS:
        found = (logits + power * common).argmax(1)
        if score(confusion(found, labels, classes)) >= least:
            return power
    return 0.0


def expected_score(matrix: NDArray[np.int64], shares: Tensor) -> float:
    """Mean IoU that a confusion matrix of labels stands for on the image.

    Labels are drawn class by class; where a class is rare, what is taken for it by mistake counts
    for more than on the labels.

    Args:
        matrix: Of held-out labels.
        shares: (K,) of the classes on the image.
    """
    there = matrix.sum(1) > 0
    rates = matrix[there] / matrix[there].sum(1, keepdims=True)
    counts = rates * shares.numpy()[there, None]
    right = counts[np.arange(len(counts)), np.flatnonzero(there)]
    union = counts.sum(1) + counts[:, np.flatnonzero(there)].sum(0) - right
    return float((right / np.maximum(union, 1e-12)).mean())


def is_believed(shown: Tensor, samples: Samples, classes: int) -> bool:
    """Whether the experts are to begin as the base model: it is right about more than chance is.

    Class by class, that is; with fewer than ``JUDGED`` polygons it is always believed.

    Args:
        shown: (n,) class that its map shows, negative where it is none of them.
        samples: The labelled ones.
        classes: Number of classes.
    """
    matrix = confusion(shown, samples.labels, classes)
    there = np.flatnonzero(matrix.sum(1))
    recall = matrix[there, there] / matrix[there].sum(1)
    return len(samples.polygons) < JUDGED or bool(recall.mean() > 1 / classes)


def is_kept(before: Tensor, after: Tensor, held_out: HeldOut, shares: Tensor, seed: int) -> bool:
    """Whether the base model stays: ``after`` is better in too few draws of labels.

    A bootstrap (Efron 1979) over labelled polygons.

    Args:
        before: (n,) class that the base model's own map shows, negative where it is none of them.
        after: (n,) class by fits without the labels that they are asked.
        held_out: The samples.
        shares: (K,) of the classes on the image.
        seed: Of the draws.
    """
    classes = len(shares)
    of_polygons = [_confusion_of_polygons(found, held_out, classes) for found in (before, after)]
    rng = np.random.default_rng((seed, 4))
    count = len(of_polygons[0])
    better = 0
    for weight in rng.multinomial(count, np.full(count, 1 / count), DRAWS):
        scores = [expected_score(np.tensordot(weight, own, 1), shares) for own in of_polygons]
        better += scores[1] > scores[0]
    return better < LIKELY * DRAWS


def _confusion_of_polygons(found: Tensor, held_out: HeldOut, classes: int) -> NDArray[np.int64]:
    """The confusion matrix of each polygon that was held out, (polygons, K, K + 1)."""
    polygon = held_out.polygon.numpy()
    return np.stack(
        [
            confusion(found[polygon == own], held_out.labels[polygon == own], classes)
            for own in np.unique(polygon)
        ]
    )
