"""The decision: classes, confidences and probabilities of a block, of its region's logits."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from core.inference import decide as module
from core.inference.blocks import CELL, Geometry, Plan
from core.inference.decide import decide
from core.inference.guided import Guided
from core.wire.classes import NODATA


@given(st.data())
def test_a_block_is_cut_out_of_its_region(data):
    """Whatever the overlap, wherever the extent begins, strip by strip."""
    patch, overlap = data.draw(st.sampled_from([(64, 0), (64, 8), (128, 32)]))
    width, height = data.draw(st.tuples(st.integers(1, 400), st.integers(1, 400)))
    left, top = data.draw(st.tuples(st.integers(0, width - 1), st.integers(0, height - 1)))
    across, down = data.draw(st.tuples(st.integers(1, width - left), st.integers(1, height - top)))
    plan = Plan(Geometry(patch, overlap, 256, 3), width, height, (left, top, across, down))
    block = data.draw(st.sampled_from(list(plan)))
    random = torch.Generator().manual_seed(data.draw(st.integers(0, 99)))
    columns, rows = block.region[2] // CELL, block.region[3] // CELL
    logits = torch.randn(3, rows, columns, generator=random)
    values = torch.randint(
        0, 256, (2, *(CELL * side for side in logits.shape[1:])), generator=random
    )
    region = Guided(
        logits,
        values,
        torch.ones_like(values[0], dtype=torch.bool),
        lambda each: each.float() / 255,
    )
    valid = torch.rand(block.target[3], block.target[2], generator=random) > 0.1
    ids = torch.tensor([7, 1, 4], dtype=torch.uint8)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "STRIP", data.draw(st.sampled_from([8, 50, 256])))
        found = decide(block, region, valid, ids, confidence=True, probabilities=True)
    y, x = block.target[1] - block.region[1], block.target[0] - block.region[0]
    fine = region.logits(slice(y, y + block.target[3]), slice(x, x + block.target[2]))
    share, index = fine.softmax(0).max(0)
    there = valid.numpy()
    assert (found.classes[~there] == NODATA).all()
    assert (found.classes != ids[index].numpy())[there].sum() <= 1  # a tie
    for percent, wanted in ((found.confidence, share), (found.probabilities, fine.softmax(0))):
        assert (percent[..., ~there] == NODATA).all()
        assert abs(percent[..., there] - 100 * wanted.numpy()[..., there]).max(initial=0) < 0.51


@pytest.mark.parametrize("scale", [0.4, 1.7, 5.0])
def test_a_resampled_block_is_sampled_from_its_regions_pixels(scale, monkeypatch):
    """Strip by strip, none of which is large where the raster is coarser than the model."""
    size = round(300 / scale)
    geometry = Geometry(patch=64, overlap=8, context=256, classes=3)
    block = next(iter(Plan(geometry, size, size, (size // 9, 0, size // 2, size), scale)))
    random = torch.Generator().manual_seed(0)
    columns, rows = block.region[2] // CELL, block.region[3] // CELL
    logits = torch.randn(3, rows, columns, generator=random)
    grey = torch.zeros(1, CELL * rows, CELL * columns)
    region = Guided(logits, grey, torch.ones_like(grey[0], dtype=torch.bool), lambda each: each)
    everything = region.logits(slice(0, CELL * rows), slice(0, CELL * columns))
    _, _, width, height = block.target
    places = [
        (begin - origin + side / count * (torch.arange(count) + 0.5)) / length * 2 - 1
        for begin, origin, side, count, length in zip(
            block.core[:2],
            block.region[:2],
            block.core[2:],
            block.target[2:],
            block.region[2:],
            strict=True,
        )
    ]
    grid = torch.stack(torch.meshgrid(*places, indexing="xy"), -1)
    expected = functional.grid_sample(everything[None], grid[None], align_corners=False)[0]
    heights = []

    def watched(rows, columns, _logits=region.logits):
        heights.append(rows.stop - rows.start)
        return _logits(rows, columns)

    monkeypatch.setattr(module, "STRIP", 40)
    monkeypatch.setattr(region, "logits", watched)
    valid = torch.ones(height, width, dtype=torch.bool)
    ids = torch.arange(3, dtype=torch.uint8)
    found = decide(block, region, valid, ids, confidence=True, probabilities=False)
    first, second = expected.topk(2, dim=0).values
    clear = (first - second > 1e-3).numpy()
    assert (found.classes == expected.argmax(0).numpy())[clear].all()
    alone = decide(block, region, valid, ids, confidence=False, probabilities=False)
    assert (alone.classes == expected.argmax(0).numpy())[clear].all()
    sure = 100 * expected.softmax(0).amax(0).numpy()
    assert abs(found.confidence - sure).max() <= 0.51
    assert len(heights) > 1
    assert max(heights) <= 40 + 3
