"""No output of any verb is, by whatever name, one of its inputs or belongs to one."""

import zipfile

import numpy as np
import pytest
import rasters
import toy_training
from rasterio.shutil import copy
from tiny_model import card

from core.assess import assess
from core.batch import Batch, run_batch
from core.classify import classify
from core.evaluate import evaluate
from core.finetune import finetune
from core.model.modelfile import build_network, save_model
from core.results.apart import check_apart
from core.sample import sample
from core.train import best_file, train
from core.training.recipe import load_recipe
from core.wire import files
from core.wire.accuracy_job import AssessJob, SampleJob
from core.wire.errors import JobError
from core.wire.events import silent
from core.wire.finetune_job import FinetuneJob
from core.wire.job import ClassifyJob
from core.wire.scene_list import find_scenes


@pytest.fixture
def folder(tmp_path):
    """An input, hard and symbolic links to it, mosaics of it, an archive with it."""
    place = tmp_path / "my data 图"
    place.mkdir()
    scene = rasters.write(place / "scene.tif", rasters.noise())
    (place / "hard.bin").hardlink_to(scene)
    (place / "link.bin").symlink_to("scene.tif")
    (place / "other").symlink_to(place)
    copy(str(scene), str(place / "inner.vrt"), driver="VRT")
    inner = (place / "inner.vrt").read_text()
    assert "scene.tif" in inner
    (place / "mosaic.vrt").write_text(inner.replace("scene.tif", "inner.vrt"))
    with zipfile.ZipFile(place / "images.zip", "w") as archive:
        archive.write(scene, "scene.tif")
    return place


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("scene.tif", "scene.tif"),
        ("scene.tif", "hard.bin"),
        ("scene.tif", "link.bin"),
        ("link.bin", "scene.tif"),
        ("scene.tif", "../my data 图/./scene.tif"),
        ("scene.tif", "other/scene.tif"),
        ("scene.tif", "other/scene.tif.ovr"),
        ("link.bin", "scene.tif.aux.xml"),
        ("scene.tif", "scene.tif.msk"),
        ("scene.tif", "scene.tfw"),
        ("scene.tif", "scene.qml"),
        ("scene.tif.ovr", "scene.tif"),  # which would be removed as the former result's
        ("mosaic.vrt", "scene.tif"),
        ("mosaic.vrt", "hard.bin"),
        ("mosaic.vrt", "inner.vrt"),
        ("vrt://{}/scene.tif?bands=1", "scene.tif"),
        ("/vsizip/{}/images.zip/scene.tif", "images.zip"),
        ("GTIFF_DIR:1:{}/scene.tif", "scene.tif"),
        ("labels.gpkg", "labels.gpkg-wal"),
        ("labels.gpkg|layername=a", "labels.gpkg"),
        ("labels.shp", "labels.dbf"),
        ("labels.dbf", "labels.shp"),
    ],
)
def test_what_is_read_is_not_written(folder, read, written):
    read = read.format(folder) if "{}" in read else str(folder / read)
    with pytest.raises(JobError, match="must be different files"):
        check_apart([str(folder / written)], [read])


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("scene.tif", ["scene.html", "scene.json", "scene.csv", "scene_classes.tif"]),
        ("scene.tif", ["classes.tif", "classes.json", "classes_confidence.tif"]),
        ("scene.tif", ["SCENE.TIF"]),  # another file where case counts
        ("mosaic.vrt", ["out.tif"]),
        ("/vsicurl/http://host/scene.tif", ["scene.tif"]),
        ("missing.tif", ["out.tif"]),
    ],
)
def test_other_files_are_written(folder, read, written):
    read = read if read.startswith("/vsi") else str(folder / read)
    check_apart([str(folder / each) for each in written], [read, None])


@pytest.mark.parametrize(
    ("first", "second"),
    [("o.tif", "O.tif"), ("o.tif", "o.tif.aux.xml"), ("o.tif", "other/o.tif"), ("o.tif", "o.qml")],
)
def test_outputs_are_apart(folder, first, second):
    with pytest.raises(JobError, match="must be different files"):
        check_apart([str(folder / first), str(folder / second)], [])


def test_a_folder_that_ignores_case_is_known(tmp_path):
    """As far as the system tells; of a name that is not there yet too."""
    scene = tmp_path / "scene.tif"
    scene.touch()
    lowered = tmp_path / "SCENE.TIF"
    assert files.find_clash([f"{lowered}.AUX.XML"], {"scene": [str(scene)]}) is None
    lowered.hardlink_to(scene)  # what such a system looks like
    assert files.find_clash([f"{lowered}.AUX.XML"], {"scene": [str(scene)]})


# Every verb ---------------------------------------------------------------------------------------


@pytest.fixture
def content(folder, tiny_model):
    """Bytes of all that is there; they are compared at the end."""
    labels = np.zeros((1, 60, 80), np.uint8)
    labels[:, 30:] = 1
    rasters.write(folder / "labels.tif", labels)
    (folder / "strata.bin").hardlink_to(rasters.write(folder / "strata.tif", labels))
    (folder / "labels.bin").hardlink_to(folder / "labels.tif")
    (folder / "model.safetensors").hardlink_to(tiny_model)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    yield folder
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def refuses(run, *arguments, **fields):
    with pytest.raises(JobError, match="must be different files"):
        run(*arguments, **fields)


@pytest.mark.parametrize(
    "written",
    [
        {"report": "scene.tif"},
        {"report": "hard.bin"},
        {"report": "model.safetensors"},
        {"output": "inner.vrt.tif", "report": "inner.vrt.tif.aux.xml"},
        {"report": "scene.tif.ovr"},
    ],
)
def test_classify(content, tiny_model, written):
    paths = {"output": "o.tif", **written}
    paths = {role: str(content / path) for role, path in paths.items()}

    def run():
        job = ClassifyJob(
            input=str(content / "mosaic.vrt"), model=str(tiny_model), overwrite=True, **paths
        )
        classify(job, silent)

    refuses(run)


@pytest.mark.parametrize("written", ["labels.bin", "strata.bin", "hard.bin", "scene.tif.msk"])
@pytest.mark.parametrize("role", ["report", "matrix"])
def test_assess(content, role, written):
    def run():
        job = AssessJob(
            classified=str(content / "mosaic.vrt"),
            reference=str(content / "labels.tif"),
            strata=str(content / "strata.tif"),
            overwrite=True,
            **{role: str(content / written)},
        )
        assess(job, silent)

    refuses(run)


@pytest.mark.parametrize("written", ["hard.bin", "scene.tif.aux.xml"])
def test_sample(content, written):
    read, written = str(content / "mosaic.vrt"), str(content / written)
    refuses(lambda: sample(SampleJob(input=read, output=written, overwrite=True), silent))


@pytest.mark.parametrize("written", ["hard.bin", "labels.bin", "model.safetensors"])
def test_finetune(content, tiny_model, written):
    def run():
        job = FinetuneJob(
            image=str(content / "mosaic.vrt"),
            labels=str(content / "labels.tif"),
            classes=card().classes,
            base=str(tiny_model),
            output=str(content / written),
            overwrite=True,
        )
        finetune(job, silent)

    refuses(run)


def test_batch(content, tiny_model, tmp_path, here):
    """One scene's result is another's input, or both are one file; a list is overwritten."""
    settings = {"model": str(tiny_model), "device": "cpu"}
    out = tmp_path / "out"
    out.mkdir()
    (out / "scene.tif").hardlink_to(content / "labels.tif")
    scenes = find_scenes([str(content / "scene.tif"), str(content / "labels.tif")])
    refuses(run_batch, Batch(scenes=scenes, folder=out, settings=settings, overwrite=True), silent)
    (out / "scene.tif").unlink()

    rasters.write(tmp_path / "scene_confidence.tif", rasters.noise())
    scenes = find_scenes([str(content / "scene.tif"), str(tmp_path / "scene_confidence.tif")])
    refuses(run_batch, Batch(scenes=scenes, folder=out, settings=settings, confidence=True), silent)

    (out / "summary.json").write_text('{"features": [{"assets": {"image": {"href": "HREF"}}}]}'
                                      .replace("HREF", str(content / "scene.tif")))  # fmt: skip
    done = here("batch", out / "summary.json", "--output", out, "--model", tiny_model)
    assert done.returncode == 2
    assert "must be different files" in done.stderr
    assert "features" in (out / "summary.json").read_text()


def test_train_and_evaluate(tmp_path, here):
    data = tmp_path / "data"
    data.mkdir()
    toy_training.write(data)
    recipe = toy_training.recipe(data)
    toy = load_recipe(recipe, data).card
    save_model(tmp_path / "toy.safetensors", build_network(toy), toy)
    images = {path for path in data.iterdir() if path.suffix == ".tif"}
    before = {path: path.read_bytes() for path in (*images, recipe)}
    output = tmp_path / "m.safetensors"
    for path in (*sorted(images), recipe):
        refuses(
            evaluate, str(tmp_path / "toy.safetensors"), recipe, data, silent,
            use="validate", report=str(path), overwrite=True,
        )  # fmt: skip
        best_file(output).unlink(missing_ok=True)
        best_file(output).hardlink_to(path)
        if path != recipe:
            refuses(train, load_recipe(recipe, data), output, silent)
            continue
        done = here("train", recipe, "--data", data, "--output", output, "--overwrite")
        assert done.returncode == 2
        assert "must be different files" in done.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_a_job_file_and_a_class_table_are_inputs(content, tmp_path, here):
    file = tmp_path / "job.json"
    image = content / "scene.tif"
    file.write_text(
        f'{{"version": 1, "verb": "classify", "input": "{image}", "output": "{tmp_path}/o.tif", '
        f'"report": "{file}", "overwrite": true}}'
    )
    before = file.read_bytes()
    classes = tmp_path / "classes.safetensors"
    classes.write_text(
        '[{"id": 0, "name": "a", "colour": "#000000"}, {"id": 1, "name": "b", "colour": "#ffffff"}]'
    )
    for arguments in (
        ("run", file),
        ("finetune", "landcover", image, content / "labels.tif", classes, "--classes", classes),
    ):
        done = here(*arguments)
        assert done.returncode == 2
        assert "must be different files" in done.stdout + done.stderr
    assert file.read_bytes() == before
