"""Scores of labelled scenes by a benchmark's protocol: what is averaged, what is headline.

Benchmarks differ in what becomes of a class that their means leave out ("unknown"). Where there is
one, both treatments are told: *counted*, its pixels stay in the matrix as rows, so that predicting
another class there is a false positive of it (as in GLNet's code for DeepGlobe, the headline); and
*ignored*, its pixels are not looked at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.accuracy import metrics
from core.accuracy.metrics import Confusion, PerClass, number
from core.wire.errors import DatasetError

MEAN = "mIoU"
UNLABELLED = "unlabelled"


@dataclass(frozen=True)
class Protocol:
    """How a benchmark scores; a TOML's table ``[protocol]``.

    Attributes:
        headline: "mIoU", or the class whose IoU it is ("building").
        leave_out: Classes that means leave out; "unlabelled" has unlabelled pixels counted.
    """

    headline: str = MEAN
    leave_out: tuple[str, ...] = ()

    @classmethod
    def from_fields(cls, fields: object) -> Protocol:
        """Read the table.

        Raises:
            DatasetError: It holds something else.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        if not isinstance(fields, Mapping) or not set(fields) <= set(known):
            raise DatasetError(f"[protocol] may hold {' and '.join(known)}, not {fields!r}.")
        headline, leave_out = fields.get("headline", MEAN), fields.get("leave_out", [])
        if not isinstance(headline, str):
            raise DatasetError(f"[protocol] headline is {headline!r}, not a name.")
        if not isinstance(leave_out, list) or not all(isinstance(n, str) for n in leave_out):
            raise DatasetError(f"[protocol] leave_out is {leave_out!r}, not a list of names.")
        return cls(headline, tuple(leave_out))

    def check(self, names: Sequence[str]) -> None:
        """Check that its classes exist.

        Args:
            names: Of the classes that are told apart.

        Raises:
            DatasetError: It names another class, or leaves nothing to average.
        """
        for name in (self.headline, *self.leave_out):
            if name not in (*names, MEAN if name == self.headline else UNLABELLED):
                raise DatasetError(
                    f"[protocol] names {name!r}; the labels tell apart {', '.join(names)}."
                )
        if set(names) <= set(self.leave_out) or self.headline in self.leave_out:
            raise DatasetError("[protocol] leaves out what it is to score.")


@dataclass(frozen=True)
class Score:
    """What was counted in a scene, or in several together.

    Attributes:
        name: Of the scene, or of the pool.
        classes: Names of the classes that the labels tell apart, K of them.
        confusion: (K + 1, K + 1): true class or unlabelled, predicted class or none of them.
        boundary: (scenes, K): boundary F1 of each scene, NaN for classes not in it.
        protocol: By which it is scored.
    """

    name: str
    classes: tuple[str, ...]
    confusion: Confusion
    boundary: PerClass
    protocol: Protocol = Protocol()

    @property
    def value(self) -> float:
        """The protocol's headline figure."""
        union = metrics.intersection_over_union(self.counted)
        if self.protocol.headline == MEAN:
            return metrics.mean(union, self.kept)
        return float(union[self.classes.index(self.protocol.headline)])

    @property
    def metric(self) -> str:
        """What ``value`` is: "mIoU" or "IoU of building"."""
        headline = self.protocol.headline
        return MEAN if headline == MEAN else f"IoU of {headline}"

    @property
    def kept(self) -> list[int]:
        """Indices of the classes that means are of."""
        out = self.protocol.leave_out
        return [index for index, name in enumerate(self.classes) if name not in out]

    @property
    def counted(self) -> Confusion:
        """The confusion matrix with the pixels of classes that are left out of means."""
        return self.confusion if UNLABELLED in self.protocol.leave_out else self.confusion[:-1]

    @property
    def ignored(self) -> Confusion:
        """The confusion matrix without the pixels of classes that are left out of means."""
        matrix = self.confusion[:-1].copy()
        matrix[[index for index in range(len(matrix)) if index not in self.kept]] = 0
        return matrix

    @property
    def boundary_f1(self) -> float:
        """Mean over scenes of the mean over each one's classes (Csurka et al. 2013)."""
        return metrics.mean(np.array([metrics.mean(row, self.kept) for row in self.boundary]))

    def summary(self, confusion: Confusion) -> dict[str, float | None]:
        """Means over classes and overall scores of ``counted`` or ``ignored``."""
        return {
            "miou": number(metrics.mean(metrics.intersection_over_union(confusion), self.kept)),
            "f1": number(metrics.mean(metrics.f1_score(confusion), self.kept)),
            "accuracy": number(metrics.accuracy(confusion)),
            "kappa": number(metrics.kappa(confusion)),
        }

    def by_class(self, confusion: Confusion) -> list[dict[str, Any]]:
        """Scores of each class in ``counted`` or ``ignored``."""
        scores = {
            "iou": metrics.intersection_over_union(confusion),
            "f1": metrics.f1_score(confusion),
            "precision": metrics.precision(confusion),
            "recall": metrics.recall(confusion),
        }
        return [
            {"name": name, "pixels": int(confusion[index].sum())}
            | {metric: number(values[index]) for metric, values in scores.items()}
            | {"boundary_f1": number(metrics.mean(self.boundary[:, index]))}
            for index, name in enumerate(self.classes)
        ]

    def to_dict(self) -> dict[str, Any]:
        """All scores as JSON values; undefined ones are null."""
        fields: dict[str, Any] = {
            "data": self.name,
            "scenes": len(self.boundary),
            "metric": self.metric,
            "value": number(self.value),
            **self.summary(self.counted),
            "boundary_f1": number(self.boundary_f1),
            "classes": self.by_class(self.counted),
            "confusion": {
                "rows": [*self.classes, UNLABELLED],
                "columns": [*self.classes, "none"],
                "pixels": self.confusion.tolist(),
            },
        }
        if self.protocol.leave_out:
            fields["left_out"] = list(self.protocol.leave_out)
            fields["left_out_ignored"] = {
                **self.summary(self.ignored),
                "classes": self.by_class(self.ignored),
            }
        return fields

    def to_card(self, how_run: str = "") -> dict[str, Any]:
        """The short form for a model's card.

        Args:
            how_run: What to say of the run besides, as "at the model's ground resolution".
        """
        out = " and ".join(self.protocol.leave_out)
        how = f"{out} counted, left out of the mean" if out else "unlabelled ignored"
        numbers = {
            "value": self.value,
            **self.summary(self.counted),
            "boundary_f1": self.boundary_f1,
        }
        return {
            "data": self.name,
            "metric": self.metric,
            **{name: _rounded(value) for name, value in numbers.items()},
            "iou": {row["name"]: _rounded(row["iou"]) for row in self.by_class(self.counted)},
            "how": ", ".join(
                filter(None, ("one confusion matrix", "streaming inference", how_run, how))
            ),
        }


def pool(name: str, scores: Sequence[Score]) -> tuple[Score, ...]:
    """Put scenes together, those apart whose labels tell other classes apart."""
    pools: dict[tuple[str, ...], Score] = {}
    for score in scores:
        one = pools.get(score.classes)
        pools[score.classes] = replace(
            score,
            name=name,
            confusion=score.confusion + (one.confusion if one else 0),
            boundary=np.concatenate([one.boundary, score.boundary]) if one else score.boundary,
        )
    return tuple(pools.values())


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, 4)
