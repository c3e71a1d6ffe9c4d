"""Fuzzing: damaged model files, cards and job files, by the million, given to the engine.

    python benchmarks/fuzz.py --minutes 60 --folder FOLDER

Each input is a valid one, damaged at random: bytes of a model file, values of its card, values of
a job, and raw text. The engine must take it or refuse it with one of its own errors. A worker in a
process of its own tries one after the other under a memory limit; one that dies or hangs is
replaced. Inputs that broke it are saved in FOLDER, and the counts in FOLDER/figures.json.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import multiprocessing
import random
import resource
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "fixtures")]

ADDRESS_SPACE = 2 * 2**30
"""Bytes that the worker may take on top of what it has once the engine is imported."""
SURPRISE = 256 * 2**20
"""Bytes of memory that one input of a few hundred kilobytes may not cost."""
HANG_S = 20

ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2, 7, 64, 255, 256, 4096, 65536, 2**31, 2**63, -(2**63), 10**18,
    10**25, 0.0, -0.0, 0.5, 1e-320, 1e-30, 1e30, 1e308, -1e308, float("nan"), float("inf"), "", " ",
    "\0", "\n", "a" * 5000, "é", "\ud800", "../..", "/", "/dev/zero", "/proc/self/mem", "~", "C:\\",
    "/vsicurl/http://127.0.0.1:9/x", "<VRTDataset/>", "%s%n", [], {}, [[]], [0] * 300,
    [None], {"": 0},
]  # fmt: skip
TOKENS = [b"null", b"NaN", b"1e999", b"-1", b"[" * 3000, b'{"a":' * 3000, b"9" * 400, b'"\\ud800"']


def mutate_value(value: Any, chance: random.Random) -> Any:
    """A JSON value with one to three of its parts exchanged, removed, doubled or moved."""
    value = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = list(_places(value))
        if not places:
            return chance.choice(ODD)
        holder, key = chance.choice(places)
        kind = chance.randrange(6)
        if kind <= 2:
            holder[key] = copy.deepcopy(chance.choice(ODD))
        elif kind == 3:
            del holder[key]
        elif kind == 4:
            other, other_key = chance.choice(places)
            with contextlib.suppress(KeyError, IndexError):
                holder[key] = copy.deepcopy(other[other_key])
        elif isinstance(holder[key], bool) or not isinstance(holder[key], int | float):
            holder[f"{key}?" if isinstance(holder, dict) else key] = [holder[key]] * 2
        else:
            holder[key] = holder[key] * chance.choice((-1, 0.5, 2, 3, 1000, 10**9))
    return value


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(items):
        yield value, key
        if isinstance(each, dict | list):
            yield from _places(each)


def mutate_bytes(content: bytes, chance: random.Random, head: int) -> bytes:
    """Bytes changed, cut, doubled or inserted, mostly among the first ``head``."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        place = chance.randrange(min(head, len(data)) if chance.random() < 0.9 else len(data))
        kind = chance.randrange(6)
        if kind <= 1:
            data[place] = chance.randrange(256)
        elif kind == 2:
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 3:
            data[place:place] = chance.choice(TOKENS)
        elif kind == 4:
            del data[place : place + chance.choice((1, 2, 8, 100))]
        else:
            data[place:place] = data[place : place + chance.choice((1, 8, 100))]
        if not data:
            return b""
    if chance.random() < 0.05:
        data = data[: chance.randrange(len(data))]
    return bytes(data)


class Target:
    """Makes inputs from seeds and has the engine read them."""

    def __init__(self, folder: Path) -> None:
        import tiny_model
        import torch

        from core.model.modelfile import build_network, save_model
        from core.wire import job

        torch.set_num_threads(1)
        self.file = folder / "input.safetensors"
        small = tiny_model.card()
        save_model(self.file, build_network(small), small)
        whole = self.file.read_bytes()
        self._head = 8 + int.from_bytes(whole[:8], "little")
        self._header = json.loads(whole[8 : self._head])
        self._size = len(whole) - self._head
        self._card = small.to_dict()
        self._jobs = [
            job.to_dict(each)
            for each in (
                job.ClassifyJob(input="a.tif", output="b.tif", extent=(0, 0, 9, 9), bands=(1, 2)),
                job.AssessJob(classified="a.tif", reference="b.tif", field="class"),
                job.SampleJob(input="a.tif", output="b.json", accuracies={"tree": 0.5}),
                job.FinetuneJob(
                    image="a.tif", labels="b.tif", classes=small.classes, output="c.safetensors",
                    origins={"tree": ["low", "high"]},
                ),
            )
        ]  # fmt: skip

    def make(self, kind: str, seed: int) -> bytes:
        """The input of a seed; the same each time."""
        chance = random.Random(f"{kind} {seed}")  # noqa: S311 - to be repeated
        if kind == "card":
            return self._model(_text(mutate_value(self._card, chance)), {})
        if kind == "card text":
            text = json.dumps(self._card).encode()
            return self._model(mutate_bytes(text, chance, len(text)).decode("latin-1"), {})
        if kind == "model header":
            header = mutate_value(self._header, chance)
            return _framed(_text(header).encode("utf-8", "surrogatepass"))
        if kind == "model bytes":
            whole = self._model(json.dumps(self._card), self._header)
            return mutate_bytes(whole, chance, len(whole))
        text = _text(mutate_value(chance.choice(self._jobs), chance)).encode(
            "utf-8", "surrogatepass"
        )
        return text if kind == "job" else mutate_bytes(text, chance, len(text))

    def show(self, kind: str, content: bytes) -> str:
        """Let the engine read it; "taken", or the name of its error."""
        from core.model.modelfile import load_model
        from core.wire import job
        from core.wire.errors import GinetError

        with self.file.open("wb") as file:
            file.write(content)
            if kind.startswith("model"):  # weights of zeros, which cost no time to write
                file.truncate(len(content) + self._size)
        try:
            if kind.startswith("job"):
                job.to_dict(job.load(str(self.file)))
            else:
                card = load_model(str(self.file)).card
                json.dumps(card.to_dict(), ensure_ascii=False, allow_nan=False).encode()
        except GinetError as error:
            if len(str(error)) > 3000 + len(str(self.file)):
                raise RuntimeError(f"a message of {len(str(error))} characters") from error
            return type(error).__name__
        return "taken"

    def _model(self, card: str, header: dict[str, Any]) -> bytes:
        whole = {**header, "__metadata__": {"format": "pt", "card": card}}
        return _framed(json.dumps(whole).encode())


KINDS = ("card", "card text", "model header", "model bytes", "job", "job text")
TURNS = (*KINDS, "card text", "job", "job text", "job", "job text")
"""What is tried in turn; what takes the engine longer is tried less often."""


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _framed(header: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header


def work(pipe: Any, folder: Path, first: int) -> None:
    """The worker: announces each input, tries it, and reports the outcome."""
    target = Target(folder)
    target.show("model bytes", target.make("model bytes", 0))  # what is imported only now
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ADDRESS_SPACE,) * 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seed = first
    while True:
        kind = TURNS[seed % len(TURNS)]
        pipe.send(("try", kind, seed))
        try:
            outcome = target.show(kind, target.make(kind, seed))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is a find
            outcome = "CRASH " + "".join(traceback.format_exception(error))
        now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if (now - peak) * 1024 > SURPRISE:
            outcome = f"SURPRISE {(now - peak) // 1024} MB; {outcome}"
        peak = max(peak, now)
        pipe.send(("done", kind, outcome))
        seed += 1


def watch(folder: Path, minutes: float, first: int) -> Counter[str]:
    """Keep a worker busy until the time is up."""
    counts: Counter[str] = Counter()
    start = time.monotonic()
    end, reported, seed = start + minutes * 60, start, first
    context = multiprocessing.get_context("spawn")
    while time.monotonic() < end:
        mine, its = context.Pipe()
        worker = context.Process(target=work, args=(its, folder, seed), daemon=True)
        worker.start()
        its.close()
        kind, limit = "", 120.0
        try:
            while time.monotonic() < end:
                if not mine.poll(limit):
                    _keep(folder, counts, "hang", kind, seed, f"no answer in {limit:.0f} s")
                    break
                what, kind, said = mine.recv()
                if what == "try":
                    seed, limit = said, HANG_S
                    continue
                counts[f"{kind}: tried"] += 1
                if said.startswith(("CRASH", "SURPRISE")):
                    _keep(folder, counts, said.split()[0].lower(), kind, seed, said)
                else:
                    counts[f"{kind}: {said}"] += 1
                if time.monotonic() - reported > 30:
                    reported = time.monotonic()
                    _tell(folder, counts, reported - start)
        except EOFError:
            worker.join()
            _keep(folder, counts, "crash", kind, seed, f"the worker died: {worker.exitcode}")
        worker.kill()
        worker.join()
        seed += 1
    _tell(folder, counts, time.monotonic() - start)
    return counts


def _keep(folder: Path, counts: Counter[str], what: str, kind: str, seed: int, said: str) -> None:
    counts[what] += 1
    print(f"{what}: {kind}, seed {seed}: {said.strip().splitlines()[-1]}", flush=True)
    if counts[what] <= 20:
        (folder / f"{what}_{kind.replace(' ', '_')}_{seed}.txt").write_text(said, "utf-8")


def _tell(folder: Path, counts: Counter[str], seconds: float) -> None:
    tried = sum(number for name, number in counts.items() if name.endswith(": tried"))
    figures = {
        "minutes": round(seconds / 60, 1), "tried": tried, "crashes": counts["crash"],
        "hangs": counts["hang"], "surprise allocations": counts["surprise"], **sorted_(counts),
    }  # fmt: skip
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(", ".join(f"{name} {value}" for name, value in list(figures.items())[:5]), flush=True)


def sorted_(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts) if ": " in name}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--folder", type=Path, required=True, help="for what breaks, and figures")
    parser.add_argument("--seed", type=int, default=0, help="number of the first input")
    parser.add_argument("--kind", choices=KINDS, help="show one input again: needs --seed")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.kind:
        target = Target(options.folder)
        print(target.show(options.kind, target.make(options.kind, options.seed)))
        return 0
    counts = watch(options.folder, options.minutes, options.seed)
    return 1 if counts["crash"] + counts["hang"] + counts["surprise"] else 0


if __name__ == "__main__":
    sys.exit(main())
