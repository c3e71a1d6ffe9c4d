"""The contest's results as Markdown tables and as a plot of mIoU over polygons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from benchmarks.contest_scenes import SETS

TITLES = {
    "colour": "forest, colour",
    "texture": "forest, colour and texture",
    "object": "forest, objects",
    "base": "bundled model",
    "finetune": "**fine-tuned**",
}
PIXEL_FORESTS = ("colour", "texture")
FORESTS = (*PIXEL_FORESTS, "object")
BEHIND = 0.02
LINES = {
    "colour": ("#e6ab02", "s"),
    "texture": ("#1b9e77", "^"),
    "object": ("#7570b3", "v"),
    "base": ("#999999", "x"),
    "finetune": ("#d95f02", "o"),
}

Key = tuple[str, int, int, str]
"""Scene, polygons, seed, method."""
Results = dict[Key, dict[str, Any]]


def read_results(path: Path) -> Results:
    """The rows of a results file, the last of each key."""
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return {(row["scene"], row["polygons"], row["seed"], row["method"]): row for row in rows}


def scores_of(rows: Results, scene: str, polygons: int, method: str) -> dict[int, float]:
    """mIoU by seed."""
    return {
        key[2]: row["miou"]
        for key, row in sorted(rows.items())
        if (key[0], key[1], key[3]) == (scene, polygons, method) and "miou" in row
    }


def mean_over(
    rows: Results, scenes: Iterable[str], polygons: int, methods: Sequence[str]
) -> tuple[list[float], int]:
    """Mean over the scenes of each method's mean over seeds, and the number of scenes.

    Of scenes alone where each method has a score with each seed that any has, so that the means
    are of the same runs.
    """
    complete = []
    for scene in scenes:
        found = [scores_of(rows, scene, polygons, method) for method in methods]
        if all(each and each.keys() == found[0].keys() for each in found):
            complete.append([float(np.mean(list(each.values()))) for each in found])
    if not complete:
        return [float("nan")] * len(methods), 0
    return np.mean(complete, axis=0).tolist(), len(complete)


def gains(
    rows: Results, scenes: Iterable[str], polygons: int, rivals: Sequence[str]
) -> list[tuple[float, str, int]]:
    """(gain of fine-tuning over the best rival, scene, seed) of each run with all scores."""
    found = []
    for scene in scenes:
        ours = scores_of(rows, scene, polygons, "finetune")
        theirs = [scores_of(rows, scene, polygons, rival) for rival in rivals]
        for seed, value in ours.items():
            if all(seed in each for each in theirs):
                found.append((value - max(each[seed] for each in theirs), scene, seed))
    return found


def cell(scores: dict[int, float]) -> str:
    values = list(scores.values())
    if not values:
        return ""
    return f"{np.mean(values):.3f} ±{(max(values) - min(values)) / 2:.3f}"


def seconds_of(rows: Results, scenes: Iterable[str], polygons: int, method: str) -> str:
    """Median of the seconds from the image and the labels to the fit."""
    spent = [
        row["fit_s"] + row.get("features_s", 0)
        for key, row in rows.items()
        if key[0] in scenes and (key[1], key[3]) == (polygons, method) and "fit_s" in row
    ]
    return f"{np.median(spent):.0f}" if spent else ""


def print_tables(rows: Results, scenes: Sequence[str], methods: Sequence[str]) -> None:
    """A table of each set and number of polygons; below it what fine-tuning gains.

    A cell is the mean over the seeds, plus or minus half of their range.
    """
    methods = [method for method in methods if any(key[3] == method for key in rows)]
    head = " | ".join(TITLES[method] for method in methods)
    for group, members in SETS.items():
        chosen = [scene for scene in members if scene in scenes]
        for polygons in sorted({key[1] for key in rows if key[0] in chosen}):
            print(f"\n{group.upper()}, {polygons} polygons:\n\n| scene | {head} |")
            print("|---" * (len(methods) + 1) + "|")
            for scene in chosen:
                cells = [cell(scores_of(rows, scene, polygons, method)) for method in methods]
                if any(cells):
                    print(f"| {scene.replace('_', ' ')} | {' | '.join(cells)} |")
            means, count = mean_over(rows, chosen, polygons, methods)
            if count:
                print(f"| mean of {count} | {' | '.join(f'{value:.3f}' for value in means)} |")
            spent = [seconds_of(rows, chosen, polygons, method) for method in methods]
            print(f"| seconds | {' | '.join(spent)} |")
            print()
            print_gain(rows, chosen, polygons)


def print_gain(rows: Results, scenes: Sequence[str], polygons: int) -> None:
    for what, rivals in (
        ("the better forest on pixels", PIXEL_FORESTS),
        ("the best of three forests", FORESTS),
        ("the bundled model", ("base",)),
    ):
        found = gains(rows, scenes, polygons, rivals)
        if not found:
            continue
        behind = [(gain, scene, seed) for gain, scene, seed in found if gain < -BEHIND]
        named = ", ".join(
            f"{scene} seed {seed} {gain:+.3f}" for gain, scene, seed in sorted(behind)
        )
        print(
            f"Over {what}: {np.mean([gain for gain, *_ in found]):+.3f} in the mean of "
            f"{len(found)} runs; behind by more than {BEHIND} on {len(behind)}"
            f"{': ' + named if named else ''}."
        )
    refused = [key for key, row in rows.items() if "error" in row and key[0] in scenes]
    for scene, number, seed, method in refused:
        if number == polygons:
            error = rows[scene, number, seed, method]["error"]
            print(f"Refused: {method}, {scene}, seed {seed}: {error}")


def draw_plot(rows: Results, methods: Sequence[str], path: Path) -> None:
    """Mean mIoU over the scenes of REPORT by polygons, where a method was run on all of them."""
    mpl.use("agg")
    figure, axis = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    numbers = sorted({key[1] for key in rows if key[0] in SETS["report"]})
    counts: set[int] = set()
    for method in methods:
        points = {}
        for polygons in numbers:
            found, scenes = mean_over(rows, SETS["report"], polygons, [method])
            if scenes == len(SETS["report"]):
                points[polygons] = found[0]
        if points:
            colour, marker = LINES[method]
            axis.plot(
                *zip(*points.items(), strict=True),
                color=colour,
                marker=marker,
                label=TITLES[method].strip("*"),
            )
            counts |= points.keys()
    ticks = sorted(counts)
    axis.set_xscale("log")
    axis.set_xticks(ticks, [str(count) for count in ticks])
    axis.minorticks_off()
    axis.set_xlabel("polygons")
    axis.set_ylabel(f"mIoU, mean of {len(SETS['report'])} scenes")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    figure.savefig(path, dpi=120)
    plt.close(figure)
