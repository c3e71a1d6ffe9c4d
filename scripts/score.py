"""Score a model on a recipe's test scenes, through the streaming inference that users get.

    python -m scripts.score MODEL RECIPE --data DIR [--use test] [--write]

Prints IoU of each label set and mIoU of each scene and of all pixels together. Labels that may be
several classes make these one. --write puts the scores into the model's card.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio

from core.classes import ClassTable
from core.classify import classify
from core.datasets.scenes import group_truth, open_scene
from core.events import silent
from core.job import ClassifyJob
from core.metrics import confusion_matrix, intersection_over_union, mean_iou
from core.modelfile import find_model, load_model, save_model
from core.recipe import read_recipe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--use", default="test", help="score scenes with this use (default: test)")
    parser.add_argument("--write", action="store_true", help="put the scores into the card")
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)

    model = load_model(options.model)
    fields = read_recipe(options.recipe)
    scores = []
    totals: dict[tuple[int, ...], np.ndarray] = {}
    for entry in fields["scene"]:
        if entry["use"] != options.use:
            continue
        scene = open_scene(options.data, entry, fields["labels"], model.card.classes)
        predicted = classified(options.model, options.data / entry["image"], model.card.classes.ids)
        if "window" in entry:
            col, row, width, height = entry["window"]
            predicted = predicted[row : row + height, col : col + width]
        truth, count = group_truth(scene.read()[1], scene.groups)
        groups = np.array([*scene.groups, -1])
        matrix = confusion_matrix(truth, groups[predicted], count)
        totals[scene.groups] = totals.get(scene.groups, 0) + matrix
        scores.append(score(entry["name"], matrix, scene.groups, model.card.classes))
    for groups, matrix in totals.items():
        scores.append(score("together", matrix, groups, model.card.classes))
    json.dump(scores, sys.stdout, indent=2)
    print()
    if options.write:
        card = replace(model.card, scores=tuple(scores))
        save_model(find_model(options.model), model.network, card)


def classified(model: str, image: Path, ids: tuple[int, ...]) -> np.ndarray:
    """Channel of each pixel; one past the last where there is no data."""
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "classes.tif")
        classify(ClassifyJob(input=str(image), output=output, model=model), silent)
        with rasterio.open(output) as result:
            values = result.read(1)
    channels = np.full(256, len(ids))
    channels[list(ids)] = np.arange(len(ids))
    return channels[values]


def score(name: str, matrix: np.ndarray, groups: tuple[int, ...], classes: ClassTable) -> dict:
    union = intersection_over_union(matrix)
    names = [
        " or ".join(c.name for c, member in zip(classes, groups, strict=True) if member == group)
        for group in range(len(union))
    ]
    return {
        "data": name,
        "metric": "mIoU",
        "value": round(mean_iou(matrix), 4),
        "accuracy": round(float(np.diag(matrix).sum() / matrix.sum()), 4),
        "iou": {name: round(float(value), 4) for name, value in zip(names, union, strict=True)},
        "how": "one confusion matrix at full resolution, streaming inference, unlabelled ignored",
    }


if __name__ == "__main__":
    main()
