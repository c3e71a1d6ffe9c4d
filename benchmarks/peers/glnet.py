"""GLNet (VITA-Group/GLNet), from a checkout named by the variable GLNET; weights do not matter.

Global image and patches 508 x 508, at least 50 pixels of overlap, one patch at a time, the branch
that injects the global features into the patches: the work that its authors' evaluation does.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from rasterio.windows import Window
from torch.nn import functional
from torch.utils import model_zoo

from benchmarks.peers.contest import First, contestant

SIDE, OVERLAP, CLASSES = 508, 50, 7


def prepare(_: argparse.Namespace) -> Any:
    folder = Path(os.environ.get("GLNET", ""))
    if not (folder / "models" / "fpn_global_local_fmreg_ensemble.py").is_file():
        raise FileNotFoundError("a checkout of VITA-Group/GLNet, named by GLNET=DIR")
    sys.path.insert(0, str(folder))
    # It asks for ImageNet weights; any will do here, and none is downloaded.
    model_zoo.load_url = lambda *_, **__: {}
    load = torch.nn.Module.load_state_dict
    torch.nn.Module.load_state_dict = lambda self, state, **_: load(self, state, strict=False)
    from models.fpn_global_local_fmreg_ensemble import fpn

    torch.nn.Module.load_state_dict = load
    return fpn(CLASSES).eval()


@torch.no_grad()
def classify(network: Any, scene: Path, first: First) -> np.ndarray:
    with rasterio.open(scene) as source:
        height, width = source.shape
        pixels = source.read([1, 2, 3], out_shape=(3, SIDE, SIDE))
        globally = torch.from_numpy(pixels).float()[None] / 255
        rows, columns = starts(height), starts(width)
        ratio = SIDE / height, SIDE / width
        total = np.zeros((CLASSES, height, width), np.float32)
        for top in rows:
            for left in columns:
                pixels = source.read([1, 2, 3], window=Window(left, top, SIDE, SIDE))
                patch = torch.from_numpy(pixels).float()[None] / 255
                place = [(top / height, left / width)]
                logits, *_ = network(
                    globally, patch, place, ratio, mode=2, n_patch=len(rows) * len(columns)
                )
                logits = functional.interpolate(logits, size=(SIDE, SIDE), mode="nearest")
                total[:, top : top + SIDE, left : left + SIDE] += logits[0].numpy()
                first()
    return total.argmax(0)


def starts(length: int) -> list[int]:
    count = 2
    while count * SIDE < length or SIDE - (length - SIDE) / (count - 1) < OVERLAP:
        count += 1
    return [round(index * (length - SIDE) / (count - 1)) for index in range(count)]


if __name__ == "__main__":
    contestant(prepare, classify)
