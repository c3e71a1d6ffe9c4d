"""Train a recipe without one of its places, and score the model on that place.

    python -m benchmarks.leave_out RECIPE --data DIR --results FILE [--places NAME ...]
        [--changes TOML] [--seeds 0] [--threads 1]

A scene's place is the first word of its name. FILE (JSON) gets one entry a run: place, seed, CPU
seconds of training, mIoU of each of the place's training scenes, scores of all together. Where a
place's label sets overlap (Monterey), only its labels that mean one class are scored. Runs that
FILE holds already are left out.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.ablation import change, chosen_recipe, training_parser
from benchmarks.runs import add_run, read_runs
from core.datasets.scenes import LabelledScene, label_groups
from core.evaluate import evaluate_scenes
from core.model.modelfile import load_model
from core.train import train
from core.training.recipe import Recipe
from core.wire.events import silent


def main() -> None:
    parser = training_parser(__doc__)
    parser.add_argument("--places", nargs="+")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    options = parser.parse_args()
    recipe = chosen_recipe(options)
    for seed in options.seeds:
        for place in options.places or dict.fromkeys(place_of(scene) for scene in recipe.train):
            runs = read_runs(options.results)
            if any(run["place"] == place and run["seed"] == seed for run in runs):
                continue
            run = train_without(recipe, place, seed, options.results)
            add_run(options.results, run)
            print(json.dumps(run), flush=True)


def place_of(scene: LabelledScene) -> str:
    return scene.name.split()[0]


def told_apart(scene: LabelledScene, classes: int) -> LabelledScene:
    """The scene as it can be scored: where its label sets overlap, labels of one class only."""
    if scene.groups is not None:
        return scene
    masks = np.where(np.bitwise_count(scene.masks) == 1, scene.masks, 0)
    return replace(scene, masks=masks, groups=label_groups(masks, classes))


def train_without(recipe: Recipe, place: str, seed: int, results: Path) -> dict:
    # Scored at full resolution, whatever they are reduced to for training.
    left_out = tuple(
        told_apart(
            replace(scene, reduce=1, width=scene.window[2], height=scene.window[3], held=None),
            len(recipe.card.classes),
        )
        for scene in recipe.train
        if place_of(scene) == place
    )
    others = tuple(scene for scene in recipe.train if place_of(scene) != place)
    changed = change(replace(recipe, train=others), schedule={"seed": seed})
    output = results.with_name(f"{results.stem} {place} {seed}.safetensors")
    begin = time.process_time()
    train(changed, output, silent)
    seconds = time.process_time() - begin
    model = load_model(str(output))
    output.unlink()
    found = evaluate_scenes(model, left_out, threads=torch.get_num_threads(), resample=True)
    return {
        "place": place,
        "seed": seed,
        "seconds": round(seconds),
        "scenes": {entry.name: round(entry.value, 4) for entry in found.scenes},
        "together": [entry.to_card() for entry in found.together],
    }


if __name__ == "__main__":
    main()
