"""The ceiling: what is not the network.

    python -m benchmarks.ceiling [--scene FILE] [--sides N ...] [--threads N ...]
        [--network SECONDS] [--slower TIMES]

Classifies JPEG-compressed tiled scenes with the engine itself and a network that takes no time: its
logits are a fixed pattern of blobs, so that decision, compression and overviews have a map's
patches to deal with. Prints processor seconds by stage, which other programs hardly change, what
they come to in megapixels a processor second, and how fast the threads that are alone, one that
reads and one that assembles, feed the others. Each run is a process of its own.

With --network the network sleeps for so long a megapixel and core. With --slower all else sleeps
too, so many times as long as it computes, and the clock is read that much slower: two cores then do
what ten times as many would with --slower 10, and what one thread has to do alone shows as it would
there. The wait for the disk is not slowed down.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
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
from core.inference.decide import Classified  # noqa: E402
from core.inference.pipeline import BlockReader, Pipeline  # noqa: E402
from core.inference.predict import Predictor  # noqa: E402
from core.raster import reading  # noqa: E402
from core.results import pyramid  # noqa: E402
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
        sleep: How to.
        seconds: That it takes, a megapixel and core.
        single: Whether each worker then has one thread for all else: threads that share such
            small work and wait for cores that are not there would take many times as long.
    """

    sleep: Callable[[float], None] = time.sleep
    seconds = 0.0
    single = False
    _own = threading.local()

    def classify(self, *arguments: Any) -> Classified:
        if not hasattr(self._own, "cores"):
            self._own.cores = torch.get_num_threads()
            if self.single:
                torch.set_num_threads(1)
        return super().classify(*arguments)

    def see(self, *_: Any) -> Any:
        return None

    def segment(self, patches: Tensor, *_: Any) -> Tensor:
        rows, columns = (side // CELL for side in patches.shape[2:])
        megapixels = len(patches) * rows * columns * CELL**2 / 1e6
        self.sleep(self.seconds * megapixels / self._own.cores)
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

    def __init__(self, slower: float) -> None:
        self.seconds: Counter[str] = Counter()
        self.slower = slower
        self.moments: dict[str, tuple[float, float]] = {}
        self._own = threading.local()

    def time(self, owner: Any, name: str, stage: str, *, process: bool = False) -> None:
        """Have a method of a class, or a function of a module, count as a stage."""
        work: Callable[..., Any] = getattr(owner, name)
        clock = time.process_time if process else time.thread_time

        def timed(*args: Any, **options: Any) -> Any:
            begin, others = clock(), self.seconds.total()
            wall, idle = time.monotonic(), self._idle()
            try:
                return work(*args, **options)
            finally:
                within = self.seconds.total() - others if process else 0
                seconds = clock() - begin - within
                self.seconds[stage] += seconds
                if not process:  # other programs have made it slower by themselves
                    passed = time.monotonic() - wall - (self._idle() - idle)
                    self.sleep(self.slower * seconds - passed)

        setattr(owner, name, timed)

    def sleep(self, seconds: float) -> None:
        """Sleep: time that no stage of this thread has taken."""
        begin = time.monotonic()
        time.sleep(max(seconds, 0))
        self._own.idle = self._idle() + time.monotonic() - begin

    def _idle(self) -> float:
        return getattr(self._own, "idle", 0.0)

    def watch(self, owner: Any, name: str) -> None:
        """Note when a method of a class, or a function of a module, begins and ends."""
        work: Callable[..., Any] = getattr(owner, name)

        def watched(*args: Any, **options: Any) -> Any:
            begin = time.monotonic()
            try:
                return work(*args, **options)
            finally:
                self.moments[name] = begin, time.monotonic()

        setattr(owner, name, watched)


def one(scene: Path, threads: int, network: float, slower: float) -> dict[str, float]:
    """Classify a scene in this process; seconds by stage."""
    stages = Stages(slower)
    FreePredictor.sleep, FreePredictor.seconds = staticmethod(stages.sleep), network * slower
    FreePredictor.single = slower > 1
    pyramid.usable_cores = lambda: threads
    stages.watch(FreePredictor, "__init__")
    stages.watch(Pipeline, "work")
    stages.watch(OutputSet, "complete")
    classification.Predictor = FreePredictor
    stages.time(BlockReader, "region", "read")
    stages.time(BlockReader, "scene", "read contexts")
    stages.time(reading, "_resample_into", "resample contexts")
    stages.time(Predictor, "blend", "scale and blend")
    stages.time(predict, "Guided", "smooth logits")
    stages.time(predict, "decide", "decide")
    stages.time(Journal, "add", "journal")
    stages.time(Journal, "read", "read journal")
    stages.time(Totals, "add", "areas")
    stages.time(Pyramid, "add", "cut into tiles")
    stages.time(Pyramid, "_make", "overviews, compress")
    stages.time(OutputSet, "complete", "directories, statistics", process=True)
    begin, clock = time.process_time(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        job = ClassifyJob(input=str(scene), output=str(Path(folder, "classes.tif")), device="cpu",
                          threads=threads)  # fmt: skip
        found = classify(job, lambda *_, **__: None)
    total, wall = time.process_time() - begin, time.monotonic() - clock
    stages.seconds["rest"] = total - stages.seconds.total()
    megapixels = (found["pixels"] + found["nodata_pixels"]) / 1e6
    _, first = stages.moments["__init__"]
    (_, computed), (_, end) = stages.moments["work"], stages.moments["complete"]
    reads = stages.seconds["read"] + stages.seconds["read contexts"]
    assembling = sum(stages.seconds[name] for name in ("read journal", "areas", "cut into tiles"))
    return {
        **stages.seconds,
        "all": total,
        "megapixels a second that one thread reads": megapixels / reads,
        "megapixels a second that one thread assembles": megapixels / assembling,
        "start of Python": begin,
        "megapixels a processor second": megapixels / total,
        "megapixels a second": megapixels / wall,
        "clock: blocks": (computed - first) / slower,
        "clock: the results after them": (end - computed) / slower,
        "megapixels a second of the clock, start left out": megapixels * slower / (end - first),
    }


def apart(scene: Path, threads: int, network: float, slower: float) -> dict[str, float]:
    """``one`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ceiling", "--one", scene, "--threads", threads]
    command += ["--network", network, "--slower", slower]
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
    parser.add_argument("--slower", type=float, default=1.0, metavar="TIMES",
                        help="that all the rest takes")  # fmt: skip
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, *options.threads, options.network, options.slower)))
        return
    with tempfile.TemporaryDirectory() as folder:
        for side in options.sides:
            path = make_scene(Path(folder), side, options.scene)
            runs = [
                apart(path, threads, options.network, options.slower) for threads in options.threads
            ]
            print(f"\n| {side} x {side}, threads: | {' | '.join(map(str, options.threads))} |")
            print("|---|" + "---:|" * len(runs))
            for stage in runs[0]:
                print(f"| {stage} | {' | '.join(f'{run[stage]:.2f}' for run in runs)} |")


if __name__ == "__main__":
    main()
