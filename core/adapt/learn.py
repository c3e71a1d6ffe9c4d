"""Learning from few labels: first all behind the encoder, on cached features, then the encoder too.

All batch statistics stay the base model's: those of a few patches would be worse. Learning rates
are constant after a short warm-up and the weights that count are a moving average, so that training
may be ended at any step, by the time or by a validation.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.adapt.clock import Clock
from core.adapt.network import exchange_classes, group_probabilities
from core.adapt.places import Place, Size, stack_views
from core.adapt.samples import Sample, collate, draw
from core.metrics import confusion_matrix
from core.model.ginet import GINet
from core.model.pyramid import LEVELS, upsample

LATE = 3.0
"""The rate behind the encoder falls by this factor when the encoder begins to learn."""


@dataclass(frozen=True)
class Schedule:
    """How a model is adapted; chosen by a handful of runs on Dubai 2, a validation scene.

    Attributes:
        cached_steps: Optimiser steps behind the frozen encoder.
        steps: Steps of all of the local branch, after those. None: in the one run that had them,
            they did not raise the held-out score.
        batch: Patches a step.
        cached: Patches whose encoder features are kept, about; each place has at least one.
        rate: Learning rate behind the encoder.
        encoder_rate: Of the encoder; all else learns at ``rate`` / ``LATE`` then.
        warm_up: Steps of each stage over which the rate rises.
        weight_decay: Of AdamW.
        balance: Classes weigh as the power -``balance`` of their labelled pixels.
        teaching: Weight of the base model's opinion on all pixels, where it knows all classes.
        average: Decay of the moving average.
        clip: Largest gradient norm.
        every: Steps between validations.
    """

    cached_steps: int = 60
    steps: int = 0
    batch: int = 8
    cached: int = 256
    rate: float = 1e-3
    encoder_rate: float = 1e-4
    warm_up: int = 8
    weight_decay: float = 0.02
    balance: float = 0.5
    teaching: float = 0.5
    average: float = 0.95
    clip: float = 5.0
    every: int = 20

    @property
    def total(self) -> int:
        """Steps of both stages."""
        return self.cached_steps + self.steps

    def rate_at(self, step: int) -> float:
        """Learning rate behind the encoder in a step, counted from 1."""
        late = step > self.cached_steps
        warm = min(1.0, (step - late * self.cached_steps) / self.warm_up)
        return self.rate * warm / (LATE if late else 1)


@dataclass(frozen=True)
class Cached:
    """A sample with its encoder features (half precision) in the place of its image."""

    sample: Sample
    features: tuple[Tensor, ...]


Told = Callable[[int, float, GINet], bool]
"""Takes the step, its loss and the averaged network after each step; true ends the training."""


class Learner:
    """Adapts copies of one network.

    Args:
        network: The base model's, on its device; stays as it is.
        traced: For each class its base channels, see ``trace_classes``.
        size: Of patches.
        schedule: How.
        device: "cpu", "cuda" or "mps".
        half: Compute in bfloat16 where that is safe.
    """

    def __init__(
        self,
        network: GINet,
        traced: Sequence[Sequence[int]],
        size: Size,
        schedule: Schedule,
        device: str,
        *,
        half: bool,
    ) -> None:
        """Keep them."""
        self._base, self._traced, self._size = network, traced, size
        self.schedule, self._device, self._half = schedule, device, half

    def start(self) -> GINet:
        """A copy of the network with the new classes, not trained yet."""
        network = copy.deepcopy(self._base)
        for head in (network.local_head, network.global_head):
            exchange_classes(head, self._traced)
        return network.to(self._device).requires_grad_(requires_grad=False).eval()

    def teach(self, place: Place) -> None:
        """Note the base model's opinion on a place, where it knows all classes."""
        if self.schedule.teaching and all(self._traced):
            share = group_probabilities(self._logits(self._base, place), self._traced)
            place.teacher = (share / share.sum(1, keepdim=True).clamp_min(1e-6))[0].half().cpu()

    def cache(
        self, places: Sequence[Place], each: int, seed: int, clock: Clock, until: float
    ) -> list[Cached]:
        """Draw so many patches of each place and keep their encoder features.

        Args:
            places: To draw from.
            each: Patches of each place.
            seed: Of everything random.
            clock: Checked after each patch.
            until: Share of the time after which there is but one patch of each place.
        """
        rng = np.random.default_rng((seed, 1))
        cached = []
        for number, place in enumerate(list(places) * each):
            if number >= len(places) and clock.past(until):
                break
            sample = draw(place, self._size, rng)
            with torch.no_grad(), self._autocast():
                features = self._encode(self._base, [sample])
            # Not slices: those would keep the pixels.
            kept = replace(sample, image=torch.empty(0), valid=torch.empty(0))
            cached.append(Cached(kept, tuple(level.half().cpu() for level in features)))
            clock.check()
        return cached

    def fit(
        self, places: Sequence[Place], cached: Sequence[Cached], seed: int, told: Told
    ) -> tuple[GINet, int]:
        """Train on places.

        Args:
            places: To draw from once the encoder learns.
            cached: Patches of the same places.
            seed: Of everything random.
            told: Hears of each step and may end the training.

        Returns:
            The averaged network and the steps done.
        """
        schedule = self.schedule
        torch.manual_seed(seed)
        network = self.start()
        average = AveragedModel(
            network,
            multi_avg_fn=get_ema_multi_avg_fn(schedule.average),  # type: ignore[no-untyped-call]
            use_buffers=True,
        )
        averaged = cast(GINet, average.module)
        weight = self._class_weights(places)
        rng = np.random.default_rng((seed, 2))
        tail = [*network.local_pyramid.parameters(), *network.local_head.parameters()]
        encoder = list(network.local_encoder.parameters())
        optimiser = _optimiser((tail, 1.0), decay=schedule.weight_decay)
        done = 0
        while done < schedule.total:
            late = done >= schedule.cached_steps
            if late and done == schedule.cached_steps:
                relative = schedule.encoder_rate * LATE / schedule.rate
                optimiser = _optimiser(
                    (tail, 1.0), (encoder, relative), decay=schedule.weight_decay
                )
            done += 1
            for group in optimiser.param_groups:
                group["lr"] = group["relative"] * schedule.rate_at(done)
            if late:
                samples = [
                    draw(places[int(index)], self._size, rng)
                    for index in rng.integers(len(places), size=schedule.batch)
                ]
                with self._autocast():
                    features = self._encode(network, samples)
            else:
                few = min(schedule.batch, len(cached))
                chosen = [cached[i] for i in rng.choice(len(cached), few, replace=False)]
                samples = [entry.sample for entry in chosen]
                features = self._stack(chosen)
            loss = self._loss(network, samples, features, weight)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(
                [p for group in optimiser.param_groups for p in group["params"]], schedule.clip
            )
            optimiser.step()
            average.update_parameters(network)
            if told(done, float(loss.detach()), averaged):
                break
        return averaged, done

    def score(self, network: GINet, places: Sequence[Place]) -> NDArray[np.int64]:
        """Confusion matrix of all labelled pixels of places."""
        total = np.zeros((len(self._traced), len(self._traced) + 1), np.int64)
        for place in places:
            logits = upsample(self._logits(network, place), place.labels.shape)
            found = logits.argmax(1)[0].cpu().numpy()
            total += confusion_matrix(place.labels.numpy(), found, len(total))
        return total

    def _loss(
        self, network: GINet, samples: Sequence[Sample], features: list[Tensor], weight: Tensor
    ) -> Tensor:
        batch = collate(samples, self._device)
        with self._autocast():
            fused = network.inject(features, batch.boxes, batch.context, batch.scene)
            logits = network.local_head(fused).float()
        fine = upsample(logits, batch.labels.shape[1:]).contiguous()
        each = functional.cross_entropy(fine, batch.labels, ignore_index=-1, reduction="none")
        share = weight[batch.labels.clamp_min(0)] * (batch.labels >= 0)
        loss = (each * share).sum() / share.sum().clamp_min(1e-6)
        if batch.teacher is not None:
            opinion = -(batch.teacher * logits.log_softmax(1)).sum(1).mean()
            loss = loss + self.schedule.teaching * opinion
        return loss

    def _class_weights(self, places: Sequence[Place]) -> Tensor:
        counts = count_pixels(places, len(self._traced)).float()
        weight = counts.clamp_min(1) ** -self.schedule.balance * (counts > 0)
        return weight.to(self._device)

    def _encode(self, network: GINet, samples: Sequence[Sample]) -> list[Tensor]:
        return network.encode(
            torch.stack([sample.image for sample in samples]).to(self._device),
            torch.stack([sample.valid for sample in samples]).to(self._device),
        )

    def _stack(self, chosen: Sequence[Cached]) -> list[Tensor]:
        return [
            torch.cat([entry.features[level] for entry in chosen])
            .to(self._device, torch.float32)
            .contiguous(memory_format=torch.channels_last)
            for level in range(LEVELS)
        ]

    def _logits(self, network: GINet, place: Place) -> Tensor:
        context = stack_views(place.views[:1], self._device)
        boxes = place.views[0].box[None].to(self._device)
        values = place.values[None].to(self._device, torch.float32)
        valid = place.valid[None].to(self._device, torch.float32)
        with torch.no_grad(), self._autocast():
            return network.segment(values, valid, boxes, context).float()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device, torch.bfloat16, enabled=self._half)


def count_pixels(places: Sequence[Place], classes: int) -> Tensor:
    """Labelled pixels of each class, (K,)."""
    total = torch.zeros(classes, dtype=torch.int64)
    for place in places:
        total += torch.bincount(place.labels[place.labels >= 0].long(), minlength=classes)
    return total


def _optimiser(*groups: tuple[list[torch.nn.Parameter], float], decay: float) -> torch.optim.AdamW:
    """One whose groups have rates relative to each other."""
    for parameters, _ in groups:
        for parameter in parameters:
            parameter.requires_grad = True
    return torch.optim.AdamW(
        [{"params": parameters, "relative": relative} for parameters, relative in groups],
        weight_decay=decay,
    )
