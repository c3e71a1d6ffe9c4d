"""Adapting a model with few labels: what is learned, what is refused, what is left behind."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasters
import torch
from affine import Affine
from scenes import Heard

from core.adapt import regions
from core.classify import classify
from core.cli.console import Console
from core.finetune import finetune
from core.model.modelfile import load_model, save_model
from core.wire import job as jobs
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import Cancelled, JobError, ModelNotFound, OutputExists, RasterReadError
from core.wire.events import silent
from core.wire.finetune_job import FinetuneJob
from core.wire.job import ClassifyJob

SIDE = 512
NEW = ClassTable(
    [
        LandCoverClass(7, "class 1", "#00ff00"),
        LandCoverClass(3, "roof", "#ff0000"),
        LandCoverClass(0, "草地", "#0000ff"),
    ]
)
COLOURS = np.array([[25, 30, 25], [120, 110, 100], [230, 235, 225]])  # apart when recoloured too


def truth():
    """Channels of ``NEW`` in squares of 128 pixels."""
    squares = (np.add.outer(np.arange(4), np.arange(4)) % 3).astype(np.uint8)
    return squares.repeat(128, 0).repeat(128, 1)


def picture(dtype="uint8", gain=1):
    noise = np.random.default_rng(0).normal(0, 12, (SIDE, SIDE, 3))
    values = np.clip(COLOURS[truth()] + noise, 1, 254) * gain
    return np.moveaxis(values, -1, 0).astype(dtype)


def sparse(classes=NEW):
    """A labelled square of 24 pixels within each square."""
    labels = np.full((SIDE, SIDE), 255, np.uint8)
    ids = np.array(classes.ids, np.uint8)[truth()]
    for row in range(36, SIDE, 128):
        for column in range(36, SIDE, 128):
            part = np.s_[row : row + 24, column : column + 24]
            labels[part] = ids[part]
    return labels


def make_job(folder, model, values=None, labels=None, options=None, label_options=None, **fields):
    """Write image and labels and make a job of them."""
    folder = folder / "my fields 田地"
    folder.mkdir(exist_ok=True)
    image = picture() if values is None else values
    marks = (sparse() if labels is None else labels)[None]
    places = {
        "image": rasters.write(folder / "image 影像.tif", image, **(options or {})),
        "labels": rasters.write(
            folder / "labels 标.tif", marks, colours="u", **(label_options or {})
        ),
        "output": str(folder / "adapted 模型.safetensors"),
    }
    return FinetuneJob(
        **{**places, "classes": NEW, "base": str(model), "device": "cpu", "threads": 1, **fields}
    )


@pytest.fixture
def job(tmp_path, tiny_model):
    return lambda *args, **fields: make_job(tmp_path, tiny_model, *args, **fields)


@pytest.fixture(scope="module")
def adapted(tmp_path_factory, tiny_model):
    """A finished job, its result and its events."""
    asked, heard = make_job(tmp_path_factory.mktemp("adapted"), tiny_model), Heard()
    return asked, finetune(asked, heard), heard


def classes_of(model, image, folder):
    """Class ids of an image by a model."""
    output = folder / "classes.tif"
    options = {"threads": 1, "precision": "float32", "overwrite": True}
    classify(ClassifyJob(input=image, output=str(output), model=model, **options), silent)
    with rasterio.open(output) as result:
        return result.read(1)


def accuracy(job, tmp_path):
    found = classes_of(job.output, job.image, tmp_path)
    wanted = np.array(NEW.ids)[truth()]
    return (found == wanted)[found != 255].mean()


def test_learns_new_and_known_classes(adapted, tmp_path):
    asked, result, heard = adapted
    assert result["validation"]["after"] > result["validation"]["before"] + 0.2
    assert accuracy(asked, tmp_path) > 0.7
    kinds = [name for name, _ in heard.events]
    assert kinds[0] == "start"
    assert kinds[-1] == "result"
    assert {"progress", "fold"} <= set(kinds)
    assert all(fields["message"] for fields in heard.all("warning"))
    done = [fields["done"] for name, fields in heard.events if name == "progress"]
    assert done == sorted(done)
    assert done[-1] == 100


def test_a_terminal_is_told_of_each_fold_and_the_gain(adapted, capsys):
    console = Console()
    for name, fields in adapted[2].events:
        console(name, **fields)
    shown, validation = capsys.readouterr(), adapted[1]["validation"]
    assert "4 of 4 parts of the labels are held out" in shown.err
    assert f"{validation['before']:.3f} before, {validation['after']:.3f} after" in shown.out


def test_card_tells_where_the_model_comes_from(adapted, tiny_model):
    asked = adapted[0]
    card, base = load_model(asked.output).card, load_model(str(tiny_model))
    assert card.classes == NEW
    assert card.licence == base.card.licence
    assert card.training["base_sha256"] == base.sha256
    assert card.training["image"] == "image 影像.tif"
    assert sum(card.training["label_pixels"].values()) == 16 * 24 * 24
    assert card.scores[0]["value"] > card.scores[0]["before"]
    assert "my fields" not in str(card.to_dict())


def test_same_seed_same_model(adapted, tmp_path):
    again = replace(adapted[0], output=str(tmp_path / "again.safetensors"))
    finetune(again, silent)
    first, second = (load_model(asked.output).network.state_dict() for asked in (adapted[0], again))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_uint16_with_nodata(job, tmp_path):
    values = picture("uint16", 10)
    values[:, :, :100] = 0
    labels = sparse().astype(np.int16)
    labels[labels == 255] = -9999
    asked = job(values, labels, {"nodata": 0}, {"nodata": -9999})
    heard = Heard()
    result = finetune(asked, heard)
    assert any("uint16" in fields["message"] for name, fields in heard.events if name == "warning")
    assert sum(result["label_pixels"].values()) == 12 * 24 * 24
    assert "uint16" in load_model(asked.output).card.value_scaling
    assert accuracy(asked, tmp_path) > 0.5  # by chance it would be a third


@pytest.mark.parametrize(
    ("times", "base", "wanted"),
    [(1, None, None), (4, None, (0.1, 0.1)), (4, (0.25, 1.0), (0.1, 1.0))],
)
def test_an_image_of_centimetres_is_learned_at_a_decimetre(
    adapted, job, tmp_path, tiny_model, times, base, wanted
):
    """The same ground in smaller pixels is the same model, which works at a decimetre then."""
    pixel, model = 0.1 / times, load_model(str(tiny_model))
    known = tmp_path / "known.safetensors"
    save_model(known, model.network, replace(model.card, ground_resolution=base))
    options = {"transform": Affine(pixel, 0, 500_000, 0, -pixel, 5_000_000)}
    fine = [np.repeat(np.repeat(each, times, -1), times, -2) for each in (picture(), sparse())]
    asked = job(*fine, options, options, base=str(known))
    finetune(asked, silent)
    found, alike = (load_model(path.output) for path in (asked, adapted[0]))
    assert found.card.ground_resolution == (wanted and pytest.approx(wanted, rel=0.01))
    assert found.card.training["label_pixels"] == alike.card.training["label_pixels"]
    theirs = alike.network.state_dict()
    for name, weights in found.network.state_dict().items():
        torch.testing.assert_close(weights, theirs[name], rtol=1e-3, atol=1e-4)


def test_an_image_as_fine_as_the_base_model_knows_is_learned_as_it_is(job, tmp_path, tiny_model):
    model, known = load_model(str(tiny_model)), tmp_path / "known.safetensors"
    save_model(known, model.network, replace(model.card, ground_resolution=(0.025, 1.0)))
    options = {"transform": Affine(0.025, 0, 500_000, 0, -0.025, 5_000_000)}
    wide = [np.tile(each, 2) for each in (picture(), sparse())]
    large = [np.concatenate([each] * 2, axis=-2) for each in wide]
    for base, merged in ((tiny_model, 2), (known, 1)):
        asked = job(*large, options, options, base=str(base), seconds=1, overwrite=True)
        finetune(asked, silent)
        assert load_model(asked.output).card.training["merged"] == merged


@pytest.mark.parametrize(("coarsest", "split", "wanted"), [(0.5, 1, 0.5), (0.3, 2, 0.25)])
def test_an_image_coarser_than_the_base_model_knows_is_learned_as_finely(
    job, tmp_path, tiny_model, coarsest, split, wanted
):
    """And so are its maps made, on the image's own pixels."""
    model, known = load_model(str(tiny_model)), tmp_path / "known.safetensors"
    save_model(known, model.network, replace(model.card, ground_resolution=(0.1, coarsest)))
    asked = job(base=str(known))
    result = finetune(asked, silent)
    card = load_model(asked.output).card
    assert card.training["split"] == split
    assert card.ground_resolution == pytest.approx((0.1, wanted), rel=0.01)
    assert sum(result["label_pixels"].values()) == (sparse() != 255).sum()
    assert accuracy(asked, tmp_path) > 0.7
    heard = Heard()
    output = str(tmp_path / "again.tif")
    ask = ClassifyJob(input=asked.image, output=output, model=asked.output, threads=1)
    classify(replace(ask, resample=True), heard)
    assert not heard.all("warning")
    classify(replace(ask, overwrite=True), heard)
    assert len(heard.all("warning")) == (split > 1)


def test_little_time_reads_little(job, monkeypatch):
    """A region of each class and one of the image at large are the least."""
    read = []
    reader = regions.RegionReader._read
    monkeypatch.setattr(
        regions.RegionReader, "_read", lambda *args: (read.append(1), reader(*args))[1]
    )
    finetune(job(seconds=0.01), silent)
    few = len(read)
    finetune(job(seconds=10_000, overwrite=True), silent)
    assert few <= len(NEW) + 1 < len(read) - few


def test_stopped_early_delivers_what_there_is(job, tmp_path):
    asked, heard = job(), Heard()
    result = finetune(asked, heard, enough=lambda: bool(heard.all("fold")))
    (told,) = heard.all("fold")
    assert told == {"done": 1, "total": 4}
    assert result["validation"]["folds"] == 1
    assert "1 fits without" in load_model(asked.output).card.scores[0]["how"]
    assert accuracy(asked, tmp_path) > 0.7


def test_a_line_on_standard_input_stops_and_its_end_cancels(job, small_model, tmp_path, python):
    def begin(asked, event):
        path = tmp_path / "job.json"
        path.write_text(json.dumps(jobs.to_dict(asked)), "utf-8")
        process = subprocess.Popen(
            [*python, "-m", "core", "run", "--watch-stdin", path],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        while json.loads(process.stdout.readline())["event"] != event:
            pass
        return process

    asked = job(base=str(small_model))  # whose folds take longer than we do to answer
    process = begin(asked, "fold")
    for part in (b"st", b"op\n"):
        process.stdin.write(part)
        process.stdin.flush()
    events = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert process.wait(30) == 0
    assert events[-1]["event"] == "result"
    assert len([each for each in events if each["event"] == "fold"]) <= 2
    process = begin(replace(asked, overwrite=True), "progress")
    process.stdin.close()
    assert json.loads(process.stdout.read().splitlines()[-1])["code"] == "Cancelled"
    assert process.wait(30) == 130


def test_one_place_of_each_class_is_not_validated(job):
    labels = np.full((SIDE, SIDE), 255, np.uint8)
    labels[40:60, 40:60], labels[300:320, 40:60] = 7, 0
    heard = Heard()
    result = finetune(job(labels=labels), heard)
    assert result["validation"] is None
    assert any("Too few places" in f["message"] for name, f in heard.events if name == "warning")


@pytest.mark.parametrize("after", [0, 3, 12])
def test_cancelled_leaves_nothing(job, tmp_path, after):
    asked = job()
    before = sorted(tmp_path.rglob("*"))
    calls = iter(range(10_000))
    with pytest.raises(Cancelled):
        finetune(asked, silent, lambda: next(calls) >= after)
    assert sorted(tmp_path.rglob("*")) == before


def test_refuses_other_grids(job):
    with pytest.raises(JobError, match="512 x 500"):
        finetune(job(labels=sparse()[:500]), silent)
    shifted = {"transform": Affine(0.5, 0, 500_002.5, 0, -0.5, 5_000_000)}
    with pytest.raises(JobError, match="lie elsewhere"):
        finetune(job(label_options=shifted), silent)


def test_refuses_useless_labels(job):
    empty = np.full((SIDE, SIDE), 255, np.uint8)
    with pytest.raises(JobError, match="No pixel"):
        finetune(job(labels=empty), silent)
    one = empty.copy()
    one[5:9, 5:9] = 7
    with pytest.raises(JobError, match="one class only, 'class 1'"):
        finetune(job(labels=one), silent)
    with pytest.raises(JobError, match="one class only, 'class 1'"):  # of the base's single one
        finetune(job(labels=one, origins={"roof": ["class 1"]}), silent)
    one[50:60, 50:60] = 99
    with pytest.raises(JobError, match="hold 99"):
        finetune(job(labels=one), silent)
    with pytest.raises(JobError, match="No pixel"):  # labelled only where there is no data
        finetune(job(picture() * 0, options={"nodata": 0}), silent)


def test_refuses_bad_fields(job, tiny_model):
    with pytest.raises(JobError, match="254 is the value"):
        job(classes=ClassTable([*NEW, LandCoverClass(254, "x", "#000000")]), unknown=254)
    with pytest.raises(JobError, match="seconds"):
        job(seconds=0)
    with pytest.raises(ModelNotFound):
        finetune(job(base="nowhere"), silent)
    with pytest.raises(RasterReadError):
        finetune(replace(job(), labels="nowhere.tif"), silent)
    with pytest.raises(JobError, match="no class 'house'"):
        finetune(job(origins={"house": ["class 0"]}), silent)
    with pytest.raises(JobError, match="cannot be made of 'sea'"):
        finetune(job(origins={"roof": ["sea"]}), silent)


def test_refuses_to_overwrite(job, tiny_model):
    asked = job()
    with open(asked.output, "w") as file:  # noqa: PTH123
        file.write("mine")
    with pytest.raises(OutputExists):
        finetune(asked, silent)
    with pytest.raises(JobError, match="must be different files"):
        finetune(job(output=str(tiny_model), overwrite=True), silent)


def test_two_classes_grow_from_one(job):
    """As wheat and meadow from low vegetation."""
    parts = {"roof": ["class 1"], "草地": ["class 1"]}
    result = finetune(job(origins=parts), silent)
    validation = result["validation"]
    assert not result["kept"]
    assert validation["iou_before"]["草地"] == 0  # of two equal ones the base says the first
    assert min(validation["iou_after"].values()) > 0.8


def test_one_class_is_enough_beside_those_of_the_base_model(job, tmp_path, capsys):
    labels = sparse()
    labels[labels != 3] = 255
    base = [LandCoverClass(0, "class 0", "#00ff00"), LandCoverClass(2, "class 1", "#0000ff")]
    classes = ClassTable([*base, LandCoverClass(3, "roof", "#ff0000")])
    asked, heard = job(labels=labels, classes=classes), Heard()
    result = finetune(asked, heard)
    assert result["validation"] is None
    learned = [name for name, fate in result["unlabelled"].items() if fate == "learned"]
    assert learned
    found = set(np.unique(classes_of(asked.output, asked.image, tmp_path)).tolist())
    assert found == {3, *(entry.id for entry in base if entry.name in learned)}
    console = Console()
    for name, fields in heard.events:
        console(name, **fields)
    assert f"no labels of {learned[0]}: learned from" in capsys.readouterr().out


def test_the_base_model_is_kept_where_it_is_right(adapted, job, tmp_path):
    """It has learned these labels; nothing is left to gain, also where two classes become one."""
    model, heard = load_model(adapted[0].output), Heard()
    learned = str(tmp_path / "learned.safetensors")
    card = replace(model.card, ground_resolution=(0.6, 1.0), image_colours=True)
    save_model(Path(learned), model.network, card)
    asked = job(base=learned)
    result = finetune(asked, heard)
    assert result["validation"]["before"] == 1.0
    assert result["kept"]
    assert any("is kept as it is" in each["message"] for each in heard.all("warning"))
    kept = load_model(asked.output)
    assert kept.network.familiarity  # as sure as it was
    assert kept.card.image_colours
    assert kept.card.ground_resolution == (0.6, 1.0)  # where it is right, not the image's 0.5 m
    before = classes_of(learned, asked.image, tmp_path)
    assert (classes_of(asked.output, asked.image, tmp_path) == before).mean() > 0.99
    pair = LandCoverClass(7, "class 1", "#00ff00"), LandCoverClass(1, "other", "#ff0000")
    labels = sparse()
    labels[np.isin(labels, (3, 0))] = 1
    parts = {"other": ["roof", "草地"]}
    asked = job(
        labels=labels, base=learned, classes=ClassTable(pair), origins=parts, overwrite=True
    )
    heard = Heard()
    assert finetune(asked, heard, enough=lambda: bool(heard.all("fold")))["kept"]
    after = classes_of(asked.output, asked.image, tmp_path)
    assert (after == np.where(before == 7, 7, 1)).mean() > 0.9  # no linear function is just that
