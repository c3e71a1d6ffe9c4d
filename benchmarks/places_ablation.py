"""Whether the scene helps on places held out: variants of GINet that learn from many places.

    python -m benchmarks.places_ablation RECIPE --data DIR --results FILE [--changes TOML]
        [--variants NAME ...] [--seeds 0 1 2] [--fold 1] [--leave SET ...] [--threads 1]

Trains each variant of benchmarks/variants.py from ImageNet's weights on all scenes but the fold's
(benchmarks/places.py) and scores it on these, in each of its ways to predict. FILE (JSON) gets one
entry a run and way, in the form of benchmarks/places.py, so that its table reads it. Runs that it
holds already are left out, so the command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import replace
from pathlib import Path

import rasterio
import torch

from benchmarks.ablation import as_predictor, change
from benchmarks.places import add, fold_of, score, show
from benchmarks.runs import read_runs
from benchmarks.variants import VARIANTS, Variant
from core.inference.blocks import Geometry
from core.model.modelfile import load_model
from core.train import train
from core.training.recipe import Recipe, load_recipe, read_recipe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--changes", type=Path)
    parser.add_argument("--variants", nargs="+", default=["separate", "ggn lad"], choices=VARIANTS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--fold", type=int, default=1)
    parser.add_argument("--leave", nargs="*", default=[], help="sets that are not scored")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    torch.set_num_threads(options.threads)
    # Else a small patch would see more when it predicts than when it learned.
    Geometry.largest = property(lambda geometry: geometry.patch)
    recipe = load_recipe(options.recipe, options.data)
    if options.changes:
        recipe = change(recipe, **read_recipe(options.changes))
    folds = fold_of(recipe.train)
    seen = tuple(scene for scene in recipe.train if folds.get(scene.name) != options.fold)
    held_out = [scene for scene in recipe.train if folds.get(scene.name) == options.fold]
    held_out = [scene for scene in held_out if scene.name.split()[0] not in options.leave]
    recipe = replace(recipe, train=seen, validation=())
    for seed in options.seeds:
        for name in options.variants:
            done = {(run["variant"], run["seed"], run["way"]) for run in read_runs(options.results)}
            ways = [way for way in VARIANTS[name].predictions if (name, seed, way) not in done]
            if not ways:
                continue
            output = options.results.with_name(f"{options.results.stem} {name} {seed}.safetensors")
            seconds = learn(recipe, VARIANTS[name], seed, output)
            model = load_model(str(output))
            for way in ways:
                run = {"name": f"{name}, {way}", "variant": name, "seed": seed, "way": way}
                places = score(as_predictor(model, way, recipe), held_out)
                add(options.results, {**run, "seconds": seconds, "places": places})
            output.unlink()


def learn(recipe: Recipe, variant: Variant, seed: int, output: Path) -> int:
    """Train a variant; returns the seconds of the processor."""
    steps = round(recipe.schedule.steps * variant.longer)
    schedule = {"start": "", "seed": seed, "steps": steps, **variant.schedule}
    changed = change(recipe, variant.card, variant.sample, schedule)
    begin = time.process_time()
    train(changed, output, show, build=variant.build)
    return round(time.process_time() - begin)


if __name__ == "__main__":
    main()
