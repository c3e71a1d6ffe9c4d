"""Shared by the engine's tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the engine does, see core/__main__.py
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A tiny model file with random weights."""
    from tiny_model import write

    return write(tmp_path_factory.mktemp("model") / "tiny.safetensors")


@pytest.fixture(scope="session", autouse=True)
def _tried():
    """The trial of this processor, before tests exchange what it runs."""
    from core.device import choose_device

    choose_device("cpu")


@pytest.fixture
def run(tmp_path, tiny_model):
    """Classify and return the class ids; keeps what was heard in ``run.heard``."""
    import rasterio
    from scenes import Heard

    from core.classify import classify
    from core.job import ClassifyJob

    def run(source, name="out.tif", **options):
        run.heard = Heard()
        options = {"model": str(tiny_model), "output": str(tmp_path / name), **options}
        classify(ClassifyJob(input=str(source), **options), run.heard)
        with rasterio.open(options["output"]) as result:
            return result.read(1)

    return run


@pytest.fixture(scope="session")
def empty_environment(tmp_path_factory):
    """A virtual environment with pip alone; making one takes long."""
    folder = tmp_path_factory.mktemp("venv") / "empty"
    subprocess.run([sys.executable, "-I", "-m", "venv", folder], check=True)
    return folder
