"""Batches: drawn in a process of their own, moved to the device, shown to a network."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from core.datasets.samples import Batch, Sampler
from core.training.distributed import Group
from core.training.recipe import Recipe
from core.wire.errors import GinetError, JobError


def share(recipe: Recipe, group: Group) -> Sampler:
    """Draws one process's share of each batch; all processes together draw the whole batch.

    Raises:
        JobError: The contexts of a batch cannot be shared evenly.
    """
    plan = recipe.schedule
    if plan.contexts % group.size:
        raise JobError(
            f"contexts = {plan.contexts} cannot be shared by {group.size} processes.",
            "Set contexts to a multiple of their number.",
        )
    return Sampler(
        recipe.train,
        recipe.sample,
        plan.contexts,
        plan.steps,
        plan.seed,
        augment=True,
        own=group.share(plan.contexts),
    )


def batches(recipe: Recipe, first: int, group: Group) -> Iterator[Batch]:
    """This process's parts of all batches from number ``first``, on the group's device.

    Raises:
        DatasetError: A scene's file is damaged, or its labels are not as they should be.
    """
    rest = torch.utils.data.Subset(
        _Telling(share(recipe, group)), range(first, recipe.schedule.steps)
    )
    loader = torch.utils.data.DataLoader(
        rest, batch_size=None, num_workers=1, worker_init_fn=_ignore_signals
    )
    for batch in loader:
        if isinstance(batch, Exception):
            raise batch
        yield to_device(batch, group.device)


class _Telling(torch.utils.data.Dataset[Batch | Exception]):
    """A sampler whose errors are values.

    Raised in the loader's process, PyTorch would give them another kind and text, and that process
    would not end.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler

    def __getitem__(self, index: int) -> Batch | Exception:
        try:
            return self._sampler[index]
        except GinetError as error:
            return error
        except Exception:  # noqa: BLE001 - told with where it was
            return RuntimeError(traceback.format_exc())


def to_device(batch: Batch, device: str) -> Batch:
    """The batch on that device."""
    return Batch(**{name: tensor.to(device) for name, tensor in vars(batch).items()})


def forward(network: nn.Module, batch: Batch, keep: Tensor | None = None) -> Any:
    """The network's prediction; ``keep`` as in ``GINet.local``."""
    return network(
        batch.scenes,
        batch.scenes_valid,
        batch.patches,
        batch.patches_valid,
        batch.boxes,
        batch.scene,
        keep,
    )


def _ignore_signals(_: int) -> None:
    # A terminal, torchrun and systemd signal all processes at once; the training still needs its
    # next batch to come to its orderly end. This one ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
