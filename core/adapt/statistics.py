"""The image's own statistics: batch normalisations that expect this place, not those of training.

AdaBN (Li et al. 2016, arXiv 1603.04779), half way: a few million pixels do not show all that there
is, so the mean with the base model's statistics is taken.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import nn

from core.adapt.clock import Clock
from core.adapt.regions import Region
from core.model.ginet import GINet
from core.model.precision import Precision

SHARE = 0.5
"""Of the image's statistics; chosen on places of ``benchmarks.contest``'s tuning set."""

BATCH = 4
"""Regions that are normalised together."""


@torch.no_grad()
def with_statistics_of(
    network: GINet, regions: Sequence[Region], precision: Precision, clock: Clock
) -> GINet:
    """A copy of a network whose local encoder is normalised for an image.

    Args:
        network: The base model's, in evaluation mode; stays as it is.
        regions: Spread over the image.
        precision: To compute in.
        clock: Checked after each batch.
    """
    adapted = copy.deepcopy(network)
    device = adapted.local_head.classify.weight.device
    norms = [m for m in adapted.local_encoder.modules() if isinstance(m, nn.BatchNorm2d)]
    before = [
        (_known(norm.running_mean).clone(), _known(norm.running_var).clone()) for norm in norms
    ]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
        norm.train()
    for begin in range(0, len(regions), BATCH):
        batch = regions[begin : begin + BATCH]
        with precision.autocast():
            adapted.encode(
                torch.stack([region.values for region in batch]).to(device, torch.float32),
                torch.stack([region.valid for region in batch]).to(device, torch.float32),
            )
        clock.check()
    for norm, (mean, variance), momentum in zip(norms, before, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
        _known(norm.running_mean).lerp_(mean, 1 - SHARE)
        _known(norm.running_var).lerp_(variance, 1 - SHARE)
    return adapted


def _known(statistic: torch.Tensor | None) -> torch.Tensor:
    if statistic is None:
        raise RuntimeError("an encoder's normalisation keeps statistics")
    return statistic
