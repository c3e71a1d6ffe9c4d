"""Generalisation strip by strip, beside plain ways to do the same to the whole map."""

from contextlib import closing

import numpy as np
import pytest
from strips import runs_of

from core.vector import changes
from core.vector.generalisation import Generalisation

SIDES = {(0, 1): 1, (0, -1): 1, (1, 0): 0, (-1, 0): 0}


def noise(seed):
    """A map with patches of all sizes; 0 is no class."""
    random = np.random.default_rng(seed)
    height, width, count = *random.integers(1, 12, 2), random.integers(2, 5)
    coarse = random.integers(seed % 2, count, (height, width)).repeat(2, 0).repeat(2, 1)
    values = coarse[:height, :width] if seed % 3 else random.integers(0, count, (height, width))
    specks = random.random(values.shape) < 0.2
    return np.where(specks, random.integers(1, count, values.shape), values)


def in_strips(values, step, make):
    """A map after what ``make`` does to a generalisation, given its scan."""
    scan = [
        (row, *runs_of(values[row : row + step])) for row in range(0, len(values), step)
    ]  # fmt: skip
    with closing(Generalisation(values.shape[1], (1.0, 1.0), None)) as done:
        make(done, scan)
        made = [done.of(strip, runs) for strip, (_, runs, _) in enumerate(scan)]
        return np.concatenate([each.pixels(each.classes) for each in made])


def components(values):
    """The pixels of each patch, in the order of their first, and the patch of each pixel."""
    owner, found = np.full(values.shape, -1), []
    for first in np.ndindex(values.shape):
        if owner[first] >= 0:
            continue
        owner[first], pixels = len(found), [first]
        for pixel in pixels:
            for other, _ in beside(pixel, values.shape):
                if owner[other] < 0 and values[other] == values[first]:
                    owner[other] = len(found)
                    pixels.append(other)
        found.append(pixels)
    return found, owner


def beside(pixel, shape):
    for (down, right), side in SIDES.items():
        row, column = pixel[0] + down, pixel[1] + right
        if 0 <= row < shape[0] and 0 <= column < shape[1]:
            yield (row, column), side


def absorbed(values, minimum):
    """One patch after the other goes to the class with the longest border: least, then first."""
    values, first_owner = values.copy(), components(values)[1]
    while True:
        small = []
        for pixels in components(values)[0]:
            own, borders = values[pixels[0]], {}
            if own == 0 or len(pixels) >= minimum:
                continue
            for pixel in pixels:
                for other, side in beside(pixel, values.shape):
                    if values[other] not in (0, own):
                        length, met = borders.get(values[other], (0, (np.inf,)))
                        here = (*max(pixel, other), side)
                        borders[values[other]] = length - 1, min(met, here)
            if borders:
                order = len(pixels), min(first_owner[pixel] for pixel in pixels)
                small.append((order, pixels, min(borders, key=borders.get)))
        if not small:
            return values
        _, pixels, goes = min(small, key=lambda each: each[0])
        values[tuple(np.transpose(pixels))] = goes


def filled(values, largest):
    """Holes of one patch filled, if they are smaller."""
    padded = np.pad(values, 1)
    patches, owner = components(padded)
    made = padded.copy()
    for pixels in patches[1:]:
        around = {owner[other] for pixel in pixels for other, _ in beside(pixel, padded.shape)}
        around -= {owner[pixels[0]]}
        if padded[pixels[0]] == 0 and len(pixels) < largest and len(around) == 1:
            made[tuple(np.transpose(pixels))] = padded[patches[around.pop()][0]]
    return made[1:-1, 1:-1]


@pytest.mark.parametrize("step", [1, 3, 99])
def test_small_patches_go_as_if_the_map_were_one(step, monkeypatch):
    monkeypatch.setattr(changes, "MOST_BYTES", 100)
    differ = 0
    for seed in range(60):
        values, minimum = noise(seed), 2 + seed % 6
        made = in_strips(values, step, lambda done, scan, m=minimum: done.absorb(scan, m))
        assert made.tolist() == absorbed(values, minimum).tolist(), seed
        differ += (made != values).any()
    assert differ > 30


@pytest.mark.parametrize("step", [1, 3, 99])
def test_holes_are_filled_as_if_the_map_were_one(step):
    differ = 0
    for seed in range(100):
        values, largest = noise(seed), 2 + seed % 6
        values = np.minimum(values, 1 + seed % 2)  # so that patches are large enough to have holes
        values[np.random.default_rng(seed).random(values.shape) < 0.2] = 0
        made = in_strips(values, step, lambda done, scan, m=largest: done.fill(scan, m))
        assert made.tolist() == filled(values, largest).tolist(), seed
        differ += (made != values).any()
    assert differ > 15


def test_what_is_settled_is_forgotten():
    """A thousand strips with specks: no more is known of them than of ten."""
    from core.vector.absorbing import Absorber
    from core.vector.changes import Changes

    values = np.ones((10, 30), int)
    values[4, 5], values[2:4, 9], values[9, 20] = 2, 3, 2
    with closing(Changes(None)) as made:
        absorber = Absorber(30, (1.0, 1.0), 5, made)
        known = []
        for strip in range(200):
            runs, sums = runs_of(values)
            absorber.add(runs, 10 * strip, sums)
            known.append(
                (len(absorber._patches), absorber._runs.size, absorber._borders.first.size)
            )
        assert known[10] == known[-1]
