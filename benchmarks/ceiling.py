"""The ceiling: what is not the network.

    python -m benchmarks.ceiling [--scene FILE] [--sides N ...] [--threads N ...]
        [--network SECONDS]

Classifies JPEG-compressed tiled scenes with the engine itself and a network that takes no time: its
logits are a fixed pattern of blobs, so that decision, compression and overviews have a map's
patches to deal with. Prints processor seconds by stage, which other programs hardly change, what
they come to in megapixels a processor second, and how fast the threads that are alone, one that
reads and one that assembles, feed the others. With --network the network sleeps for so long a
megapixel and core: more cores than there are can be had. Each run is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.inference.process import prepare_process

prepare_process()  # before torch is loaded

import rasterio.shutil  # noqa: E402
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

from benchmarks.textures import make  # noqa: E402
from core.classify import classify  # noqa: E402
from core.inference import classification, predict  # noqa: E402
from core.inference.blocks import CELL  # noqa: E402
from core.inference.pipeline import BlockReader  # noqa: E402
from core.inference.predict import Predictor  # noqa: E402
from core.results.journal import Journal  # noqa: E402
from core.results.pyramid import Pyramid  # noqa: E402
from core.results.totals import Totals  # noqa: E402
from core.results.writing import OutputSet  # noqa: E402
from core.wire.job import ClassifyJob  # noqa: E402

BLOB = 16
"""Cells of a blob: 64 pixels."""


class FreePredictor(Predictor):
    """The engine's, but its network takes no time, or sleeps for it.

    Attributes:
        sleep: Seconds a megapixel and core.
    """

    sleep = 0.0

    def see(self, *_: Any) -> Any:
        return None

    def segment(self, patches: Tensor, *_: Any) -> Tensor:
        rows, columns = (side // CELL for side in patches.shape[2:])
        megapixels = len(patches) * rows * columns * CELL**2 / 1e6
        time.sleep(self.sleep * megapixels / torch.get_num_threads())
        return PATTERN[: len(patches), : len(self.card.classes), :rows, :columns]


def pattern(cells: int = 512) -> Tensor:
    """Logits (2, 32, cells, cells) of blobs."""
    coarse = torch.rand(2, 32, cells // BLOB, cells // BLOB, generator=torch.manual_seed(0))
    return torch.nn.functional.interpolate(coarse, (cells, cells), mode="bilinear")


PATTERN = pattern()


class Stages:
    """Processor seconds by stage.

    While blocks are computed, stages run side by side and each counts its own thread; afterwards
    they follow one another and count the whole process, whose helpers compress, less the stages
    within them.
    """

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def time(self, owner: Any, name: str, stage: str, *, process: bool = False) -> None:
        """Have a method of a class, or a function of a module, count as a stage."""
        work: Callable[..., Any] = getattr(owner, name)
        clock = time.process_time if process else time.thread_time

        def timed(*args: Any, **options: Any) -> Any:
            begin, others = clock(), self.seconds.total()
            try:
                return work(*args, **options)
            finally:
                within = self.seconds.total() - others if process else 0
                self.seconds[stage] += clock() - begin - within

        setattr(owner, name, timed)


def one(scene: Path, threads: int, network: float) -> dict[str, float]:
    """Classify a scene in this process; seconds by stage."""
    stages = Stages()
    FreePredictor.sleep = network
    classification.Predictor = FreePredictor
    stages.time(BlockReader, "region", "read")
    stages.time(BlockReader, "scene", "read contexts")
    stages.time(Predictor, "blend", "scale and blend")
    stages.time(predict, "decide", "decide")
    stages.time(Journal, "add", "journal")
    stages.time(Journal, "read", "read journal")
    stages.time(Totals, "add", "areas")
    stages.time(Pyramid, "add", "cut into tiles")
    stages.time(Pyramid, "_make", "overviews, compress")
    stages.time(classification, "assemble", "assemble", process=True)
    stages.time(OutputSet, "complete", "directories, statistics", process=True)
    begin, clock = time.process_time(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        job = ClassifyJob(input=str(scene), output=str(Path(folder, "classes.tif")), device="cpu",
                          threads=threads)  # fmt: skip
        found = classify(job, lambda *_, **__: None)
    total, wall = time.process_time() - begin, time.monotonic() - clock
    stages.seconds["rest"] = total - stages.seconds.total()
    megapixels = (found["pixels"] + found["nodata_pixels"]) / 1e6
    reading = stages.seconds["read"] + stages.seconds["read contexts"]
    assembling = sum(stages.seconds[name] for name in ("read journal", "areas", "cut into tiles"))
    return {
        **stages.seconds,
        "all": total,
        "megapixels a second that one thread reads": megapixels / reading,
        "megapixels a second that one thread assembles": megapixels / assembling,
        "start of Python": begin,
        "megapixels a processor second": megapixels / total,
        "megapixels a second": megapixels / wall,
    }


def apart(scene: Path, threads: int, network: float) -> dict[str, float]:
    """``one`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ceiling", "--one", scene, "--threads", threads]
    command += ["--network", network]
    done = subprocess.run([str(each) for each in command], check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def make_scene(folder: Path, side: int, scene: Path | None) -> Path:
    """A tiled JPEG-compressed GeoTIFF without overviews."""
    plain, path = folder / "plain.tif", folder / f"{side}.tif"
    make(plain, side, scene, nodata=None)
    rasterio.shutil.copy(plain, path, driver="GTiff", tiled=True, compress="jpeg",
                         photometric="ycbcr", interleave="pixel")  # fmt: skip
    plain.unlink()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", type=Path, help="raster whose pixels fill the scenes")
    parser.add_argument("--sides", type=int, nargs="+", default=[2448, 8192])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--network", type=float, default=0.0, metavar="SECONDS",
                        help="that the network sleeps, a megapixel and core")  # fmt: skip
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, *options.threads, options.network)))
        return
    with tempfile.TemporaryDirectory() as folder:
        for side in options.sides:
            path = make_scene(Path(folder), side, options.scene)
            runs = [apart(path, threads, options.network) for threads in options.threads]
            print(f"\n| {side} x {side}, threads: | {' | '.join(map(str, options.threads))} |")
            print("|---|" + "---:|" * len(runs))
            for stage in runs[0]:
                print(f"| {stage} | {' | '.join(f'{run[stage]:.2f}' for run in runs)} |")


if __name__ == "__main__":
    main()
