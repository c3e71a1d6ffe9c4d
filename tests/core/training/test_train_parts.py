"""What training is made of: state and best model, precision, curves, and the share of a process."""

import sys
from dataclasses import replace

import pytest
import torch
import toy_training
from scenes import Heard

from core.datasets.samples import Sampler
from core.model.modelfile import build_network, load_model, read_card
from core.model.precision import VARIABLE
from core.train import best_file, state_file, train
from core.training.batches import share
from core.training.curves import Curves
from core.training.distributed import Group
from core.training.learner import Learner, start_from
from core.training.precision import training_precision
from core.training.recipe import load_recipe
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import Cancelled, JobError, ModelNotFound, OutputError
from core.wire.events import silent


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return toy_training.write(tmp_path_factory.mktemp("data"))


@pytest.fixture
def idle(monkeypatch):
    """Steps that change nothing, for what happens around them."""
    losses = dict.fromkeys(("loss", "local_loss", "global_loss", "lad"), 1.0)
    monkeypatch.setattr(Learner, "learn", lambda *_: losses)
    return losses


def recipe(data, *changes):
    return load_recipe(toy_training.recipe(data, *changes), data)


def test_the_best_model_is_kept_also_over_a_break(data, tmp_path, idle, monkeypatch):
    scores = iter([{"a": 0.2, "b": 0.4}, {"a": 0.1, "b": 0.7}, {"a": 0.3, "b": 0.3}])
    monkeypatch.setattr("core.train.validate", lambda *_: next(scores))
    training, output = recipe(data, ("every = 3", "every = 2")), tmp_path / "m.safetensors"
    asked = iter(range(9))
    with pytest.raises(Cancelled):
        train(training, output, silent, cancelled=lambda: next(asked) == 4)
    heard = Heard()
    train(training, output, heard)
    assert heard.all("start")[0]["step"] == 5
    best, last = read_card(best_file(output)).training, read_card(output).training
    assert (best["step"], best["validation"]) == (4, {"a": 0.1, "b": 0.7})
    assert (last["step"], last["validation"]) == (6, {"a": 0.3, "b": 0.3})
    assert heard.all("result")[0]["outputs"] == {
        "model": str(output),
        "best": str(best_file(output)),
    }


def test_progress_tells_of_the_training(data, tmp_path, idle):
    heard = Heard()
    train(recipe(data), tmp_path / "m.safetensors", heard)
    last = heard.all("progress")[-1]
    assert (last["done"], last["loss"], last["eta_s"]) == (6, 1.0, 0.0)
    assert 0 <= last["miou"] <= 1
    assert last["learning_rate"] > 0


def test_the_state_is_written_at_first_and_every_n_steps(data, tmp_path, idle):
    output, found = tmp_path / "m.safetensors", []

    def look():
        found.append(torch.load(state_file(output), weights_only=True)["step"])
        return False

    train(recipe(data, ("steps = 6", "steps = 6\nsave_every = 4")), output, silent, cancelled=look)
    assert found == [0] * 4 + [4] * 2  # asked before a step's own state is written


def test_what_is_no_state_is_refused(data, tmp_path):
    output = tmp_path / "m.safetensors"
    for content in (b"", b"no state", b"PK\x03\x04"):
        state_file(output).write_bytes(content)
        with pytest.raises(JobError, match="no state"):
            train(recipe(data), output, silent)


def test_a_name_that_the_system_refuses_is_told_before_training(data, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        train(recipe(data), tmp_path / ("m" * 300), silent)


def test_a_loss_that_is_no_number_ends_the_training(data, tmp_path, idle):
    idle["lad"] = float("nan")
    with pytest.raises(JobError, match="step 1"):
        train(recipe(data), tmp_path / "m.safetensors", silent)


def test_float16_needs_cuda(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(JobError, match="CUDA"):
        training_precision("float16", "cpu", silent)


def test_a_cpu_slow_in_bfloat16_trains_in_float32(monkeypatch):
    for able, warnings in ((True, 0), (False, 1)):
        monkeypatch.delenv(VARIABLE, raising=False)
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: {"avx512_bf16": able})
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
        heard = Heard()
        precision = training_precision("bfloat16", "cpu", heard)
        with precision.autocast():
            product = torch.ones(2, 2) @ torch.ones(2, 2)
        assert product.dtype == (torch.bfloat16 if able else torch.float32)
        assert len(heard.all("warning")) == warnings


def test_processes_share_what_one_alone_would_see(data):
    training = recipe(data, ("contexts = 2", "contexts = 4"))
    seed = training.schedule.seed
    whole = Sampler(training.train, training.sample, 4, 6, seed, augment=True)[3]
    shares = [share(training, Group(rank=rank, size=2))[3] for rank in (0, 1)]
    for name, tensor in vars(whole).items():
        parts = [getattr(one, name) for one in shares]
        if name == "scene":
            parts[1] = parts[1] + 2
        assert torch.equal(torch.cat(parts), tensor)
    with pytest.raises(JobError, match="3 processes"):
        share(training, Group(size=3))


def test_a_training_starts_from_another_model_where_that_fits(data, tmp_path, tiny_model):
    theirs = load_model(str(tiny_model))
    classes = ClassTable([LandCoverClass(k, name, "#000000") for k, name in enumerate("abcdefghi")])
    network = build_network(replace(theirs.card, classes=classes))
    head = network.local_head.classify.weight.clone()
    start_from(network, classes, str(tiny_model))
    own, given = network.state_dict(), theirs.network.state_dict()
    assert torch.equal(own["local_encoder.stem.1.weight"], given["local_encoder.stem.1.weight"])
    assert torch.equal(network.local_head.classify.weight, head)  # it knows none of these classes
    second = theirs.card.classes[1].name
    classes = ClassTable([LandCoverClass(k, n, "#000000") for k, n in ((0, "rest"), (1, second))])
    network = build_network(replace(theirs.card, classes=classes))
    start_from(network, classes, str(tiny_model))
    for head in ("local_head", "global_head"):
        rows = given[f"{head}.classify.weight"]
        rest = torch.cat((rows[:1], rows[2:])).mean(0)
        own = network.get_submodule(head).classify.weight
        assert torch.allclose(own, torch.stack((rest, rows[1])))
    training = recipe(data, ("pretrained = false", 'start = "nowhere"'))
    with pytest.raises(ModelNotFound):
        train(training, tmp_path / "m.safetensors", silent)


def test_a_resumed_training_continues_its_curves(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for begin, end in ((0, 5), (3, 6)):
        heard = Heard()
        curves = Curves(tmp_path / "log", heard)
        curves("start", step=begin)
        for step in range(begin + 1, end + 1):
            curves("metrics", step=step, loss=0.5 * step, miou={"a": 0.25} if step == 2 else {})
        assert len(heard.all("metrics")) == end - begin
    read = EventAccumulator(str(tmp_path / "log"))
    read.Reload()
    assert [(e.step, e.value) for e in read.Scalars("loss")] == [(n, n / 2) for n in range(1, 7)]
    assert [(e.step, e.value) for e in read.Scalars("miou/a")] == [(2, 0.25)]


def test_curves_without_tensorboard_are_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(JobError, match="not installed"):
        Curves(tmp_path, silent)
