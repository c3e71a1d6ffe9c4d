"""The image that labels are learned on."""

from __future__ import annotations

from core.model.card import Card
from core.raster.reading import Raster

FINEST = 0.1
"""Metres a pixel about which finer images are learned at: what a polygon shows at a few centimetres
is texture, of which the network has seen none, and there are many times as many pixels to see."""


def open_image(path: str, bands: tuple[int, ...] | None, card: Card) -> Raster:
    """Open an image as the inputs of a model.

    Args:
        path: See ``Raster``.
        bands: See ``Raster``.
        card: The model's.

    Raises:
        RasterReadError: See ``Raster``.
        BandError: See ``Raster``.
    """
    return Raster(path, len(card.bands), bands, rgb=card.is_rgb, finest=FINEST)
