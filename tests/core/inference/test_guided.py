"""Guided upsampling: pixels follow the colours of the image, and nothing where it has none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from core.inference import cells
from core.inference.blocks import CELL, REACH
from core.inference.cells import COLOUR, FAR, STEPS, cell_colours, smooth
from core.inference.guided import RIDGE, Guided, likeliest

IDS = torch.tensor([7, 1, 4], dtype=torch.uint8)


def scaled(values):
    return values.float() / 255


def everywhere(values):
    return torch.ones(values.shape[1:], dtype=torch.bool)


def guide(logits, values, valid=None):
    return Guided(logits, values, everywhere(values) if valid is None else valid, scaled)


def random_cells(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def random_pixels(seed, height, width, inputs=3):
    random = torch.Generator().manual_seed(seed)
    shape = inputs, CELL * height, CELL * width
    return torch.randint(0, 256, shape, generator=random, dtype=torch.uint8)


def whole(logits):
    height, width = (CELL * side for side in logits.shape[1:])
    return slice(0, height), slice(0, width)


def enlarged(logits):
    return functional.interpolate(
        logits[None], scale_factor=float(CELL), mode="bilinear", align_corners=False
    )[0]


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 99))
def test_without_colours_logits_are_smoothed_and_enlarged_bilinearly(height, width, seed):
    logits = random_cells(seed, 3, height, width)
    grey = torch.full((2, CELL * height, CELL * width), 99, dtype=torch.uint8)
    expected = enlarged(smooth(logits, torch.zeros(2, height, width)))
    found = guide(logits, grey).logits(*whole(logits))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_smoothing_is_the_weighted_mean_that_it_says(monkeypatch):
    """Worked out pixel by pixel in double precision; in strips that overlap, too."""
    monkeypatch.setattr(cells, "CHUNK", 5)
    logits = random_cells(1, 2, 13, 9)
    colours = 0.02 * random_cells(2, 3, 13, 9)
    expected = logits.double().numpy()
    for step in STEPS:
        before, expected = expected, np.zeros_like(expected)
        for y in range(13):
            for x in range(9):
                total = 0.0
                for dy in (-1, 0, 1):
                    for dx in (-1, 0, 1):
                        row, column = y + dy * step, x + dx * step
                        if not (0 <= row < 13 and 0 <= column < 9):
                            continue
                        apart = (colours[:, y, x] - colours[:, row, column]).double()
                        squares = float(apart.square().mean()) / (2 * COLOUR**2)
                        weight = (2 - abs(dy)) * (2 - abs(dx)) * np.exp(-min(squares, FAR))
                        expected[:, y, x] += weight * before[:, row, column]
                        total += weight
                expected[:, y, x] /= total
    torch.testing.assert_close(
        smooth(logits, colours).double(), torch.tensor(expected), atol=1e-5, rtol=1e-5
    )


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 99))
def test_colours_are_the_means_of_pixels(height, width, seed):
    """Of bytes, which are added four at a time, and of numbers."""
    values = random_pixels(seed, height, width, inputs=2)
    expected = values.view(2, height, CELL, width, CELL).double().mean((2, 4)) / 255
    for kind in (values, values.float()):
        found = cell_colours(kind, everywhere(kind), scaled)
        torch.testing.assert_close(found.double(), expected, atol=1e-6, rtol=0)


@given(st.integers(1, 7), st.integers(0, 99), st.integers(0, 40))
def test_the_likeliest_class_is_the_first_with_the_largest_logit(classes, seed, count):
    logits = random_cells(seed, classes, count, 3).round()  # with ties
    ids = torch.arange(classes, dtype=torch.uint8).flip(0) * 36
    found = likeliest(logits, ids)
    first = np.argmax(logits.numpy(), 0) if count else np.zeros((0, 3), int)
    np.testing.assert_array_equal(found.numpy(), ids.numpy()[first])


@pytest.mark.parametrize("place", [(6, 6), (1, 1), (11, 11), (0, 6)])
def test_the_pixels_of_a_square_follow_a_ridge_regression(place, monkeypatch):
    """Against scikit-learn's, on the sixteen cells around the square."""
    from sklearn.linear_model import Ridge

    monkeypatch.setattr(cells, "STEPS", ())  # smoothing is tested above
    logits, values = random_cells(5, 3, 12, 12), random_pixels(6, 12, 12)
    found = guide(logits, values).logits(*whole(logits))
    colours = cell_colours(values, everywhere(values), scaled)
    row, column = place  # the square between the cells before and at this place
    around = [
        (min(max(row + y, 0), 11), min(max(column + x, 0), 11))
        for y in range(-2, 2)
        for x in range(-2, 2)
    ]
    known = np.array([colours[:, y, x].numpy() for y, x in around])
    wanted = np.array([logits[:, y, x].numpy() for y, x in around])
    slope = Ridge(alpha=16 * RIDGE).fit(known, wanted).coef_  # (classes, inputs)
    pixels = np.s_[
        :,
        max(CELL * row - 2, 0) : CELL * row + 2,
        max(CELL * column - 2, 0) : CELL * column + 2,
    ]
    left_out = (scaled(values) - enlarged(colours)).numpy()[pixels]
    expected = enlarged(logits).numpy()[pixels] + np.einsum("kc,cyx->kyx", slope, left_out)
    best = logits.argmax(0)
    assert len({int(best[y, x]) for y, x in (around[i] for i in (5, 6, 9, 10))}) > 1
    np.testing.assert_allclose(found.numpy()[pixels], expected, atol=2e-3)


@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from([0.0, 0.3, 3.0]), st.data())
def test_classes_are_those_of_the_largest_logits(height, width, noise, data):
    """From one class everywhere to one that changes with each cell, in any window."""
    logits = torch.linspace(1, 2, 3)[:, None, None].repeat(1, height, width)
    logits += noise * random_cells(data.draw(st.integers(0, 99)), 3, height, width)
    region = guide(logits, random_pixels(1, height, width))
    everything = region.logits(*whole(logits))
    assert everything.shape == (3, CELL * height, CELL * width)
    window = []
    for side in whole(logits):
        start = data.draw(st.integers(0, side.stop - 1))
        window.append(slice(start, data.draw(st.integers(start + 1, side.stop))))
    part = region.logits(*window)
    torch.testing.assert_close(part, everything[:, window[0], window[1]], atol=1e-4, rtol=1e-4)
    classes, certain = region.classes(IDS, *window, confidence=True)
    wrong = classes != IDS[part.argmax(0)]
    # Ties apart, which may go either way.
    first, second = part.topk(2, dim=0).values
    assert not (wrong & (first - second > 1e-4)).any()
    assert (certain - 100 * part.softmax(0).amax(0)).abs().max() < 0.51


@pytest.mark.parametrize(
    "bands", [slice(0, 3), slice(3, 4)], ids=["visible", "near infrared alone"]
)
def test_a_border_lies_where_the_image_has_it(bands):
    """A roof's edge at any pixel; bilinear enlargement has it at the middle between two cells."""
    for edge in range(40, 56):
        values = torch.zeros(5, 96, 96, dtype=torch.uint8)
        values[4] = random_pixels(edge, 24, 24, 1)  # one band too many
        values[bands, :, edge:] = 200
        colours = cell_colours(values, everywhere(values), scaled)
        share = colours[bands.start] / (200 / 255)  # of the cell that is roof
        logits = torch.stack([2 - 4 * share, 4 * share - 2])
        found, _ = guide(logits, values).classes(IDS[:2], slice(0, 96), slice(0, 96))
        assert ((found == IDS[1]) == (values[bands.start] > 0)).all(), edge


@given(st.integers(0, 40), st.integers(0, 40))
def test_no_logit_beyond_the_reach_has_a_say(row, column):
    """What is told of it in the plan, which reads no further than that."""
    logits, values = random_cells(3, 3, 40, 40), random_pixels(4, 40, 40)
    values //= 64  # of nearly one colour: cells far away count
    y, x = min(CELL * row, 159), min(CELL * column, 159)
    first = guide(logits, values).logits(slice(y, y + 1), slice(x, x + 1))
    middle = CELL * torch.arange(40) + (CELL - 1) / 2
    beyond = ((middle - y).abs()[:, None] > REACH) | ((middle - x).abs() > REACH)
    changed = torch.where(beyond, random_cells(9, 3, 40, 40), logits)
    again = guide(changed, values).logits(slice(y, y + 1), slice(x, x + 1))
    torch.testing.assert_close(again, first, atol=1e-5, rtol=1e-5)


def test_what_has_no_data_has_no_say():
    """Black water beside the edge of the data, which is black too: the network knows it there."""
    values = torch.zeros(3, 80, 80, dtype=torch.uint8)
    valid = torch.zeros(80, 80, dtype=torch.bool)
    valid[:, 40:] = True
    logits = torch.zeros(2, 20, 20)
    logits[0, :, :10], logits[1, :, 10:] = 9, 1  # sure of what is not there
    window = slice(0, 80), slice(44, 80)
    assert (guide(logits, values, valid).classes(IDS[:2], *window)[0] == IDS[1]).all()
    assert (guide(logits, values).classes(IDS[:2], *window)[0] == IDS[0]).any()
