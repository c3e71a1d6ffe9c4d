"""Image statistics: batch normalisations that expect this image, not only those of training.

AdaBN (Y. Li et al., "Revisiting batch normalization for practical domain adaptation", 2016, arXiv
1603.04779), in part: a sample of an image does not show all that there is, so that the statistics
of training keep their share.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from core.model.ginet import GINet
from core.model.precision import Precision

BATCH = 4
"""Views that are normalised together."""


@torch.no_grad()
def with_statistics(
    network: GINet,
    views: Sequence[tuple[Tensor, Tensor]],
    share: float,
    precision: Precision,
    check: Callable[[], None] = lambda: None,
) -> GINet:
    """A copy of a network whose local encoder is normalised for an image; itself for no share.

    Args:
        network: In evaluation mode; stays as it is.
        views: Of the image: values (inputs, side, side) in 0..1 and validity (1, side, side).
        share: Of the image's statistics, 0 to 1; the network's own have the rest.
        precision: To compute in.
        check: Called after each batch.
    """
    if not share:
        return network
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
    for begin in range(0, len(views), BATCH):
        values, valid = zip(*views[begin : begin + BATCH], strict=True)
        with precision.autocast():
            adapted.encode(
                torch.stack(values).to(device, torch.float32),
                torch.stack(valid).to(device, torch.float32),
            )
        check()
    for norm, (mean, variance), momentum in zip(norms, before, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
        _known(norm.running_mean).lerp_(mean, 1 - share)
        _known(norm.running_var).lerp_(variance, 1 - share)
    return adapted


def _known(statistic: Tensor | None) -> Tensor:
    if statistic is None:
        raise RuntimeError("an encoder's normalisation keeps statistics")
    return statistic
