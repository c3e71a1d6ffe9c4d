"""Shared by the installer's tests."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def empty_environment(tmp_path_factory):
    """A virtual environment with pip alone; making one takes long."""
    folder = tmp_path_factory.mktemp("venv") / "empty"
    subprocess.run([sys.executable, "-I", "-m", "venv", folder], check=True)
    return folder
