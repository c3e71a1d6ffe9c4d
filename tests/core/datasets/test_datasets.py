"""Datasets as published, in miniature: what is found, what is refused, and how labels decode."""

import os
import pickle
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rasterio.errors import NotGeoreferencedWarning

from core.datasets.decoding import StrayLabel, ThresholdedColours, Values, first_band
from core.datasets.layouts import LAYOUTS
from core.datasets.samples import Sampler, SampleSize
from core.training.recipe import load_recipe, load_scenes, read_recipe, read_settings
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import DatasetError, JobError

ROOT = Path(__file__).parents[3]
RECIPES = sorted((ROOT / "core" / "training" / "recipes").glob("*.toml"))
DATA = Path(os.environ.get("GINET_TEST_DATA", ROOT / ".." / "shared" / "data")).resolve()
REAL = DATA / "deepglobe"

SCHEMES = '[labels.x]\n1 = ["a"]\n2 = ["b"]'
AB = ClassTable([LandCoverClass(0, "a", "#000000"), LandCoverClass(1, "b", "#ffffff")])
DEEPGLOBE = LAYOUTS["deepglobe"].decode
COLOURS = 255 * np.array(DEEPGLOBE.colours, np.uint8)
DRIVERS = {".jpg": "JPEG", ".png": "PNG", ".tif": "GTiff", ".jp2": "GTiff"}


def put(path, bands):
    """Write (bands, h, w) without georeference, as these sets are published."""
    bands = np.asarray(bands, np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = bands.shape
    shape = {"count": count, "height": height, "width": width, "dtype": "uint8"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver=DRIVERS[path.suffix.lower()], **shape) as file:
            file.write(bands)


def image(path, height=24, width=32):
    put(path, np.full((3, height, width), 90))


def label(path, *values, height=24, width=32):
    """A label with these values in its first row, and else the first of them."""
    band = np.full((1, height, width), values[0])
    band[0, 0, : len(values)] = values
    put(path, band)


def coloured(path, *colours):
    """A label of these colours, a row each."""
    rows = np.repeat(np.array(colours, np.uint8), -(-24 // len(colours)), axis=0)[:24]
    put(path, np.repeat(rows.T[:, :, None], 32, axis=2))


def scenes(data, classes=AB, schemes=SCHEMES, **settings):
    """The scenes of one set with these settings."""
    settings = {"labels": "x", "use": "test", **settings}
    lines = [f"{key} = {value!r}" for key, value in settings.items()]
    (data / "set.toml").write_text("\n".join([schemes, "[[set]]", *lines]), "utf-8")
    return load_scenes(data / "set.toml", data, "test", classes)


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data set 影像"
    folder.mkdir()
    return folder


def deepglobe(data, images="", labels=""):
    for number in (7, 11):
        image(data / "dg" / images / f"{number}_sat.jpg")
        coloured(data / "dg" / labels / f"{number}_mask.png", *COLOURS)


def inria(data):
    for tile in ("austin1", "kitsap36"):
        image(data / "inria" / "images" / f"{tile}.tif")
        label(data / "inria" / "gt" / f"{tile}.tif", 0, 255)


def gid15(data):
    for split, stem in (("train", "GF2_A"), ("train", "GF2_B"), ("val", "GF2_C")):
        image(data / "gid" / "img_dir" / split / f"{stem}.tif")
        label(data / "gid" / "ann_dir" / split / f"{stem}_15label.png", *range(16))
    image(data / "gid" / "img_dir" / "test" / "GF2_D.tif")


def folder(data):
    image(data / "set" / "images" / "one.JPG")
    image(data / "set" / "images" / "二 2.b.tif")
    label(data / "set" / "labels" / "one.png", 1, 2)
    label(data / "set" / "labels" / "二 2.b.png", 1, 2, 0)
    (data / "set" / "images" / "one.JPG.aux.xml").write_text("<PAMDataset/>")
    (data / "set" / "images" / "._one.tif").write_bytes(b"what another system left")


def table(data, text):
    for name in ("p", "q"):
        image(data / "set" / f"{name}.tif")
        label(data / "set" / f"{name}_label.tif", 1, 2)
    (data / "set" / "table.csv").write_text(text, "utf-8-sig")


def names(found):
    return [scene.name for scene in found]


@pytest.mark.parametrize("folders", [("", ""), ("images", "labels")])
def test_deepglobe(data, folders):
    deepglobe(data, *folders)
    recipe = read_recipe(ROOT / "core/training/recipes/deepglobe.toml")
    classes = ClassTable([LandCoverClass(**entry) for entry in recipe["classes"]])
    lines = [f"{value} = {names}" for value, names in recipe["labels"]["deepglobe"].items()]
    schemes = "\n".join(["[labels.x]", *lines])
    found = scenes(data, classes=classes, schemes=schemes, layout="deepglobe", folder="dg")
    assert names(found) == ["deepglobe 11", "deepglobe 7"]
    pixels, allowed, _ = found[0].read()
    assert pixels.shape == (24, 32, 3)
    # The classes' colours in the legend are those of the masks.
    np.testing.assert_array_equal([entry.rgb for entry in classes], COLOURS)
    np.testing.assert_array_equal(allowed[:, 0], (1 << np.arange(7)).repeat(4)[:24])


def test_deepglobe_by_a_list_in_its_order(data):
    deepglobe(data)
    image(data / "dg" / "12_sat.jpg")  # without a mask: nobody asked for it
    (data / "my list.txt").write_text("7\n\n 11 \n", "utf-8-sig")
    wanted = {"layout": "deepglobe", "folder": "dg", "list": "my list.txt"}
    assert names(scenes(data, **wanted)) == ["deepglobe 7", "deepglobe 11"]


def test_inria(data):
    inria(data)
    schemes = '[labels.x]\n0 = ["a"]\n255 = ["b"]'
    found = scenes(data, schemes=schemes, layout="inria", folder="inria", name="Inria")
    assert names(found) == ["Inria austin1", "Inria kitsap36"]
    assert found[1].read()[1][0, :3].tolist() == [1, 2, 1]


def test_gid15(data):
    gid15(data)
    found = scenes(data, layout="gid15", folder="gid", split="train")
    assert names(found) == ["gid15 GF2_A", "gid15 GF2_B"]
    assert found[0].read()[1][0, :4].tolist() == [0, 1, 2, 0]
    assert names(scenes(data, layout="gid15", folder="gid", split="val")) == ["gid15 GF2_C"]


def test_folder(data):
    folder(data)
    found = scenes(data, layout="folder", folder="set")
    assert names(found) == ["folder one", "folder 二 2.b"]
    assert found[1].read()[1][0, :4].tolist() == [1, 2, 0, 1]


def test_the_data_may_lie_at_a_relative_path(data, monkeypatch):
    folder(data)
    monkeypatch.chdir(data.parent)
    assert len(scenes(Path(data.name), layout="folder", folder="set")) == 2


def test_folder_with_other_names(data):
    image(data / "set" / "a.tif")
    label(data / "set" / "gt" / "a.tif", 2)
    (found,) = scenes(data, layout="folder", folder="set", images=".", masks="gt")
    assert (found.read()[1] == 2).all()


def test_table(data):
    text = (
        "image,label,name,split,window,place\n"
        "p.tif,p_label.tif,west,one,0 0 16 24,x\n"
        "p.tif,p_label.tif,east,two,16 0 16 24,x\n"
        "q.tif,q_label.tif,,one,,x\n"
    )
    table(data, text)
    west, q = scenes(data, layout="table", folder="set", split="one")
    assert (west.name, west.window, q.name, q.window) == (
        "table west",
        (0, 0, 16, 24),
        "table q",
        (0, 0, 32, 24),
    )
    assert len(scenes(data, layout="table", folder="set")) == 3
    (data / "list.txt").write_text("east")
    (east,) = scenes(data, layout="table", folder="set", list="list.txt")
    assert east.window == (16, 0, 16, 24)


def test_the_weight_of_a_set_is_shared_and_its_scenes_are_alike(data):
    folder(data)
    settings = {"weight": 3.0, "reduce": 2, "scale": [0.5, 2.0]}
    found = scenes(data, layout="folder", folder="set", **settings)
    assert [scene.weight for scene in found] == [1.5, 1.5]
    assert {(scene.width, scene.height, scene.scale) for scene in found} == {(16, 12, (0.5, 2.0))}


def test_only_sets_for_the_use_are_looked_at(data):
    folder(data)
    text = '[labels.x]\n1 = ["a"]\n[[set]]\nlayout = "folder"\nlabels = "x"\n'
    here, gone = 'folder = "set"\nuse = "validate"\n', 'folder = "gone"\nuse = "train"\n'
    single = '[[scene]]\nname = "s"\nuse = "validate"\nlabels = "x"\n'
    single += 'image = "set/images/one.JPG"\nlabel = "set/labels/one.png"\n'
    path = data / "set.toml"
    path.write_text(text + here + text[text.index("[[set]]") :] + gone + single)
    assert names(load_scenes(path, data, "validate", AB)) == ["s", "folder one", "folder 二 2.b"]
    with pytest.raises(DatasetError, match="gone is no folder"):
        load_scenes(path, data, "train", AB)
    with pytest.raises(DatasetError, match="no scene with use = 'test'"):
        load_scenes(path, data, "test", AB)
    path.write_text(text + here + text[text.index("[[set]]") :] + here)
    with pytest.raises(DatasetError, match="bear the same name: folder one"):
        load_scenes(path, data, "validate", AB)


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ("deepglobe", "deepglobe.org"),
        ("inria", "project.inria.fr"),
        ("gid15", "Wuhan University"),
        ("folder", "bear the same name"),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_an_empty_folder_says_where_the_set_comes_from(data, layout, told, there):
    if there:
        (data / "set").mkdir()
    extra = {"split": "train"} if layout == "gid15" else {}
    with pytest.raises(DatasetError) as refusal:
        scenes(data, layout=layout, folder="set", **extra)
    assert ("holds no images" if there else "is no folder") in refusal.value.message
    assert told in refusal.value.hint
    assert "The folder holds" in refusal.value.hint


def remove(path):
    return lambda data: (data / path).unlink()


def write(path, text):
    return lambda data: (data / path).write_bytes(text)


FOLDER = {"layout": "folder", "folder": "set"}
DG = {"layout": "deepglobe", "folder": "dg"}


@pytest.mark.parametrize(
    ("build", "spoil", "settings", "message"),
    [
        (deepglobe, remove("dg/7_mask.png"), DG, r"'7' has no label in .*dg\. DeepGlobe"),
        (deepglobe, remove("dg/11_sat.jpg"), DG, "'11' has no image in"),
        (inria, remove("inria/gt/austin1.tif"), {"layout": "inria", "folder": "inria"},
         "'austin1' has no label"),
        (gid15, str, {"layout": "gid15", "folder": "gid", "split": "test"}, "'GF2_D' has no label"),
        (folder, remove("set/labels/one.png"), FOLDER, "'one' has no label"),
        (folder, lambda data: label(data / "set/labels/one.png", 1, height=12), FOLDER,
         r"one\.png is not of the size of .*one\.JPG: 32 x 12, not 32 x 24"),
        (folder, lambda data: image(data / "set/images/one.tif"), FOLDER,
         r"one\.JPG and one\.tif bear the same name"),
        (folder, write("set/labels/one.png", b"no PNG"), FOLDER, r"one\.png cannot be read"),
        (deepglobe, write("l.txt", b"7\n8\n9"), {**DG, "list": "l.txt"},
         r"'8' of the list has no image in .*dg, nor have 1 more"),
        (deepglobe, write("l.txt", b"\n \n"), {**DG, "list": "l.txt"}, r"list .*l\.txt is empty"),
        (deepglobe, write("l.txt", b"7\n11\n7"), {**DG, "list": "l.txt"}, "names '7' twice"),
        (deepglobe, write("l.txt", b"\xff7"), {**DG, "list": "l.txt"}, r"l\.txt cannot be read"),
        (deepglobe, str, {**DG, "list": "none.txt"}, r"none\.txt cannot be read.*one a line"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(data, build, spoil, settings, message):
    build(data)
    spoil(data)
    with pytest.raises(DatasetError, match=message):
        scenes(data, **settings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,mask\np.tif,p_label.tif\n", "no column 'label'"),
        ("", "no column 'image'"),
        ("image,label\n", "holds no images of this layout"),
        ("image,label\np.tif\n", "line 2: the image or the label is empty"),
        ("image,label\np.tif,p_label.tif\np.tif,p_label.tif\n", "line 3: 'p' is there already"),
        ("image,label,window\np.tif,p_label.tif,0 0 9\n", "line 2: the window is '0 0 9'"),
        ("image,label,window\np.tif,p_label.tif,0 0 99 9\n", "not within .*p.tif, 32 x 24"),
        ("image,label\ngone.tif,p_label.tif\n", "gone.tif does not exist"),
    ],
)
def test_a_bad_table_is_refused_by_line(data, text, message):
    table(data, text)
    with pytest.raises(DatasetError, match=message):
        scenes(data, layout="table", folder="set")


def test_a_missing_table_is_named(data):
    with pytest.raises(DatasetError, match=r"table\.csv cannot be read"):
        scenes(data, layout="table", folder="set")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layout": "cityscapes", "folder": "x"}, "'cityscapes' of a set is none of deepglobe"),
        ({"layout": "inria", "folder": "x", "split": "val"}, "'inria': unknown setting split"),
        ({"layout": "gid15", "folder": "x"}, "'gid15' lacks split"),
        ({"layout": "folder"}, "'folder' lacks folder"),
        ({"layout": "folder", "folder": 3}, "folder is 3, not a text"),
        ({"layout": "folder", "folder": "x", "use": "tset"}, "use is 'tset', not one of train"),
        ({"layout": "folder", "folder": "x", "weight": 0}, "weight is 0, not a number above 0"),
        ({"layout": "folder", "folder": "x", "reduce": 1.5}, "reduce is 1.5, not a whole"),
        ({"layout": "folder", "folder": "x", "scale": [2.0, 1.0]}, "scale is .*, not the least"),
        ({"layout": "folder", "folder": "x", "scale": 2.0}, "scale is 2.0, not the least"),
    ],
)
def test_a_bad_set_is_refused_before_any_data(data, settings, message):
    with pytest.raises(DatasetError, match=message):
        scenes(data, **settings)


def test_one_bracket_too_few_is_told(data):
    (data / "set.toml").write_text('[set]\nlayout = "folder"\n')
    with pytest.raises(DatasetError, match=r"Write \[\[set\]\]"):
        load_scenes(data / "set.toml", data, "test", AB)


def test_a_label_value_that_cannot_be_is_refused(data):
    folder(data)
    with pytest.raises(DatasetError, match="Label '-1' of the recipe: label values go from 0"):
        scenes(data, schemes='[labels.x]\n-1 = ["a"]', **FOLDER)


def test_a_stray_label_is_told_with_its_file_and_place(data):
    deepglobe(data)
    coloured(data / "dg" / "7_mask.png", *[(0, 0, 0)] * 11, (255, 0, 0), *[(0, 0, 0)] * 12)
    seven = scenes(data, **DG)[1]
    place = r"7_mask\.png, row 11, column 0: \[255, 0, 0\] is not a colour of the set's palette"
    with pytest.raises(DatasetError, match=place):
        seven.read()
    with pytest.raises(DatasetError, match=r"row 11, column 5: "):
        seven.read((5, 9, 10, 10))
    seven.read((0, 12, 32, 12))


def test_a_stray_value_is_told_with_its_file_and_place(data):
    inria(data)
    label(data / "inria" / "gt" / "austin1.tif", 0, 255, 1)
    first = scenes(data, layout="inria", folder="inria")[0]
    with pytest.raises(DatasetError, match=r"austin1\.tif, row 0, column 2: 1 is not 0, 255"):
        first.read()


def test_a_grey_mask_has_no_colours(data):
    deepglobe(data)
    label(data / "dg" / "7_mask.png", 0)
    with pytest.raises(DatasetError, match=r"7_mask\.png: bands: 1; a colour has 3"):
        scenes(data, **DG)[1].read()


@given(arrays.arrays(np.uint8, (5, 7), elements=st.integers(0, 6)), st.data())
def test_colours_decode_to_what_they_were_made_of_even_if_not_pure(values, draws):
    noise = draws.draw(arrays.arrays(np.uint8, (5, 7, 3), elements=st.integers(0, 127)))
    colours = np.where(COLOURS[values] > 0, 255 - noise, noise)
    np.testing.assert_array_equal(DEEPGLOBE(np.moveaxis(colours, -1, 0)), values)


@given(arrays.arrays(np.int16, (1, 4, 6), elements=st.integers(-2, 300)))
def test_values_pass_or_the_first_stray_one_is_placed(bands):
    for decode, known in ((first_band, range(256)), (Values((0, 2, 255)), (0, 2, 255))):
        stray = np.argwhere(~np.isin(bands[0], known))
        if not len(stray):
            np.testing.assert_array_equal(decode(bands), bands[0])
            continue
        with pytest.raises(StrayLabel) as refusal:
            decode(bands)
        place = refusal.value.row, refusal.value.column
        assert bands[0][place] not in known
        if decode is first_band:
            assert place == tuple(stray[0])


def test_a_label_that_is_not_a_number_is_refused():
    with pytest.raises(StrayLabel, match="nan is not 0 to 255, at row 0, column 1"):
        first_band(np.array([[[1, np.nan]]]))


def test_seven_of_the_eight_colours_are_known():
    eighth = ThresholdedColours(DEEPGLOBE.colours[:1])
    with pytest.raises(StrayLabel):
        eighth(np.full((3, 1, 1), 128))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_shipped_recipes_are_sound_without_their_data(path, tmp_path):
    card, schedule, sample = read_settings(path)
    assert len(card.classes) >= 2
    assert schedule.steps > 0
    assert sample.patch <= sample.context <= card.context
    fields = read_recipe(path)
    entries = [*fields.get("scene", ()), *fields.get("set", ())]
    assert {"train", "test"} <= {entry["use"] for entry in entries}
    assert {entry["labels"] for entry in entries} <= set(fields["labels"])
    with pytest.raises(DatasetError):
        load_recipe(path, tmp_path)


def test_a_recipe_of_sets_trains(data):
    """Scenes of sets go to other processes and come in samples like any others."""
    inria(data)
    text = (ROOT / "core/training/recipes/inria.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("list = ")]
    (data / "r.toml").write_text("\n".join(lines), "utf-8")
    recipe = load_recipe(data / "r.toml", data)
    assert names(recipe.train) == names(recipe.validation) == ["inria austin1", "inria kitsap36"]
    size = SampleSize(context=24, global_size=8, patch=8, patches=2, scale=(1, 1))
    unheld = [pickle.loads(pickle.dumps(replace(scene, held=None))) for scene in recipe.train]
    batch = Sampler(unheld, size, 4, 1, seed=0, augment=True)[0]
    assert set(batch.patches_allowed.unique().tolist()) <= {1, 2}


def test_a_recipe_with_a_set_of_unknown_layout_is_refused(tmp_path):
    text = (ROOT / "core/training/recipes/inria.toml").read_text("utf-8")
    (tmp_path / "r.toml").write_text(text.replace('layout = "inria"', 'layout = "inira"'), "utf-8")
    with pytest.raises(DatasetError, match="'inira'"):
        read_settings(tmp_path / "r.toml")
    (tmp_path / "r.toml").write_text(text.replace("[labels.inria]", "[other.inria]"), "utf-8")
    with pytest.raises(JobError, match="'labels'"):
        read_settings(tmp_path / "r.toml")


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real pairs in {REAL} (GINET_TEST_DATA)")
def test_real_deepglobe_pairs(data):
    path = ROOT / "core" / "training" / "recipes" / "deepglobe.toml"
    schemes = path.read_text("utf-8")
    schemes = schemes[schemes.index("[labels.") : schemes.index("[[set]]")]
    classes = read_settings(path)[0].classes
    settings = {"layout": "deepglobe", "folder": str(REAL), "labels": "deepglobe"}
    found = scenes(data, classes=classes, schemes=schemes, **settings)
    assert names(found) == [f"deepglobe {number}" for number in (119, 266, 6399, 855)]
    for scene in found:
        assert (scene.width, scene.height) == (2448, 2448)
        pixels, allowed, _ = scene.read()
        assert pixels.shape == (2448, 2448, 3)
        assert (allowed > 0).all()
