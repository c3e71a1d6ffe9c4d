"""The predictor where memory runs out: fewer patches at once, and the same classes."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from rasters import noise
from scenes import Heard, save, scene
from tiny_model import write

from core.classify import classify
from core.inference import predict as module
from core.inference.blocks import CELL, Geometry, Plan
from core.inference.predict import BlockPixels, Predictor, ScenePixels
from core.model.device import Device
from core.model.ginet import GINet
from core.model.image_colours import ImageColours
from core.model.modelfile import load_model
from core.model.optimise import optimise
from core.raster.scaling import Scaling
from core.wire.errors import OutOfMemory
from core.wire.job import ClassifyJob

SEGMENT = GINet.segment


@pytest.fixture
def memory(monkeypatch):
    """Memory for so many patches; the batches that were tried."""

    def limit(most, error):
        tried = []

        def segment(self, patches, *others):
            tried.append(len(patches))
            if len(patches) > most:
                raise error
            return SEGMENT(self, patches, *others)

        monkeypatch.setattr(GINet, "segment", segment)
        return tried

    return limit


@pytest.fixture(scope="module")
def wide_model(tmp_path_factory):
    """One whose context is so wide that a block has four patches."""
    return write(tmp_path_factory.mktemp("wide") / "wide.safetensors", context=512)


def run(tmp_path, model, batch):
    source = tmp_path / "image.tif"
    if not source.exists():
        save(source, scene(size=700))
    output = tmp_path / f"{batch}.tif"
    job = ClassifyJob(
        input=str(source),
        output=str(output),
        model=str(model),
        device="cpu",
        batch_size=batch,
        threads=1,  # a second worker would begin with whole batches, whenever it comes
    )
    heard = Heard()
    classify(job, heard)
    with rasterio.open(output) as result:
        return result.read(1), heard


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 17.98 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: not enough memory"),
    ],
    ids=["cuda", "mps", "cpu"],
)
def test_batches_are_halved_until_they_fit_and_stay_so(tmp_path, wide_model, memory, error):
    expected, _ = run(tmp_path, wide_model, 1)
    tried = memory(1, error)
    found, heard = run(tmp_path, wide_model, 4)
    assert tried[:3] == [4, 2, 1]
    assert max(tried[3:]) == 1
    np.testing.assert_array_equal(found, expected)
    last = heard.all("progress")[-1]
    assert last["done"] == last["total"]


def test_no_memory_for_one_patch_is_told(tmp_path, wide_model, memory):
    memory(0, torch.OutOfMemoryError("CUDA out of memory."))
    with pytest.raises(OutOfMemory, match="does not suffice for one patch of 224 x 224 pixels"):
        run(tmp_path, wide_model, 4)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["image.tif"]


def test_no_memory_to_decide_is_told(tmp_path, wide_model, monkeypatch):
    def decide(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(module, "decide", decide)
    with pytest.raises(OutOfMemory, match=r"does not suffice for one block of \d+ x \d+ pixels"):
        run(tmp_path, wide_model, 4)


def test_another_error_is_none_of_memory(tmp_path, wide_model, memory):
    tried = memory(0, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="mat1"):
        run(tmp_path, wide_model, 4)
    assert tried == [4]


def predictor(model, kind="cpu", ranges=((0.0, 255.0),) * 3, image=None):
    device, loaded = Device(kind, kind, torch.float32, 2), load_model(model)
    optimise(loaded.network, kind, torch.float32)
    return Predictor(
        loaded, device, Scaling(ranges), confidence=True, probabilities=True, image=image
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize(
    "ranges", [((0.0, 255.0),) * 3, ((0.0, 100.0), (3.0, 90.0), (-7.0, 300.0))]
)
def test_values_are_scaled_on_the_device_as_elsewhere(tiny_model, dtype, ranges):
    values = np.arange(3 * 256, dtype=dtype).reshape(3, 16, 16)
    found = predictor(tiny_model, ranges=ranges).scaled(torch.from_numpy(values))
    np.testing.assert_array_equal(found.numpy(), Scaling(ranges)(values))


def test_scenes_are_seen_where_they_are_valid_and_patches_in_their_places(tiny_model):
    found, valid = predictor(tiny_model), np.arange(64 * 64).reshape(64, 64) % 64 < 40
    values = noise(height=64, width=64)
    seen = found.see(ScenePixels(values, valid))
    again = found.see(ScenePixels(np.where(valid, values, 77).astype(np.uint8), valid))
    assert torch.equal(seen.features, again.features)
    patches, places = torch.rand(1, 3, 128, 128), ((0.0, 0.0, 0.5, 0.5), (0.5, 0.5, 1.0, 1.0))
    here, there = (
        found.segment(patches, torch.ones(1, 1, 128, 128), torch.tensor([place]), seen)
        for place in places
    )
    assert not torch.allclose(here, there)


def test_a_block_travels_once_and_stays_on_the_device(wide_model, monkeypatch):
    """A device without memory: what is elsewhere cannot be reckoned with what is on it."""
    image = ImageColours.fit(torch.zeros(9, 3), torch.rand(9, 3), 0.4)
    on_meta = predictor(wide_model, "meta", image=image)
    block = next(iter(Plan(Geometry.of(on_meta.card), 400, 400, (0, 0, 400, 400))))
    _, _, width, height = block.region
    side = on_meta.card.global_size
    pixels = BlockPixels(
        np.zeros((3, height, width), np.uint8),
        np.ones((height, width), np.bool_),
        ScenePixels(np.zeros((3, side, side), np.float32), np.ones((side, side), np.bool_)),
        np.ones(block.target[3:1:-1], np.bool_),
    )
    done, taken, moved = [], [], []
    move = on_meta._on_device

    def watched(each):
        if each.shape == pixels.region.shape and not each.is_meta:
            moved.append(each.dtype)
        return move(each)

    monkeypatch.setattr(on_meta, "_on_device", watched)
    monkeypatch.setattr(module, "Guided", lambda *given: taken.extend(given))
    monkeypatch.setattr(module, "decide", lambda *_, **__: None)
    on_meta.classify(block, pixels, done.append)
    logits, values, valid, _, image = taken
    assert image.mean.is_meta
    assert image.whitening.is_meta
    assert moved == [torch.uint8]
    assert values.is_meta
    assert valid.is_meta
    assert logits.is_meta
    assert logits.shape == (len(on_meta.card.classes), height // CELL, width // CELL)
    assert sum(done) == len(block.patches)
