"""Our limit: the forward pass alone, on the patches of the engine's own plan, already in memory."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from core.heap import prepare_process

prepare_process()  # before torch is loaded

import torch  # noqa: E402

from benchmarks.peers.contest import First, contestant  # noqa: E402
from core.blocks import Geometry, Plan  # noqa: E402
from core.device import choose_device  # noqa: E402
from core.modelfile import load_model  # noqa: E402
from core.pipeline import BlockReader  # noqa: E402
from core.predict import Predictor  # noqa: E402
from core.reading import Raster  # noqa: E402
from core.scaling import choose_scaling  # noqa: E402


def prepare(options: argparse.Namespace) -> Predictor:
    model, device = load_model(options.model), choose_device()
    return Predictor(model, device, confidence=False, probabilities=False)


@torch.inference_mode()
def classify(predictor: Predictor, scene: Path, first: First) -> float:
    card, device = predictor.card, predictor.device
    seconds = 0.0
    with Raster(str(scene), len(card.bands)) as raster:
        scaling, _ = choose_scaling(card.value_scaling, raster)
        geometry = Geometry(card.patch, card.overlap, card.context, len(card.classes))
        plan = Plan(geometry, raster.width, raster.height, (0, 0, raster.width, raster.height))
        reader = BlockReader(raster, scaling, 1.0, card.global_size)
        for block in plan:
            pixels = reader.read(block)
            values, valid = torch.from_numpy(pixels.region), torch.from_numpy(pixels.region_valid)
            (left, top), (across, down) = block.region[:2], block.patch
            cuts = [
                (slice(y - top, y - top + down), slice(x - left, x - left + across))
                for x, y in block.patches
            ]
            batches = [
                (
                    torch.stack([values[:, r, c] for r, c in cuts[i : i + device.batch]]).float(),
                    torch.stack([valid[None, r, c] for r, c in cuts[i : i + device.batch]]).float(),
                )
                for i in range(0, len(cuts), device.batch)
            ]
            begin = time.perf_counter()
            if pixels.scene is not None:
                predictor.see_scene(pixels.scene, pixels.scene_valid)
            for patches, masks in batches:
                boxes = torch.tensor([[0.0, 0.0, 0.2, 0.2]] * len(patches))
                predictor.segment(patches, masks, boxes)
            seconds += time.perf_counter() - begin
            first()
    return seconds


if __name__ == "__main__":
    contestant(prepare, classify)
