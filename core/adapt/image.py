"""The image that labels are learned on."""

from __future__ import annotations

from core.model.card import Card
from core.raster.reading import Raster
from core.wire.finetune_job import FinetuneJob
from core.wire.session_job import SessionJob


def open_image(job: FinetuneJob | SessionJob, card: Card) -> Raster:
    """Open a job's image as the inputs of a model.

    Args:
        job: Names the image and what it is learned at: see ``FinetuneJob.finest``.
        card: The model's.

    Raises:
        RasterReadError: See ``Raster``.
        BandError: See ``Raster``.
    """
    return Raster(job.image, len(card.bands), job.bands, rgb=card.is_rgb, finest=job.finest)
