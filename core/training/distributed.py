"""Several processes that train one network together: torchrun starts them, this joins them.

    torchrun --nproc-per-node 2 -m core train RECIPE --data DIR --output FILE

They speak NCCL on CUDA, one card each, and gloo on CPUs. ``--output`` must be the same file to all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from core.wire.errors import Cancelled, DeviceError


@dataclass(frozen=True)
class Group:
    """This process among those that train together; every method is called by all of them.

    Attributes:
        device: "cpu", "cuda" or "mps".
        rank: Number of this process.
        size: Number of processes; one that is alone passes everything through as it is.
    """

    device: str = "cpu"
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and emits events."""
        return self.rank == 0

    def share(self, count: int) -> range:
        """The slice of ``count`` items, a multiple of ``size``, that belongs to this process."""
        own = count // self.size
        return range(self.rank * own, (self.rank + 1) * own)

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network, such that its backward pass averages gradients over the processes.

        Its layers and parameters stay those of ``network``. Batch normalisation takes the
        statistics of all processes on CUDA; on CPUs each process takes its own, and the running
        ones are those of the first.
        """
        if self.size == 1:
            return network
        if self.device == "cuda":
            nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        # Some variants never use some parameters: AdaIN has maps that it does not inject. Not
        # static_graph: it does not look into dataclasses, which the network returns, and would
        # without a word not average.
        return DistributedDataParallel(network, find_unused_parameters=True)

    def mean(self, values: Sequence[float]) -> list[float]:
        """Means over the processes."""
        if self.size == 1:
            return list(values)
        tensor = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(tensor)
        return (tensor / self.size).tolist()

    def total(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sums over the processes."""
        if self.size == 1:
            return counts
        tensor = torch.from_numpy(counts).to(self.device)
        distributed.all_reduce(tensor)
        return tensor.cpu().numpy()

    def align(self, network: nn.Module) -> None:
        """Give all processes the first one's running statistics."""
        if self.size > 1:
            for buffer in network.buffers():
                distributed.broadcast(buffer, 0)


def local_size() -> int:
    """Number of processes on this machine that train together."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


@contextmanager
def joined(device: str) -> Iterator[Group]:
    """Join the processes that torchrun started, if it did.

    A process that fails just ends: the connection breaks, and torchrun ends the others.

    Args:
        device: "cpu", "cuda" or "mps".

    Yields:
        The group.

    Raises:
        DeviceError: The device cannot be shared, or there are fewer than processes.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group(device)
        return
    if device == "mps":
        raise DeviceError("MPS has no distributed training.", "Train with one process.")
    if device == "cuda":
        local, cards = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if local >= cards:
            raise DeviceError(
                f"{local_size()} processes are too many for {cards} CUDA devices.",
                "Start one process a device, or choose the device 'cpu'.",
            )
        torch.cuda.set_device(local)
    distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    try:
        yield Group(device, distributed.get_rank(), size)
    except Cancelled:
        _leave()
        raise
    _leave()


def _leave() -> None:
    # torchrun ends all at the first that ends with an error, and to it a cancelled one does:
    # so none goes while the first still writes.
    distributed.barrier()
    distributed.destroy_process_group()
