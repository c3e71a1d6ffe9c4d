"""Image statistics: batch normalisations that expect this image, not only those of training.

AdaBN (Y. Li et al., "Revisiting batch normalization for practical domain adaptation", 2016, arXiv
1603.04779), in part: a sample of an image does not show all that there is, so that the statistics
of training keep their share.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from core.model.ginet import GINet
from core.model.precision import Precision

BATCH = 4
"""Views that are normalised together."""


Statistics = Sequence[tuple[Tensor, Tensor]]
"""Mean and variance (channels,) before each batch normalisation of the local encoder."""


def measure(
    network: GINet,
    views: Sequence[tuple[Tensor, Tensor]],
    precision: Precision,
    check: Callable[[], None] = lambda: None,
    each: Callable[..., Iterable[Statistics]] = map,
) -> Statistics:
    """The statistics of an image in a network's local encoder: the mean over batches of views.

    Args:
        network: In evaluation mode; stays as it is.
        views: Of the image: values (inputs, side, side) in 0..1 and validity (1, side, side).
        precision: To compute in.
        check: Called after each batch.
        each: ``map``, or a pool's, which measures batches side by side.
    """
    batches = [views[begin : begin + BATCH] for begin in range(0, len(views), BATCH)]
    mean: Statistics = []
    for number, found in enumerate(each(partial(_of_batch, network, precision), batches), 1):
        old, new = 1 - 1 / number, 1 / number
        mean = [
            (old * means + new * mean_of_one, old * variances + new * variance_of_one)
            for (means, variances), (mean_of_one, variance_of_one) in zip(
                mean or found, found, strict=True
            )
        ]
        check()
    return mean


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
    normalise(adapted, statistics, share)
    return adapted


@torch.no_grad()
def normalise(network: GINet, statistics: Statistics, share: float) -> None:
    """Normalise a network for an image, see ``normalised``."""
    for norm, (mean, variance) in zip(_norms(network.local_encoder), statistics, strict=True):
        for own, of_image in ((norm.running_mean, mean), (norm.running_var, variance)):
            _known(own).copy_(of_image.lerp(_known(own), 1 - share))


@torch.no_grad()
def _of_batch(
    network: GINet, precision: Precision, views: Sequence[tuple[Tensor, Tensor]]
) -> Statistics:
    encoder = copy.deepcopy(network.local_encoder)
    norms = _norms(encoder)
    for norm in norms:
        norm.momentum = 1.0  # what is known is forgotten
        norm.train()
    device = norms[0].weight.device
    values, valid = (
        torch.stack(each).to(device, torch.float32) for each in zip(*views, strict=True)
    )
    with precision.autocast():
        encoder(network.centred(values, valid))
    return [(_known(norm.running_mean), _known(norm.running_var)) for norm in norms]


def _norms(encoder: nn.Module) -> list[nn.BatchNorm2d]:
    return [m for m in encoder.modules() if isinstance(m, nn.BatchNorm2d)]


def _known(statistic: Tensor | None) -> Tensor:
    if statistic is None:
        raise RuntimeError("an encoder's normalisation keeps statistics")
    return statistic
