"""The image that labels are learned on."""

from __future__ import annotations

from core.adapt.other_bands import room
from core.model.card import Card
from core.raster.reading import Raster
from core.wire.finetune_job import FinetuneJob
from core.wire.session_job import SessionJob


def open_image(job: FinetuneJob | SessionJob, card: Card) -> Raster:
    """Open a job's image as the inputs of a model, and warn where its pixels are merged.

    Args:
        job: Names the image and what it is learned at: see ``FinetuneJob.finest``.
        card: The model's; what it has learned at is not too fine.

    Raises:
        RasterReadError: See ``Raster``.
        BandError: See ``Raster``.
    """
    finest = job.finest
    if finest and card.ground_resolution:
        finest = min(finest, card.ground_resolution[0])
    raster = Raster(
        job.image,
        len(card.bands),
        job.bands,
        colours=card.colours,
        seen=card.seen,
        finest=finest,
        coarsest=card.ground_resolution and card.ground_resolution[1],
        others=room(card) if job.other_bands else 0,
    )
    if raster.gsd and raster.merged > 1:
        raster.warnings.append(
            f"{raster.name} is learned at {raster.gsd:.2g} m, {raster.merged} x {raster.merged} "
            "pixels as one: what is smaller is not told apart. A setting changes that."
        )
    return raster
