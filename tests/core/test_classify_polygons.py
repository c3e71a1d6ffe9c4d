"""Classifying with a minimum mapping unit, and polygons of what was classified."""

import sqlite3

import numpy as np
import pytest
import rasterio
from rasterio import features
from scenes import Heard, save, scene
from tiny_model import write

import core.polygons
from core.classify import classify
from core.wire.errors import Cancelled, GinetError
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

    monkeypatch.setattr(core.polygons, "polygons", cancelled)
    with pytest.raises(Cancelled):
        classify(ClassifyJob(**given, minimum_area=3.0), Heard())
    assert sorted(folder.iterdir()) == before
