"""The decision: classes, confidences and probabilities of a block, of its region's logits."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

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
    region = Guided(logits, values, lambda each: each.float() / 255)
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
