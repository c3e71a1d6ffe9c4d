"""Whether the scene helps on places held out: variants of GINet that learn from many places.

    python -m benchmarks.places_ablation RECIPE --data DIR --results FILE [--changes TOML]
        [--variants NAME ...] [--seeds 0 1 2] [--fold 1] [--leave SET ...] [--threads 1]

Trains each variant of benchmarks/variants.py from ImageNet's weights on all scenes but the fold's
(benchmarks/places.py) and scores it on these, in each of its ways to predict. FILE (JSON) gets one
entry a run and way, in the form of benchmarks/places.py, so that its table reads it. Runs that it
holds already are left out, so the command goes on where it was stopped.
"""

from __future__ import annotations

from dataclasses import replace

from benchmarks.ablation import (
    as_predictor,
    change,
    chosen_recipe,
    learn,
    predict_as_learned,
    training_parser,
)
from benchmarks.places import add, fold_of, score, show
from benchmarks.runs import read_runs
from benchmarks.variants import VARIANTS


def main() -> None:
    parser = training_parser(__doc__)
    parser.add_argument("--variants", nargs="+", default=["separate", "ggn lad"], choices=VARIANTS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--fold", type=int, default=1)
    parser.add_argument("--leave", nargs="*", default=[], help="sets that are not scored")
    options = parser.parse_args()
    recipe = change(chosen_recipe(options), schedule={"start": ""})
    predict_as_learned()
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
            model, seconds = learn(recipe, name, seed, options.results, show)
            for way in ways:
                run = {"name": f"{name}, {way}", "variant": name, "seed": seed, "way": way}
                places = score(as_predictor(model, way, recipe), held_out)
                add(options.results, {**run, "seconds": seconds, "places": places})


if __name__ == "__main__":
    main()
