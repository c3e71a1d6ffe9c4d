"""Compact weights: convolutions' weights in 8 bits, for models that travel with the plugin.

Each output channel has a scale of its own, so that its largest weight is 127; what is lost is at
most half a step, 0.4 % of that weight.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

SCALE = ".scale"
"""Suffix of the tensor (outputs,) that holds the scales of the one that it is named after."""

FEW = 4
"""Inputs of a convolution whose weights stay as they are."""


def compact(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Round the convolutions' weights of a state dict to 8 bits; the rest stays as it is.

    Depthwise convolutions stay too: they are a twentieth of the weights, and suffer most. So does
    the first of an encoder, of few weights: of grey, those of red, green and blue cancel out in it.
    """
    packed = {}
    for name, tensor in state.items():
        if tensor.dim() != 4 or tensor.shape[1] <= FEW:
            packed[name] = tensor
            continue
        scale = tensor.float().abs().amax((1, 2, 3)).clamp_min(1e-8) / 127
        packed[name] = (tensor.float() / scale.view(-1, 1, 1, 1)).round().to(torch.int8)
        packed[name + SCALE] = scale
    return packed


def expand(tensor: Tensor, scale: Tensor) -> Tensor:
    """The weights (outputs, inputs, h, w) that 8-bit ones and their scales (outputs,) stand for."""
    return tensor.float() * scale.float().view(-1, 1, 1, 1)
