"""The plan's arithmetic, for any raster, extent, geometry and scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.blocks import CELL, REACH, STEP, Geometry, Plan, patch_side, patch_starts
from core.raster.mirror import mirrored


@st.composite
def geometries(draw):
    patch = 64 * draw(st.integers(1, 5))
    overlap = 8 * draw(st.integers(0, (patch // 2 - 1) // 8))
    context = patch + draw(st.integers(0, 6 * patch))
    return Geometry(patch, overlap, context, draw(st.integers(2, 40)))


same_scale = st.just(1.0)
any_scale = st.floats(0.1, 4.0)


@st.composite
def plans(draw, scales=same_scale):
    width, height = draw(st.integers(1, 3000)), draw(st.integers(1, 3000))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    extent = (
        left,
        top,
        draw(st.integers(1, width - left)),
        draw(st.integers(1, height - top)),
    )
    return Plan(draw(geometries()), width, height, extent, draw(scales))


@given(plans(any_scale))
def test_targets_cover_the_extent_once(plan):
    left, top, width, height = plan.extent
    seen = np.zeros((height, width), np.uint8)
    for block in plan:
        col, row, across, down = block.target
        assert across > 0
        assert down > 0
        part = seen[row - top : row - top + down, col - left : col - left + across]
        assert part.shape == (down, across), "a block writes outside the extent"
        part += 1
    assert (seen == 1).all()
    assert len(plan) == sum(1 for _ in plan)
    assert plan.patches == sum(len(block.patches) for block in plan)


@given(plans(any_scale))
def test_patches_cover_what_a_block_writes(plan):
    margin = plan.geometry.overlap // 2
    model_width = max(round(plan.width * plan.scale), 1)
    model_height = max(round(plan.height * plan.scale), 1)
    for block in plan:
        left, top, width, height = block.region
        assert width % CELL == height % CELL == 0
        side_x, side_y = block.patch
        assert all(plan.geometry.patch <= s <= plan.geometry.largest for s in block.patch)
        assert side_x % 32 == side_y % 32 == 0
        covered = np.zeros((height, width), bool)
        for x, y in block.patches:
            assert (x - left) % CELL == (y - top) % CELL == 0
            # Over the raster's end by the margin, more only where the raster is smaller.
            assert x == -margin or 0 <= x + margin <= model_width + 2 * margin + CELL - side_x
            assert y == -margin or 0 <= y + margin <= model_height + 2 * margin + CELL - side_y
            covered[y - top : y - top + side_y, x - left : x - left + side_x] = True
        x, y, across, down = block.core
        rows = slice(int(max(y - top, 0)), int(np.ceil(min(y + down, model_height) - top)))
        cols = slice(int(max(x - left, 0)), int(np.ceil(min(x + across, model_width) - left)))
        assert covered[rows, cols].all()


@given(plans())
def test_context_holds_the_region_and_stays_within_the_raster(plan):
    size, margin = plan.geometry.context, plan.geometry.overlap // 2
    for block in plan:
        for start, length, first, extent in (
            (block.context[0], plan.width, block.region[0], block.region[2]),
            (block.context[1], plan.height, block.region[1], block.region[3]),
        ):
            side = plan.block(length)
            assert start >= 0
            assert start == 0 if length <= size else start + size <= length
            if side + plan.geometry.overlap <= size and length >= plan.geometry.patch:
                assert start - margin <= first
                assert first + extent <= start + size + margin + STEP


@given(plans(any_scale), st.data())
def test_a_pixel_gets_the_same_patches_whatever_the_extent(plan, data):
    whole = Plan(
        plan.geometry, plan.width, plan.height, (0, 0, plan.width, plan.height), plan.scale
    )
    x = data.draw(st.integers(plan.extent[0], plan.extent[0] + plan.extent[2] - 1))
    y = data.draw(st.integers(plan.extent[1], plan.extent[1] + plan.extent[3] - 1))
    here, there = _block_at(plan, x, y), _block_at(whole, x, y)
    assert here.context == there.context
    assert _reaching(here, plan, x, y) == _reaching(there, plan, x, y)


def _block_at(plan, x, y):
    (block,) = [
        b
        for b in plan
        if b.target[0] <= x < b.target[0] + b.target[2]
        and b.target[1] <= y < b.target[1] + b.target[3]
    ]
    return block


def _reaching(block, plan, x, y):
    """Patches that have a say in a pixel, all logits that its class hangs on included."""
    column, row = (x + 0.5) * plan.scale, (y + 0.5) * plan.scale
    (across, down), reach = block.patch, REACH - 1
    return {
        (left, top, across, down)
        for left, top in block.patches
        if left - reach < column < left + across + reach and top - reach < row < top + down + reach
    }


@pytest.mark.parametrize(
    ("length", "block", "begin", "side", "starts"),
    [
        (10000, 2048, 0, 1088, [-32, 992]),  # at the raster's edge too there is a margin
        (10000, 2048, 2048, 1088, [2016, 3040]),
        (10000, 2048, 8192, 992, [8160, 9040]),  # the last patch moves inward, to a cell
        (2448, 1280, 0, 1344, [-32]),  # blocks of about equal size
        (2448, 1280, 1280, 1248, [1232]),  # one patch, moved inward
        (2100, 1280, 1280, 896, [1236]),
        (100, 256, 0, 576, [-32]),  # smaller than a patch: padded
    ],
)
def test_blocks_and_patches_by_hand(length, block, begin, side, starts):
    geometry = Geometry(576, 64, 3072, 6)
    plan = Plan(geometry, length, length, (begin, 0, 1, 1))
    assert plan.block(length) == block
    end = min(begin + block, length)
    assert patch_side(end - begin, geometry) == side
    assert patch_starts(begin, end, length, side, 64) == starts


def test_a_huge_raster_is_planned_without_being_listed():
    plan = Plan(Geometry(576, 64, 3072, 6), 10**6, 10**6, (0, 0, 10**6, 10**6))
    assert len(plan) == 489**2
    assert next(iter(plan)).target == (0, 0, 2048, 2048)


@given(st.integers(-40, 60), st.integers(1, 80), st.integers(1, 50))
def test_mirroring_repeats_the_raster_backwards(start, size, length):
    source = mirrored(start, size, length)
    raster = np.arange(length)
    region = np.array([raster[k] if 0 <= k < length else -1 for k in range(start, start + size)])
    seen = region if source is None else region[source]
    around = np.concatenate((raster[::-1], raster, raster[::-1]))
    for offset, value in enumerate(seen):
        place = start + offset + length
        if value >= 0:
            assert value == around[place]
        else:  # only where what it would mirror is not in the region
            assert not 0 <= place < len(around) or around[place] not in region
