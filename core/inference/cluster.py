"""Cluster: blocks of a classification computed by the workers of a Dask cluster.

The client plans, keeps the journal and writes; workers read and compute. Each worker needs this
engine (``PYTHONPATH``) and must be able to open the raster under the same path; the model travels.
What travels between them Dask pickles: a scheduler is for trusted networks only.
"""

from __future__ import annotations

import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.inference.blocks import Block, Plan
from core.inference.classification import Classification, reader_and_predictor
from core.inference.pipeline import BlockReader
from core.inference.predict import Predictor
from core.inference.process import prepare_process
from core.model.device import choose_device
from core.model.modelfile import find_model, load_model
from core.raster.reading import Raster
from core.results.journal import Journal
from core.results.packing import pack
from core.wire.errors import Cancelled, ClusterError, GinetError
from core.wire.events import Progress

try:
    from distributed import Client, Future, WorkerPlugin, get_worker, wait
    from distributed.scheduler import KilledWorker
except ImportError as error:
    raise ClusterError(
        "Running on a cluster needs Dask, which is not installed here.",
        "Install the package distributed into the engine's environment.",
    ) from error

AHEAD = 2
"""Blocks that each worker has: one to compute, one to go on with at once."""
CONNECT_SECONDS = 10
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 60
"""How long a run waits for a worker when all are gone."""


class Engine(WorkerPlugin):  # type: ignore[misc] # has no types
    """Worker plugin that classifies blocks, one at a time; it opens the raster with the first one.

    Args:
        work: The classification; only what workers need of it is sent.
    """

    def __init__(self, work: Classification) -> None:
        """Collect what is sent."""
        job, device = work.job, work.device
        self._model = find_model(job.model).read_bytes()
        local = Path(job.input)
        self._raster = str(local.absolute()) if local.exists() else job.input, work.raster.bands
        self._seen = work.model.card.seen
        self._scaling, self._scale, self._planes = work.scaling, work.plan.scale, work.planes
        self._device = device.kind, device.precision_name, device.batch, job.threads

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        """Called by Dask when the plugin has arrived."""
        prepare_process()
        self._lock = threading.Lock()
        self._tools: tuple[BlockReader, Predictor] | None = None
        self._opened: Raster | None = None

    def teardown(self, worker: Any) -> None:  # noqa: ARG002
        """Called by Dask when the plugin goes."""
        with self._lock:
            if self._opened:
                self._opened.close()
            self._tools = self._opened = None

    def classify(self, block: Block) -> bytes:
        """A block's planes as the journal stores them.

        So they are small on the network, and the one writer has less to do.
        """
        with self._lock:
            if self._tools is None:
                self._tools = self._open()
            reader, predictor = self._tools
            pixels = reader.read(block)
            if pixels is None:
                return b""
            return pack(self._planes.of(predictor.classify(block, pixels, lambda _: None)))

    def _open(self) -> tuple[BlockReader, Predictor]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.safetensors")
            path.write_bytes(self._model)
            model = load_model(str(path))
        input_path, bands = self._raster
        self._opened = Raster(input_path, len(bands), bands, seen=self._seen)
        device = choose_device(*self._device)
        reader, predictor = reader_and_predictor(
            self._opened, self._scale, model, device, self._scaling, self._planes
        )
        return reader, predictor()


def classify_block(engine: str, block: Block) -> bytes:
    """The task: runs on a worker that has the plugin of that name."""
    try:
        packed: bytes = get_worker().plugins[engine].classify(block)
    except GinetError as error:
        # GDAL's own exceptions behind it cannot travel.
        error.__cause__ = error.__context__ = None
        raise
    return packed


def compute_on_cluster(work: Classification, journal: Journal, progress: Progress) -> None:
    """Put the blocks that the journal lacks into it, in whatever order they are finished.

    A worker that dies loses the blocks that it was at; others do them again.

    Args:
        work: The classification; its job names the scheduler.
        journal: Written by this process alone.
        progress: Told of each block's patches.

    Raises:
        ClusterError: There is no such cluster, it cannot do the work, or it went away; finished
            blocks are in the journal.
        GinetError: Reading failed on a worker.
        Cancelled: ``work.cancelled`` said so.
    """
    address = str(work.job.scheduler)
    with _connected(address) as client:
        name = f"ginet-{uuid.uuid4().hex}"
        try:
            client.register_plugin(Engine(work), name=name)
        except (ImportError, AttributeError) as error:
            raise ClusterError(
                f"The workers at {address} lack the engine or have another one ({error}).",
                "Start them with the engine's folder in PYTHONPATH, all of the same version.",
            ) from error
        try:
            _work(client, name, work.plan, journal, progress, work.cancelled)
        except KilledWorker as error:
            raise ClusterError(
                f"Several workers at {address} died of the same block.",
                "Look at their logs; most likely they need more memory.",
            ) from error
        finally:
            if client.status == "running":
                client.unregister_worker_plugin(name)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"There is no Dask scheduler at {address}.",
            "Start one with `dask scheduler`, and give its address as tcp://HOST:PORT.",
        ) from error
    with client, client.as_current():
        if not _workers(client):
            raise ClusterError(
                f"The Dask scheduler at {address} has no workers.",
                f"Start some, with the engine's folder in PYTHONPATH: dask worker {address} "
                "--nthreads 1.",
            )
        yield client


def _workers(client: Client) -> int:
    """Number of workers that the scheduler has now; 0 where it does not answer."""
    # Not scheduler_info: what it returns is overwritten in the background, without the workers.
    if client.status != "running":
        return 0
    try:
        return len(client.nthreads())
    except OSError:
        return 0


def _work(
    client: Client,
    engine: str,
    plan: Plan,
    journal: Journal,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> None:
    share = plan.extent[2] * plan.extent[3] / plan.patches
    todo = ((number, block) for number, block in enumerate(plan) if number not in journal)
    following = next(todo, None)
    running: dict[Future, tuple[int, Block]] = {}
    seen = time.monotonic()
    while following or running:
        if workers := _workers(client):
            seen = time.monotonic()
        elif time.monotonic() - seen > PATIENCE_SECONDS or client.status != "running":
            raise ClusterError("The cluster has gone away.", "Start it again, then the same job.")
        while following and len(running) < AHEAD * workers:
            number, block = following
            key = f"{engine}-{number}"
            future = client.submit(classify_block, engine, block, key=key, retries=1)
            running[future] = following
            following = next(todo, None)
        for future in _finished(running):
            number, block = running.pop(future)
            journal.add_packed(number, future.result())
            progress.add(len(block.patches), round(len(block.patches) * share))
        if cancelled():
            client.cancel(list(running))
            raise Cancelled


def _finished(running: dict[Future, tuple[int, Block]]) -> list[Future]:
    """The finished ones, after ``POLL_SECONDS`` at most."""
    if not running:  # all blocks that were submitted are in the journal, and no worker is left
        time.sleep(POLL_SECONDS)
        return []
    try:
        done, _ = wait(list(running), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED")
    except TimeoutError:
        return []
    return list(done)
