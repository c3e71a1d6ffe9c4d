"""The contest on few labels: fine-tuning beside what people use today, with the same polygons.

    make contest DATA=DIR              all that is missing, then the tables and the plot
    python -m benchmarks.contest RESULTS.jsonl --data DIR [--scenes report partial loveda_0 ...]
        [--methods finetune ...] [--polygons 5 10 30 100] [--seeds 0 1 2] [--threads 1]
        [--device cpu] [--again finetune] [--folds FOLDER/folds_{}.safetensors]
    python -m benchmarks.contest RESULTS.jsonl --table [--plot docs/contest.png]

Polygons are drawn from the reference as a person might draw them (``benchmarks.few_labels``): one
class each, at most 60 pixels a side, the classes in turn, and no more than a fifth of the scene, so
that a small scene has fewer than asked for (``drawn``). Each method gets these labels alone, and is
scored by the mIoU of the classes present on all labelled pixels outside the polygons. In the places
of PARTIAL, labels and truth are polygons drawn by eye, of which half at most are labels; they cover
little of the ground, so that there each class counts the same, however many pixels it has.

Methods: "colour" and "texture", random forests on pixels; "object", one on superpixels; "base", the
bundled model as it is, a class of it counted as what the scene calls it; "finetune", the product:
``core.finetune``, the saved model file, and the streaming inference. Its job names the classes of
the scene that are drawn or that the base model knows, and what the base model calls them.

Settings may be chosen on the scenes of TUNE and PARTIAL; REPORT is for reporting
(``benchmarks.contest_scenes`` has the lists). The bundled model has learned from the places of
PARTIAL, so that "base" and "finetune" have the models of ``benchmarks.places`` there. A run may be
stopped at any time: each line of JSON is one (scene, polygons, seed, method), and what the file
holds is not computed again, but for methods that ``--again`` names, whose new line counts, and for
what was refused (``error``).
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin

from benchmarks.contest_places import choose_polygons
from benchmarks.contest_rivals import Forests
from benchmarks.contest_scenes import ALL, SETS, Scene, load_scene
from benchmarks.contest_table import draw_plot, print_tables, read_results
from benchmarks.few_labels import UNKNOWN, draw_polygons, predict, score
from core.finetune import finetune
from core.model.modelfile import find_model, read_card
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import GinetError
from core.wire.finetune_job import FinetuneJob

RIVALS = ("colour", "texture", "object")
METHODS = (*RIVALS, "base", "finetune")
SHARE = 0.2
BASE = "landcover"
UTM = "EPSG:32633"
COLOURS = ("#d7301f", "#6b6b6b", "#e3c08d", "#a6d96a", "#1a9641", "#2b83ba", "#984ea3", "#ff7f00")


class Contest:
    """All methods on one scene.

    Args:
        scene: The scene.
        folder: For the files that the product reads and writes.
        threads: For each method.
        device: Of the product and the base model.
        model: The base model.
    """

    def __init__(self, scene: Scene, folder: Path, threads: int, device: str, model: str) -> None:
        self.scene, self.folder, self.threads, self.device = scene, folder, threads, device
        self.model = model
        self.forests = Forests(scene.image, threads)
        self.image = folder / "image.tif"
        self._base: np.ndarray | None = None
        write(self.image, scene.image, scene.metres)

    def run(self, method: str, polygons: int, seed: int) -> dict[str, Any]:
        """Score and seconds of one method, with the number of polygons drawn."""
        scene = self.scene
        sparse, drawn = draw_labels(scene, seed, polygons)
        groups = {index: index for index in range(len(scene.classes))}
        details: dict[str, Any]
        if method == "base":
            predicted, details = self.base(), {}
            groups = {
                entry.id: index
                for entry in read_card(find_model(self.model)).classes
                for index, origins in enumerate(scene.classes.values())
                if entry.name in origins
            }
        elif method == "finetune":
            predicted, details = self.finetune(sparse, seed)
        else:
            rival = {
                "colour": self.forests.colour,
                "texture": self.forests.texture,
                "object": self.forests.object_based,
            }[method]
            predicted, details = rival(sparse, seed)
        truth = np.where(sparse == UNKNOWN, scene.reference, UNKNOWN).astype(np.int64)
        truth[truth == UNKNOWN] = -1
        alike = scene.polygons is not None
        scores = score(predicted, truth, groups, len(scene.classes), alike=alike)
        rounded = {
            key: round(value, 2) if isinstance(value, float) else value
            for key, value in details.items()
        }
        return {"drawn": drawn, **scores, **rounded}

    def base(self) -> np.ndarray:
        """Class ids (H, W) by the base model."""
        if self._base is None:
            self._base = predict(self.model, self.image, self.folder, self.threads, self.device)
        return self._base

    def finetune(self, sparse: np.ndarray, seed: int) -> tuple[np.ndarray, dict[str, Any]]:
        """Class ids (H, W) by the adapted model, with seconds, precision and the held-out score."""
        labels, model = self.folder / "labels.tif", self.folder / "adapted.safetensors"
        write(labels, sparse[None], self.scene.metres)
        names = list(self.scene.classes)
        drawn = set(np.unique(sparse).tolist())
        named = [
            at
            for at in np.unique(self.scene.reference).tolist()
            if at != UNKNOWN and (at in drawn or self.scene.classes[names[at]])
        ]
        job = FinetuneJob(
            base=self.model,
            image=str(self.image),
            labels=str(labels),
            classes=ClassTable([LandCoverClass(at, names[at], COLOURS[at]) for at in named]),
            origins={
                names[at]: origins
                for at in named
                if (origins := self.scene.classes[names[at]]) and origins != (names[at],)
            },
            output=str(model),
            seed=seed,
            device=self.device,
            threads=self.threads,
            overwrite=True,
        )
        details: dict[str, Any] = {}

        def note(kind: str, **fields: Any) -> None:
            if kind == "start":
                details.update(precision=fields["precision"], device=fields["device"])

        start, processor = time.monotonic(), time.process_time()
        result = finetune(job, note)
        details.update(fit_s=time.monotonic() - start, fit_cpu_s=time.process_time() - processor)
        start = time.monotonic()
        predicted = predict(str(model), self.image, self.folder, self.threads, self.device)
        details.update(predict_s=time.monotonic() - start, held_out=result["validation"])
        return predicted, details


def draw_labels(scene: Scene, seed: int, most: int) -> tuple[np.ndarray, int]:
    """Sparse labels (H, W) and the number of polygons."""
    if scene.polygons is None:
        return draw_polygons(scene.reference, SHARE, seed, most)
    return choose_polygons(scene.reference, scene.polygons, seed, most)


def base_model(scene: Scene, folds: str | None) -> str:
    """The bundled model, or where it has learned from the scene the one of its fold."""
    if scene.fold is None:
        return BASE
    if not folds:
        raise SystemExit(f"The bundled model has learned from {scene.name}: --folds is needed.")
    return folds.format(scene.fold)


def write(path: Path, bands: np.ndarray, metres: float | None) -> None:
    count, height, width = bands.shape
    profile = {"driver": "GTiff", "dtype": "uint8", "count": count}
    if count >= len("RGB"):
        profile |= {"photometric": "RGB", "alpha": "NO"}
    if metres:
        profile |= {"crs": UTM, "transform": from_origin(500_000, 5_500_000, metres, metres)}
    with rasterio.open(path, "w", **profile, height=height, width=width) as target:
        target.write(bands)


def revision() -> str:
    """Of the code; with ``-dirty`` where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def chosen_scenes(names: list[str]) -> list[str]:
    """Scenes by name or by set, each once."""
    found = [scene for name in names for scene in SETS.get(name, (name,))]
    if wrong := sorted(set(found) - set(ALL)):
        raise SystemExit(f"No such scene or set: {', '.join(wrong)}. Sets: {', '.join(SETS)}.")
    return list(dict.fromkeys(found))


def missing(options: argparse.Namespace, scene: str) -> Iterator[tuple[int, int, str]]:
    """(polygons, seed, method) that the results lack or that are wanted anew."""
    done = read_results(options.results) if options.results.exists() else {}
    for polygons in options.polygons:
        for seed in options.seeds:
            for method in options.methods:
                row = done.get((scene, polygons, seed, method))
                if row is None or "error" in row or method in options.again:
                    yield polygons, seed, method


def run(options: argparse.Namespace) -> None:
    about = {"revision": revision(), "threads": options.threads, "machine": platform.machine()}
    for name in chosen_scenes(options.scenes):
        wanted = list(missing(options, name))
        if not wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            scene = load_scene(name, options.data)
            model = base_model(scene, options.folds)
            contest = Contest(scene, Path(folder), options.threads, options.device, model)
            for polygons, seed, method in wanted:
                row: dict[str, Any] = {"scene": name, "polygons": polygons, "seed": seed}
                row["method"] = method
                try:
                    row |= contest.run(method, polygons, seed)
                except GinetError as error:
                    row["error"] = str(error)
                line = json.dumps(row | about)
                with options.results.open("a") as results:
                    results.write(line + "\n")
                print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="lines of JSON; appended to")
    parser.add_argument("--scenes", nargs="+", default=["report", "tune"])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--polygons", type=int, nargs="+", default=[30, 10, 5, 100])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="of the product and the base model")
    parser.add_argument("--again", nargs="+", choices=METHODS, default=[])
    parser.add_argument("--data", type=Path, help="folder of the data sets")
    parser.add_argument("--folds", help="model files of the folds, {} standing for the number")
    parser.add_argument("--table", action="store_true", help="print what there is, run nothing")
    parser.add_argument("--plot", type=Path, help="with --table: PNG of mIoU over polygons")
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    if not options.table:
        if not (options.data and options.data.is_dir()):
            parser.error("--data must be the folder that holds the data sets")
        return run(options)
    rows = read_results(options.results)
    print_tables(rows, chosen_scenes(options.scenes), options.methods)
    if options.plot:
        draw_plot(rows, options.methods, options.plot)
    return None


if __name__ == "__main__":
    sys.exit(main())
