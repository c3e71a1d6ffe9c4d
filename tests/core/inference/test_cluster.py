"""A Dask cluster of two worker processes on this machine."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from scenes import Heard, save, scene

from core.classify import classify
from core.wire.errors import Cancelled, ClusterError, RasterReadError
from core.wire.job import ClassifyJob

ROOT = Path(__file__).resolve().parents[3]

distributed = pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture(autouse=True)
def same_date(monkeypatch):
    """Results carry their date."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return save(tmp_path_factory.mktemp("scene 图") / "image.tif", scene(size=700))


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(self):
        self.processes, self.workers = [], []
        scheduler = self._start("dask_scheduler", "--port", "0", "--no-dashboard")
        self.address = self._heard(scheduler, r"Scheduler at:\s+(tcp://\S+)")

    def have(self, count):
        """So many workers, whatever there were before."""
        there = [worker for worker in self.workers if worker.poll() is None]
        for worker in there[count:]:
            worker.kill()
        self.workers = there[:count]
        while len(self.workers) < count:
            self.start_worker()
        self.wait_for_workers(count)

    def start_worker(self):
        worker = self._start(
            *("dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"),
            *("--preload", "tests.fixtures.tiny_model"),
        )
        self.workers.append(worker)
        self._heard(worker, r"(Registered to)")

    def wait_for_workers(self, count):
        with distributed.Client(self.address, set_as_default=False) as client:
            while len(client.nthreads()) != count:
                time.sleep(0.05)

    def _start(self, program, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.processes.append(process)
        return process

    def _heard(self, process, pattern):
        said = ""
        for line in process.stderr:
            said += line
            if found := re.search(pattern, line):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return found[1]
        raise RuntimeError(said)

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster():
    made = Cluster()
    yield made
    made.close()


def job(image, model, output, **options):
    return ClassifyJob(
        input=image,
        output=str(output),
        model=str(model),
        confidence=str(output.with_suffix(".c.tif")),
        device="cpu",
        threads=1,
        **options,
    )


def results(output):
    return [path.read_bytes() for path in sorted(output.parent.glob(f"{output.stem}.*"))]


def test_no_workers(image, tiny_model, tmp_path, cluster):
    cluster.have(0)
    with pytest.raises(ClusterError, match="has no workers"):
        classify(job(image, tiny_model, tmp_path / "out.tif", scheduler=cluster.address), Heard())
    assert list(tmp_path.iterdir()) == []


def test_two_workers_one_killed_half_way_give_the_same_bytes(image, tiny_model, tmp_path, cluster):
    here, there = tmp_path / "here" / "out.tif", tmp_path / "there" / "out.tif"
    for path in (here, there):
        path.parent.mkdir()
    heard = Heard()
    classify(job(image, tiny_model, here), heard)

    cluster.have(2)
    workers = cluster.workers

    class Killer(Heard):
        def __call__(self, event, **fields):
            super().__call__(event, **fields)
            if event == "progress" and 2 * fields["done"] >= fields["total"]:
                workers[0].kill()

    killer = Killer()
    classify(job(image, tiny_model, there, scheduler=cluster.address), killer)
    assert workers[0].wait(10) != 0
    assert workers[1].poll() is None
    assert results(there) == results(here)
    assert len(results(here)) == 3  # classes, their attribute table, confidence
    done = [fields["done"] for fields in killer.all("progress")]
    assert done[-1] == killer.all("progress")[-1]["total"]
    assert any(2 * each < done[-1] for each in done)


def test_the_only_worker_lost_between_two_blocks_is_waited_for(
    image, tiny_model, tmp_path, cluster, monkeypatch
):
    """When it dies, its block is in the journal and the next one has not been submitted yet."""
    monkeypatch.setattr("core.inference.cluster.AHEAD", 1)
    output = tmp_path / "out.tif"
    cluster.have(1)

    class Killer(Heard):
        def __call__(self, event, **fields):
            super().__call__(event, **fields)
            if event == "progress" and len(self.all("progress")) == 1:
                cluster.workers[0].kill()
                cluster.wait_for_workers(0)
                threading.Timer(1, cluster.start_worker).start()  # while the run has none

    killer = Killer()
    classify(job(image, tiny_model, output, scheduler=cluster.address), killer)
    assert len(cluster.workers) == 2
    assert killer.all("progress")[-1]["done"] == killer.all("progress")[-1]["total"]


def test_a_cancelled_run_goes_on_here(image, tiny_model, tmp_path, cluster):
    cluster.have(1)
    heard, output = Heard(), tmp_path / "out.tif"
    with pytest.raises(Cancelled):
        classify(
            job(image, tiny_model, output, scheduler=cluster.address),
            heard,
            lambda: bool(heard.all("progress")),
        )
    again = Heard()
    classify(job(image, tiny_model, output), again)
    assert again.all("resume")[0]["done"] > 0


def test_what_a_worker_cannot_read_is_told(tiny_model, tmp_path, cluster):
    """The file breaks off: its header reads well."""
    source = tmp_path / "broken.tif"
    whole = Path(save(tmp_path / "whole.tif", scene())).read_bytes()
    source.write_bytes(whole[: len(whole) // 2])
    output = tmp_path / "out.tif"
    cluster.have(1)
    with pytest.raises(RasterReadError, match="broken"):
        classify(job(str(source), tiny_model, output, scheduler=cluster.address), Heard())
    assert not output.exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://"])
def test_no_scheduler(image, tiny_model, tmp_path, address, monkeypatch):
    monkeypatch.setattr("core.inference.cluster.CONNECT_SECONDS", 2)
    with pytest.raises(ClusterError, match="no Dask scheduler at"):
        classify(job(image, tiny_model, tmp_path / "out.tif", scheduler=address), Heard())
    assert list(tmp_path.iterdir()) == []
