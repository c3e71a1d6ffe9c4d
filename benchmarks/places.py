"""Hold places out of a training, several at a time, and score the model on them.

    python -m benchmarks.places RECIPE --data DIR --results FILE [--folds 0 1 2] [--models FOLDER]
        [--changes TOML] [--name NAME] [--threads 1]
    python -m benchmarks.places RECIPE --data DIR --results FILE --model MODEL [--name NAME]
        [--folds 0 | --kept SET ...] [--way "no scene"]
    python -m benchmarks.places RECIPE --data DIR --results FILE --table

The places are the scenes of the recipe's sets in ``places/``; those of a set fall into three folds
in turn, a place's years together, the sets of ``TOGETHER`` as a whole into one. A fold's training
sees all scenes but the fold's. With a model instead, nothing is trained and the places of the folds
are scored, predicted in one of the ways of benchmarks/variants.py; or those of the kept sets of
``places/``, which no recipe trains on.

FILE (JSON) gets one entry a run: its name, fold and CPU seconds, and for each place how many pixels
of each label, the set of classes that a pixel may have, were given each class. From these come, for
each place, the share of the pixels of a label that were given one of its classes; the score of a
place is the mean over its labels, of a run the mean over its places.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch

from benchmarks.ablation import as_predictor, change
from benchmarks.runs import add_run, read_runs
from core.classify import classify
from core.datasets.scenes import LabelledScene
from core.datasets.sets import open_scenes
from core.model.modelfile import Model, load_model
from core.train import train
from core.training.recipe import load_recipe, read_recipe, read_settings
from core.wire.events import silent
from core.wire.job import ClassifyJob

FOLDS = 3
TOGETHER = {"virginia": 0, "virginia_summer": 0}
YEAR = re.compile(r"_(19|20)\d\d$")
FEWEST = 200
"""Pixels of a label from which a place is scored by it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--folds", nargs="+", type=int, default=list(range(FOLDS)))
    parser.add_argument("--models", type=Path, help="keeps the folds' models there")
    parser.add_argument("--model", help="scores this model and trains none")
    parser.add_argument("--kept", nargs="+", help="sets to score instead of the folds")
    parser.add_argument("--way", default="local", choices=["local", "global", "both", "no scene"])
    parser.add_argument("--changes", type=Path)
    parser.add_argument("--name", default="recipe")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    torch.set_num_threads(options.threads)
    if options.table:
        print(table(read_runs(options.results)))
        return
    recipe = load_recipe(options.recipe, options.data)
    if options.changes:
        recipe = change(recipe, **read_recipe(options.changes))
    folds = fold_of(recipe.train)
    if options.model:
        model = as_predictor(load_model(options.model), options.way, recipe)
        scenes = [scene for scene in recipe.train if folds.get(scene.name) in options.folds]
        if options.kept:
            scenes = kept_scenes(options.recipe, options.data, options.kept)
        run = {"name": options.name, "fold": options.kept or options.folds, "way": options.way}
        add(options.results, {**run, "places": score(model, scenes)})
        return
    for fold in options.folds:
        if any(
            (run["name"], run["fold"]) == (options.name, fold) for run in read_runs(options.results)
        ):
            continue
        held_out = [scene for scene in recipe.train if folds.get(scene.name) == fold]
        seen = tuple(scene for scene in recipe.train if folds.get(scene.name) != fold)
        folder = options.models or options.results.parent
        output = folder / f"{options.name}_{fold}.safetensors"
        begin = time.process_time()
        if not output.exists():
            train(replace(recipe, train=seen, validation=()), output, show)
        seconds = round(time.process_time() - begin)
        run = {"name": options.name, "fold": fold, "seconds": seconds}
        add(options.results, {**run, "places": score(load_model(str(output)), held_out)})
        if not options.models:
            output.unlink()


def kept_scenes(path: Path, data: Path, sets: list[str]) -> list[LabelledScene]:
    """The scenes of sets of ``places/`` that the recipe leaves out."""
    recipe, (card, _, _) = read_recipe(path), read_settings(path)
    like = next(entry for entry in recipe["set"] if entry["folder"].startswith("places/"))
    recipe["scene"] = []
    recipe["set"] = [{**like, "name": name, "folder": f"places/{name}"} for name in sets]
    return open_scenes(recipe, data, like["use"], card.classes, len(card.bands))


def show(event: str, **fields: Any) -> None:
    """Print every fiftieth step and all warnings."""
    if event == "warning" or (event == "metrics" and fields.get("step", 0) % 50 == 0):
        print(event, fields, flush=True)


def fold_of(scenes: tuple[LabelledScene, ...]) -> dict[str, int]:
    """The fold of each scene that is a place, by its name."""
    return folds_of_names(scene.name for scene in scenes if "places" in scene.image.parts)


def folds_of_names(names: Iterable[str]) -> dict[str, int]:
    """The fold of each scene; its name begins with that of its set."""
    sets: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in names:
        sets[name.split()[0]][YEAR.sub("", name)].append(name)
    return {
        name: TOGETHER.get(title, number % FOLDS)
        for title, places in sets.items()
        for number, place in enumerate(sorted(places))
        for name in places[place]
    }


def score(model: Model, scenes: list[LabelledScene]) -> dict[str, dict[str, list[int]]]:
    """For each scene and each label, a set of classes as bits, the pixels given each class."""
    found = {}
    for scene in scenes:
        with tempfile.TemporaryDirectory() as folder:
            output = str(Path(folder, "classes.tif"))
            job = ClassifyJob(
                input=str(scene.image), output=output, bands=(1, 2, 3), threads=1, resample=True
            )
            own = replace(model, network=copy.deepcopy(model.network))
            classify(job, silent, lambda: False, own)
            with rasterio.open(output) as source:
                ids = source.read(1)
        allowed = replace(scene, reduce=1, width=ids.shape[1], height=ids.shape[0], held=None)
        labels = allowed.read_labels((0, 0, ids.shape[1], ids.shape[0]))
        count = len(model.card.classes)
        table = np.array([entry.id for entry in model.card.classes])
        counts = {}
        for label in np.unique(labels[labels > 0]).tolist():
            given = ids[labels == label]
            counts[str(label)] = [int((given == table[channel]).sum()) for channel in range(count)]
        found[scene.name] = counts
    return found


def right(label: str, given: list[int]) -> float:
    """Share of a label's pixels that were given one of its classes."""
    inside = sum(number for bit, number in enumerate(given) if int(label) >> bit & 1)
    return inside / max(sum(given), 1)


def place_score(labels: dict[str, list[int]]) -> float | None:
    """Mean over a place's labels, None where there are too few pixels of any."""
    shares = [right(label, given) for label, given in labels.items() if sum(given) >= FEWEST]
    return float(np.mean(shares)) if shares else None


def table(runs: list[dict[str, Any]]) -> str:
    """Markdown: for each run and set the places' mean score, and recall of each class."""
    lines = ["| run | set | places | score | recall of each class |", "|---|---|---|---|---|"]
    for name in dict.fromkeys(run["name"] for run in runs):
        sets: dict[str, list[dict[str, list[int]]]] = defaultdict(list)
        for run in runs:
            if run["name"] == name:
                for place, labels in run["places"].items():
                    sets[place.split()[0]].append(labels)
                    sets["all"].append(labels)
        for title, places in sets.items():
            scores = [value for value in map(place_score, places) if value is not None]
            recalls = []
            for bit in range(6):
                shares = [
                    given[bit] / sum(given)
                    for labels in places
                    if sum(given := labels.get(str(1 << bit), [0])) >= FEWEST
                ]
                recalls.append(f"{np.mean(shares):.2f} ({len(shares)})" if shares else "")
            line = f"{name} | {title} | {len(places)} | {np.mean(scores):.3f}"
            lines.append(f"| {line} | {' / '.join(recalls)} |")
    return "\n".join(lines)


def add(results: Path, run: dict[str, Any]) -> None:
    add_run(results, run)
    print(json.dumps({key: run[key] for key in run if key != "places"}), flush=True)


if __name__ == "__main__":
    main()
