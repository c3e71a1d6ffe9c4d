"""Print results of benchmarks/ablation.py as a table: mean, and smallest to largest of the seeds.

python -m benchmarks.summary RESULTS.json [--use test]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import fmean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--use", default="test")
    options = parser.parse_args()
    rows: dict[tuple[str, str], list[dict]] = {}
    for run in json.loads(options.results.read_text("utf-8")):
        for way, scores in run["scores"].items():
            row = {**scores[options.use], "seconds": run["seconds"]}
            rows.setdefault((run["variant"], way), []).append(row)
    names = list(next(iter(rows.values()))[0])
    if len(names) > 8:  # a set of many scenes
        names = ["together", "seconds"]
    print("| variant | predicted by | seeds |", " | ".join(names), "|")
    print("|" + "---|" * (len(names) + 3))
    for (variant, way), runs in rows.items():
        cells = [spread([run[name] for run in runs], name == "seconds") for name in names]
        print(f"| {variant} | {way} | {len(runs)} |", " | ".join(cells), "|")


def spread(values: list[float], whole: bool) -> str:
    if whole:
        return f"{fmean(values):.0f}"
    text = f"{fmean(values):.3f}"
    return text if len(values) == 1 else f"{text} ({min(values):.3f} to {max(values):.3f})"


if __name__ == "__main__":
    main()
