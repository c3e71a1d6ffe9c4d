"""Depthwise convolution that also trains fast in half precision on CPUs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class DepthwiseConv2d(nn.Conv2d):
    """A convolution of each channel by itself.

    oneDNN's backward pass of it takes 3 to 10 times as long in bfloat16 as in single precision
    (AVX-512, torch 2.13), so on CPUs its gradients are worked out in single precision.

    Args:
        channels: Channels in and out.
        kernel: Side of the kernel.
        stride: 1 or 2.
        padding: Zeros at each side.
    """

    def __init__(self, channels: int, kernel: int, stride: int, padding: int) -> None:
        """Build with random weights."""
        super().__init__(channels, channels, kernel, stride, padding, groups=channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve (B, channels, H, W)."""
        if torch.is_grad_enabled() and x.device.type == "cpu" and x.dtype == torch.bfloat16:
            result: Tensor = _Depthwise.apply(  # type: ignore[no-untyped-call]
                x, self.weight, self.stride[0], self.padding[0]
            )
            return result
        return super().forward(x)


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
        context.save_for_backward(x, weight)
        context.stride, context.padding = stride, padding
        weight = weight.to(x.dtype)
        return functional.conv2d(x, weight, None, stride, padding, 1, x.shape[1])

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = context.saved_tensors
        to_input, to_weight, _ = torch.ops.aten.convolution_backward(
            gradients[0].float(),
            x.float(),
            weight.float(),
            None,
            [context.stride] * 2,
            [context.padding] * 2,
            [1, 1],
            False,  # noqa: FBT003
            [0, 0],
            x.shape[1],
            [context.needs_input_grad[0], context.needs_input_grad[1], False],
        )
        return (
            None if to_input is None else to_input.to(x.dtype),
            None if to_weight is None else to_weight.to(weight.dtype),
            None,
            None,
        )
