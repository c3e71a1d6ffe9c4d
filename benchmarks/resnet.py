"""A GINet with ResNet-50 encoders and random weights: its speed is that of a trained one.

python -m benchmarks.resnet FILE LIKE
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import torch

from core.model.modelfile import build_network, find_model, read_card, save_model


def write(path: Path, like: str) -> None:
    """Write it, with patches, context and classes of another model."""
    card = dataclasses.replace(
        read_card(find_model(like)),
        name="resnet50",
        encoder="resnet50",
        scores=(),
        description="Random weights, for measuring speed.",
    )
    torch.manual_seed(0)
    save_model(path, build_network(card), card)


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2])
