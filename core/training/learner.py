"""The learner: the network, its averaged weights, and the optimiser that updates them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.datasets.samples import Batch
from core.model.card import Card
from core.model.ginet import GINet
from core.model.memory import to_channels_last
from core.model.modelfile import load_model
from core.model.precision import Precision
from core.training.batches import forward
from core.training.distributed import Group
from core.training.losses import local_affinity_distillation, partial_cross_entropy
from core.training.recipe import Recipe
from core.training.schedule import Schedule
from core.wire.classes import ClassTable
from core.wire.errors import ModelFileError

WARM_UP = math.nextafter(0.1, 1)
"""Share of the steps in which the rates rise. Not quite a tenth: PyTorch divides by
``WARM_UP * steps - 1``."""


class Learner:
    """A network in training; the same in each process of a group.

    Attributes:
        network: As the last step left it.
        average: Its weights averaged over the steps, the ones to keep.

    Args:
        recipe: Of the training.
        build: Makes the network of the recipe's card.
        precision: What to compute with.
        group: The processes that train together.
    """

    def __init__(
        self, recipe: Recipe, build: Callable[[Card], GINet], precision: Precision, group: Group
    ) -> None:
        """Build the network, with the recipe's seed."""
        self._schedule, self._precision, self._group = recipe.schedule, precision, group
        torch.manual_seed(recipe.schedule.seed)
        self.network = build(recipe.card)
        if recipe.schedule.start:
            start_from(self.network, recipe.card.classes, recipe.schedule.start)
        elif recipe.schedule.pretrained:
            for encoder in (self.network.local_encoder, self.network.global_encoder):
                encoder.load_imagenet()
        self.network.to(group.device)
        to_channels_last(self.network)
        self._model = group.wrap(self.network)
        self.average = AveragedModel(
            self.network,
            multi_avg_fn=_moving_average(recipe.schedule.ema),
            use_buffers=True,
        )
        self._optimiser, self._rate = _one_cycle(self.network, recipe.schedule)

    @property
    def parts(self) -> dict[str, Any]:
        """The parts with a ``state_dict``, by name."""
        return {
            "network": self.network,
            "average": self.average,
            "optimiser": self._optimiser,
            "rate": self._rate,
            "scaler": self._precision.scaler,
        }

    @property
    def learning_rate(self) -> float:
        """Of the next step, for all but the encoders."""
        return float(self._rate.get_last_lr()[-1])

    def learn(self, batch: Batch, step: int) -> dict[str, float]:
        """Take step number ``step``, counted from 0.

        Returns:
            The losses of this process's batch, by name; "loss" is what is minimised.
        """
        schedule, scaler = self._schedule, self._precision.scaler
        rng = np.random.default_rng((schedule.seed, step, 1_000_003))
        own = self._group.share(len(batch.boxes) * self._group.size)
        draws = rng.random(len(batch.boxes) * self._group.size)[own.start : own.stop]
        keep = torch.from_numpy(draws >= schedule.injection_dropout).to(batch.boxes.device)
        with self._precision.autocast():
            seen = forward(self._model, batch, keep)
        local = partial_cross_entropy(seen.local_logits, batch.patches_allowed, schedule.balance)
        scene = partial_cross_entropy(seen.global_logits, batch.scenes_allowed, schedule.balance)
        lad = local_affinity_distillation(
            seen.local_features,
            seen.global_features,
            batch.boxes,
            batch.scene,
            teacher=schedule.lad_teacher,
            distance=schedule.lad_distance,
        )
        warm = min(1.0, 10 * (step + 1) / schedule.steps)
        loss = local + schedule.global_loss * scene + warm * schedule.lad * lad
        self._optimiser.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        scaler.unscale_(self._optimiser)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), schedule.clip)
        before = scaler.get_scale()
        scaler.step(self._optimiser)
        scaler.update()
        if scaler.get_scale() >= before:  # else a gradient overflowed and the step was left out
            self._rate.step()
            self.average.update_parameters(self.network)
        losses = {"loss": loss, "local_loss": local, "global_loss": scene, "lad": lad}
        return {name: float(value.detach()) for name, value in losses.items()}


def start_from(network: GINet, classes: ClassTable, model: str) -> None:
    """Take a model's weights where name and shape fit, and its heads class by class.

    A class that the model knows by name begins as it is there; if there is any such, all others
    begin as the mean of what the model tells apart beside them. Else the heads stay random.

    Args:
        network: Gets the weights.
        classes: Of the network.
        model: Name of a bundled model, or path of a model file.

    Raises:
        ModelNotFound: There is no such model.
        ModelFileError: It is no model, or nothing of it fits.
    """
    own, start = network.state_dict(), load_model(model)
    theirs = start.network.state_dict()
    fitting = {n: t for n, t in theirs.items() if n in own and own[n].shape == t.shape}
    if not fitting:
        raise ModelFileError(f"Nothing of the model {model} fits.", "Choose one of this encoder.")
    heads = {n: t for n, t in theirs.items() if n in own and "_head.classify." in n}
    for name, rows in heads.items():
        fitting[name] = _rows_by_name(own[name], classes, rows, start.card.classes)
    network.load_state_dict(fitting, strict=False)


def _rows_by_name(own: Tensor, classes: ClassTable, rows: Tensor, known: ClassTable) -> Tensor:
    """A head's weights (classes, ...) or bias (classes,), from those of a head of known classes."""
    channels = {entry.name: channel for channel, entry in enumerate(known)}
    names = [entry.name for entry in classes]
    others = [channel for name, channel in channels.items() if name not in names]
    if len(others) == len(channels):
        return own
    rest = rows[others].mean(0) if others else None
    found = [rows[channels[name]] if name in channels else rest for name in names]
    return torch.stack([own[k] if row is None else row for k, row in enumerate(found)])


def _moving_average(decay: float) -> Callable[[Any, Any, Any], None]:
    """Exponential moving average, shorter at first, lest it keep what training began with."""

    def update(averaged: Any, current: Any, updates: Any) -> None:
        done = int(updates)
        now = min(decay, (1 + done) / (10 + done))
        get_ema_multi_avg_fn(now)(averaged, current, updates)  # type: ignore[no-untyped-call]

    return update


def _one_cycle(
    network: GINet, schedule: Schedule
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.OneCycleLR]:
    """AdamW whose learning rate rises to its peak and falls again, lower for the encoders."""
    # As one module, so that encoders which are shared are learned once a step.
    both = torch.nn.ModuleList([network.local_encoder, network.global_encoder])
    encoders = list(both.parameters())
    known = {id(parameter) for parameter in encoders}
    others = [p for p in network.parameters() if id(p) not in known]
    rates = [schedule.encoder_learning_rate, schedule.learning_rate]
    optimiser = torch.optim.AdamW(
        [{"params": encoders}, {"params": others}], lr=rates[1], weight_decay=schedule.weight_decay
    )
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=rates, total_steps=schedule.steps, pct_start=WARM_UP
    )
    return optimiser, rate
