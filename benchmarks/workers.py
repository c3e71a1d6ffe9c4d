"""How a classification scales over Dask workers on this machine: python -m benchmarks.workers

    python -m benchmarks.workers [--scene FILE] [--side 8192] [--runs 2]

Each worker is a process with one thread; beside them one process without a cluster, with one thread
and with all. Adds to docs/bench.json. Needs the package distributed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bench import RESULTS
from benchmarks.measure import engine, machine, run, summary
from benchmarks.textures import make

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="landcover")
    parser.add_argument("--scene", type=Path, help="raster whose pixels fill the scene")
    parser.add_argument("--side", type=int, default=8192)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "side": options.side, "rows": {}}
    with tempfile.TemporaryDirectory() as folder:
        raster = Path(folder, "scene.tif")
        make(raster, options.side, options.scene)
        command = engine(raster, Path(folder, "classes.tif"), options.model)

        def measure(name: str, *more: str) -> None:
            figures = summary([run([*command, *more]) for _ in range(options.runs)])
            found["rows"][name] = figures
            rate = figures["pixels_a_second"]
            print(name, *(round(rate[k] / 1e6, 3) for k in ("median", "min", "max")), flush=True)

        measure("no cluster, one thread", "--threads", "1")
        measure("no cluster, all threads")
        for count in (1, 2):
            with cluster(count) as address:
                measure(f"workers: {count}", "--scheduler", address, "--threads", "1")
    stored = json.loads(options.output.read_text("utf-8")) if options.output.exists() else {}
    options.output.write_text(json.dumps({**stored, "workers": found}, indent=1) + "\n", "utf-8")


@contextmanager
def cluster(workers: int, port: int = 18786) -> Iterator[str]:
    """A scheduler and so many workers; its address."""
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    one = [sys.executable, "-m", "dask"]
    commands = [
        [*one, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        *[[*one, "worker", address, "--nthreads", "1", "--no-dashboard"]] * workers,
    ]
    processes = [subprocess.Popen(each, env=environment, **quiet) for each in commands]
    try:
        from distributed import Client

        with Client(address, timeout=60) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


if __name__ == "__main__":
    main()
