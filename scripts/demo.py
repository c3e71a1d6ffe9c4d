"""Classify a real image with qgis_process, as `make demo` does: -m scripts.demo --engine PYTHON.

Leaves in demo/: classified.tif, confidence.tif, report.html, areas.csv and demo.png.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.wire.spreadsheet import table_text
from ginet_qgis.installer.home import default_home
from scripts.demo_figure import draw
from scripts.sample import sample_scene

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
OUTPUTS = {"OUTPUT": "classified.tif", "CONFIDENCE": "confidence.tif", "REPORT": "report.html"}


def main() -> None:
    """Run the demo and print its results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True, help="the engine's Python")
    parser.add_argument("--model", default="landcover", help="bundled model's name, or a file")
    options = parser.parse_args()

    scene = sample_scene(default_home() / "samples")
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    outputs = {name: str(DEMO / file) for name, file in OUTPUTS.items()}
    inputs = {"INPUT": str(scene), "MODEL": options.model}
    print(f"Classifying {scene} with ginet:classify in qgis_process")
    with tempfile.TemporaryDirectory() as profile:
        variables = {
            "GINET_ENGINE_PYTHON": options.engine,
            "QGIS_CUSTOM_CONFIG_PATH": profile,  # the user's own profile is not touched
            "QGIS_PLUGINPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_RUNTIME_DIR": profile,
        }
        qgis_process(["plugins", "enable", "ginet_qgis"], variables)
        parameters = [f"{name}={value}" for name, value in {**inputs, **outputs}.items()]
        said = qgis_process(["--json", "run", "ginet:classify", "--", *parameters], variables)
    answer = json.loads(said[said.index("{") :])

    results = answer["results"]
    areas = json.loads(results["AREAS"])
    write_areas(areas, DEMO / "areas.csv")
    draw(scene, Path(outputs["OUTPUT"]), areas, DEMO / "demo.png")
    tell(areas, results, answer["log"]["info"][0])


def qgis_process(arguments: list[str], variables: dict[str, str]) -> str:
    """Run QGIS without a window; returns what it prints."""
    # Debian's qgis_process adds --noversioncheck to every call, which qgis_process does not know.
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        sys.exit("error: there is no qgis_process; install QGIS 3.22 or newer.")
    done = subprocess.run(
        [program, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{done.stderr}\nerror: {' '.join(arguments)} failed.")
    return done.stdout


def write_areas(areas: list[dict[str, Any]], path: Path) -> None:
    """The areas as CSV."""
    path.write_text(table_text([areas[0], *(area.values() for area in areas)]), "utf-8")


def tell(areas: list[dict[str, Any]], results: dict[str, Any], engine: str) -> None:
    """Print areas, device, speed and files."""
    print()
    for row in areas:
        print(f"  {row['name']:<16} {row['percent']:5.1f} %  {row['area_m2'] / 10_000:8.3f} ha")
    seconds = results["SECONDS"]
    rate = sum(row["pixels"] for row in areas) / seconds / 1e6
    print(f"\n{engine}")
    print(f"Device  {results['DEVICE_USED']}")
    print(f"Speed   {rate:.2f} million pixels a second, {seconds:.1f} s in all")
    for path in sorted(DEMO.iterdir()):
        print(f"File    {path}")


if __name__ == "__main__":
    main()
