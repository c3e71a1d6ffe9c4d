"""Tuning scenes at the ground resolution of satellites: how finely is an image best learned?

    python -m benchmarks.coarser RESULTS.jsonl --data DIR [--metres 3 6] [--splits 1 2 3]
        [--polygons 10 30] [--seeds 0 1]
    python -m benchmarks.coarser RESULTS.jsonl --table

Scenes of 0.5 and 1 m, reduced by area averages, the labels by majority. For each number of pixels,
along a side, that one is read as (``MOST_SPLIT`` of core/raster/reading.py) the product is
fine-tuned and classifies as in benchmarks/contest.py, beside two forests. A run that the results
hold is not done again; where a scene has room for fewer polygons, the larger number is left out.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
import warnings
from collections import defaultdict
from functools import partial
from pathlib import Path

import numpy as np
import rasterio

from benchmarks.contest import Contest, draw_labels, revision
from benchmarks.contest_scenes import TUNE, Scene, deepglobe
from benchmarks.few_labels import UNKNOWN
from core.raster import reading

WHOLE = np.s_[..., :, :]
SCENES = {
    **{f"deepglobe_{n}": (0.5, partial(deepglobe, number=n, crop=WHOLE)) for n in (0, 2, 3)},
    **{name: (1.0, TUNE[name]) for name in ("chesapeake_new", "chesapeake_old")},
}
LEAST = 150
"""Pixels of the shorter side; smaller scenes are left out."""
FORESTS = ("colour", "texture")


def coarser(scene: Scene, pixels: int) -> Scene:
    """A scene with one pixel for so many along a side."""
    height, width = (side // pixels * pixels for side in scene.reference.shape)
    image = scene.image[:, :height, :width]
    blocks = height // pixels, pixels, width // pixels, pixels
    means = image.reshape(len(image), *blocks).mean((2, 4)).round().astype(np.uint8)
    labels = scene.reference[:height, :width].reshape(blocks)
    counts = np.stack([(labels == k).sum((1, 3)) for k in range(len(scene.classes))])
    label = np.where(counts.max(0) * 2 >= pixels**2, counts.argmax(0), UNKNOWN).astype(np.uint8)
    return dataclasses.replace(scene, image=means, reference=label)


def run(options: argparse.Namespace, name: str, metres: float) -> None:
    own, load = SCENES[name]
    scene = coarser(Scene(name, *load(options.data), metres=metres), round(metres / own))
    if min(scene.reference.shape) < LEAST:
        return
    done = read(options.results)
    methods = [*(f"split {split}" for split in options.splits), *FORESTS]
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(scene, Path(folder), 1, "cpu", "landcover")
        for seed in options.seeds:
            drawn = {draw_labels(scene, seed, number)[1] for number in options.polygons}
            for polygons in sorted(drawn):
                for method in methods:
                    if (name, metres, polygons, seed, method) in done:
                        continue
                    kind, _, split = method.partition(" ")
                    reading.MOST_SPLIT = int(split or 1)
                    found = contest.run("finetune" if split else kind, polygons, seed)
                    row = {"scene": name, "metres": metres, "polygons": polygons, "seed": seed}
                    row |= {"method": method, "miou": found["miou"], "revision": revision()}
                    row["fit_s"] = found.get("fit_s")
                    with options.results.open("a") as results:
                        results.write(json.dumps(row) + "\n")
                    print(json.dumps(row), flush=True)


def read(path: Path) -> dict[tuple, float]:
    """mIoU of each run that a file holds."""
    lines = path.read_text().splitlines() if path.exists() else []
    keys = ("scene", "metres", "polygons", "seed", "method")
    return {tuple(row[key] for key in keys): row["miou"] for row in map(json.loads, lines)}


def show(rows: dict[tuple, float]) -> None:
    """Means by resolution and scene, as a Markdown table."""
    methods = list(dict.fromkeys(key[-1] for key in rows))
    print("| metres | scene | runs |", " | ".join(methods), "|")
    print("|---|---|---|" + "---|" * len(methods))
    groups: dict[tuple[float, str], set[tuple]] = defaultdict(set)
    for scene, metres, *drawn, _ in rows:
        for group in (scene, "all"):
            groups[metres, group].add((scene, metres, *drawn))
    for (metres, scene), runs in sorted(groups.items()):
        whole = [run for run in runs if all((*run, method) in rows for method in methods)]
        means = [np.mean([rows[(*run, method)] for run in whole]) for method in methods]
        cells = " | ".join(f"{mean:.3f}" for mean in means)
        print(f"| {metres:g} | {scene} | {len(whole)} | {cells} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="lines of JSON; appended to")
    parser.add_argument("--data", type=Path, help="folder of the data sets")
    parser.add_argument("--metres", type=float, nargs="+", default=[3.0, 6.0])
    parser.add_argument("--splits", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--polygons", type=int, nargs="+", default=[10, 30])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--table", action="store_true", help="print what there is, run nothing")
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    if not options.table:
        if not options.data:
            parser.error("--data is missing")
        for metres in options.metres:
            for name in SCENES:
                run(options, name, metres)
    show(read(options.results))


if __name__ == "__main__":
    main()
