"""A plain sliding window in torch, as most scripts do it: read a window, run it, take the maximum.

Our local branch as it was trained: batch norms not folded, float32, one window at a time, no global
branch, logits brought to full resolution, overlaps overwritten.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import rasterio
import torch
from rasterio.windows import Window

from benchmarks.peers.contest import First, contestant, windows
from benchmarks.peers.local import LocalBranch


def prepare(options: argparse.Namespace) -> LocalBranch:
    return LocalBranch(options.model).eval()


@torch.no_grad()
def classify(network: LocalBranch, scene: Path, first: First) -> np.ndarray:
    with rasterio.open(scene) as source:
        classes = np.zeros(source.shape, np.uint8)
        for top, left in windows(source.width, source.height, network.side, network.overlap):
            place = Window(left, top, network.side, network.side)
            pixels = torch.from_numpy(source.read([1, 2, 3], window=place)).float()[None] / 255
            found = network(pixels).argmax(1)[0].numpy()
            classes[top : top + network.side, left : left + network.side] = found
            first()
    return classes


if __name__ == "__main__":
    contestant(prepare, classify)
