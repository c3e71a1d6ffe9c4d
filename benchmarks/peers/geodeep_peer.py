"""GeoDeep (PyPI ``geodeep``) itself, with our local branch exported to ONNX."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers.contest import First, contestant
from benchmarks.peers.local import export


def prepare(options: argparse.Namespace) -> Path:
    import geodeep  # noqa: F401 - see that it is there

    path = Path(tempfile.mkdtemp(), "local.onnx")
    export(options.model, path)
    return path


def classify(model: Path, scene: Path, first: First) -> np.ndarray:
    from geodeep import segment

    def progress(text: str, _: float) -> None:
        if text.startswith("Processing tile 1/"):
            first()

    return segment(str(scene), str(model), output_type="raw", progress_callback=progress)


if __name__ == "__main__":
    contestant(prepare, classify)
