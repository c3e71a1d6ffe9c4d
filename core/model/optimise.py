"""Optimising: a network as inference runs it, faster than as it is trained."""

from __future__ import annotations

import torch

from core.model.fold import fold_batch_norms
from core.model.fuse import fuse_convolutions
from core.model.ginet import GINet
from core.model.memory import to_channels_last


def optimise(network: GINet, kind: str, precision: torch.dtype) -> None:
    """Fold, fuse and lay out a network in place, and move it; never to be trained again.

    Args:
        network: On the CPU, in evaluation mode.
        kind: Of the device: "cpu", "cuda" or "mps".
        precision: To compute in.
    """
    fold_batch_norms(network)
    if kind == "cpu":
        fuse_convolutions(network, precision)
    to_channels_last(network.to(kind, precision))
