"""Fusing: on CPUs, activations and one-sided padding become part of the convolutions.

Each pass over a feature map costs about as much as a small convolution: what oneDNN can do while it
writes its result should not be a pass of its own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.model.encoder import SamePad

NONE: tuple[str, list[float]] = ("none", [])
RELU6 = ("hardtanh", [0.0, 6.0])


class FusedConv2d(nn.Module):
    """A convolution with a padding that may be one-sided and an activation, for inference.

    Args:
        convolution: Whose weights to take; square kernels only.
        padded: TensorFlow's "same" padding of stride 2 comes before it.
        activated: ReLU6 follows it.
    """

    def __init__(self, convolution: nn.Conv2d, *, padded: bool, activated: bool) -> None:
        """Take over the weights."""
        super().__init__()
        weight, self.padding = convolution.weight, list(convolution.padding)
        if padded:
            # One pixel more on the right and bottom: so much on all sides, and a kernel whose
            # first row and column are zero.
            kernel = convolution.kernel_size[0]
            self.padding = [(kernel - 1) // 2] * 2
            weight = functional.pad(weight, (1, 0, 1, 0)) if kernel % 2 else weight
        self.weight = nn.Parameter(weight.detach(), requires_grad=False)
        self.bias = convolution.bias
        self.stride, self.groups = list(convolution.stride), convolution.groups
        self.activation = RELU6 if activated else NONE

    def forward(self, x: Tensor) -> Tensor:
        """Convolve (B, inputs, H, W)."""
        result: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x,
            self.weight,
            self.bias,
            self.padding,
            self.stride,
            [1, 1],
            self.groups,
            *self.activation,
            "",
        )
        return result


def fuse_convolutions(network: nn.Module, precision: torch.dtype = torch.float32) -> None:
    """Fuse what can be, in place; after folding, on a CPU, and never to be trained again.

    Args:
        network: All of it; it stays as it is where this torch or this CPU is not able.
        precision: That it will compute in.
    """
    if not _is_able(precision):
        return
    for module in network.modules():
        if isinstance(module, nn.Sequential):
            _fuse(module)


def _is_able(precision: torch.dtype) -> bool:
    """Whether torch has what it takes: the operator is oneDNN's, and torch does not document it."""
    with torch.inference_mode(), torch.random.fork_rng(devices=[]):
        x, plain = torch.randn(1, 4, 8, 8), nn.Conv2d(4, 4, 3, 2, groups=4)
        expected = functional.relu6(plain(SamePad(3)(x)))
        try:
            fused = FusedConv2d(plain.to(precision), padded=True, activated=True)
            found = fused(x.to(precision)).float()
        except (AttributeError, RuntimeError):
            return False
        return torch.allclose(found, expected, atol=0.05)


def _fuse(layers: nn.Sequential) -> None:
    fused: list[nn.Module] = []
    for layer in layers:
        last = fused[-1] if fused else None
        if isinstance(layer, nn.Conv2d):
            padded = isinstance(last, SamePad)
            if padded:
                fused.pop()
            fused.append(FusedConv2d(layer, padded=padded, activated=False))
        elif isinstance(layer, nn.ReLU6) and isinstance(last, FusedConv2d):
            last.activation = RELU6
        elif not isinstance(layer, nn.Identity):
            fused.append(layer)
    while len(layers):
        del layers[-1]
    layers.extend(fused)
