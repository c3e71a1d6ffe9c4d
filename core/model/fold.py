"""Folding: for inference, batch normalisations become part of the convolutions before them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from core.model.encoder import Bottleneck, ResNet50
from core.model.ginet import GINet
from core.model.pyramid import Head


def fold_batch_norms(network: GINet) -> None:
    """Fold all batch normalisations of a network in evaluation mode, in place.

    What it computes stays the same but for rounding; it can no longer be trained.
    """
    for convolution, owner, name in list(_pairs(network)):
        norm = getattr(owner, name)
        convolution.weight, convolution.bias = fuse_conv_bn_weights(
            convolution.weight,
            convolution.bias,
            norm.running_mean,
            norm.running_var,
            norm.eps,
            norm.weight,
            norm.bias,
        )
        setattr(owner, name, nn.Identity())


def _pairs(network: GINet) -> Iterator[tuple[nn.Conv2d, nn.Module, str]]:
    """Each convolution that a batch normalisation follows; its owner and its name there."""
    for module in network.modules():
        if isinstance(module, nn.Sequential):
            for (_, first), (name, second) in pairwise(module.named_children()):
                if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                    yield first, module, name
        elif isinstance(module, Bottleneck):
            for number in (1, 2, 3):
                yield getattr(module, f"conv{number}"), module, f"bn{number}"
        elif isinstance(module, ResNet50):
            yield module.conv1, module, "bn1"
        elif isinstance(module, Head):
            yield module.conv, module, "norm"
    for level, convolution in enumerate(network.global_pyramid.output):
        yield convolution, network.global_norms, str(level)  # type: ignore[misc]
    for ggn, convolution in zip(network.local_norms, network.local_pyramid.output, strict=True):
        if isinstance(ggn.norm, nn.BatchNorm2d):
            yield convolution, ggn, "norm"  # type: ignore[misc]
