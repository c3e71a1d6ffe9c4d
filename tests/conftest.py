"""Shared by all tests."""

import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def empty_environment(tmp_path_factory):
    """A virtual environment with pip alone; making one takes long."""
    folder = tmp_path_factory.mktemp("venv") / "empty"
    subprocess.run([sys.executable, "-I", "-m", "venv", folder], check=True)
    return folder


def pytest_configure(config):
    """Give each worker of pytest-xdist one processor, and so what it starts.

    With threads of several workers on the same processors, they would wait for one another.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        number = int(worker.removeprefix("gw")) % len(processors)
        os.sched_setaffinity(0, {processors[number]})


def pytest_collection_modifyitems(items):
    """Slow tests first: at the end, one worker would be busy with its last one long alone."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
