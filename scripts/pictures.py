"""Take all pictures of docs/pictures anew, in both languages: `make pictures`.

QGIS plays scripts/walkthrough.py and scripts/farmland.py, each in a profile of its own; chromium
shows the reports that came out, and the farmland's frames become the README's animated picture.
Needs xvfb, QGIS, chromium and a Chinese font (on Debian and Ubuntu: fonts-wqy-microhei).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from ginet_qgis.installer.home import default_home
from scripts.animation import animate
from scripts.sample import farmland_scene, sample_scene

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
ANIMATION = ROOT / "docs" / "teach.gif"
STORIES = ("walkthrough", "farmland")
LOCALES = {"en": "en", "zh": "zh-Hans"}
"""QGIS's, by our languages."""
COLOURS = 256
PATIENCE = 3600
"""Seconds; QGIS stays open where a script is wrong from the start."""


def main() -> None:
    """Take all pictures and reduce the size of their files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True, help="the engine's Python")
    parser.add_argument("--keep", action="store_true", help="keep what QGIS made, and say where")
    parser.add_argument("--languages", nargs="+", choices=LOCALES, default=list(LOCALES))
    parser.add_argument("--stories", nargs="+", choices=STORIES, default=list(STORIES))
    options = parser.parse_args()
    for language in options.languages:
        work = Path(tempfile.mkdtemp())
        try:
            scenes = {
                "walkthrough": sample_scene(default_home() / "samples"),
                "farmland": farmland_scene(work),
            }
            taken = []
            for story in options.stories:
                taken += play(story, scenes[story], work / story, options.engine, LOCALES[language])
                taken += [show(page, work) for page in sorted((work / story).glob("*.html"))]
            folder = PICTURES / language
            folder.mkdir(parents=True, exist_ok=True)
            if len(options.stories) == len(STORIES):
                for old in folder.glob("*.png"):
                    old.unlink()
            for picture in taken:
                shrink(picture, folder / picture.name)
            if "farmland" in options.stories and language == "en":
                animate(work / "farmland" / "frames", ANIMATION)
        finally:
            if options.keep:
                print(work)
            else:
                shutil.rmtree(work)
        total = sum(path.stat().st_size for path in folder.glob("*.png"))
        print(f"{language}: {len(taken)} pictures, {total / 1e6:.1f} MB")


def play(story: str, scene: Path, work: Path, engine: str, locale: str) -> list[Path]:
    """Let QGIS play a story; returns the pictures that it took."""
    variables = {
        "GINET_ENGINE_PYTHON": engine,
        "GINET_IMAGE": str(scene),
        "GINET_PICTURES": str(work / "taken"),
        "GINET_FRAMES": str(work / "frames"),
        "GINET_WORK": str(work),
        "QGIS_CUSTOM_CONFIG_PATH": str(work / "profile"),
        "QGIS_PLUGINPATH": str(ROOT),
    }
    settings = work / "profile" / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[locale]\noverrideFlag=true\nuserLocale={locale}\n")
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24"]
    qgis = shutil.which("qgis.bin") or "qgis"  # Debian's wrapper starts qgis.bin
    quiet = ["--noversioncheck", "--nologo"]
    command = [*screen, qgis, *quiet, "--code", str(ROOT / "scripts" / f"{story}.py")]
    done = subprocess.run(command, env={**os.environ, **variables}, cwd=ROOT, timeout=PATIENCE)
    if done.returncode:
        sys.exit(f"error: QGIS did not play {story} to its end; it says why above.")
    return sorted((work / "taken").glob("*.png"))


def show(page: Path, work: Path) -> Path:
    """A picture of the top of a report."""
    picture = work / f"report_{page.stem}.png"
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    headless = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=900,1000"]
    command = [browser, *headless, f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return picture


def shrink(picture: Path, target: Path) -> None:
    """Write a picture with a palette: a much smaller file that looks the same."""
    with Image.open(picture) as image:
        few = image.convert("RGB").quantize(
            COLOURS,
            method=Image.Quantize.FASTOCTREE,  # keeps colours of small things, as in legends
            dither=Image.Dither.NONE,
        )
        few.save(target, optimize=True)


if __name__ == "__main__":
    main()
