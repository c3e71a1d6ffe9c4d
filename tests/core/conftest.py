"""Shared by the engine's tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A tiny model file with random weights."""
    from tiny_model import write

    return write(tmp_path_factory.mktemp("model") / "tiny.safetensors")
