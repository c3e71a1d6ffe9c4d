"""As Deepness does it: ONNX Runtime, one tile at a time, argmax of the probabilities."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

from benchmarks.peers.contest import First, contestant, windows
from benchmarks.peers.local import LocalBranch, export


def prepare(options: argparse.Namespace) -> tuple[LocalBranch, Any]:
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "local.onnx")
        branch = export(options.model, path)
        return branch, onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def classify(state: tuple[LocalBranch, Any], scene: Path, first: First) -> np.ndarray:
    branch, session = state
    with rasterio.open(scene) as source:
        classes = np.zeros(source.shape, np.uint8)
        for top, left in windows(source.width, source.height, branch.side, branch.overlap):
            place = Window(left, top, branch.side, branch.side)
            pixels = source.read([1, 2, 3], window=place)[None].astype(np.float32) / 255
            found = session.run(None, {"input": pixels})[0].argmax(1)[0]
            classes[top : top + branch.side, left : left + branch.side] = found
            first()
    return classes


if __name__ == "__main__":
    contestant(prepare, classify)
