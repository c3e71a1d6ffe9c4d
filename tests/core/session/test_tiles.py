"""Tiles of the live view: cut anywhere, and seen nowhere."""

import pytest
import rasters
import torch

from core.adapt.base import read_base
from core.adapt.live.stages import Stages
from core.adapt.live.tiles import CELL, MARGIN, SIDE, TILE, Tile, Tiles
from core.adapt.outcome import Outcome
from core.adapt.regression import Linear
from core.model.device import choose_device
from core.model.familiarity import Familiarity
from core.model.modelfile import load_model
from core.raster.reading import Raster
from core.raster.scaling import choose_scaling
from core.wire.events import silent


@pytest.fixture
def tiles(tmp_path, tiny_model):
    """Of a picture of noise, two tiles wide and one and a half high; and what classifies them."""
    noise = torch.randint(1, 255, (3, TILE * 3 // 2, 2 * TILE), generator=torch.manual_seed(0))
    model = load_model(str(tiny_model))
    with Raster(rasters.write(tmp_path / "a.tif", noise.byte().numpy()), 3) as raster:
        scaling, _ = choose_scaling(model.card.value_scaling, raster)
        device = choose_device("cpu", threads=1)
        tiles = Tiles(raster, scaling, model.card, device)
        network = model.network
        rarity = Linear(torch.ones(network.local_head.classify.in_channels, 1), torch.zeros(1))

        def look(window, rarity=rarity):
            outcome = Outcome(network, read_base(network), {}, rarity)
            return tiles.logits(outcome, window, 1, Stages(silent, lambda: False))

        look.network, look.embedding = network, tiles.embedding
        yield look


def test_neighbours_are_blended_where_both_have_seen_the_ground(tiles, monkeypatch):
    """From the one's opinion to the other's in even steps, and no step at the seam."""
    opinions = {}

    def logits(tile, classify, probe, familiarity):
        opinion = opinions.setdefault(id(tile), float(len(opinions)))
        return torch.full((len(classify.bias), SIDE // CELL, SIDE // CELL), opinion), None

    monkeypatch.setattr(Tile, "logits", logits)
    seen = tiles((TILE - 5, 10, 20, 20))
    assert seen.covered == (0, 0, 2 * TILE, TILE)
    assert seen.valid.all()
    found = seen.logits
    steps = found[0, 0].diff()
    assert found[0, 0, 0] == pytest.approx(0, abs=1e-5)
    assert found[0, 0, -1] == pytest.approx(1, abs=1e-5)
    assert steps.min() >= -1e-5
    assert steps.max() <= 1.01 * CELL / (2 * MARGIN)


def test_what_lies_within_does_not_depend_on_the_window(tiles):
    alone, both = (tiles(each).logits for each in ((0, 0, 1, 1), (0, 0, 2 * TILE, TILE * 3 // 2)))
    within = slice(0, (TILE - MARGIN) // CELL)
    torch.testing.assert_close(alone[:, within, within], both[:, within, within])
    assert not torch.allclose(alone, both[:, : TILE // CELL, : TILE // CELL])


def test_what_is_familiar_is_told_of_these_labels_alone(tiles):
    window = (0, 0, 2 * TILE, TILE)
    seen = tiles(window)
    embedding = tiles.embedding(tiles.network, seen.covered, 1)
    torch.testing.assert_close(seen.familiarity, torch.sigmoid(-embedding.sum(0)))
    tiles.network.familiarity = Familiarity(len(embedding))  # of a base model, by other labels
    assert tiles(window, rarity=None).familiarity is None
