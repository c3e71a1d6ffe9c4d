"""Speed and memory beside the peers, in one run on one machine: make bench

    python -m benchmarks.bench [--scene FILE] [--runs N] [--large SIDE] [--device KIND]
        [--only NAME ...]

Each run is a process of its own. A peer that lacks what it needs (the packages onnx,
onnxruntime, geodeep; GLNET=DIR for GLNet) is skipped with a message. Figures are written to
docs/bench.json and printed as a table. The sliding window, ONNX Runtime,
GeoDeep and GLNet run on the processor whatever the device.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Missing, engine, machine, run, summary
from benchmarks.textures import make

SIDE = 2448
"""Of DeepGlobe's scenes, on which GLNet is measured."""

RESULTS = Path(__file__).resolve().parent.parent / "docs" / "bench.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="landcover")
    parser.add_argument("--scene", type=Path, help="raster whose pixels fill the scenes")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow-runs", type=int, default=3, help="of ResNet-50 and GLNet")
    parser.add_argument("--side", type=int, default=SIDE, help="side of the scene")
    parser.add_argument("--large", type=int, default=8192, help="side of the larger scene")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants (default: all)")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    try:
        found = machine(options.device)
    except RuntimeError as error:
        parser.error(str(error))
    result: dict[str, Any] = {"machine": found, "command": sys.argv[1:], "contestants": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name, side, runs, command in contestants(options, Path(folder)):
            if options.only and name not in options.only:
                continue
            try:
                measured = [run(command) for _ in range(runs)]
            except Missing as missing:
                print(f"{name}: skipped, it needs {missing}", flush=True)
                result["contestants"][name] = {"skipped": str(missing)}
                continue
            result["contestants"][name] = {"side": side, **summary(measured)}
            print(line(name, result["contestants"][name]), flush=True)
    stored = json.loads(options.output.read_text("utf-8")) if options.output.exists() else {}
    options.output.write_text(json.dumps({**stored, **result}, indent=1) + "\n", "utf-8")
    print("\n" + table(result["contestants"]))


def contestants(options: argparse.Namespace, folder: Path) -> list[tuple[str, int, int, list[str]]]:
    """Name, side of its scene, number of runs, command."""
    small, large, view = (folder / f"{name}.tif" for name in ("small", "large", "view"))
    for path, side in ((small, options.side), (large, options.large), (view, 1024)):
        make(path, side, options.scene)
    output, model = folder / "classes.tif", options.model
    resnet = str(folder / "resnet50.safetensors")
    subprocess.run([sys.executable, "-m", "benchmarks.resnet", resnet, model], check=True)

    def peer(name: str, scene: Path = small, network: str = model) -> list[str]:
        module = f"benchmarks.peers.{name}"
        command = [sys.executable, "-m", module, str(scene), "--model", network]
        return [*command, "--device", options.device]

    def engine_on(scene: Path, network: str, *more: str) -> list[str]:
        return engine(scene, output, network, "--device", options.device, *more)

    side, fast, slow = options.side, options.runs, options.slow_runs
    return [
        ("engine", side, fast, engine_on(small, model)),
        ("forward pass alone", side, fast, peer("forward")),
        ("engine, large", options.large, fast, engine_on(large, model)),
        ("forward pass alone, large", options.large, fast, peer("forward", large)),
        ("engine, view", 1024, fast, engine_on(view, model)),
        ("engine, float32", side, fast, engine_on(small, model, "--precision", "float32")),
        ("sliding window", side, fast, peer("window")),
        ("ONNX Runtime", side, fast, peer("onnx_runtime")),
        ("GeoDeep", side, fast, peer("geodeep_peer")),
        ("engine, ResNet-50", side, slow, engine_on(small, resnet)),
        ("GLNet", side, slow, peer("glnet")),
    ]


def table(found: dict[str, Any]) -> str:
    """All contestants as Markdown."""
    lines = [
        "| contestant | scene | megapixels a second (least to most) | first block, s | peak, MiB |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, figures in found.items():
        lines.append(line(name, figures))
    return "\n".join(lines)


def line(name: str, figures: dict[str, Any]) -> str:
    """One contestant as a row of the table."""
    if "skipped" in figures:
        return f"| {name} | | skipped: needs {figures['skipped']} | | |"
    rate = [f"{figures['pixels_a_second'][key] / 1e6:.3f}" for key in ("median", "min", "max")]
    first = figures.get("first_block_s", {}).get("median", "")
    peak = figures["peak_mib"]["median"]
    speed = f"{rate[0]} ({rate[1]} to {rate[2]})"
    return f"| {name} | {figures['side']}² | {speed} | {first} | {peak:.0f} |"


if __name__ == "__main__":
    main()
