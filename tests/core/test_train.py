"""Training on a generated scene: labels, samples, resuming to the step, and that it learns."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
import rasters
import safetensors.torch
import torch
import toy_training

from core.datasets.augment import turned
from core.datasets.samples import Sampler, SampleSize, draw
from core.datasets.scenes import open_scene
from core.model.modelfile import load_model
from core.train import train
from core.training.recipe import load_recipe
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import Cancelled, DatasetError, JobError
from core.wire.events import silent


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return toy_training.write(tmp_path_factory.mktemp("data 图"))


def recipe(data, *changes):
    return load_recipe(toy_training.recipe(data, *changes), data)


def test_labels_become_sets_of_classes(data):
    (scene,) = recipe(data).train
    allowed = scene.read()[1]
    label = rasters.rasterio.open(data / "label.tif").read(1)[:, :150]
    np.testing.assert_array_equal(allowed[label == 0], 0)
    np.testing.assert_array_equal(allowed[label == 1], 0b001)
    np.testing.assert_array_equal(allowed[label == 2], 0b110)
    assert scene.groups == (0, 1, 1)


def test_samples_are_the_same_each_time_and_differ_from_each_other(data):
    training = recipe(data)
    sampler = Sampler(training.train, training.sample, 2, 4, seed=1, augment=True)
    once, again, other = sampler[2], sampler[2], sampler[3]
    for name, tensor in vars(once).items():
        assert torch.equal(tensor, getattr(again, name))
    assert not torch.equal(once.patches, other.patches)


def test_patches_and_boxes_lie_where_they_say(data):
    """The first band is the label times 100: values, labels and positions must fit together."""
    (scene,) = recipe(data).train
    size = SampleSize(context=120, global_size=120, patch=40, patches=3, scale=(1, 1))
    batch = Sampler([scene], size, 2, 1, seed=5, augment=False)[0]
    assert batch.scene.tolist() == [0, 0, 0, 1, 1, 1]
    value = {0b001: 100 / 255, 0b110: 200 / 255, 0: 0.0}
    for patch, allowed, box, owner in zip(
        batch.patches, batch.patches_allowed, batch.boxes, batch.scene, strict=True
    ):
        wanted = torch.tensor([value[int(mask)] for mask in allowed.flatten()]).view(40, 40)
        torch.testing.assert_close(patch[0], wanted)
        left, top, right, bottom = (box * 120).round().int().tolist()
        torch.testing.assert_close(patch, batch.scenes[owner, :, top:bottom, left:right])


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_turning_keeps_patches_where_their_boxes_say(data, turn, flip):
    (scene,) = recipe(data).train
    size = SampleSize(context=120, global_size=120, patch=40, patches=3, scale=(1, 1))
    sample = draw(scene, size, np.random.default_rng(3), augment=False)
    scenes, _, _, patches, _, _, boxes = turned(sample, turn, flip)
    assert not torch.equal(scenes, sample[0]) or not (turn or flip)
    for patch, box in zip(patches, boxes, strict=True):
        left, top, right, bottom = (box * 120).round().int().tolist()
        torch.testing.assert_close(patch, scenes[0, :, top:bottom, left:right])


@pytest.mark.parametrize(("grey", "least", "most"), [(0.0, 0, 0), (0.5, 4, 16), (1.0, 20, 20)])
def test_a_share_of_the_contexts_is_seen_in_grey(data, grey, least, most):
    size = SampleSize(120, 120, 40, 2, scale=(1, 1), grey=grey)
    sampler = Sampler(recipe(data).train, size, 1, 20, seed=5, augment=True)
    batches = [sampler[number] for number in range(20)]
    seen = [each for each in batches if (each.patches == each.patches[:, :1]).all()]
    assert least <= len(seen) <= most
    for batch in seen:
        left, top, right, bottom = (batch.boxes[0] * 120).round().int().tolist()
        assert torch.equal(batch.scenes, batch.scenes[:, :1].expand_as(batch.scenes))
        part = batch.scenes[0, :, top:bottom, left:right]  # noise and blur are each its own
        assert batch.patches[0].mean().item() == pytest.approx(part.mean().item(), abs=0.01)
        assert batch.patches.std() > 0.01


@pytest.mark.parametrize("grey", [-0.1, 1.1, float("nan"), "some"])
def test_a_share_of_grey_that_is_none_is_refused(grey):
    with pytest.raises(JobError, match="grey is"):
        SampleSize(120, 120, 40, 2, scale=(1, 1), grey=grey)


def test_a_scene_smaller_than_the_context_is_mirrored_once_and_the_rest_masked(data):
    (scene,) = recipe(data).validation
    size = SampleSize(context=300, global_size=60, patch=50, patches=1, scale=(1, 1))
    batch = Sampler([scene], size, 1, 1, seed=5, augment=False)[0]
    assert batch.scenes_valid.mean().item() == pytest.approx(100 * 300 / 300**2, rel=1e-3)
    torch.testing.assert_close(batch.scenes[..., :10], batch.scenes[..., 10:20].flip(-1))
    assert batch.scenes_allowed[0, :40, :10].any()
    assert not batch.scenes_allowed[0, 40:].any()
    assert not batch.scenes_allowed[0, :, 10:].any()


def test_an_interrupted_training_ends_with_the_same_weights(data, tmp_path):
    training = recipe(data)
    alone, resumed = tmp_path / "alone.safetensors", tmp_path / "resumed.safetensors"
    train(training, alone, silent)
    for stop_after in (2, 1, 99):
        steps = iter(range(1000))
        try:
            train(training, resumed, silent, cancelled=lambda s=steps, n=stop_after: next(s) >= n)
        except Cancelled:
            assert not resumed.exists()
    one, two = safetensors.torch.load_file(alone), safetensors.torch.load_file(resumed)
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert load_model(str(alone)).card.training["schedule"]["steps"] == 6
    names = {f"{stem}{end}.safetensors" for stem in ("alone", "resumed") for end in ("", ".best")}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_the_state_of_another_recipe_is_not_resumed(data, tmp_path):
    output = tmp_path / "m.safetensors"
    with pytest.raises(Cancelled):
        train(recipe(data), output, silent, cancelled=lambda: True)
    for change in (
        ("steps = 6", "steps = 7"),
        ("[sample]", "[protocol]\nheadline = 'dark'\n\n[sample]"),
        ('1 = ["dark"]', '1 = ["green"]'),
        ("window = [0, 0, 150, 200]", "window = [0, 10, 150, 190]"),
        ("window = [150, 0, 50, 200]", "window = [150, 0, 50, 190]"),
    ):
        with pytest.raises(JobError, match="another recipe"):
            train(recipe(data, change), output, silent)


def test_a_training_that_took_no_step_is_begun_anew_by_another_recipe(data, tmp_path, monkeypatch):
    """As after a mistake in the recipe that the first step tells of."""
    output = tmp_path / "m.safetensors"

    def stray(*_):
        raise DatasetError("a stray label")

    with monkeypatch.context() as patch:
        patch.setattr("core.train.batches", stray)
        with pytest.raises(DatasetError):
            train(recipe(data), output, silent)
    train(recipe(data, ("steps = 6", "steps = 2")), output, silent)
    assert load_model(str(output)).card.training["step"] == 2


def test_one_labelled_pixel_is_enough(data):
    (scene,) = recipe(data).train
    image, allowed, inside = scene.held[0], np.zeros_like(scene.held[1]), scene.held[2]
    allowed[101, 33] = 1
    sparse = replace(scene, held=(image, allowed, inside))
    size = SampleSize(context=128, global_size=32, patch=64, patches=2, scale=(0.8, 1.2))
    for seed in range(10):
        assert Sampler([sparse], size, 1, 1, seed, augment=True)[0].patches_allowed.any()


def test_a_scene_is_read_alike_from_the_files_and_from_memory(data):
    entry = {"name": "x", "image": "image.tif", "label": "label.tif", "labels": "toy"}
    entry |= {"window": [20, 40, 160, 120], "reduce": 2}
    classes = recipe(data).card.classes
    scene = open_scene(data, entry, {"toy": {"1": ["dark"], "2": ["green"]}}, classes)
    assert (scene.width, scene.height) == (80, 60)
    window = (5, 7, 30, 20)
    for read, held in zip(scene.read(window), scene.hold().read(window), strict=True):
        np.testing.assert_array_equal(read, held)
    labels = rasters.rasterio.open(data / "label.tif").read(1)[40:160:2, 20:180:2]
    np.testing.assert_array_equal(scene.read()[1], labels)


@pytest.mark.slow
def test_training_learns(data, tmp_path):
    heard = []
    long = recipe(
        data, ("steps = 6", "steps = 80\nlearning_rate = 3e-3"), ("every = 3", "every = 80")
    )
    train(long, tmp_path / "m.safetensors", lambda event, **f: heard.append((event, f)))
    losses = [fields["local_loss"] for event, fields in heard if event == "metrics"]
    assert np.mean(losses[-2:]) < 0.8 * losses[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"image.tif"', '"missing.tif"', "missing.tif does not exist"),
        ('"image.tif"', '"recipe.toml"', "recipe.toml cannot be read"),
        ('label = "label.tif"', 'label = "image.tif"', "none of the labels"),
        ('["dark"]', '["blue"]', "no class 'blue'"),
        ('1 = ["dark"]', 'one = ["dark"]', "'one'"),
        ('labels = "toy"', 'labels = "other"', "'other'"),
        ('use = "train"', 'use = "test"', "no scene with use"),
    ],
)
def test_bad_data_is_refused_by_name(data, old, new, message):
    with pytest.raises(DatasetError) as refusal:
        recipe(data, (old, new))
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("steps = 6", "stepps = 6", "stepps"),
        ("[sample]", "[samples]", "'sample'"),
        ("[model]", "[model", "not valid TOML"),
        ('precision = "float32"', 'precision = "int8"', "int8"),
        ("steps = 6", "steps = '6'", "steps is '6', not a whole number from 1"),
        ("validate_every = 3", "validate_every = 0", "validate_every is 0"),
        ("validation_batches = 2", "lad_teacher = 'lokal'", "'lokal' is none of local, global"),
        ("patches = 2", "patches = 0", "patches is 0"),
        ("scale = [0.8, 1.2]", "scale = [0.8]", "scale is [0.8]"),
        ("scale = [0.8, 1.2]", "scale = [0.2, 1.2]", "at its smallest scale, 0.2"),
        ("[[0, 255], [0, 255], [0, 255]]", "[[0, 200], [0, 200], [0, 200]]", "value_scaling"),
    ],
)
def test_a_bad_recipe_is_refused_by_name(data, old, new, message):
    with pytest.raises(JobError) as refusal:
        recipe(data, (old, new))
    assert message in str(refusal.value)


def test_ten_steps_are_a_training_too(data, tmp_path):
    """Of which PyTorch's one-cycle schedule would not make one with a tenth for the rise."""
    train(recipe(data, ("steps = 6", "steps = 10")), tmp_path / "m.safetensors", silent)
    assert (tmp_path / "m.safetensors").is_file()


def test_a_class_named_twice_is_one(data):
    (scene,) = recipe(data, ('1 = ["dark"]', '1 = ["dark", "dark"]')).train
    assert scene.masks[1] == 1
    with pytest.raises(DatasetError, match="takes a list of class names"):
        recipe(data, ('1 = ["dark"]', '1 = "dark"'))


def test_what_holds_no_data_is_not_trained_on(data, tmp_path):
    """Nor its labels; as rasters are read, what is masked is black and invalid."""
    rasters.write(tmp_path / "image.tif", np.full((3, 100, 100), 200, np.uint8))
    rasters.write(tmp_path / "label.tif", np.ones((1, 100, 100), np.uint8))
    there = np.zeros((100, 100), np.uint8)
    there[:60] = 255
    with rasterio.open(tmp_path / "image.tif", "r+") as image:
        image.write_mask(there)
    entry = {"name": "x", "image": "image.tif", "label": "label.tif", "labels": "toy"}
    scene = open_scene(tmp_path, entry, {"toy": {"1": ["dark"]}}, recipe(data).card.classes)
    size = SampleSize(context=100, global_size=50, patch=100, patches=1, scale=(1, 1))
    for read in (scene, scene.hold()):
        batch = Sampler([read], size, 1, 1, seed=1, augment=False)[0]
        rows = torch.arange(100) < 60
        assert (batch.patches_valid[0, 0] == rows[:, None]).all()
        assert (batch.patches[0, 0] > 0).equal(rows[:, None].expand(100, 100))
        assert (batch.patches_allowed[0] > 0).equal(rows[:, None].expand(100, 100))
        assert (batch.scenes_valid[0, 0] == (torch.arange(50) < 30)[:, None]).all()
        torch.testing.assert_close(batch.scenes[0, 0, :30], torch.full((30, 50), 200 / 255))


def test_overlapping_label_sets_train_but_are_not_counted(data):
    classes = ClassTable([LandCoverClass(k, name, "#000000") for k, name in enumerate("abc")])
    scheme = {"1": ["a", "b"], "2": ["b", "c"]}
    entry = {"name": "x", "image": "image.tif", "label": "label.tif", "labels": "odd"}
    assert open_scene(data, entry, {"odd": scheme}, classes).groups is None
