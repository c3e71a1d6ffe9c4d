"""The predictor: from the pixels of one block to its classes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.inference.blocks import CELL, Block
from core.inference.decide import Classified, decide
from core.inference.guided import Guided
from core.model.device import Device, is_out_of_memory
from core.model.ginet import Context
from core.model.image_colours import ImageColours
from core.model.modelfile import Model
from core.raster.scaling import Scaling
from core.wire.errors import OutOfMemory

OTHER_DEVICE = "Close other programs, or run on another device."

Values = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ScenePixels:
    """What the global branch sees: a context, downsampled.

    Attributes:
        values: Raster values, (inputs, Sg, Sg).
        valid: (Sg, Sg).
    """

    values: Values
    valid: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class BlockPixels:
    """Pixels of one block, as the reader thread hands them over: bytes stay bytes.

    Attributes:
        region: Raster values (inputs, h, w) of the block's region, model pixels.
        region_valid: (h, w).
        scene: Of its context; blocks in a row that have the same context share it.
        target_valid: (h, w) of the block's target, raster pixels.
    """

    region: Values
    region_valid: NDArray[np.bool_]
    scene: ScenePixels
    target_valid: NDArray[np.bool_]


class Predictor:
    """Runs a model block by block; several threads may use it at once.

    Args:
        model: Its network as ``optimise`` leaves it, on the device.
        device: Where and how.
        scaling: From the raster's values to 0..1.
        confidence: Work out confidences.
        probabilities: Work out all classes' probabilities.
        image: What the image's colours say, where that counts.
    """

    def __init__(
        self,
        model: Model,
        device: Device,
        scaling: Scaling,
        *,
        confidence: bool,
        probabilities: bool,
        image: ImageColours | None = None,
    ) -> None:
        """Keep the settings, what is small of them on the device."""
        self.card, self.device, self.scaling = model.card, device, scaling
        self._network = model.network
        self._inputs = len(model.card.bands)
        self._ids = torch.tensor(model.card.classes.ids, dtype=torch.uint8, device=device.kind)
        ranges = torch.tensor(scaling.ranges, dtype=torch.float32, device=device.kind)
        self._lows = ranges[:, 0, None, None]
        self._spans = ranges[:, 1, None, None] - self._lows
        self._confidence, self._probabilities = confidence, probabilities
        self._image = None if image is None else image.to(device.kind)
        self._batch = device.batch
        self._seeing = threading.Lock()
        self._seen: tuple[ScenePixels, Context] | None = None

    @torch.inference_mode()
    def see(self, scene: ScenePixels) -> Context:
        """Run the global branch on a scene; the result for the last scene is cached."""
        with self._seeing:
            if self._seen is None or self._seen[0] is not scene:
                context = self._network.context(
                    self.scaled(
                        self._on_device(torch.from_numpy(scene.values[: self._inputs]))[None]
                    ),
                    self._on_device(torch.from_numpy(scene.valid)[None, None]).float(),
                )
                self._seen = scene, context
            return self._seen[1]

    def scaled(self, values: Tensor) -> Tensor:
        """Raster values (..., inputs, h, w) as 0..1, float32: ``Scaling`` on the device.

        There may be fewer inputs, the first ones.
        """
        count = values.shape[-3]
        if self.scaling.only_divides(values.dtype == torch.uint8):
            return values.float().div_(self._spans[:count])
        return (values - self._lows[:count]).div_(self._spans[:count]).clamp_(0, 1)

    @torch.inference_mode()
    def segment(self, patches: Tensor, valid: Tensor, boxes: Tensor, context: Context) -> Tensor:
        """Class logits (N, classes, h/4, w/4) of patches of one scene, on the device.

        Args:
            patches: (N, inputs, h, w), 0..1.
            valid: (N, 1, h, w).
            boxes: (N, 4), place of each patch in the scene, 0..1.
            context: From ``see``.
        """
        logits = self._network.segment(
            self._on_device(patches),
            self._on_device(valid).float(),
            boxes.to(self.device.kind),
            context,
        )
        return logits.float()

    @torch.inference_mode()
    def classify(
        self, block: Block, pixels: BlockPixels, finished: Callable[[int], None]
    ) -> Classified:
        """Classify one block.

        Args:
            block: From the plan.
            pixels: Its pixels.
            finished: Called with the number of patches done, after each batch; may raise.

        Raises:
            OutOfMemory: The device's memory does not suffice.
        """
        try:
            # All of it at once: what patches and guide share travels once, and bytes as bytes.
            values = self._on_device(torch.from_numpy(pixels.region))
            valid = self._on_device(torch.from_numpy(pixels.region_valid))
            logits = self.blend(block, pixels, values, valid, finished)
            return decide(
                block,
                Guided(logits, values, valid, self.scaled, self._image),
                torch.from_numpy(pixels.target_valid),
                self._ids,
                confidence=self._confidence,
                probabilities=self._probabilities,
            )
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            _, _, width, height = block.region
            raise OutOfMemory(
                f"The memory of {self.device.name} does not suffice for one block of {width} x "
                f"{height} pixels.",
                OTHER_DEVICE,
            ) from error

    def blend(
        self,
        block: Block,
        pixels: BlockPixels,
        values: Tensor,
        valid: Tensor,
        finished: Callable[[int], None],
    ) -> Tensor:
        """Logits (classes, h, w) of the region in cells, patches blended in their overlaps.

        Args:
            block: See ``classify``.
            pixels: See ``classify``.
            values: The region's (inputs, h, w), on the device.
            valid: The region's (h, w), on the device.
            finished: See ``classify``.
        """
        left, top, width, height = block.region
        across, down = block.patch
        context = self.see(pixels.scene)
        device = self.device.kind
        total = torch.zeros(len(self.card.classes), height // CELL, width // CELL, device=device)
        weight = torch.full((height // CELL, width // CELL), 1e-6, device=device)
        ramps = (ramp(side // CELL, self.card.overlap // CELL) for side in (down, across))
        window = torch.outer(*ramps).to(device)
        # Resampled pixels are valid from half a cover: a patch of none may still be wanted.
        todo = [
            (x - left, y - top)
            for x, y in block.patches
            if block.resampled
            or pixels.region_valid[y - top : y - top + down, x - left : x - left + across].any()
        ]
        finished(len(block.patches) - len(todo))
        while todo:
            batch = todo[: self._batch]
            cuts = [(slice(y, y + down), slice(x, x + across)) for x, y in batch]
            logits = self._segment_or_halve(
                self.scaled(
                    _stack([values[: self._inputs, rows, columns] for rows, columns in cuts])
                ),
                _stack([valid[None, rows, columns] for rows, columns in cuts]),
                self._boxes(block, batch),
                context,
            )
            if logits is None:
                continue
            for (x, y), patch in zip(batch, logits, strict=True):
                part = np.s_[..., y // CELL : (y + down) // CELL, x // CELL : (x + across) // CELL]
                total[part] += patch * window
                weight[part] += window
            del todo[: len(batch)]
            finished(len(batch))
        return total.div_(weight)

    def _segment_or_halve(
        self, patches: Tensor, valid: Tensor, boxes: Tensor, context: Context
    ) -> Tensor | None:
        """Logits; or None where memory ran out, and from now on batches are half as large."""
        try:
            return self.segment(patches, valid, boxes, context)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if len(patches) == 1:
                raise OutOfMemory(
                    f"The memory of {self.device.name} does not suffice for one patch of "
                    f"{patches.shape[3]} x {patches.shape[2]} pixels.",
                    OTHER_DEVICE,
                ) from error
        # Outside of the except clause, which keeps alive what the failed attempt had allocated.
        # The smaller one: another worker may have halved it already.
        self._batch = min(self._batch, len(patches) // 2)
        if self.device.kind == "cuda":
            torch.cuda.empty_cache()
        return None

    def _on_device(self, pixels: Tensor) -> Tensor:
        """Pixels on the device, where they are not yet; to CUDA from pinned memory."""
        if self.device.kind == "cuda" and not pixels.is_cuda:
            return pixels.pin_memory().to("cuda", non_blocking=True)
        return pixels.to(self.device.kind)

    def _boxes(self, block: Block, origins: list[tuple[int, int]]) -> Tensor:
        """Place of patches in the context, 0..1; origins are relative to the region."""
        left = block.region[0] - block.context[0]
        top = block.region[1] - block.context[1]
        across, down = block.patch
        return torch.tensor(
            [[left + x, top + y, left + x + across, top + y + down] for x, y in origins]
        ).div(block.context[2])


def ramp(cells: int, overlap: int) -> Tensor:
    """Weights (cells,) of a patch along one axis: 1 within, falling linearly over the overlap."""
    distance = torch.arange(cells) + 0.5
    return (torch.minimum(distance, cells - distance) / max(overlap, 0.5)).clamp(max=1.0)


def _stack(parts: list[Tensor]) -> Tensor:
    """As ``torch.stack``, but one part is not copied."""
    return torch.stack(parts) if len(parts) > 1 else parts[0][None]
