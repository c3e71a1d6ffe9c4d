"""Our limit: the forward pass alone, on the patches of the engine's own plan, already in memory."""

from __future__ import annotations

import argparse
import time
from functools import partial
from itertools import islice
from pathlib import Path

from core.inference.process import prepare_process

prepare_process()  # before torch is loaded

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.peers.contest import First, contestant  # noqa: E402
from core.inference.blocks import Block, Geometry, Plan  # noqa: E402
from core.inference.pipeline import BlockReader  # noqa: E402
from core.inference.predict import BlockPixels, Predictor, ScenePixels  # noqa: E402
from core.inference.workers import start_workers  # noqa: E402
from core.model.device import choose_device  # noqa: E402
from core.model.modelfile import load_model  # noqa: E402
from core.model.optimise import optimise  # noqa: E402
from core.raster.reading import Raster  # noqa: E402
from core.raster.scaling import Scaling  # noqa: E402


def prepare(options: argparse.Namespace) -> Predictor:
    model, device = load_model(options.model), choose_device(options.device)
    optimise(model.network, device.kind, device.precision)
    scaling = Scaling(((0.0, 255.0),) * len(model.card.bands))
    return Predictor(model, device, scaling, confidence=False, probabilities=False)


@torch.inference_mode()
def classify(predictor: Predictor, scene: Path, first: First) -> float:
    card = predictor.card
    seconds = 0.0
    with Raster(str(scene), len(card.bands)) as raster:
        extent = (0, 0, raster.width, raster.height)
        plan = Plan(Geometry.of(card), raster.width, raster.height, extent)
        reader = BlockReader(raster, 1.0, card.global_size)
        blocks = iter(plan)
        with start_workers(predictor.device, len(plan)) as workers:
            while group := list(islice(blocks, workers.count)):
                ready = [load(predictor, block, reader.read(block)) for block in group]
                begin = time.perf_counter()
                list(workers.pool.map(partial(forward, predictor), ready))
                seconds += time.perf_counter() - begin
                first()
    return seconds


def load(
    predictor: Predictor, block: Block, pixels: BlockPixels
) -> tuple[ScenePixels, list[tuple[torch.Tensor, torch.Tensor]]]:
    """A block's scene and its batches, ready for the forward pass."""
    left, top = block.region[:2]
    across, down = block.patch
    batches = []
    for i in range(0, len(block.patches), predictor.device.batch):
        cuts = [
            (slice(y - top, y - top + down), slice(x - left, x - left + across))
            for x, y in block.patches[i : i + predictor.device.batch]
        ]
        values = [predictor.scaling(pixels.region[:, r, c]) for r, c in cuts]
        valid = [pixels.region_valid[None, r, c] for r, c in cuts]
        batches.append((torch.from_numpy(np.stack(values)), torch.from_numpy(np.stack(valid))))
    return pixels.scene, batches


@torch.inference_mode()
def forward(
    predictor: Predictor, ready: tuple[ScenePixels, list[tuple[torch.Tensor, torch.Tensor]]]
) -> None:
    scene, batches = ready
    context = predictor.see(scene)
    for patches, masks in batches:
        boxes = torch.tensor([[0.0, 0.0, 0.2, 0.2]] * len(patches))
        logits = predictor.segment(patches, masks, boxes, context)
    logits[..., :1].cpu()  # a graphics card is done when what it computed is there


if __name__ == "__main__":
    contestant(prepare, classify)
