"""The class of a pixel: the largest of the logits around it, enlarged bilinearly."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from core.blocks import CELL
from core.decide import most_likely


@settings(deadline=None)
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
