"""Whatever the machine: each branch that depends on it, run on every machine.

docs/RELIABILITY.md lists the branches and the tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
import toy_training
from scenes import Heard, save, scene
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from core.classify import classify
from core.evaluate import evaluate_scenes
from core.finetune import finetune
from core.inference import process
from core.inference.predict import Predictor, ScenePixels
from core.inference.workers import start_workers
from core.model import device as devices
from core.model.cores import usable_cores
from core.model.device import Device, choose_device
from core.model.modelfile import load_model
from core.model.optimise import optimise
from core.model.precision import PRECISIONS, VARIABLE
from core.model.trial import fault
from core.raster.scaling import Scaling
from core.train import train
from core.training.precision import training_precision
from core.training.recipe import load_recipe
from core.wire.errors import DeviceError
from core.wire.events import silent
from core.wire.finetune_job import FinetuneJob
from core.wire.job import ClassifyJob

ROOT = Path(__file__).resolve().parents[3]
HALVES = (torch.bfloat16, torch.float16)
AGREEMENT = {"float32": 0.999, "float16": 0.97, "bfloat16": 0.85}
"""Least share of pixels with the class of float32; weights are random, so many are near ties."""
FINETUNED = {"float32": "float32", "bfloat16": "bfloat16", "float16": "float32"}
"""In what is computed that is fine-tuned on a device of such a precision."""


@pytest.fixture(autouse=True)
def _unforced(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


class Seen(TorchDispatchMode):
    """Precisions in which convolutions forward are computed in this thread."""

    def __init__(self):
        super().__init__()
        self.precisions = set()

    def __torch_dispatch__(self, operator, _, args=(), kwargs=None):
        if operator.__name__.startswith(("convolution.", "_convolution_pointwise")):
            given = {each.dtype for each in args[:3] if isinstance(each, torch.Tensor)}
            assert len(given) == 1, (operator, given)
            self.precisions |= given
        return operator(*args, **(kwargs or {}))


def names(dtypes):
    return {str(dtype).removeprefix("torch.") for dtype in dtypes}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return save(tmp_path_factory.mktemp("image 图") / "a b 影像.tif", scene(size=150))


@pytest.fixture(scope="module")
def single(image, small_model, tmp_path_factory):
    """Classes in float32."""
    return ids(image, small_model, tmp_path_factory.mktemp("single"), precision="float32")


def ids(image, model, folder, emit=silent, **options):
    options = {"device": "cpu", "threads": 1, "overwrite": True, **options}
    output = str(folder / "classes.tif")
    classify(ClassifyJob(input=image, output=output, model=str(model), **options), emit)
    with rasterio.open(output) as result:
        return result.read(1)


def finetune_job(folder, model):
    """Squares of two classes, one side of the image each."""
    labels = np.full((1, 256, 256), 255, np.uint8)
    labels[:, 20::64, 20:100] = 0
    labels[:, 20::64, 150:230] = 2
    return FinetuneJob(
        image=save(folder / "a b 影像.tif", scene(size=256)),
        labels=save(folder / "labels 标.tif", labels),
        output=str(folder / "adapted 模型.safetensors"),
        base=str(model),
        classes=load_model(str(model)).card.classes,
        device="cpu",
        threads=1,
    )


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_classifies(image, single, small_model, tmp_path, monkeypatch, precision, forced):
    heard, asked = Heard(), {} if forced else {"precision": precision}
    if forced:
        monkeypatch.setenv(VARIABLE, precision)
    found = ids(image, small_model, tmp_path, heard, **asked)
    assert heard.all("start")[0]["precision"] == precision
    assert heard.all("warning") == []
    assert (found == single).mean() > AGREEMENT[precision]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_fine_tunes(tiny_model, tmp_path, monkeypatch, precision):
    monkeypatch.setenv(VARIABLE, precision)
    heard, asked = Heard(), finetune_job(tmp_path, tiny_model)
    with Seen() as seen:
        finetune(asked, heard, enough=lambda: bool(heard.all("fold")))
    assert heard.all("start")[0]["precision"] == FINETUNED[precision]
    # The global branch tells of its scenes in float32 in any case.
    assert names(seen.precisions) == {"float32", FINETUNED[precision]}
    assert heard.all("fold")
    trained = load_model(asked.output).network.state_dict()
    assert all(tensor.isfinite().all() for tensor in trained.values())
    assert {tensor.dtype for tensor in trained.values() if tensor.is_floating_point()} == {
        torch.float32
    }


@pytest.mark.parametrize("precision", PRECISIONS)
def test_trains_and_evaluates(tmp_path, monkeypatch, precision):
    data = toy_training.write(tmp_path)
    monkeypatch.setenv(VARIABLE, precision)
    recipe = toy_training.recipe(data, ("steps = 6", "steps = 2"), ("every = 3", "every = 2"))
    heard, output = Heard(), tmp_path / "m.safetensors"
    with Seen() as seen:
        train(load_recipe(recipe, data), output, heard)
    assert names(seen.precisions) == {precision}
    losses = [fields["loss"] for fields in heard.all("progress") if "loss" in fields]
    assert 0 < losses[-1] < 10
    scenes = load_recipe(recipe, data).validation
    score = evaluate_scenes(load_model(str(output)), scenes, device="cpu", threads=1).together[0]
    assert score.confusion.sum() > 0


@pytest.mark.parametrize("threads", [1, 2, 3, 4, 16])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_any_number_of_threads_gives_the_same_classes(
    image, single, small_model, tmp_path, threads, precision
):
    found = ids(image, small_model, tmp_path, threads=threads, precision=precision)
    assert (found == single).mean() > AGREEMENT[precision]
    workers = {"float32": [1, 2, 1, 2, 2], "bfloat16": [1, 2, 3, 4, 4]}[precision]
    device = choose_device("cpu", precision, threads=threads)
    with start_workers(device, tasks=9) as started:
        assert started.count == workers[[1, 2, 3, 4, 16].index(threads)]
    with start_workers(Device("mps", "a card", torch.float16, 2), tasks=9) as started:
        assert started.count == 1


def test_cores_where_the_system_does_not_tell_which_may_be_used(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    for told, cores in ((12, 12), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda told=told: told)
        assert usable_cores() == cores


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
@pytest.mark.parametrize("library", ["glibc", "musl"])
def test_spare_memory_is_handed_back_where_the_library_can(monkeypatch, platform, library):
    trimmed = []

    class Library:
        if library == "glibc":
            mallopt = malloc_trim = trimmed.append

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr("ctypes.CDLL", lambda _: Library)
    process.heap_trimmer()()
    assert trimmed == ([0] if (platform, library) == ("linux", "glibc") else [])


CHILD = """
import json, sys
import torch
from core.model.device import choose_device
from core.model.trial import fault
torch.set_num_threads(1)
device = choose_device("cpu", threads=1)
dtypes = torch.bfloat16, torch.float16
print(json.dumps([device.precision_name, device.warning, *(fault("cpu", each) for each in dtypes)]))
"""


@pytest.mark.parametrize(
    ("held_to", "precision"),
    [
        ({"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}, "float32"),
        ({"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16"}, None),  # no AMX
        ({"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"}, "float32"),
    ],
)
def test_a_lesser_processor_classifies_and_learns_in_each_precision(held_to, precision):
    """Another process, for what a processor may do is asked once: classifying and learning."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **held_to}
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env=environment, cwd=ROOT, capture_output=True, check=True
    )
    chosen, *faults = json.loads(done.stdout)
    assert faults == ["", "", ""]
    assert chosen in ([precision] if precision else PRECISIONS)


def machine(monkeypatch, *, cuda=None, mps=False, cpu=(), used="AVX512", faults=()):
    """A stand-in: CUDA with or without bfloat16, MPS, a processor's instructions, and faults."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda is not None)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: cuda)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a card")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: dict.fromkeys(cpu, True))
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: used)
    failing = {(kind, getattr(torch, name)) for kind, name in faults}
    monkeypatch.setattr(devices, "fault", lambda *way: "no kernel" if way in failing else "")


def told(failed, instead):
    return f"The trial of {failed} failed (no kernel): {instead}, which takes longer."


BOTH = [("cuda", "bfloat16"), ("cuda", "float32")]


@pytest.mark.parametrize(
    ("there", "chosen", "warning"),
    [
        ({}, ("cpu", "float32", 1), ""),
        ({"cpu": ["avx512_bf16"]}, ("cpu", "bfloat16", 1), ""),
        ({"cpu": ["amx_bf16"]}, ("cpu", "bfloat16", 1), ""),
        ({"cpu": ["avx512_bf16"], "used": "AVX2"}, ("cpu", "float32", 1), ""),
        ({"cuda": True}, ("cuda", "bfloat16", 2), ""),
        ({"cuda": False}, ("cuda", "float16", 2), ""),
        ({"mps": True}, ("mps", "float32", 1), ""),
        (
            {"cpu": ["avx512_bf16"], "faults": [("cpu", "bfloat16")]},
            ("cpu", "float32", 1),
            told("cpu in bfloat16", "cpu computes in float32"),
        ),
        (
            {"cuda": True, "faults": BOTH[:1]},
            ("cuda", "float32", 2),
            told("cuda in bfloat16", "cuda computes in float32"),
        ),
        (
            {"cuda": True, "cpu": ["avx512_bf16"], "faults": BOTH},
            ("cpu", "bfloat16", 1),
            told("cuda in bfloat16", "cpu computes in bfloat16"),
        ),
        (
            {"mps": True, "faults": [("mps", "float32")]},
            ("cpu", "float32", 1),
            told("mps in float32", "cpu computes in float32"),
        ),
    ],
)
def test_device_and_precision_of_any_machine(monkeypatch, there, chosen, warning):
    machine(monkeypatch, **there)
    found = choose_device(threads=1)
    assert (found.kind, found.precision_name, found.batch, found.warning) == (*chosen, warning)


def test_what_is_asked_for_is_taken_and_what_is_not_there_refused(monkeypatch):
    machine(monkeypatch, cuda=True, faults=BOTH)
    assert choose_device("cuda", "bfloat16", threads=1).precision is torch.bfloat16
    assert choose_device("cuda", threads=1).precision is torch.float32
    with pytest.raises(DeviceError, match="'mps' is not available; this machine has cuda, cpu"):
        choose_device("mps")


@pytest.mark.parametrize(
    ("there", "device", "asked", "taken", "warnings"),
    [
        ({"cuda": True}, "cuda", "bfloat16", "bfloat16", 0),
        ({"cuda": False}, "cuda", "bfloat16", "float32", 1),
        ({"cuda": False}, "cuda", "float16", "float16", 0),
        ({"mps": True}, "mps", "bfloat16", "bfloat16", 0),
        ({}, "cpu", "bfloat16", "float32", 1),
        ({"cuda": True, "faults": BOTH[:1]}, "cuda", "bfloat16", "float32", 1),
    ],
)
def test_training_takes_the_recipes_precision_where_the_device_computes_it(
    monkeypatch, there, device, asked, taken, warnings
):
    machine(monkeypatch, **there)
    monkeypatch.setattr("core.training.precision.fault", devices.fault)
    heard = Heard()
    assert training_precision(asked, device, heard).name == taken
    assert len(heard.all("warning")) == warnings


def test_a_forced_precision_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "float8")
    with pytest.raises(DeviceError, match="GINET_PRECISION is 'float8', none of float32, bfloat16"):
        choose_device("cpu")


class Card(TorchFunctionMode):
    """A second device by stand-in: what is sent to CUDA stays, unless the device has a fault."""

    def __init__(self, broken=None, halves=HALVES):
        super().__init__()
        self._broken, self._halves, self.pinned = broken, halves, 0

    def __torch_function__(self, function, _, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if function is torch.Tensor.pin_memory:
            self.pinned += 1
            return args[0]
        args = tuple("cpu" if _is_card(each) else each for each in args)
        kwargs = {key: "cpu" if _is_card(each) else each for key, each in kwargs.items()}
        found = function(*args, **kwargs)
        half = isinstance(found, torch.Tensor) and found.dtype in self._halves
        if self._broken and half and function is torch.conv2d:
            return self._broken(found)
        return found


def _is_card(argument):
    return isinstance(argument, (str, torch.device)) and str(argument) == "cuda"


def no_kernel(_):
    raise RuntimeError("no kernel image is available\nfor execution on the device")


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (None, ""),
        (no_kernel, "no kernel image is available"),
        (lambda found: found * float("nan"), "its results are not numbers"),
        (lambda found: found.flip(1), "its results differ from float32's"),
    ],
)
def test_the_trial_finds_out_what_is_wrong_with_a_device(monkeypatch, precision, broken, said):
    autocast = torch.autocast
    monkeypatch.setattr(torch, "autocast", lambda _, *args, **how: autocast("cpu", *args, **how))
    with Card(broken):
        assert fault.__wrapped__("cuda", precision) == said


def test_a_fault_that_only_fine_tuning_meets_is_found_too():
    def mixed(found):
        return no_kernel(found) if torch.is_autocast_enabled("cpu") else found

    with Card(mixed):
        assert fault.__wrapped__("cpu", torch.bfloat16) == "no kernel image is available"


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_a_second_device_predicts_what_the_processor_does(tiny_model, precision):
    scaling = Scaling(((0.0, 255.0),) * 3)
    seen = ScenePixels(scene(size=64), np.ones((64, 64), np.bool_))
    patches = torch.from_numpy(scene(1, 128)[None].astype(np.float32) / 255)
    valid, boxes = torch.ones(1, 1, 128, 128), torch.tensor([[0.0, 0.0, 0.5, 0.5]])

    def logits(kind, dtype):
        device = Device(kind, "one", dtype, 1)
        options = {"confidence": False, "probabilities": False}
        model = load_model(str(tiny_model))
        optimise(model.network, kind, dtype)
        predictor = Predictor(model, device, scaling, **options)
        return predictor.segment(patches, valid, boxes, predictor.see(seen))

    wanted = logits("cpu", torch.float32)
    with Card() as stand_in:
        found = logits("cuda", getattr(torch, precision))
    assert stand_in.pinned == 4  # scene, patches and their validities
    assert found.dtype == torch.float32
    agreement = (found.argmax(1) == wanted.argmax(1)).float().mean()
    assert agreement > (0.999 if precision == "float32" else 0.9)


def test_the_fallback_is_told_once_in_a_run_and_all_goes_on(
    image, single, small_model, tiny_model, tmp_path, monkeypatch
):
    machine(monkeypatch, cpu=["avx512_bf16"], faults=[("cpu", "bfloat16")])
    sentence = "The trial of cpu in bfloat16 failed"
    heard = Heard()
    assert (ids(image, small_model, tmp_path, heard) == single).all()
    assert heard.all("start")[0]["precision"] == "float32"
    assert [sentence in fields["message"] for fields in heard.all("warning")] == [True]
    heard = Heard()
    finetune(finetune_job(tmp_path, tiny_model), heard, enough=lambda: bool(heard.all("fold")))
    assert heard.all("start")[0]["precision"] == "float32"
    assert sum(sentence in fields["message"] for fields in heard.all("warning")) == 1


def test_the_check_tells_of_a_precision_that_fails(monkeypatch):
    from core import check

    machine(monkeypatch, cpu=["avx512_bf16"], faults=[("cpu", "bfloat16")])
    monkeypatch.setattr(check, "fault", devices.fault)
    found = check.check()
    assert (found["device"], found["fallback"]) == ("cpu", "")
    assert (found["precision"], found["slower"]) == ("float32", "no kernel")
    machine(monkeypatch, cuda=True, faults=BOTH)
    monkeypatch.setattr(check, "fault", devices.fault)
    found = check.check()
    assert (found["device"], found["fallback"]) == ("cpu", "cuda: no kernel")
    assert (found["precision"], found["slower"]) == ("float32", "")
