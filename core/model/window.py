"""Exact window sampling: the part of a feature map that lies under a patch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def sample_window(
    maps: Tensor, boxes: Tensor, scene: Tensor | None, size: tuple[int, int]
) -> Tensor:
    """Sample windows of feature maps bilinearly at fractional positions.

    Pixel centres (``align_corners=False``), border padding: a window may reach beyond the map.

    Args:
        maps: (S, C, H, W), one map for each scene.
        boxes: (N, 4) as x0, y0, x1, y1 in scene coordinates, 0..1 over the whole map.
        scene: (N,) scene of each box; None when there is one scene.
        size: Height and width of each sampled window.

    Returns:
        (N, C, height, width).
    """
    height, width = size
    x0, y0, x1, y1 = boxes.to(torch.float32).unbind(1)
    column = (torch.arange(width, device=boxes.device, dtype=torch.float32) + 0.5) / width
    row = (torch.arange(height, device=boxes.device, dtype=torch.float32) + 0.5) / height
    x = 2 * (x0[:, None] + (x1 - x0)[:, None] * column) - 1
    y = 2 * (y0[:, None] + (y1 - y0)[:, None] * row) - 1
    count = boxes.shape[0]
    grid = torch.stack(
        (
            x[:, None, :].expand(count, height, width),
            y[:, :, None].expand(count, height, width),
        ),
        dim=-1,
    )
    source = maps.float()
    source = source.expand(count, -1, -1, -1) if scene is None else source[scene]
    return functional.grid_sample(
        source, grid, mode="bilinear", padding_mode="border", align_corners=False
    ).to(maps.dtype)
