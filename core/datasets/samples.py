"""Training samples: a context of a scene, seen whole and small, and patches of it at full size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.datasets.augment import recolour, turned, without_colour
from core.datasets.scenes import LabelledScene, Pixels
from core.raster.grid import PixelWindow
from core.raster.mirror import mirrored
from core.wire.errors import DatasetError, JobError, shown
from core.wire.fields import is_finite, is_int


@dataclass(frozen=True)
class SampleSize:
    """How large samples are.

    Attributes:
        context: Side of the context in pixels of the (rescaled) scene.
        global_size: Side of the downsampled context.
        patch: Side of a patch.
        patches: Patches drawn from each context.
        scale: Range of the random factor on ground resolution; (1, 1) leaves it.
        grey: Share of the contexts that are seen in grey, 0 to 1, so that a model also knows images
            of a single band.
    """

    context: int
    global_size: int
    patch: int
    patches: int
    scale: tuple[float, float]
    grey: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            JobError: A setting is of the wrong type or out of range; names it.
        """
        for name in ("context", "global_size", "patch", "patches"):
            value = getattr(self, name)
            if not (is_int(value) and 1 <= value <= 2**15):
                raise JobError(f"{name} is {shown(value)}, not a whole number from 1 to {2**15}.")
        if self.patch > self.context:
            raise JobError(f"patch is {self.patch}, more than the context of {self.context}.")
        if not (
            len(self.scale) == 2
            and all(map(is_finite, self.scale))
            and 0 < self.scale[0] <= self.scale[1]
        ):
            raise JobError(f"scale is {list(self.scale)}, not the least and the largest factor.")
        if not (is_finite(self.grey) and 0 <= self.grey <= 1):
            raise JobError(f"grey is {shown(self.grey)}, not a share from 0 to 1.")
        if not self.fills(self.scale):
            raise JobError(
                f"global_size is {self.global_size}, more than the context of {self.context} at "
                f"its smallest scale, {self.scale[0]:g}."
            )

    def fills(self, scale: tuple[float, float]) -> bool:
        """Whether the smallest context still has a pixel for each of the downsampled one."""
        return scale[0] * self.context >= self.global_size


@dataclass(frozen=True)
class Batch:
    """Tensors as ``GINet.forward`` takes them, with bit masks of allowed classes as labels."""

    scenes: Tensor
    scenes_valid: Tensor
    scenes_allowed: Tensor
    patches: Tensor
    patches_valid: Tensor
    patches_allowed: Tensor
    boxes: Tensor
    scene: Tensor


class Sampler(torch.utils.data.Dataset[Batch]):
    """Batches drawn at random; batch number ``i`` is always the same.

    That makes a resumed training see what an undisturbed one would.

    Args:
        scenes: Where to draw from, by their weights.
        size: Sizes of the samples.
        contexts: Contexts in a batch.
        length: Number of batches.
        seed: Of the random numbers.
        augment: Turn, flip, rescale and recolour.
        own: Which of a batch's contexts to draw; None draws all.
    """

    def __init__(
        self,
        scenes: Sequence[LabelledScene],
        size: SampleSize,
        contexts: int,
        length: int,
        seed: int,
        augment: bool,
        own: range | None = None,
    ) -> None:
        """Keep the settings; nothing is drawn yet."""
        self.scenes, self.size, self.contexts = scenes, size, contexts
        self.length, self.seed, self.augment = length, seed, augment
        weights = np.array([scene.weight for scene in scenes])
        self._shares = weights / weights.sum()
        self._own = range(contexts) if own is None else own

    def __len__(self) -> int:
        """Number of batches."""
        return self.length

    def __getitem__(self, index: int) -> Batch:
        """Draw batch ``index``."""
        parts = []
        for context in self._own:
            rng = np.random.default_rng((self.seed, index, context))
            scene = self.scenes[int(rng.choice(len(self.scenes), p=self._shares))]
            parts.append(draw(scene, self.size, rng, self.augment))
        names = [entry.name for entry in fields(Batch) if entry.name != "scene"]
        columns = (torch.cat(column) for column in zip(*parts, strict=True))
        owner = torch.arange(len(parts)).repeat_interleave(self.size.patches)
        return Batch(**dict(zip(names, columns, strict=True)), scene=owner)


def draw(
    scene: LabelledScene, size: SampleSize, rng: np.random.Generator, augment: bool
) -> tuple[Tensor, ...]:
    """Draw one context and its patches, in the order of ``Batch``'s fields."""
    low, high = (scene.scale or size.scale) if augment else (1.0, 1.0)
    factor = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    side = round(size.context * factor)
    image, allowed, inside = _cut(scene, side, rng)
    scenes = _channels_first(_averages(image, size.global_size))[None]
    if inside.all():
        scenes_valid = torch.ones_like(scenes[:, :1])
    else:  # as rasters are read: averages of the valid pixels, valid from half a cover
        share = torch.from_numpy(_averages(inside[..., None], size.global_size)[..., 0])[None, None]
        scenes, scenes_valid = scenes / share.clamp_min(1e-6), (share >= 0.5).float()
    cell = side / size.global_size
    centres = ((np.arange(size.global_size) + 0.5) * cell).astype(int).clip(max=side - 1)
    scenes_allowed = _labels(allowed[np.ix_(centres, centres)])

    patch = round(size.patch * side / size.context)
    patches, patches_valid, patches_allowed, boxes = [], [], [], []
    step = max(1, patch // 4)
    filled = np.argwhere(allowed[::step, ::step]) * step
    if not len(filled):
        filled = np.argwhere(allowed)
    for _ in range(size.patches):
        # Patches are centred near labelled pixels: an unlabelled one teaches nothing.
        row, column = filled[rng.integers(len(filled))] - rng.integers(0, patch, 2)
        row, column = (int(np.clip(place, 0, side - patch)) for place in (row, column))
        cut = np.s_[row : row + patch, column : column + patch]
        patches.append(_resize(_channels_first(image[cut])[None], size.patch))
        patches_valid.append(_resize(torch.from_numpy(inside[cut])[None, None].float(), size.patch))
        picks = ((np.arange(size.patch) + 0.5) * patch / size.patch).astype(int)
        patches_allowed.append(_labels(allowed[cut][np.ix_(picks, picks)]))
        boxes.append([column / side, row / side, (column + patch) / side, (row + patch) / side])
    stack = torch.cat(patches)
    if augment:
        scenes, stack = recolour((scenes, stack), rng)
        if size.grey and rng.random() < size.grey:
            scenes, stack = without_colour((scenes, stack), rng)
    sample = (
        scenes,
        scenes_valid,
        scenes_allowed[None],
        stack,
        torch.cat(patches_valid),
        torch.stack(patches_allowed),
        torch.tensor(boxes),
    )
    return turned(sample, int(rng.integers(4)), bool(rng.integers(2))) if augment else sample


def _cut(
    scene: LabelledScene, side: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.unsignedinteger], NDArray[np.bool_]]:
    """A square of the scene with at least one label.

    Where the scene is smaller it is mirrored, as rasters are at their edges, and the rest is
    invalid; what is mirrored bears no labels.

    Raises:
        DatasetError: Nothing in the scene is labelled.
    """
    width, height = min(side, scene.width), min(side, scene.height)
    for _ in range(20):
        left = int(rng.integers(scene.width - width + 1))
        top = int(rng.integers(scene.height - height + 1))
        image, allowed, inside = _read(scene, (left, top, width, height))
        if allowed[::8, ::8].any():
            break
    else:
        places = np.argwhere(_read(scene)[1])
        if not len(places):
            raise DatasetError(f"{scene.label} holds none of the labels that the recipe names.")
        row, column = places[rng.integers(len(places))]
        left = int(np.clip(column - width // 2, 0, scene.width - width))
        top = int(np.clip(row - height // 2, 0, scene.height - height))
        image, allowed, inside = _read(scene, (left, top, width, height))
    for axis, length in enumerate((height, width)):
        lines = mirrored(0, side, length)
        if lines is None:
            continue
        padding = np.zeros((3, 2), int)
        padding[axis, 1] = side - length
        allowed = np.pad(allowed, padding[:2])
        image = np.pad(image, padding).take(lines, axis)
        inside = np.pad(inside, padding[:2]).take(lines, axis)
    return image, allowed, inside


def _read(scene: LabelledScene, window: PixelWindow | None = None) -> Pixels:
    """As ``LabelledScene.read``; pixels without data are unlabelled."""
    image, allowed, inside = scene.read(window)
    return image, allowed * inside, inside


def _averages(image: NDArray[Any], size: int) -> NDArray[np.float32]:
    """Means (size, size, bands) of the cells of a square image (side, side, bands)."""
    edges = np.arange(size + 1) * len(image) // size
    rows = np.stack([image[a:b].sum(0, dtype=np.uint32) for a, b in pairwise(edges)])
    lengths = np.diff(edges)
    sums = np.add.reduceat(rows, edges[:-1], axis=1)
    return np.asarray(sums / (lengths[:, None, None] * lengths[:, None]), np.float32)


def _channels_first(image: NDArray[np.uint8] | NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.moveaxis(image, -1, 0).astype(np.float32) / np.float32(255))


def _labels(allowed: NDArray[np.unsignedinteger]) -> Tensor:
    return torch.from_numpy(allowed.astype(np.int64))


def _resize(image: Tensor, side: int) -> Tensor:
    if image.shape[-1] == side:
        return image
    return functional.interpolate(image, size=(side, side), mode="bilinear", antialias=True)
