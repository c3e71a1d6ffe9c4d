"""The images of places are cut out of clones as the table says, and the table is about drawings."""

import base64
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
import tomllib

from scripts import cut_places, places_data

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
SOURCES = tomllib.loads(cut_places.TABLE.read_text("utf-8"))["source"]
KEYS = {"path", "tiles", "parts", "figure", "window", "size", "colours", "zoom"}
TABLE = """
[[source]]
set = "town"
repository = "someone/pictures"
commit = "{commit}"
[source.images]
"images/whole.png" = {{ path = "a b/0_0.png" }}
"images/part.png" = {{ path = "a b/0_0.png", window = [2, 4, 6, 2], size = [3, 1] }}
"images/rows.tif" = {{ path = "a b/{{column}}_{{row}}.png", tiles = [0, 0, 2, 2] }}
"images/gap.png" = {{ path = "a b/{{part}}.png", parts = [["1_0", ""]], window = [4, 0, 8, 8] }}
"images/parts.png" = {{ path = "told.ipynb", parts = [[
  {{ figure = 1, window = [0, 0, 2, 3] }}, {{ figure = 0, window = [6, 5, 2, 3] }}
]] }}
"labels/part.png" = {{ path = "a b/1_1.png", colours = [[0, 0, 0], [250, 250, 250]] }}
"labels/square.png" = {{ path = "square.geojson", tiles = [1, 0, 1, 2], zoom = 1, size = [4, 8] }}
"images/figure.png" = {{ path = "told.ipynb", figure = 1 }}

[[source]]
set = "all"
repository = "someone/pictures"
commit = "{commit}"
files = "a b/0_*.png"
"""


@pytest.fixture
def clone(tmp_path):
    """A repository whose newest commit has deleted what the table names; values of its tiles."""
    folder = tmp_path / "clones/someone/pictures"
    (folder / "a b").mkdir(parents=True)
    rng, tiles = np.random.default_rng(0), {}
    for name in ("0_0", "1_0", "0_1", "1_1"):
        tiles[name] = rng.integers(0, 256, (3, 8, 8), np.uint8)
        save(folder / f"a b/{name}.png", tiles[name])
    pictures = [(folder / f"a b/{name}.png").read_bytes() for name in ("0_0", "1_1")]
    outputs = [{"data": {"image/png": base64.b64encode(content).decode()}} for content in pictures]
    notebook = {"cells": [{"source": ""}, {"outputs": [{"name": "stdout"}, *outputs]}]}
    (folder / "told.ipynb").write_text(json.dumps(notebook), "utf-8")
    ring = [[90, 0], [180, 0], [180, 66.51326], [90, 66.51326], [90, 0]]
    square = {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    (folder / "square.geojson").write_text(json.dumps({"features": [square]}), "utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "pictures")
    commit = git(folder, "rev-parse", "HEAD")
    git(folder, "rm", "-q", "-r", ".")
    git(folder, "commit", "-q", "-m", "none")
    table = tmp_path / "cuts.toml"
    table.write_text(TABLE.format(commit=commit), "utf-8")
    return tmp_path / "clones", table, tiles


def test_parts_tiles_and_figures_are_cut(clone, tmp_path):
    clones, table, tiles = clone
    cut_places.main(clones, tmp_path / "data", ["town"], table)
    found = {path.name: read(path) for path in (tmp_path / "data/town/images").iterdir()}
    whole = tmp_path / "data/town/images/whole.png"
    assert np.array_equal(found["whole.png"], tiles["0_0"])
    command = ["git", "-C", clones / "someone/pictures", "show", "HEAD~:a b/0_0.png"]
    assert whole.read_bytes() == subprocess.run(command, capture_output=True, check=True).stdout
    means = tiles["0_0"][:, 4:6, 2:8].reshape(3, 1, 2, 3, 2).mean((2, 4))
    assert np.abs(found["part.png"] - means).max() <= 0.5
    rows = np.block([[tiles["0_0"], tiles["1_0"]], [tiles["0_1"], tiles["1_1"]]])
    assert np.array_equal(found["rows.tif"], rows)
    assert np.array_equal(found["gap.png"][..., :4], tiles["1_0"][..., 4:])
    assert not found["gap.png"][..., 4:].any()
    assert np.array_equal(found["figure.png"], tiles["1_1"])
    parts = [tiles["1_1"][:, :3, :2], tiles["0_0"][:, 5:, 6:]]
    assert np.array_equal(found["parts.png"], np.concatenate(parts, 2))
    bright = tiles["1_1"].sum(0, dtype=int) > 3 * 125
    assert np.array_equal(read(tmp_path / "data/town/labels/part.png")[0], bright)
    square = np.zeros((8, 4))  # the eastern half of the world: 90 to 180 degrees are its right half
    square[2:4, 2:] = 1
    assert np.array_equal(read(tmp_path / "data/town/labels/square.png")[0], square)


def test_a_pattern_takes_files_as_they_are(clone, tmp_path):
    clones, table, tiles = clone
    cut_places.main(clones, tmp_path / "data", ["all"], table)
    found = {path.stem: read(path) for path in (tmp_path / "data/all/images").iterdir()}
    assert sorted(found) == ["0_0", "0_1"]
    assert np.array_equal(found["0_1"], tiles["0_1"])


def test_what_is_missing_is_named(clone, tmp_path):
    clones, table, _ = clone
    with pytest.raises(SystemExit, match="no set village"):
        cut_places.main(clones, tmp_path, ["village"], table)
    with pytest.raises(SystemExit, match="clone someone/pictures there"):
        cut_places.main(tmp_path / "none", tmp_path, [], table)
    table.write_text(table.read_text("utf-8").replace("told.ipynb", "untold.ipynb"), "utf-8")
    with pytest.raises(SystemExit, match=r"untold\.ipynb"):
        cut_places.main(clones, tmp_path, [], table)


def test_the_table_is_about_images_with_drawings_and_no_test_is_in_it():
    drawn = set(places_data.drawings())
    for source in SOURCES:
        assert re.fullmatch("[0-9a-f]{7,40}", source["commit"]), source["repository"]
        assert len({"images", "files"} & source.keys()) == 1, source["repository"]
        assert any(path.startswith(f"{source['set']}/images/") for path in drawn), source["set"]
        for name, entry in source.get("images", {}).items():
            image = f"{source['set']}/{name}"
            assert image in drawn or name.startswith("labels/"), image
            assert not image.startswith("zurich"), image
            assert entry.keys() <= KEYS, image


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as source:
        return source.read()


def save(path: Path, bands: np.ndarray) -> None:
    with rasterio.open(
        path, "w", driver="PNG", width=8, height=8, count=3, dtype="uint8"
    ) as target:
        target.write(bands)
