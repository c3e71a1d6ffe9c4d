"""The model file: what is written is read back, and what is odd is refused by name."""

import json
from dataclasses import replace

import pytest
import safetensors.torch
import torch
from tiny_model import card

from core.model.card import Card
from core.model.modelfile import (
    build_network,
    find_model,
    load_model,
    read_card,
    save_card,
    save_model,
)
from core.wire.errors import ModelFileError, ModelNotFound


def test_round_trip(tiny_model):
    model = load_model(str(tiny_model))
    assert model.card == card()
    assert not model.network.training
    torch.manual_seed(7)
    assert len(model.sha256) == 64


def test_card_survives_json():
    full = card(
        ground_resolution=(0.1, 0.5),
        scores=({"data": "x", "metric": "mIoU", "value": 0.5},),
        training={"steps": 3},
    )
    assert Card.from_dict(json.loads(json.dumps(full.to_dict()))) == full


def test_card_speaks_stac_mlm():
    fields = card().to_dict()
    assert fields["mlm:tasks"] == ["semantic-segmentation"]
    (model_input,) = fields["mlm:input"]
    assert model_input["value_scaling"][0] == {"type": "min-max", "minimum": 0.0, "maximum": 255.0}
    classes = fields["mlm:output"][0]["classification:classes"]
    assert classes[0] == {"value": 0, "name": "class 0", "color_hint": "14C850"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mlm:architecture", "U-Net"),
        ("mlm:name", 3),
        ("mlm:input", []),
        ("mlm:output", [{"classification:classes": 5}]),
        ("ginet:encoder", "vgg"),
        ("ginet:patch", 100),
        ("ginet:patch", True),
        ("ginet:overlap", 12),
        ("ginet:context", 10**9),
        ("ginet:global_size", -32),
        ("ginet:width", 10**6),
        ("ginet:ground_resolution", [0, 1]),
        ("ginet:ground_resolution", "fine"),
        ("ginet:value_scaling", {"uint8": [[0, 255]]}),
        ("ginet:value_scaling", {"uint8": 3}),
        ("ginet:training_data", ["x"]),
        ("ginet:encoder_bands", 0),
        ("ginet:encoder_bands", 4),
        ("ginet:encoder_bands", True),
        ("ginet:image_statistics", 1.5),
        ("ginet:image_statistics", True),
        ("ginet:image_colours", 0.5),
    ],
)
def test_a_bad_card_is_refused_with_the_field_named(key, value):
    fields = {**card().to_dict(), key: value}
    with pytest.raises(ModelFileError) as refusal:
        Card.from_dict(fields)
    assert key.partition(":")[2].partition("_")[0] in refusal.value.message.replace(
        "classification:classes", "output"
    )


@pytest.mark.parametrize("missing", sorted(card().to_dict()))
def test_no_key_of_a_card_may_be_missing_unnoticed(missing):
    fields = card().to_dict()
    del fields[missing]
    # Without "ginet:probe" there is none: a file that holds one does not fit such a card.
    later = ("probe", "familiarity", "image_statistics", "image_colours", "encoder_bands")
    optional = (*later, "ground_resolution")
    if missing in ("mlm:tasks", "mlm:framework", *(f"ginet:{key}" for key in optional)):
        assert Card.from_dict(fields) == card()
    else:
        with pytest.raises(ModelFileError):
            Card.from_dict(fields)


def save(path, tensors, metadata):
    safetensors.torch.save_file(tensors, path, metadata)
    return path


def test_files_that_are_no_model(tmp_path, tiny_model):
    text = tmp_path / "text.safetensors"
    text.write_text("not a model")
    with pytest.raises(ModelFileError, match="not a safetensors file"):
        read_card(text)
    plain = save(tmp_path / "plain.safetensors", {"x": torch.zeros(2)}, {})
    with pytest.raises(ModelFileError, match="no GINet card"):
        read_card(plain)
    odd = save(tmp_path / "odd.safetensors", {"x": torch.zeros(2)}, {"card": "{"})
    with pytest.raises(ModelFileError, match="not valid JSON"):
        read_card(odd)
    good = json.dumps(card().to_dict())
    wrong = save(tmp_path / "wrong.safetensors", {"x": torch.zeros(2)}, {"card": good})
    with pytest.raises(ModelFileError, match="does not fit its card"):
        load_model(str(wrong))
    tensors = safetensors.torch.load_file(tiny_model)
    tensors["local_head.classify.bias"] = torch.zeros(9)
    reshaped = save(tmp_path / "reshaped.safetensors", tensors, {"card": good})
    with pytest.raises(ModelFileError, match=r"local_head\.classify\.bias"):
        load_model(str(reshaped))


def test_an_unknown_model_is_refused_with_the_bundled_ones_named():
    with pytest.raises(ModelNotFound, match="no model 'nothing'"):
        find_model("nothing")


def test_a_compact_model_is_half_as_large_and_nearly_the_same(tmp_path):
    told = card(encoder="efficientnet_lite0")
    network = build_network(told)
    whole, small = tmp_path / "whole.safetensors", tmp_path / "small.safetensors"
    save_model(whole, network, told)
    save_model(small, network, told, compactly=True)
    assert small.stat().st_size < 0.6 * whole.stat().st_size
    state = network.state_dict()
    for name, tensor in load_model(str(small)).network.state_dict().items():
        if tensor.dim() == 4 and tensor.shape[1] > 4:
            largest = state[name].abs().amax((1, 2, 3), keepdim=True)
            assert ((tensor - state[name]).abs() <= largest / 127 * 0.51 + 1e-6).all()
        else:
            torch.testing.assert_close(tensor, state[name], rtol=1e-3, atol=1e-3)
    before = safetensors.torch.load_file(small)
    save_card(small, replace(told, description="another"))
    assert load_model(str(small)).card.description == "another"
    after = safetensors.torch.load_file(small)
    assert all(torch.equal(before[name], after[name]) for name in before)
