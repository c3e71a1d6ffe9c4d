"""Batches: lists of scenes, one failing scene, going on, what is refused."""

import json
import sqlite3
from pathlib import Path

import pytest
import rasters
from scenes import Heard, save, scene

from core.batch import Batch, run_batch
from core.wire.errors import Cancelled, JobError, ModelNotFound, ScenesFailed
from core.wire.scene_list import Scene, find_scenes


@pytest.fixture
def folder(tmp_path):
    """Two scenes and one that is none, in a folder with a space and a Chinese character."""
    place = tmp_path / "scenes 图"
    place.mkdir()
    for name in ("a.tif", "c 图.tif"):
        save(place / name, scene(size=150))
    (place / "b.tif").write_text("no raster")
    (place / "notes.txt").write_text("mine")
    return place


def batch(folder, output, model, **options):
    return Batch(
        scenes=find_scenes([str(folder)]),
        folder=Path(output),
        settings={"model": str(model), "device": "cpu"},
        **options,
    )


def statuses(result):
    return {entry["name"]: entry["status"] for entry in result["scenes"]}


def test_one_failing_scene_does_not_stop_the_others_and_they_are_not_done_twice(
    folder, tmp_path, tiny_model
):
    output = tmp_path / "out"
    heard = Heard()
    with pytest.raises(ScenesFailed, match="1 of 3 scenes failed"):
        run_batch(batch(folder, output, tiny_model), heard)
    summary = json.loads((output / "summary.json").read_text("utf-8"))
    assert statuses(summary) == {"a": "done", "b": "failed", "c 图": "done"}
    assert "b.tif cannot be opened" in summary["scenes"][1]["message"]
    assert summary["pixels"] == 2 * 150 * 150 == sum(row["pixels"] for row in summary["areas"])
    assert [entry["status"] for entry in heard.all("scene")] == [
        *("running", "done", "running", "failed", "running", "done")
    ]
    left = {"a.tif", "a.tif.aux.xml", "a.json", "summary.json"}
    left |= {"c 图.tif", "c 图.tif.aux.xml", "c 图.json"}
    assert {path.name for path in output.iterdir()} == left

    before = (output / "a.tif").stat().st_mtime_ns
    save(folder / "b.tif", scene(size=150))
    result = run_batch(batch(folder, output, tiny_model), Heard())
    assert statuses(result) == {"a": "skipped", "b": "done", "c 图": "skipped"}
    assert result["pixels"] == 3 * 150 * 150
    assert (output / "a.tif").stat().st_mtime_ns == before


def test_polygons_of_each_scene_without_its_small_patches(folder, tmp_path, tiny_model):
    (folder / "b.tif").unlink()
    output = tmp_path / "out 图"
    wanted = batch(folder, output, tiny_model, polygons=True)
    wanted.settings["minimum_area"] = 9.0
    result = run_batch(wanted, Heard())
    assert statuses(result) == {"a": "done", "c 图": "done"}
    for name in ("a", "c 图"):
        with sqlite3.connect(output / f"{name}_polygons.gpkg") as database:
            count, least, pixels = database.execute(
                "SELECT count(*), min(pixels), sum(pixels) FROM polygons"
            ).fetchone()
        assert count > 0
        assert least >= 9 / 0.25
        assert pixels == 150 * 150
    assert not list(output.glob("*.part"))
    # Nothing is done twice.
    before = (output / "a_polygons.gpkg").stat().st_mtime_ns
    assert statuses(run_batch(wanted, Heard())) == {"a": "skipped", "c 图": "skipped"}
    assert (output / "a_polygons.gpkg").stat().st_mtime_ns == before


def test_what_was_made_otherwise_is_neither_skipped_nor_replaced_unasked(
    folder, tmp_path, tiny_model
):
    (folder / "b.tif").unlink()
    (folder / "c 图.tif").unlink()
    output = tmp_path / "out"
    run_batch(batch(folder, output, tiny_model), Heard())
    before = (output / "a.tif").read_bytes()
    other = batch(folder, output, tiny_model, confidence=True)
    with pytest.raises(ScenesFailed):
        run_batch(other, Heard())
    summary = json.loads((output / "summary.json").read_text("utf-8"))
    assert "is there already" in summary["scenes"][0]["message"]
    assert (output / "a.tif").read_bytes() == before
    again = batch(folder, output, tiny_model, confidence=True, overwrite=True)
    assert statuses(run_batch(again, Heard())) == {"a": "done"}
    assert (output / "a_confidence.tif").exists()


def test_a_run_that_ended_between_report_and_result_is_done_again(folder, tmp_path, tiny_model):
    (folder / "b.tif").unlink()
    output = tmp_path / "out"
    run_batch(batch(folder, output, tiny_model), Heard())
    (output / "a.tif").unlink()
    result = run_batch(batch(folder, output, tiny_model), Heard())
    assert statuses(result) == {"a": "done", "c 图": "skipped"}


def test_cancelling_ends_the_batch_and_the_summary_tells(folder, tmp_path, tiny_model):
    heard = Heard()

    def after_the_first():
        return any(entry["status"] == "done" for entry in heard.all("scene"))

    output = tmp_path / "out"
    with pytest.raises(Cancelled):
        run_batch(batch(folder, output, tiny_model), heard, after_the_first)
    summary = json.loads((output / "summary.json").read_text("utf-8"))
    assert statuses(summary) == {"a": "done", "b": "cancelled", "c 图": "cancelled"}
    assert heard.all("result") == []


def test_results_never_go_among_the_scenes(folder, tiny_model):
    with pytest.raises(JobError, match="Choose another folder"):
        run_batch(batch(folder, folder, tiny_model), Heard())
    assert not (folder / "summary.json").exists()


def test_a_missing_model_is_told_before_work_starts(folder, tmp_path):
    heard = Heard()
    with pytest.raises(ModelNotFound):
        run_batch(batch(folder, tmp_path / "out", "nothing"), heard)
    assert heard.events == []
    assert not (tmp_path / "out").exists()


def test_the_command_line(folder, tmp_path, tiny_model, here):
    done = here("batch", folder, "--output", tmp_path / "out", "--model", tiny_model)
    assert done.returncode == 2
    assert "2 of 3, b: failed" in done.stderr
    assert "1 of 3 scenes failed. See" in done.stderr.splitlines()[-1]
    assert "3 scenes: 2 done, 1 failed" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_list_of_paths(tmp_path):
    (tmp_path / "list.txt").write_text("\ufeff# mine\nx/a.tif\n\n/vsicurl/https://e.org/b.tif\n")
    assert find_scenes([str(tmp_path / "list.txt")]) == [
        Scene("a", str(tmp_path / "x" / "a.tif")),
        Scene("b", "/vsicurl/https://e.org/b.tif"),
    ]


def test_equal_names_are_told_apart_by_their_folders(tmp_path):
    rasters_of = [tmp_path / part / "image.tif" for part in ("one", "two")]
    for path in rasters_of:
        path.parent.mkdir()
        path.touch()
    names = [each.name for each in find_scenes([str(path) for path in rasters_of])]
    assert names == ["one_image", "two_image"]
    (tmp_path / "one" / "Image.png").touch()
    with pytest.raises(JobError, match="would have the same result"):
        find_scenes([str(tmp_path / "one")])


def item(name, **assets):
    return {"type": "Feature", "id": name, "assets": assets}


IMAGE = {"href": "img/a.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]}
OTHER = {"href": "https://e.org/b.tif?key=1", "type": "image/tiff"}
SMALL = {"href": "a.png", "type": "image/png", "roles": ["thumbnail"]}
META = {"href": "a.xml", "type": "application/xml"}


def collection(folder, **assets):
    path = folder / "items.json"
    items = {"type": "FeatureCollection", "features": [item("S2/x:1", **assets)]}
    path.write_text(json.dumps(items), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("assets", "asset", "expected"),
    [
        ({"image": IMAGE, "small": SMALL, "meta": META}, None, "FOLDER/img/a.tif"),
        ({"visual": IMAGE, "nir": OTHER}, None, "FOLDER/img/a.tif"),
        ({"visual": IMAGE, "nir": OTHER}, "nir", "https://e.org/b.tif?key=1"),
    ],
)
def test_a_stac_item_collection(tmp_path, assets, asset, expected):
    (found,) = find_scenes([collection(tmp_path, **assets)], asset)
    assert found == Scene("S2_x_1", expected.replace("FOLDER", str(tmp_path)))


@pytest.mark.parametrize(
    ("assets", "asset", "message"),
    [
        ({"image": IMAGE, "nir": OTHER}, None, "has 2 images: image, nir"),
        ({"image": IMAGE}, "nir", "has no asset 'nir', but image"),
        ({"meta": META}, None, "has no images"),
    ],
)
def test_a_stac_item_without_one_image(tmp_path, assets, asset, message):
    with pytest.raises(JobError, match=message):
        find_scenes([collection(tmp_path, **assets)], asset)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.tif", None, "There is no"),
        ("empty.txt", "# nothing\n", "names no rasters"),
        ("bad.json", "{", "not valid JSON"),
        ("other.json", '{"type": "Feature"}', "no STAC item collection"),
        ("odd.json", '{"features": [3]}', "feature 1 is no STAC item"),
        ("latin.txt", b"\xe9.tif", "no text in UTF-8"),
        ("folder", None, "holds no rasters"),
    ],
)
def test_a_bad_list_is_refused(tmp_path, name, content, message):
    (tmp_path / "folder").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(JobError, match=message):
        find_scenes([str(tmp_path / name)])


def test_rasters_of_the_fixture_are_what_a_folder_holds(folder):
    rasters.write(folder / ".hidden.tif", rasters.noise())
    assert [each.name for each in find_scenes([str(folder)])] == ["a", "b", "c 图"]
