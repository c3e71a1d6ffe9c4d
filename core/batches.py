"""Batches on their way: drawn by a process of their own, brought to the device, shown a network."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.datasets.samples import Batch, Sampler, draw
from core.distributed import Group
from core.errors import JobError
from core.recipe import Recipe


class Share(Sampler):
    """The contexts of each batch that one process of a group trains on.

    Together the processes see what one alone would.

    Args:
        recipe: Of the training.
        group: The processes.

    Raises:
        JobError: The contexts of a batch cannot be shared evenly.
    """

    def __init__(self, recipe: Recipe, group: Group) -> None:
        """Find out which contexts they are."""
        plan = recipe.schedule
        if plan.contexts % group.size:
            raise JobError(
                f"contexts = {plan.contexts} cannot be shared by {group.size} processes.",
                "Set contexts to a multiple of their number.",
            )
        super().__init__(
            recipe.train, recipe.sample, plan.contexts, plan.steps, plan.seed, augment=True
        )
        self._own = group.share(plan.contexts)

    def __getitem__(self, index: int) -> Batch:
        """Draw this process's part of batch ``index``."""
        parts = []
        for context in self._own:
            random = np.random.default_rng((self.seed, index, context))
            scene = self.scenes[int(random.choice(len(self.scenes), p=self._shares))]
            parts.append(draw(scene, self.size, random, self.augment))
        names = [entry.name for entry in fields(Batch) if entry.name != "scene"]
        columns = (torch.cat(column) for column in zip(*parts, strict=True))
        owner = torch.arange(len(parts)).repeat_interleave(self.size.patches)
        return Batch(**dict(zip(names, columns, strict=True)), scene=owner)


def batches(recipe: Recipe, first: int, group: Group) -> Iterator[Batch]:
    """This process's parts of all batches from number ``first``, on the group's device."""
    rest = torch.utils.data.Subset(Share(recipe, group), range(first, recipe.schedule.steps))
    loader = torch.utils.data.DataLoader(
        rest, batch_size=None, num_workers=1, worker_init_fn=_ignore_signals
    )
    for batch in loader:
        yield to_device(batch, group.device)


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
