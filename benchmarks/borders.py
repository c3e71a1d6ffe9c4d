"""Measure what guided upsampling gives: the same logits, enlarged in four ways.

    python -m benchmarks.borders --data DIR [--scenes tune known ...] [--polygons 30] [--seeds 0 1]
        [--methods finetune base] [--folds FOLDER/folds_{}.safetensors]

On the contest's scenes (``benchmarks.contest``), where settings may be chosen: mIoU of the classes
where logits are enlarged bilinearly, where cells are smoothed before, where pixels follow the image
in squares of several classes, and with both, which is what ships. Without --folds the bundled model
is fine-tuned on places that it knows: the differences count then, not the scores.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from benchmarks.contest import BASE, Contest, base_model, chosen_scenes
from benchmarks.contest_scenes import Scene, load_scene
from benchmarks.few_labels import predict
from core.inference import cells, guided

WAYS: dict[str, dict[str, object]] = {
    "bilinear": {"STEPS": (), "RIDGE": 1e9},
    "cells smoothed": {"RIDGE": 1e9},
    "pixels follow": {"STEPS": ()},
    "both": {},
}
OWNERS = {"STEPS": cells, "RIDGE": guided}


@contextmanager
def enlarged(way: str) -> Iterator[None]:
    """The engine, enlarging in one of ``WAYS``."""
    shipped = {name: getattr(OWNERS[name], name) for name in WAYS[way]}
    try:
        for name, value in WAYS[way].items():
            setattr(OWNERS[name], name, value)
        yield
    finally:
        for name, value in shipped.items():
            setattr(OWNERS[name], name, value)


class Again(Contest):
    """Fine-tunes once for a draw of labels, and classifies each time that it is asked."""

    def finetune(self, sparse: np.ndarray, seed: int) -> tuple[np.ndarray, dict[str, Any]]:
        """Class ids (H, W) by the adapted model."""
        model = self.folder / "adapted.safetensors"
        if not model.exists():
            return super().finetune(sparse, seed)
        return predict(str(model), self.image, self.folder, self.threads, self.device), {}

    def base(self) -> np.ndarray:
        """Class ids (H, W) by the base model."""
        self._base = None
        return super().base()


def measure(scene: Scene, model: str, method: str, polygons: int, seed: int) -> list[float]:
    """mIoU in each of ``WAYS``."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        contest = Again(scene, Path(folder), 1, "cpu", model)
        for way in WAYS:
            with enlarged(way):
                found.append(contest.run(method, polygons, seed)["miou"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--scenes", nargs="+", default=["tune", "known"])
    parser.add_argument("--methods", nargs="+", choices=("base", "finetune"), default=["finetune"])
    parser.add_argument("--polygons", type=int, default=30)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--folds", help="model files of the folds, {} standing for the number")
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    print("| scene | method | seed |", " | ".join(WAYS), "|")
    print("|---|---|---:|" + "---:|" * len(WAYS))
    gains = []
    for name in chosen_scenes(options.scenes):
        scene = load_scene(name, options.data)
        model = base_model(scene, options.folds) if options.folds else BASE
        for method in options.methods:
            for seed in options.seeds:
                scores = measure(scene, model, method, options.polygons, seed)
                gains.append(np.subtract(scores, scores[0]))
                cells = " | ".join(f"{score:.4f}" for score in scores)
                print(f"| {name} | {method} | {seed} | {cells} |", flush=True)
    mean = " | ".join(f"{gain:+.4f}" for gain in np.mean(gains, 0))
    print(f"| mean gain of {len(gains)} | | | {mean} |")


if __name__ == "__main__":
    main()
