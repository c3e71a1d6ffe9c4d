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
    if maps.dtype in (torch.float16, torch.bfloat16):
        return _product(maps, boxes, scene, size)
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
    source = maps.expand(count, -1, -1, -1) if scene is None else maps[scene]
    return functional.grid_sample(
        source, grid, mode="bilinear", padding_mode="border", align_corners=False
    )


def _product(maps: Tensor, boxes: Tensor, scene: Tensor | None, size: tuple[int, int]) -> Tensor:
    """The same as a product of matrices, which processors do best in half precision.

    The part of the maps that the boxes reach must be small: a product knows nothing of the zeros.
    """
    x0, y0, x1, y1 = boxes.to(torch.float32).unbind(1)
    rows, down = _hats(y0, y1, size[0], maps.shape[2])
    columns, across = _hats(x0, x1, size[1], maps.shape[3])
    owner = torch.zeros_like(rows[:, 0]) if scene is None else scene
    part = maps.permute(0, 2, 3, 1)[owner[:, None, None], rows[:, :, None], columns[:, None, :]]
    count, high, wide, channels = part.shape
    tall = down.to(maps.dtype) @ part.reshape(count, high, wide * channels)
    window = across.to(maps.dtype)[:, None] @ tall.view(count, size[0], wide, channels)
    return window.permute(0, 3, 1, 2)


def _hats(begin: Tensor, end: Tensor, size: int, length: int) -> tuple[Tensor, Tensor]:
    """Bilinear weights along one axis.

    Args:
        begin: (N,) first edge of each window, 0..1 over the map.
        end: (N,) last edge.
        size: Samples of a window.
        length: Cells of the map.

    Returns:
        The cells that each window reaches (N, reach), and their weight in each sample
        (N, size, reach).
    """
    share = (torch.arange(size, device=begin.device) + 0.5) / size
    at = (begin[:, None] + (end - begin)[:, None] * share) * length - 0.5
    at = at.clamp(0, length - 1)
    first = at[:, :1].floor()
    cells = first + torch.arange(int((at[:, -1:] - first).max()) + 2, device=begin.device)
    weight = (1 - (at[:, :, None] - cells[:, None]).abs()).clamp_min(0)
    return cells.long().clamp_max(length - 1), weight
