"""Shared by the engine's tests."""

import os
import signal
import subprocess
import sys

import pytest
from hypothesis import settings

# The same examples each time, however long one takes: others compete for the processors.
settings.register_profile("tests", deadline=None, derandomize=True)
settings.load_profile("tests")

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the engine does, see core/__main__.py


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A tiny model file with random weights."""
    from tiny_model import write

    return write(tmp_path_factory.mktemp("model") / "tiny.safetensors")


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    """As ``tiny_model``, with an encoder that engines started from nothing know."""
    from tiny_model import write

    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    return write(path, encoder="efficientnet_lite0")


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """What starts an engine at once, with ``-m core`` or ``-c`` and code; see warm_engine."""
    from warm_engine import warm_engine

    with warm_engine(sys.executable, os.environ, tmp_path_factory.mktemp("warm")) as program:
        yield [program, "-s"]


@pytest.fixture(scope="session", autouse=True)
def _tried():
    """The trial of this processor, before tests exchange what it runs."""
    from core.model.device import choose_device

    choose_device("cpu")


@pytest.fixture
def run(tmp_path, tiny_model):
    """Classify and return the class ids; keeps what was heard in ``run.heard``."""
    import rasterio
    from scenes import Heard

    from core.classify import classify
    from core.wire.job import ClassifyJob

    def run(source, name="out.tif", **options):
        run.heard = Heard()
        options = {"model": str(tiny_model), "output": str(tmp_path / name), **options}
        classify(ClassifyJob(input=str(source), **options), run.heard)
        with rasterio.open(options["output"]) as result:
            return result.read(1)

    return run


@pytest.fixture
def here(capfd, monkeypatch):
    """Run the command line in this process: to start one for it takes long."""
    from core.__main__ import main

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr("sys.stdout", sys.stdout)  # which it exchanges where it tells JSON

    def run(*arguments):
        try:
            status = main([*map(str, arguments)])
        except SystemExit as exit_:
            status = exit_.code
        return subprocess.CompletedProcess(arguments, status, *capfd.readouterr())

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)
