"""Samples: patches of labelled places, turned and recoloured, with what the scene tells each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.adapt.places import VIEWS, Place, Size, View, stack_views, turned, turned_box
from core.datasets.samples import recolour
from core.inference.blocks import CELL, STEP
from core.model.ginet import Context
from core.model.precision import fetch


@dataclass(frozen=True)
class Sample:
    """One patch.

    Attributes:
        image: (inputs, patch, patch) in 0..1.
        valid: (1, patch, patch), 0..1.
        labels: (patch, patch) output channel, -1 where unlabelled.
        teacher: (K, patch/4, patch/4) probabilities by the base model, or None.
        view: What the scene tells.
        box: (4,) of the patch within it.
    """

    image: Tensor
    valid: Tensor
    labels: Tensor
    teacher: Tensor | None
    view: View
    box: Tensor


@dataclass(frozen=True)
class Batch:
    """What the loss and the injection need of several samples."""

    labels: Tensor
    teacher: Tensor | None
    context: Context
    boxes: Tensor
    scene: Tensor


def draw(place: Place, size: Size, random: np.random.Generator) -> Sample:
    """Draw a patch with at least one labelled pixel."""
    number = int(random.integers(len(place.views)))
    view, told = VIEWS[number], place.views[number]
    spots = torch.nonzero(place.labels >= 0)
    spot = spots[int(random.integers(len(spots)))].tolist()
    side, last = size.patch, size.region - size.patch
    top, left = (_start(at, side, last, CELL, random) for at in spot)
    cut = np.s_[..., top : top + side, left : left + side]
    cells = np.s_[..., top // CELL : (top + side) // CELL, left // CELL : (left + side) // CELL]
    (image,) = recolour([turned(place.values[cut].float(), view)[None]], random)
    inner = torch.tensor([left, top, left + side, top + side]) / size.region
    return Sample(
        image[0],
        turned(place.valid[cut].float(), view),
        turned(place.labels[cut], view),
        None if place.teacher is None else turned(place.teacher[cells], view),
        told,
        _within(told.box, turned_box(inner, view)),
    )


def narrow(
    sample: Sample, features: Sequence[Tensor], side: int, random: np.random.Generator
) -> tuple[Sample, tuple[Tensor, ...]]:
    """Keep a window of an encoded patch with at least one labelled pixel, without its image.

    Args:
        sample: The patch.
        features: Its encoder's, each (1, C, h, w).
        side: Of the window in pixels; a smaller patch stays whole.
        random: Decides where.
    """
    full = sample.labels.shape[-1]
    side = min(side, full)
    spots = torch.nonzero(sample.labels >= 0)
    spot = spots[int(random.integers(len(spots)))].tolist()
    top, left = (_start(at, side, full - side, STEP, random) for at in spot)

    def cut(maps: Tensor) -> Tensor:
        step = full // maps.shape[-1]
        part = np.s_[..., top // step : (top + side) // step, left // step : (left + side) // step]
        return maps[part].clone()  # a slice would keep the rest

    inner = torch.tensor([left, top, left + side, top + side]) / full
    kept = replace(
        sample,
        image=torch.empty(0),
        valid=torch.empty(0),
        labels=cut(sample.labels),
        teacher=None if sample.teacher is None else cut(sample.teacher),
        box=_within(sample.box, inner),
    )
    return kept, tuple(cut(level) for level in features)


def _start(at: int, side: int, last: int, step: int, random: np.random.Generator) -> int:
    """Where an interval may begin, a multiple of ``step``, that holds a pixel."""
    first = max(-(-(at - side + 1) // step), 0)
    return int(random.integers(first, min(at, last) // step + 1)) * step


def _within(box: Tensor, inner: Tensor) -> Tensor:
    """A box given in another box's own measure."""
    return box[:2].repeat(2) + inner * (box[2:] - box[:2]).repeat(2)


def collate(samples: Sequence[Sample], device: str) -> Batch:
    """Put several samples together, but for their images."""
    teachers = [sample.teacher for sample in samples if sample.teacher is not None]
    return Batch(
        torch.stack([sample.labels for sample in samples]).long().to(device),
        fetch([teacher[None] for teacher in teachers], device) if teachers else None,
        stack_views([sample.view for sample in samples], device),
        torch.stack([sample.box for sample in samples]).to(device),
        torch.arange(len(samples), device=device),
    )
