"""Precision: in which number format things are kept, and in which they are computed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

KEPT = torch.float16
"""Of what is kept between two steps, whatever computes; it has three bits more than bfloat16."""


def keep(values: Tensor) -> Tensor:
    """Values as they are kept: on the CPU, in half the memory."""
    return values.detach().to("cpu", KEPT)


def fetch(parts: Sequence[Tensor], device: str) -> Tensor:
    """Kept values (n, ...) one behind the other, in single precision on a device.

    Autocast mixes its own precision with float32 only, so it rests here, whoever calls.
    """
    with torch.autocast(device, enabled=False):
        return torch.cat(list(parts)).to(device, torch.float32)
