"""Evaluation of a tiny model on generated scenes, as a function and as a process."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasters
from scenes import Heard

from core.accuracy import scene_score as module
from core.evaluate import evaluate, evaluate_scenes
from core.model.modelfile import find_model, load_model, read_card
from core.training.recipe import load_scenes
from core.wire.errors import (
    Cancelled,
    DatasetError,
    GinetError,
    JobError,
    ModelNotFound,
    OutputError,
)
from core.wire.events import silent

DATASET = """
[labels.fine]
1 = ["class 0"]
2 = ["class 1"]
3 = ["class 2"]

[labels.coarse]
1 = ["class 0"]
2 = ["class 1", "class 2"]

[[scene]]
name = "fine"
use = "test"
image = "image.tif"
label = "label.tif"
labels = "fine"

[[scene]]
name = "coarse"
use = "test"
image = "image.tif"
label = "label.tif"
labels = "coarse"
window = [30, 20, 120, 90]
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data 图")
    random = np.random.default_rng(0)
    label = random.integers(0, 4, (1, 15, 20)).repeat(10, 1).repeat(10, 2).astype(np.uint8)
    image = rasters.noise(height=150, width=200)
    image[:, :20, :20] = 0
    rasters.write(folder / "image.tif", image, nodata=0)
    rasters.write(folder / "label.tif", label)
    (folder / "dataset.toml").write_text(DATASET)
    return folder


@pytest.fixture
def model(tiny_model):
    return load_model(str(tiny_model))


def scenes(data, model, *changes):
    text = DATASET
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = data / "changed.toml"
    path.write_text(text)
    return load_scenes(path, data, "test", model.card.classes)


def test_scores_are_those_of_the_raster_that_users_get(data, model, run, monkeypatch):
    monkeypatch.setattr(module, "STRIP", 1000)
    before = {name: t.clone() for name, t in model.network.state_dict().items()}
    found = evaluate_scenes(model, scenes(data, model), device="cpu", threads=1)
    assert all(t.equal(before[name]) for name, t in model.network.state_dict().items())

    ids = run(data / "image.tif", device="cpu", threads=1)
    with rasterio.open(data / "label.tif") as source:
        label = source.read(1)
    fine = np.zeros((4, 4), int)
    for value, got in zip(label.ravel().tolist(), ids.ravel().tolist(), strict=True):
        # Class ids of the tiny model are 0, 2, 4.
        fine[value - 1, 3 if got == 255 else got // 2] += 1
    assert fine[:, 3].sum() == 400
    np.testing.assert_array_equal(found.scenes[0].confusion, fine)

    part = np.s_[20:110, 30:150]
    coarse = np.zeros((3, 3), int)
    for value, got in zip(label[part].ravel().tolist(), ids[part].ravel().tolist(), strict=True):
        coarse[{1: 0, 2: 1}.get(value, 2), {0: 0, 255: 2}.get(got, 1)] += 1
    np.testing.assert_array_equal(found.scenes[1].confusion, coarse)
    assert found.scenes[1].classes == ("class 0", "class 1 or class 2")
    assert [score.classes for score in found.together] == [s.classes for s in found.scenes]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("window = ", "reduce = 2\nwindow = ", "reduced 2 times"),
        (
            '1 = ["class 0"]\n2 = ["class 1", ',
            '1 = ["class 0", "class 1"]\n2 = ["class 1", ',
            "overlap",
        ),
    ],
)
def test_a_scene_that_cannot_be_scored_is_refused_before_work_starts(
    data, model, old, new, message
):
    heard = Heard()
    with pytest.raises(DatasetError, match=message):
        evaluate_scenes(model, scenes(data, model, (old, new)), heard)
    assert heard.events == []


def test_no_scene_is_refused(model):
    with pytest.raises(DatasetError, match="no scene"):
        evaluate_scenes(model, [])


def test_a_scene_without_labels_is_refused_by_name(data, model):
    (scene, _) = scenes(data, model)
    blank = replace(scene, masks=np.zeros_like(scene.masks))
    with pytest.raises(DatasetError, match=r"label\.tif holds none of the labels"):
        evaluate_scenes(model, [blank], device="cpu", threads=1)


def test_cancelling(data, model):
    with pytest.raises(Cancelled):
        evaluate_scenes(model, scenes(data, model), cancelled=lambda: True)


def arguments(folder, tiny, **changes):
    fields = {"model": str(tiny), "dataset": folder / "dataset.toml", "data": folder}
    return {**fields, "emit": silent, **changes}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"model": "nothing"}, ModelNotFound, "no model"),
        ({"dataset": Path("missing.toml")}, JobError, "missing.toml"),
        ({"data": Path("nowhere")}, DatasetError, "does not exist"),
        ({"use": "validate"}, DatasetError, "no scene"),
        ({"report": "/nowhere/report.json"}, OutputError, "no folder"),
        ({"report": "REPORT"}, OutputError, "is there already"),
        ({"device": "mps"}, GinetError, "not available"),
        ({"threads": -1}, JobError, "threads"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_bad_input_is_refused_by_name(data, tiny_model, tmp_path, changes, error, message):
    report = tmp_path / "report.json"
    report.write_text("old")
    if changes.get("report") == "REPORT":
        changes = {"report": str(report)}
    with pytest.raises(error, match=message):
        evaluate(**arguments(data, tiny_model, **changes))
    assert report.read_text() == "old"


def test_the_protocol_of_the_file_is_followed(data, tiny_model):
    path = data / "protocol.toml"
    protocol = '[protocol]\nheadline = "class 1"\nleave_out = ["class 0"]\n'
    path.write_text(protocol + DATASET.partition('[[scene]]\nname = "coarse"')[0])
    found = evaluate(**arguments(data, tiny_model, dataset=path, device="cpu", threads=1))
    assert found.together[0].metric == "IoU of class 1"
    path.write_text('[protocol]\nheadline = "class 9"\n' + DATASET)
    with pytest.raises(DatasetError, match="class 9"):
        evaluate(**arguments(data, tiny_model, dataset=path))


def test_the_command_line_writes_report_and_card(data, tiny_model, tmp_path, here):
    model, report = tmp_path / "model.safetensors", tmp_path / "report 图.json"
    shutil.copy(tiny_model, model)
    report.write_text("old")
    command = ["evaluate", model, data / "dataset.toml"]
    command += ["--data", data, "--report", report, "--device", "cpu", "--threads", "1"]
    refused = here(*command)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert report.read_text() == "old"
    done = here(*command, "--overwrite", "--write-card", "--boundary", "2")
    assert done.returncode == 0, done.stderr
    fields = json.loads(report.read_text("utf-8"))
    assert fields["boundary_tolerance"] == 2
    assert [entry["data"] for entry in fields["scenes"]] == ["fine", "coarse"]
    assert f"{fields['scenes'][0]['value']:.4f}" in done.stdout
    assert "class 1 or class 2" in done.stdout
    scores = read_card(find_model(str(model))).scores
    assert [entry["data"] for entry in scores] == ["dataset test"] * 2
    assert scores[0]["value"] == round(fields["together"][0]["value"], 4)
    assert "at full resolution, boundary within 2 pixels" in scores[0]["how"]
