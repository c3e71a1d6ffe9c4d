"""Kills a classification at random moments and goes on: python -m benchmarks.kills [--runs N]

Each time the real engine works in a process of its own, is ended by SIGKILL, and the same job is
started again. Half of the kills fall anywhere in the run, half after the last patch, while polygons
are made, results are written and get their names. After every third kill the journal of finished
blocks is cut off anywhere, as by a power loss. Whatever stands under a final name after the kill,
and all that is there in the end, must equal an undisturbed run's byte for byte (the date is held
fixed by SOURCE_DATE_EPOCH; in the report, seconds and rate are left out).

The processes are forked from one that has loaded PyTorch, so that a kill takes a second. Needs a
system with fork. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "fixtures"))

import tiny_model

import core.classify
import core.polygons  # noqa: F401 - all loaded here, once for all processes
from core.__main__ import main as engine
from core.results.lock import lock_outputs

AGAIN = 0.3
"""How likely a run that goes on is killed once more, as happens in life."""

FINAL = (
    *("out.tif", "out.tif.aux.xml", "confidence.tif", "probabilities.tif"),
    *("polygons.gpkg", "report.json"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=50, help="each is killed once or more")
    parser.add_argument("--size", type=int, default=700, help="side of the raster in pixels")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(json.dumps({"runs": options.runs, "seed": options.seed}), flush=True)
    os.environ["SOURCE_DATE_EPOCH"] = "1767225600"
    with tempfile.TemporaryDirectory(prefix="kills 图 ") as folder:
        wrong = Kills(Path(folder), options.size, options.seed).run(options.runs)
    sys.exit(1 if wrong else 0)


class Kills:
    """An undisturbed run, and how disturbed ones compare with it."""

    def __init__(self, folder: Path, size: int, seed: int) -> None:
        """Make image and model, and classify once without disturbance."""
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._image, self._model = folder / "image.tif", folder / "tiny.safetensors"
        self._folder = folder / "out"
        with forked(lambda: self._make(size)) as child:
            child.join()
        self._folder.mkdir()
        begin = time.monotonic()
        with self._engine() as child:
            child.last_patch.wait()
            self._work = time.monotonic() - begin
            child.join()
            self._writing = time.monotonic() - begin - self._work
        self._expected = self._found()
        if set(self._expected) != set(FINAL):
            raise SystemExit(f"the undisturbed run left {sorted(self._expected)}")

    def run(self, runs: int) -> int:
        """Kill, go on and compare; the number of wrong results."""
        kills = cuts = wrong = 0
        for run in range(1, runs + 1):
            while (outcome := self._fresh_kill(late=run % 2 == 0)) is None:
                pass  # it was through before the kill
            while outcome is not None:
                kills += 1
                outcome["cut_to"] = self._cut() if kills % 3 == 0 else None
                cuts += outcome["cut_to"] is not None
                wrong += outcome["half_written"] != []
                print(json.dumps({"run": run, "kill": kills, **outcome}), flush=True)
                if self._random.random() > AGAIN:
                    with self._engine() as child:
                        child.join()
                    break
                outcome = self._kill(late=False)
            with lock_outputs([str(self._folder / "another.tif")]):
                pass  # a kill after the end leaves what the next run in the folder clears
            if self._found() != self._expected:
                wrong += 1
                print(json.dumps({"run": run, "differs": sorted(self._found())}), flush=True)
        result = {"runs": runs, "kills": kills, "journals_cut": cuts, "wrong": wrong}
        print(json.dumps(result), flush=True)
        return wrong

    def _fresh_kill(self, *, late: bool) -> dict[str, object] | None:
        """The first kill of a run, in an empty folder."""
        shutil.rmtree(self._folder)
        self._folder.mkdir()
        return self._kill(late=late)

    def _kill(self, *, late: bool) -> dict[str, object] | None:
        """Start and kill once; what was left, or None where the run ended before."""
        with self._engine() as child:
            if late:
                child.last_patch.wait()
                time.sleep(self._random.uniform(0, self._writing))
            else:
                time.sleep(self._random.uniform(0, self._work))
            begun = child.heard["resume"] > 0
            if not child.kill():
                return None
        left = self._found()
        return {
            "after_the_last_patch": child.all_patches,
            "had_gone_on": begun,
            "left": sorted(left),
            "half_written": [
                name for name in FINAL if name in left and left[name] != self._expected[name]
            ],
        }

    def _cut(self) -> int | None:
        """Cut the journal off at any byte."""
        journal = self._folder / "out.tif.blocks.part"
        if not journal.exists():
            return None
        size = self._random.randint(0, journal.stat().st_size)
        os.truncate(journal, size)
        return size

    def _found(self) -> dict[str, object]:
        """Content by name; of the report without what clocks say."""
        found: dict[str, object] = {}
        for path in self._folder.iterdir():
            found[path.name] = path.read_bytes()
            if path.name == "report.json":
                fields = json.loads(path.read_text("utf-8"))
                found[path.name] = {k: v for k, v in fields.items() if k not in ("seconds", "rate")}
        return found

    def _engine(self) -> AbstractContextManager[Child]:
        output, confidence, probabilities, polygons, report = (
            str(self._folder / name) for name in FINAL if not name.endswith(".xml")
        )
        arguments = ["classify", str(self._image), output, "--model", str(self._model), "--json"]
        arguments += ["--confidence", confidence, "--probabilities", probabilities]
        arguments += ["--polygons", polygons, "--minimum-area", "20"]
        return forked(lambda: engine([*arguments, "--report", report, "--threads", "1"]))

    def _make(self, size: int) -> int:
        from scenes import save, scene

        save(self._image, scene(size=size))
        tiny_model.write(self._model)
        return 0


class Child:
    """A forked process that says events on its standard output."""

    def __init__(self, pid: int, said: int) -> None:
        """Listen to it."""
        self._pid, self._status = pid, -1
        self.said = ""
        self.heard: collections.Counter[str] = collections.Counter()
        self.all_patches = False
        self.last_patch = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(said,))
        self._thread.start()

    def _listen(self, said: int) -> None:
        with os.fdopen(said, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self.said += line
                if line.startswith('{"event"') and line.endswith("\n"):
                    event = json.loads(line)
                    self.heard[event["event"]] += 1
                    if event["event"] == "progress" and event["done"] == event["total"]:
                        self.all_patches = True
                        self.last_patch.set()
        self.last_patch.set()  # nothing more will be heard

    def join(self) -> int:
        """Wait for its end; its exit status, negative a signal."""
        if self._pid:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            self._pid = 0
            self._thread.join()
        return self._status

    def kill(self) -> bool:
        """Whether SIGKILL found it alive."""
        os.kill(self._pid, signal.SIGKILL)
        return self.join() == -signal.SIGKILL


@contextmanager
def forked(work: Callable[[], int]) -> Iterator[Child]:
    """Run a function in a process of its own."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        status = 1
        try:
            status = work()
        finally:
            os._exit(status)
    os.close(writing)
    child = Child(pid, reading)
    try:
        yield child
    finally:
        child.join()


if __name__ == "__main__":
    main()
