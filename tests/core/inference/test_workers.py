"""Workers: blocks computed side by side, and what remains of them when one fails."""

import threading

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scenes import Heard, save, scene

from core.classify import classify
from core.inference.workers import share_cores, start_workers
from core.model.device import Device
from core.model.ginet import GINet
from core.wire.errors import OutOfMemory
from core.wire.job import ClassifyJob

SEGMENT = GINet.segment


@given(cores=st.integers(1, 256), most=st.integers(1, 64))
def test_cores_are_shared_evenly(cores, most):
    workers, threads = share_cores(cores, most)
    assert 1 <= workers <= most
    assert cores - threads < workers * threads <= cores


@pytest.mark.parametrize(("kind", "count"), [("cpu", 4), ("cuda", 2), ("mps", 1)])
def test_workers_of_each_device(kind, count):
    cores = torch.get_num_threads()
    torch.set_num_threads(16)
    try:
        with start_workers(Device(kind, kind, torch.bfloat16, 1), tasks=9) as workers:
            assert workers.count == count
    finally:
        torch.set_num_threads(cores)


@pytest.fixture
def run(tmp_path, tiny_model):
    source = save(tmp_path / "image.tif", scene(size=400))  # three by three blocks

    def run(threads):
        job = ClassifyJob(
            input=source,
            output=str(tmp_path / "classes.tif"),
            model=str(tiny_model),
            device="cpu",
            threads=threads,
        )
        classify(job, Heard())

    return run


def test_two_cores_compute_two_blocks_at_once(run, monkeypatch):
    """Each first patch waits for another one: one block after the other would wait in vain."""
    together = threading.Barrier(2)
    met = threading.local()

    def segment(*args):
        if not hasattr(met, "once"):
            met.once = together.wait(timeout=60)
        return SEGMENT(*args)

    monkeypatch.setattr(GINet, "segment", segment)
    run(threads=2)


def test_what_others_have_computed_is_kept_when_one_fails(run, monkeypatch, tmp_path):
    computed = []

    def segment(*args):
        computed.append(1)
        if len(computed) > 5:
            raise RuntimeError("out of memory")
        return SEGMENT(*args)

    monkeypatch.setattr(GINet, "segment", segment)
    with pytest.raises(OutOfMemory, match="does not suffice for one patch") as caught:
        run(threads=2)
    assert "of 9 blocks are done and kept" in caught.value.hint
    assert [path.suffix for path in tmp_path.glob("classes*")] == [".part"]
