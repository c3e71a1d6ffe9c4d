"""Learning from few labels: all of the local branch behind its encoder, on cached features.

All batch statistics stay the base model's: those of a few patches would be worse. Learning rates
are constant after a short warm-up and the weights that count are a moving average, so that training
may be ended at any step, by the time or by a validation.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.accuracy.metrics import confusion_matrix
from core.adapt.clock import Clock
from core.adapt.network import exchange_classes, fit_classifier, group_probabilities
from core.adapt.places import Place, Size, stack_views
from core.adapt.samples import Batch, Sample, collate, draw, narrow
from core.adapt.schedule import Schedule
from core.inference.blocks import CELL
from core.model.ginet import GINet
from core.model.precision import Precision, fetch, keep
from core.model.pyramid import upsample

THIN = 7
"""The base model's opinion begins the new classifier at every so manieth pixel of its maps."""


@dataclass(frozen=True)
class Cached:
    """A sample with its encoder features (half precision) in the place of its image.

    Attributes:
        sample: Without its pixels.
        features: Each (1, C, h, w).
        place: Number of the place that it was drawn from.
    """

    sample: Sample
    features: tuple[Tensor, ...]
    place: int


Tail = dict[str, Tensor]
"""What a training changes, by name."""

Told = Callable[[int, float, GINet], bool]
"""Takes the step, its loss and the averaged network after each step; true ends the training."""


class Learner:
    """Adapts copies of one network.

    Args:
        network: The base model's, on its device; stays as it is.
        traced: For each class its base channels, see ``trace_classes``.
        size: Of patches.
        schedule: How.
        seed: Of how new classes begin.
        device: "cpu", "cuda" or "mps".
        precision: What to compute in; see ``Precision.of_finetuning``.
    """

    def __init__(
        self,
        network: GINet,
        traced: Sequence[Sequence[int]],
        size: Size,
        schedule: Schedule,
        seed: int,
        device: str,
        *,
        precision: Precision,
    ) -> None:
        """Keep them."""
        self._base, self._traced, self._size = network, traced, size
        self.schedule, self._seed, self._device, self._precision = schedule, seed, device, precision
        self._start: GINet | None = None
        self._evidence: list[Tensor] = []
        self._opinions: list[Tensor] = []

    def start(self) -> GINet:
        """A copy of the network with the new classes, not trained yet: the same each time."""
        self._start = self._start or self._begin()
        return copy.deepcopy(self._start)

    def _begin(self) -> GINet:
        torch.manual_seed(self._seed)
        network = copy.deepcopy(self._base)
        for head in (network.local_head, network.global_head):
            exchange_classes(head, self._traced)
        if self._evidence:
            known = [channel for channel, parts in enumerate(self._traced) if parts]
            fit_classifier(
                network.local_head, known, torch.cat(self._evidence), torch.cat(self._opinions)
            )
        return network.to(self._device).requires_grad_(requires_grad=False).eval()

    def teach(self, place: Place) -> None:
        """Note the base model's opinion on a place; the place's own, where it knows all classes."""
        known = [parts for parts in self._traced if parts]
        if not known:
            return
        head = self._base.local_head
        with torch.no_grad():
            evidence = head.evidence(self._fused(self._base, place).float())
            share = group_probabilities(head.classify(evidence), known)
        share = share / share.sum(1, keepdim=True).clamp_min(1e-6)
        if max(map(len, self._traced)) > 1:  # else their weights are the opinion already
            valid = place.valid[0, ::CELL, ::CELL].flatten().to(self._device)
            self._evidence.append(evidence[0].flatten(1).T[valid][::THIN].contiguous())
            self._opinions.append(share[0].flatten(1).T[valid][::THIN].contiguous())
        if self.schedule.teaching and len(known) == len(self._traced):
            place.teacher = keep(share[0])

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
            features = self._encode(sample.image, sample.valid)
            kept = narrow(sample, features, self.schedule.window, rng)
            cached.append(Cached(*kept, number % len(places)))
            clock.check()
        return cached

    def fit(
        self, places: Sequence[Place], cached: Sequence[Cached], seed: int, told: Told
    ) -> tuple[GINet, int]:
        """Train on places.

        Args:
            places: Their labels tell what the classes weigh.
            cached: Patches of them.
            seed: Of which patches make a step.
            told: Hears of each step and may end the training.

        Returns:
            The averaged network and the steps done.
        """
        schedule = self.schedule
        network = self.start()
        average = AveragedModel(
            network,
            multi_avg_fn=get_ema_multi_avg_fn(schedule.average),  # type: ignore[no-untyped-call]
            use_buffers=True,
        )
        averaged = cast(GINet, average.module)
        weight = self._class_weights(places)
        rng = np.random.default_rng((seed, 2))
        tail = [parameter for _, parameter in _tail(network)]
        for parameter in tail:
            parameter.requires_grad = True
        optimiser = torch.optim.AdamW(tail, weight_decay=schedule.weight_decay)
        done = 0
        while done < schedule.steps:
            done += 1
            for group in optimiser.param_groups:
                group["lr"] = schedule.rate_at(done)
            few = min(schedule.batch, len(cached))
            chosen = [cached[i] for i in rng.choice(len(cached), few, replace=False)]
            batch = collate([entry.sample for entry in chosen], self._device)
            features = self._stack([entry.features for entry in chosen])
            loss = self._loss(network, batch, features, weight)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(tail, schedule.clip)
            optimiser.step()
            average.update_parameters(network)
            if told(done, float(loss.detach()), averaged):
                break
        return averaged, done

    def tail(self, network: GINet) -> Tail:
        """A copy of what the trainings change."""
        return {name: parameter.detach().clone() for name, parameter in _tail(network)}

    def with_tail(self, tails: Sequence[Tail]) -> GINet:
        """The network with the mean of what several trainings made of it."""
        network = self.start()
        with torch.no_grad():
            for name, parameter in _tail(network):
                parameter.copy_(torch.stack([tail[name] for tail in tails]).mean(0))
        return network

    def score(self, network: GINet, places: Sequence[Place]) -> NDArray[np.int64]:
        """Confusion matrix of all labelled pixels of places."""
        total = np.zeros((len(self._traced), len(self._traced) + 1), np.int64)
        for place in places:
            logits = upsample(self._logits(network, place), place.labels.shape)
            found = logits.argmax(1)[0].cpu().numpy()
            total += confusion_matrix(place.labels.numpy(), found, len(total))
        return total

    def _loss(self, network: GINet, batch: Batch, features: list[Tensor], weight: Tensor) -> Tensor:
        with self._precision.autocast():
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

    def _stack(self, chosen: Sequence[tuple[Tensor, ...]]) -> list[Tensor]:
        return [
            fetch(level, self._device).contiguous(memory_format=torch.channels_last)
            for level in zip(*chosen, strict=True)
        ]

    def _encode(self, values: Tensor, valid: Tensor) -> tuple[Tensor, ...]:
        """Features of one image by the encoder, which all networks here share."""
        with torch.no_grad(), self._precision.autocast():
            features = self._base.encode(
                values[None].to(self._device, torch.float32),
                valid[None].to(self._device, torch.float32),
            )
        return tuple(keep(level) for level in features)

    def _logits(self, network: GINet, place: Place) -> Tensor:
        fused = self._fused(network, place)
        with torch.no_grad(), self._precision.autocast():
            logits: Tensor = network.local_head(fused).float()
        return logits

    def _fused(self, network: GINet, place: Place) -> Tensor:
        if not place.features:
            place.features = self._encode(place.values, place.valid)
        context = stack_views(place.views[:1], self._device)
        boxes = place.views[0].box[None].to(self._device)
        features = self._stack([place.features])
        with torch.no_grad(), self._precision.autocast():
            return network.inject(features, boxes, context)


def count_pixels(places: Sequence[Place], classes: int) -> Tensor:
    """Labelled pixels of each class, (K,)."""
    total = torch.zeros(classes, dtype=torch.int64)
    for place in places:
        total += torch.bincount(place.labels[place.labels >= 0].long(), minlength=classes)
    return total


def _tail(network: GINet) -> list[tuple[str, torch.nn.Parameter]]:
    """All of the local branch behind its encoder."""
    return [
        (f"{part}.{name}", parameter)
        for part in ("local_pyramid", "local_head")
        for name, parameter in getattr(network, part).named_parameters()
    ]
