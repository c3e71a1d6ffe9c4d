"""Train variants of GINet on a recipe at equal steps and score them on its scenes.

    python -m benchmarks.ablation RECIPE --data DIR --results FILE [--variants NAME ...]
        [--seeds 0 1 2] [--uses validate test] [--changes TOML] [--threads 1]

The changes are a TOML whose tables model, sample and schedule replace the recipe's entries
(benchmarks/small_patches.toml).

FILE (JSON) gets one entry a run: variant, seed, seconds of training (CPU time of the process), and
for each way to predict mIoU of each validation and test scene and of each use together. Runs that
it holds already are left out, so the command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import rasterio
import torch

from benchmarks.runs import add_run, read_runs
from benchmarks.variants import PREDICTIONS, VARIANTS, OtherScene
from core.datasets.samples import Sampler
from core.datasets.scenes import LabelledScene
from core.evaluate import evaluate_scenes
from core.inference.blocks import Geometry
from core.model.modelfile import Model, load_model
from core.train import train
from core.training.recipe import Recipe, load_recipe, load_scenes, read_recipe
from core.wire.events import Emit, silent


def main() -> None:
    parser = training_parser(__doc__)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--uses", nargs="+", default=["validate", "test"])
    options = parser.parse_args()
    recipe = chosen_recipe(options)
    predict_as_learned()
    uses = {
        use: load_scenes(
            options.recipe, options.data, use, recipe.card.classes, len(recipe.card.bands)
        )
        for use in options.uses
    }
    for seed in options.seeds:
        for name in options.variants:
            if not any(
                run["variant"] == name and run["seed"] == seed for run in read_runs(options.results)
            ):
                run = train_and_score(recipe, uses, name, seed, options.results)
                add_run(options.results, run)
                print(json.dumps(run), flush=True)


def training_parser(text: str) -> argparse.ArgumentParser:
    """Arguments of every benchmark that trains on a recipe."""
    parser = argparse.ArgumentParser(description=text.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--changes", type=Path)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """The recipe with its changes, on so many threads."""
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    torch.set_num_threads(options.threads)
    recipe = load_recipe(options.recipe, options.data)
    return change(recipe, **read_recipe(options.changes)) if options.changes else recipe


def predict_as_learned() -> None:
    """Else a small patch would see more when it predicts than when it learned."""
    Geometry.largest = property(lambda geometry: geometry.patch)


def change(
    recipe: Recipe,
    model: Mapping[str, Any] = {},
    sample: Mapping[str, Any] = {},
    schedule: Mapping[str, Any] = {},
) -> Recipe:
    return replace(
        recipe,
        card=replace(recipe.card, **model),
        sample=replace(recipe.sample, **sample),
        schedule=replace(recipe.schedule, **schedule),
    )


def train_and_score(
    recipe: Recipe, uses: dict[str, tuple[LabelledScene, ...]], name: str, seed: int, results: Path
) -> dict:
    variant = VARIANTS[name]
    model, seconds = learn(recipe, name, seed, results, silent)
    scores = {
        way: {
            use: score(as_predictor(model, way, recipe), scenes, torch.get_num_threads())
            for use, scenes in uses.items()
            if scenes
        }
        for way in variant.predictions
    }
    return {"variant": name, "seed": seed, "seconds": seconds, "scores": scores}


def learn(recipe: Recipe, name: str, seed: int, results: Path, emit: Emit) -> tuple[Model, int]:
    """A variant, trained, and the seconds of the processor that it took."""
    variant = VARIANTS[name]
    steps = round(recipe.schedule.steps * variant.longer)
    schedule = {"seed": seed, "steps": steps, **variant.schedule}
    changed = change(recipe, variant.card, variant.sample, schedule)
    output = results.with_name(f"{results.stem} {name} {seed}.safetensors")
    begin = time.process_time()
    train(changed, output, emit, build=variant.build)
    seconds = round(time.process_time() - begin)
    model = load_model(str(output))
    output.unlink()
    return model, seconds


def as_predictor(model: Model, way: str, recipe: Recipe) -> Model:
    """The model with a network that predicts in another way; its weights are the same."""
    network = copy.deepcopy(model.network)
    network.__class__ = PREDICTIONS[way]
    if isinstance(network, OtherScene):
        other = Sampler(recipe.train, recipe.sample, 1, 1, seed=7, augment=False)[0].scenes
        network.other = other
    return replace(model, network=network)


def score(model: Model, scenes: tuple[LabelledScene, ...], threads: int) -> dict[str, float]:
    found = evaluate_scenes(model, scenes, threads=threads, resample=True)
    return {entry.name: round(entry.value, 4) for entry in (*found.scenes, *found.together)}


if __name__ == "__main__":
    main()
