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


Statistics = Sequence[tuple[Tensor, Tensor]]
"""Mean and variance (channels,) before each batch normalisation of the local encoder."""


@torch.no_grad()
def measure(
    network: GINet,
    views: Sequence[tuple[Tensor, Tensor]],
    precision: Precision,
    check: Callable[[], None] = lambda: None,
) -> Statistics:
    """The statistics of an image in a network's local encoder.

    Args:
        network: In evaluation mode; stays as it is.
        views: Of the image: values (inputs, side, side) in 0..1 and validity (1, side, side).
        precision: To compute in.
        check: Called after each batch.
    """
    seeing = copy.deepcopy(network)
    device = seeing.local_head.classify.weight.device
    norms = _norms(seeing)
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
        norm.train()
    for begin in range(0, len(views), BATCH):
        values, valid = zip(*views[begin : begin + BATCH], strict=True)
        with precision.autocast():
            seeing.encode(
                torch.stack(values).to(device, torch.float32),
                torch.stack(valid).to(device, torch.float32),
            )
        check()
    return [(_known(norm.running_mean), _known(norm.running_var)) for norm in norms]


@torch.no_grad()
def normalised(network: GINet, statistics: Statistics, share: float) -> GINet:
    """A copy of a network whose local encoder is normalised for an image; itself for no share.

    Args:
        network: In evaluation mode; stays as it is.
        statistics: Of the image, from ``measure``.
        share: Theirs, 0 to 1; the network's own have the rest.
    """
    if not share:
        return network
    adapted = copy.deepcopy(network)
    for norm, (mean, variance) in zip(_norms(adapted), statistics, strict=True):
        for own, of_image in ((norm.running_mean, mean), (norm.running_var, variance)):
            _known(own).copy_(of_image.lerp(_known(own), 1 - share))
    return adapted


def _norms(network: GINet) -> list[nn.BatchNorm2d]:
    return [m for m in network.local_encoder.modules() if isinstance(m, nn.BatchNorm2d)]


def _known(statistic: Tensor | None) -> Tensor:
    if statistic is None:
        raise RuntimeError("an encoder's normalisation keeps statistics")
    return statistic
