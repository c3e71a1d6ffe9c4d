"""The result of an accuracy assessment, and warnings about what its numbers cannot show."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from core.accuracy import metrics
from core.accuracy.class_index import Entry
from core.accuracy.estimates import Estimate, Sample
from core.accuracy.features import Features
from core.accuracy.reference import RasterReference
from core.accuracy.tally import Tally


def accuracy_result(
    tally: Tally, entries: list[Entry], strata: list[Entry], reference: RasterReference | Features
) -> dict[str, Any]:
    """The fields of the ``result`` event.

    Args:
        tally: Counted over the whole map.
        entries: The classes, in the order of the tally's indices.
        strata: The strata, likewise.
        reference: What was compared with.
    """
    mapped = tally.pixels.sum(axis=0)
    classes = _ordered(entries, {*np.flatnonzero(mapped).tolist(), *tally.truths})
    homes = _ordered(strata, set(np.flatnonzero(tally.pixels.sum(axis=1)).tolist()))
    sample = tally.sample(classes, homes)
    counts = sample.counts
    padded = np.pad(
        counts.T, ((0, 0), (0, 1))
    )  # reference in rows, as core.accuracy.metrics has it
    scores = {
        "users_of_sample": metrics.precision(padded),
        "producers_of_sample": metrics.recall(padded),
        "f1": metrics.f1_score(padded),
        "iou": metrics.intersection_over_union(padded),
    }
    metres = tally.metres
    total = None if metres is None else sample.size
    used = sorted(tally.units)
    return {
        "reference": {
            "kind": reference.kind,
            "count": reference.count,
            "unlabelled": reference.unlabelled,
            "invalid": reference.invalid,
            "shared": tally.shared,
            "unused": reference.count - reference.unlabelled - len(used),
            "pixels": tally.labelled,
            "reprojected": reference.reprojected,
            **(
                {"by_number": reference.by_number} if isinstance(reference, RasterReference) else {}
            ),
        },
        "overall": _estimate(sample.overall()),
        "overall_of_sample": metrics.number(metrics.accuracy(padded)),
        "kappa": metrics.number(metrics.kappa(padded)),
        "area_m2": total,
        "classes": [
            {
                **asdict(entries[index]),
                "pixels": int(mapped[index]),
                "mapped_m2": None if metres is None else float(metres[:, index].sum()),
                "users": _estimate(sample.users(place)),
                "producers": _estimate(sample.producers(place)),
                "area": _estimate(sample.area(place)),
                **{key: metrics.number(values[place]) for key, values in scores.items()},
            }
            for place, index in enumerate(classes)
        ],
        "matrix": counts.tolist(),
        "proportions": sample.proportions.tolist(),
        "strata": _strata(tally, sample, [strata[index] for index in homes], homes),
    }


def _strata(
    tally: Tally, sample: Sample, entries: list[Entry], homes: list[int]
) -> list[dict[str, Any]]:
    sizes = (tally.pixels if tally.metres is None else tally.metres).sum(axis=1)[homes]
    return [
        {
            "name": entry.name,
            "colour": entry.colour,
            "pixels": int(tally.pixels[home].sum()),
            "share": float(sizes[place] / sizes.sum()),
            "units": int(sample.units_drawn[place]),
            "sampled_pixels": int(sample.pixels_drawn[place]),
        }
        for place, (entry, home) in enumerate(zip(entries, homes, strict=True))
    ]


def _ordered(entries: list[Entry], present: set[int]) -> list[int]:
    """Indices of the classes that are there, by id; those without one last."""

    def key(index: int) -> tuple[bool, int, str]:
        entry = entries[index]
        return entry.id is None, entry.id or 0, entry.name

    return sorted(present, key=key)


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    """With its 95 % confidence interval, as far as that lies within 0..1."""
    value, margin = estimate.value, estimate.margin
    return {
        "value": metrics.number(value),
        "error": metrics.number(estimate.error),
        "low": metrics.number(max(value - margin, 0.0)) if margin == margin else None,
        "high": metrics.number(min(value + margin, 1.0)) if margin == margin else None,
    }


def cautions(result: dict[str, Any], name: str) -> list[str]:
    """What the figures cannot be trusted for, in short; the plugin's report has it in full."""
    found = result["reference"]
    told = []
    if found["unlabelled"]:
        told.append(f"{found['unlabelled']} of {found['count']} features have no label.")
    if found["unused"]:
        told.append(f"{found['unused']} features hold no pixel of the map with data of their own.")
    if found["shared"]:
        told.append(
            f"{found['shared']} pixels lie in polygons of different classes and are left out."
        )
    if strangers := [each["name"] for each in result["classes"] if not each["known"]]:
        told.append(f"The map does not know these classes of {name}: {', '.join(strangers)}.")
    if empty := [each["name"] for each in result["strata"] if not each["units"]]:
        told.append(f"Strata without any label, left out of the estimates: {', '.join(empty)}.")
    if found["kind"] == "raster":
        told.append("A reference raster is no random sample: there are no confidence intervals.")
        return told
    if lone := [each["name"] for each in result["strata"] if each["units"] == 1]:
        told.append(
            f"Strata with a single one of the {found['kind']}: {', '.join(lone)}. Their variance "
            "is undefined, and so are the intervals that need it."
        )
    if found["kind"] == "polygons":
        told.append("The intervals hold only if the polygons were drawn at random.")
    return told
