"""The adapted model's card: what it comes from, without a path or a credential."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.adapt.outcome import Outcome
from core.model.card import COLOUR_INFRARED, Card
from core.model.modelfile import Model
from core.raster.reading import Raster
from core.raster.scaling import Scaling
from core.wire.colour_words import NATURAL
from core.wire.finetune_job import FinetuneJob
from core.wire.paths import display_name


def adapted_card(
    job: FinetuneJob,
    base: Model,
    raster: Raster,
    scaling: Scaling,
    outcome: Outcome,
    pixels: NDArray[np.int64],
) -> Card:
    """The base model's card, but for what the adaptation changed.

    Args:
        job: What was asked for.
        base: The base model.
        raster: The opened image.
        scaling: How its values were scaled.
        outcome: Of the adaptation.
        pixels: (K,) labelled pixels of each class, of the image as it is read.
    """
    pixels = -(-pixels // raster.split**2)
    card, image = base.card, job.image_name or file_name(job.image)
    labels = job.labels_name or file_name(job.labels)
    resolution = card.ground_resolution
    if raster.gsd and (resolution or raster.merged > 1) and not outcome.kept:
        finest, coarsest = resolution or (raster.gsd, raster.gsd)
        # Maps of an image whose pixels were merged or split are made as it was learned.
        finest = raster.gsd if raster.merged > 1 else min(finest, raster.gsd)
        coarsest = raster.gsd if raster.split > 1 else max(coarsest, raster.gsd)
        resolution = finest, coarsest
    scores: tuple[dict[str, Any], ...] = ()
    if outcome.validation:
        scores = (
            {
                "data": f"held-out labels of {image}",
                "metric": "mIoU",
                "value": outcome.validation["after"],
                "before": outcome.validation["before"],
                "iou": outcome.validation["iou_after"],
                "how": f"{outcome.validation['folds']} fits without the labels that are measured; "
                "the model learned from all labels",
            },
        )
    bands = card.bands
    if card.colours and not outcome.kept:
        colours = COLOUR_INFRARED if raster.is_infrared else NATURAL
        bands = (*colours, *bands[len(colours) :])
    return replace(
        card,
        bands=bands,
        probe=True,
        familiarity=outcome.heads()[2] is not None,
        image_statistics=0.0,  # they are in its weights
        image_colours=card.image_colours and outcome.kept,
        name=Path(job.output).stem,
        classes=job.classes,
        ground_resolution=resolution,
        value_scaling={**card.value_scaling, raster.dtype: scaling.ranges},
        description=f"{card.name}, adapted to {image} with {int(pixels.sum())} labelled pixels.",
        training_data=(
            *card.training_data,
            {"name": f"{image}, labels {labels}", "source": "the model's user"},
        ),
        scores=scores,
        training={
            "base": card.name,
            "base_sha256": base.sha256,
            "base_training": dict(card.training),
            "image": image,
            "labels": labels,
            "label_pixels": {
                entry.name: int(count) for entry, count in zip(job.classes, pixels, strict=True)
            },
            "origins": {name: list(parts) for name, parts in job.origins.items()},
            "merged": raster.merged,
            "split": raster.split,
            "kept_base": outcome.kept,
            "shares": {
                name: round(share, 3) for name, share in outcome.shares.items() if not outcome.kept
            },
            "seed": job.seed,
            "threads": torch.get_num_threads(),
            "validation": outcome.validation,
        },
    )


def file_name(path: str) -> str:
    """The last part of a path or address, free of credentials."""
    return display_name(path).replace("\\", "/").rsplit("/", 1)[-1]
