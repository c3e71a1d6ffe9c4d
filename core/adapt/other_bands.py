"""Other bands: what an image holds beside a base model's inputs, such as near infrared or heights.

Encoders have learned what red, green and blue look like, and see nothing else. The probe learns
from labels alone: what else is measured of a pixel is one more feature to it.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from core.model.card import MAX_BANDS, Card
from core.model.ginet import GINet
from core.model.modelfile import Model, build_network
from core.raster.reading import Raster

BYTES = 0.0, 255.0
"""Range of a band of bytes."""

TEXTURES = "probe.textures."
"""Weights of what sees all bands."""


def room(card: Card) -> int:
    """How many bands a model can take beside its own."""
    return MAX_BANDS - len(card.bands)


def with_other_bands(model: Model, raster: Raster) -> Model:
    """A model with the same results that takes all bands that a raster gives.

    Args:
        model: The base model.
        raster: The image, opened with as many other bands as there are to be.
    """
    card = model.card
    names = raster.band_names[len(card.bands) :] if raster.others else ()
    if not names:
        return model
    wide = replace(
        card,
        bands=(*card.bands, *names),
        encoder_bands=card.seen,
        value_scaling={
            dtype: (*ranges, *[BYTES] * len(names))
            for dtype, ranges in card.value_scaling.items()
            if dtype == "uint8"  # of other types nobody knows what another band holds
        },
    )
    weights = model.network.state_dict()
    for name in weights:
        if name.startswith(TEXTURES):
            weights[name] = _widened(weights[name], len(card.bands), len(names))
    return replace(model, network=_built(wide, weights), card=wide)


def without_unused(network: GINet, card: Card) -> tuple[GINet, Card]:
    """The same model without the last bands, if they count for nothing: as where the base is kept.

    Args:
        network: An adapted model's.
        card: Its card.
    """
    if network.probe is None or network.seen == network.inputs:
        return network, card
    weights = network.state_dict()
    own = [name for name in weights if name.startswith(TEXTURES)]
    used = sum(weights[name][:, : network.inputs].abs().sum((0, 2, 3)) for name in own) > 0
    used[: network.seen] = True
    count = int(used.nonzero().max()) + 1  # those at the end: images have theirs in this order
    if count == network.inputs:
        return network, card
    narrow = replace(
        card,
        bands=card.bands[:count],
        encoder_bands=network.seen if count > network.seen else None,
        value_scaling={dtype: each[:count] for dtype, each in card.value_scaling.items()},
    )
    for name in own:
        weight = weights[name]
        weights[name] = torch.cat((weight[:, :count], weight[:, network.inputs :]), 1)
    return _built(narrow, weights), narrow


def _built(card: Card, weights: dict[str, Tensor]) -> GINet:
    network = build_network(card)
    network.load_state_dict(weights)
    return network.requires_grad_(requires_grad=False).eval()


def _widened(weight: Tensor, at: int, more: int) -> Tensor:
    """Weights (classes, features, 1, 1) with as many features more, which count for nothing."""
    added = weight.new_zeros(len(weight), more, 1, 1)
    return torch.cat((weight[:, :at], added, weight[:, at:]), 1)
