"""The class of a pixel: the largest of the logits around it, enlarged bilinearly."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from core.inference import decide as module
from core.inference.blocks import CELL, Geometry, Plan
from core.inference.decide import decide, most_likely
from core.wire.classes import NODATA


@given(
    st.integers(1, 5),
    st.integers(2, 12),
    st.integers(2, 12),
    st.sampled_from([0.0, 0.3, 3.0]),
    st.integers(0, 99),
)
def test_the_class_of_each_pixel_is_that_of_the_enlarged_logits(count, height, width, noise, seed):
    """From one class everywhere to one that changes with each cell; ties may go either way."""
    random = torch.Generator().manual_seed(seed)
    logits = torch.linspace(1, 2, count)[:, None, None].repeat(1, height, width)
    logits += noise * torch.randn(count, height, width, generator=random)
    ids = torch.randperm(200, generator=random)[:count].to(torch.uint8)
    fine = functional.interpolate(
        logits[None], scale_factor=float(CELL), mode="bilinear", align_corners=False
    )[0, :, CELL // 2 : -CELL // 2, CELL // 2 : -CELL // 2]
    found = most_likely(logits, ids)
    assert found.shape == fine.shape[1:]
    one = (found == ids[:, None, None]).float()
    assert (one.sum(0) == 1).all()
    torch.testing.assert_close((fine * one).sum(0), fine.amax(0), atol=1e-5, rtol=0)


@given(st.data())
def test_a_block_is_cut_out_of_its_enlarged_region(data):
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
    valid = torch.rand(block.target[3], block.target[2], generator=random) > 0.1
    ids = torch.tensor([7, 1, 4], dtype=torch.uint8)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "STRIP", data.draw(st.sampled_from([8, 50, 256])))
        found = decide(block, logits, valid, ids, confidence=True, probabilities=True)
    fine = functional.interpolate(
        logits[None], scale_factor=float(CELL), mode="bilinear", align_corners=False
    )[0]
    y, x = block.target[1] - block.region[1], block.target[0] - block.region[0]
    fine = fine[:, y : y + block.target[3], x : x + block.target[2]]
    share, index = fine.softmax(0).max(0)
    there = valid.numpy()
    assert (found.classes[~there] == NODATA).all()
    assert (found.classes != ids[index].numpy())[there].sum() <= 1  # a tie
    for percent, wanted in ((found.confidence, share), (found.probabilities, fine.softmax(0))):
        assert (percent[..., ~there] == NODATA).all()
        assert abs(percent[..., there] - 100 * wanted.numpy()[..., there]).max(initial=0) < 0.51
