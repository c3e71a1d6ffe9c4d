"""Training as real processes: killed and started again, and two together by torchrun."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from statistics import fmean

import pytest
import safetensors.torch
import torch
import toy_training

from core.model.modelfile import build_network
from core.train import train
from core.training.recipe import load_recipe
from core.wire.events import silent

ROOT = Path(__file__).resolve().parents[3]
TORCHRUN = [
    *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"),
    *("--no-python", sys.executable, "-c"),
]
ENGINE = "import sys, tests.fixtures.tiny_model, core.__main__; sys.exit(core.__main__.main())"

# What the test itself must see of each process: the weights that it ends with.
TRAINEE = """
import os, sys, torch
from pathlib import Path
import tests.fixtures.tiny_model
from core.wire.events import JsonLines
from core.model.modelfile import build_network
from core.training.recipe import load_recipe
from core.train import train

def build(card):
    global network
    network = build_network(card)
    return network

torch.set_num_threads(1)
recipe, output = map(Path, sys.argv[1:])
train(load_recipe(recipe, recipe.parent), output, JsonLines(sys.stdout), build=build)
torch.save(dict(network.named_parameters()), f"{output}.rank{os.environ['RANK']}")
"""


def as_torchrun(count):
    """The variables by which torchrun tells each of its processes of the others."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
    sizes = {"WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count)}
    return [{**place, **sizes, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(count)]


@pytest.fixture
def data(tmp_path):
    return toy_training.write(tmp_path)


def started(program, recipe, output):
    options = ["--data", recipe.parent, "--output", output, "--device", "cpu", "--threads", "1"]
    return subprocess.Popen(
        [*program, "train", recipe, *options, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def heard_until(process, steps):
    """Events of a process that trains until it has done some steps."""
    events = [json.loads(process.stdout.readline())]
    while events[-1]["event"] != "progress" or events[-1]["done"] < steps:
        events.append(json.loads(process.stdout.readline()))
    return events


@pytest.mark.slow
def test_a_training_killed_at_random_steps_ends_with_the_same_weights(data, python):
    recipe = toy_training.recipe(data, ("steps = 6", "steps = 12\nsave_every = 2"))
    networks = []

    def build(card):
        networks.append(build_network(card))
        return networks[-1]

    begun = []
    for _ in range(2):
        process = started([*python, "-m", "core"], recipe, data / "killed.safetensors")
        begun.append(heard_until(process, random.randint(3, 5))[0]["step"])
        process.kill()
        process.wait()
    assert begun[0] == 0 < begun[1]
    torch.set_num_threads(1)
    for name in ("killed", "alone"):
        train(load_recipe(recipe, data), data / f"{name}.safetensors", silent, build=build)
    killed, alone = (network.state_dict() for network in networks)
    assert alone["local_head.classify.weight"].dtype == torch.float32
    assert all(torch.equal(killed[name], alone[name]) for name in alone)
    for end in ("", ".best"):
        killed, alone = (
            safetensors.torch.load_file(data / f"{name}{end}.safetensors")
            for name in ("killed", "alone")
        )
        assert all(torch.equal(killed[name], alone[name]) for name in alone)


def test_a_damaged_file_is_named_and_ends_the_training(data, python):
    """Also where the process that draws the samples finds it: with sets that memory cannot hold."""
    image = data / "image.tif"
    image.write_bytes(image.read_bytes()[: image.stat().st_size // 2])
    program = (
        "import sys, core.training.recipe; core.training.recipe.HELD = 0; "
        "from core.__main__ import main; sys.exit(main())"
    )
    process = started([*python, "-c", program], data / "recipe.toml", data / "m.safetensors")
    events = [json.loads(line) for line in process.communicate(timeout=60)[0].splitlines()]
    assert process.returncode == 2
    assert events[-1]["code"] == "DatasetError"
    assert "image.tif or its label cannot be read" in events[-1]["message"]


@pytest.mark.slow
def test_two_processes_cancelled_and_resumed_learn_one_model(data, python):
    steps = "steps = 18\nlearning_rate = 3e-3"
    recipe = toy_training.recipe(
        data, ("steps = 6", steps), ("contexts = 2", "contexts = 4"), ("every = 3", "every = 18")
    )
    output = data / "m.safetensors"
    process = started([*TORCHRUN, ENGINE], recipe, output)
    heard = heard_until(process, 3)
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=120)
    heard += map(json.loads, rest.splitlines())
    assert process.returncode != 0
    assert {event["code"] for event in heard if event["event"] == "error"} == {"Cancelled"}
    assert os.path.lexists(f"{output}.last")
    assert not output.exists()

    both = [
        subprocess.Popen(
            [*python, "-c", TRAINEE, recipe, output],
            cwd=ROOT,
            env={**os.environ, **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for told in as_torchrun(2)
    ]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    more = [json.loads(line) for line in (said[0][0] + said[1][0]).splitlines()]
    assert [event["event"] for event in more if event["event"] in ("start", "result")] == [
        "start",
        "result",
    ]
    assert more[0]["processes"] == 2
    assert more[0]["step"] >= 3
    losses = [e["local_loss"] for e in [*heard, *more] if e["event"] == "progress"]
    assert fmean(losses[-3:]) < fmean(losses[:3])
    one, two = (torch.load(f"{output}.rank{rank}", weights_only=True) for rank in (0, 1))
    assert all(torch.equal(one[name], two[name]) for name in one)
    models = {path.name for path in data.glob("*.safetensors*") if ".rank" not in path.name}
    assert models == {"m.safetensors", "m.best.safetensors"}
