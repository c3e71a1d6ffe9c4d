"""Our local branch as one plain network, and its export to ONNX."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn

from core.model.ginet import Context
from core.model.modelfile import load_model
from core.model.pyramid import upsample


class LocalBranch(nn.Module):
    """From (N, 3, side, side) in 0..1 to probabilities (N, classes, side, side); no injection."""

    def __init__(self, model: str) -> None:
        super().__init__()
        loaded = load_model(model)
        self.network = loaded.network
        self.side, self.overlap = loaded.card.patch, loaded.card.overlap
        self.names = {str(k): entry.name for k, entry in enumerate(loaded.card.classes)}

    def forward(self, pixels: Tensor) -> Tensor:
        valid, boxes = torch.ones_like(pixels[:, :1]), torch.zeros(len(pixels), 4)
        nothing = Context(None, torch.zeros(1))
        features = self.network.local(pixels, valid, boxes, nothing)
        return upsample(self.network.local_head(features), pixels.shape[2:]).softmax(1)


def export(model: str, path: Path) -> LocalBranch:
    """Write the branch as ONNX, with the metadata that Deepness and GeoDeep read.

    Raises:
        ImportError: The package onnx is not there.
    """
    import onnx

    branch = LocalBranch(model).eval()
    sample = torch.zeros(1, 3, branch.side, branch.side)
    torch.onnx.export(branch, (sample,), str(path), input_names=["input"], dynamo=False)
    stored = onnx.load(path)
    metadata = {
        "model_type": "Segmentor",
        "class_names": branch.names,
        "resolution": 1,
        "seg_thresh": 0.0,
        "tiles_overlap": 100 * branch.overlap / branch.side,
    }
    onnx.helper.set_model_props(stored, {key: json.dumps(value) for key, value in metadata.items()})
    onnx.save(stored, path)
    return branch
