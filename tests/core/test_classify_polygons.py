"""Classifying with a minimum mapping unit, and polygons of what was classified."""

import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import features
from scenes import Heard, save, scene
from tiny_model import write

import core.polygons
from core.classify import classify
from core.wire.errors import Cancelled, GinetError, OutputExists
from core.wire.job import ClassifyJob


@pytest.fixture
def given(tmp_path):
    folder = tmp_path / "maps 地图"
    folder.mkdir()
    image = save(folder / "image.tif", scene(size=200))
    return {
        "input": image,
        "output": str(folder / "out.tif"),
        "model": str(write(tmp_path / "tiny.safetensors")),
    }


def read(path):
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def sizes(classes):
    return [
        np.count_nonzero(features.rasterize([shape], classes.shape))
        for shape, _ in features.shapes(classes, connectivity=4)
    ]


def test_no_patch_is_smaller_and_the_polygons_are_the_raster(given, tmp_path):
    folder = tmp_path / "maps 地图"
    plain = classify(ClassifyJob(**{**given, "output": str(folder / "plain.tif")}), Heard())
    assert min(sizes(read(folder / "plain.tif"))) < 80
    heard = Heard()
    paths = {name: str(folder / f"out.{end}") for name, end in
             (("polygons", "gpkg"), ("report", "json"))}  # fmt: skip
    result = classify(
        ClassifyJob(**given, minimum_area=20.0, confidence=str(folder / "c.tif"), **paths), heard
    )
    classes = read(given["output"])
    assert min(sizes(classes)) >= 80
    assert [row["pixels"] for row in result["areas"]] == [
        (classes == row["id"]).sum() for row in result["areas"]
    ]
    assert [row["name"] for row in result["areas"]] == [row["name"] for row in plain["areas"]]
    assert len(heard.all("start")) == len(heard.all("result")) == 1
    with sqlite3.connect(paths["polygons"]) as database:
        found = database.execute("SELECT count(*), min(pixels), min(confidence) FROM polygons")
        count, least, confidence = found.fetchone()
    assert count == result["features"] == len(sizes(classes))
    assert least >= 80
    assert 0 < confidence <= 100
    with rasterio.open(given["output"]) as made:
        assert made.tags()["model_sha256"] == plain["provenance"]["model_sha256"]
        assert made.tags()["minimum_area"] == "20"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["c.tif", "image.tif", "out.gpkg", "out.json", "out.tif", "out.tif.aux.xml", "plain.tif",
         "plain.tif.aux.xml"]
    )  # fmt: skip


def test_refused_before_work_and_nothing_left(given, tmp_path, monkeypatch):
    folder = tmp_path / "maps 地图"
    picture = save(folder / "picture.tif", scene(size=64), crs=None)
    (folder / "there.gpkg").write_text("mine")
    before = sorted(folder.iterdir())
    for change, message in (
        ({"input": picture, "minimum_area": 3.0}, "coordinate reference system"),
        ({"polygons": str(folder / "there.gpkg")}, "there already"),
        ({"polygons": str(folder / "p.shp")}, "add .gpkg"),
        ({"polygons": given["output"]}, "different files"),
        ({"minimum_area": -1}, "from 0 up"),
    ):
        with pytest.raises(GinetError, match=message):
            classify(ClassifyJob(**{**given, **change}), Heard())
        assert sorted(folder.iterdir()) == before

    def cancelled(*_):
        raise Cancelled

    job = ClassifyJob(**given, minimum_area=3.0)
    with monkeypatch.context() as patched:
        patched.setattr(core.polygons, "making", cancelled)
        with pytest.raises(Cancelled, match="the same job goes on from there"):
            classify(job, Heard())
    journal = folder / "out.tif.blocks.part"
    assert sorted(folder.iterdir()) == sorted([*before, journal])


# Killed ----------------------------------------------------------------------------------------

DYING = """
import os, signal, sys
from core.results.{module} import {part}

def die(part, work={part}.{method}):
    work(part)
    if part.final.suffix == "{suffix}":
        os.kill(os.getpid(), signal.{signal})

{part}.{method} = die
from core.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
KILL = "SIGKILL" if hasattr(signal, "SIGKILL") else "SIGTERM"  # Windows ends it at once by any
DEATHS = {
    "polygons are made": {
        "module": "geopackage", "part": "PartialLayer", "method": "complete", "suffix": ".gpkg"
    },
    "polygons have their name": {
        "module": "geopackage", "part": "PartialLayer", "method": "publish", "suffix": ".gpkg"
    },
}  # fmt: skip


def found(folder):
    """Content by name; of the report without what clocks say."""
    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    if "out.json" in content:
        told = json.loads(content["out.json"])
        del told["job"], told["outputs"], told["seconds"], told["rate"]
        content["out.json"] = told
    return content


@pytest.fixture
def wanted(given, tmp_path, monkeypatch):
    """A function: the job into a folder, by the names of its fields."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    names = {"output": "out.tif", "confidence": "c.tif", "polygons": "out.gpkg",
             "report": "out.json"}  # fmt: skip

    def wanted(folder):
        (tmp_path / folder).mkdir()
        paths = {field: str(tmp_path / folder / name) for field, name in names.items()}
        return {**given, **paths, "minimum_area": 20.0, "threads": 1}

    return wanted


@pytest.mark.parametrize("death", DEATHS)
def test_a_killed_run_goes_on_and_asks_for_no_leave_to_overwrite(wanted, tmp_path, python, death):
    classify(ClassifyJob(**wanted("undisturbed")), Heard())
    whole = found(tmp_path / "undisturbed")
    job, folder = wanted("killed"), tmp_path / "killed"
    (folder / "out.all.tif").write_text("the user's own")
    options = [
        word
        for field in ("model", "confidence", "polygons", "report", "minimum_area", "threads")
        for word in (f"--{field.replace('_', '-')}", str(job[field]))
    ]
    engine = [*python, "-c", DYING.format(signal=KILL, **DEATHS[death])]
    done = subprocess.run(
        [*engine, "classify", job["input"], job["output"], *options],
        cwd=Path(__file__).resolve().parents[2], env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert abs(done.returncode) == getattr(signal, KILL), done.stderr
    left = found(folder)
    assert left.pop("out.all.tif") == b"the user's own"
    named = {name: content for name, content in left.items() if not name.endswith(
        (".part", ".part.aux.xml"))}  # fmt: skip
    assert set(named) == (set() if "made" in death else {"out.json", "out.gpkg"})
    assert named.items() <= whole.items()
    assert {"out.tif.all.part", "out.tif.part", "c.tif.part"} <= set(left)
    heard = Heard()
    classify(ClassifyJob(**job), heard)
    (resumed,) = heard.all("resume")
    assert resumed["done"] == resumed["total"]
    assert found(folder) == {**whole, "out.all.tif": b"the user's own"}


@pytest.mark.parametrize("name", ["out.tif", "out.gpkg"])
def test_what_the_user_puts_there_meanwhile_stays(wanted, tmp_path, name):
    job, folder = wanted("meanwhile"), tmp_path / "meanwhile"

    class Meddling(Heard):
        def __call__(self, event, **fields):
            if event == "progress":
                (folder / name).write_text("the user's own")
            super().__call__(event, **fields)

    with pytest.raises(OutputExists, match="the same job goes on from there"):
        classify(ClassifyJob(**job), Meddling())
    assert set(found(folder)) == {name, "out.tif.blocks.part"}
    assert (folder / name).read_text() == "the user's own"
    (folder / name).unlink()
    heard = Heard()
    classify(ClassifyJob(**job), heard)
    assert heard.all("resume")
