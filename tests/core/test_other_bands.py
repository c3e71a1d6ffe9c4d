"""An image's bands beside red, green and blue: learned from, kept, and asked for again."""

import json
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import rasters
import torch
from scenes import Heard

from core.adapt import fit
from core.adapt.live.session import session
from core.adapt.other_bands import with_other_bands, without_unused
from core.classify import classify
from core.finetune import finetune
from core.model.card import MAX_BANDS
from core.model.modelfile import load_model
from core.raster.reading import Raster
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import BandError
from core.wire.events import silent
from core.wire.finetune_job import FinetuneJob
from core.wire.job import ClassifyJob
from core.wire.requests import Requests
from core.wire.session_job import SessionJob

SIDE = 256
CLASSES = ClassTable([LandCoverClass(1, "turf", "#00ff00"), LandCoverClass(2, "草地", "#0000ff")])

TABLE = [{"id": each.id, "name": each.name, "colour": each.colour} for each in CLASSES]


def truth():
    """Squares of 64 pixels: turf is artificial, and near infrared alone tells it from grass."""
    squares = (np.add.outer(np.arange(4), np.arange(4)) % 2).astype(np.uint8)
    return squares.repeat(64, 0).repeat(64, 1)


def picture(gain=1, dtype="uint8"):
    noise = np.random.default_rng(0).normal(0, 12, (4, SIDE, SIDE))
    infrared = np.where(truth(), 180, 60)
    values = np.stack([np.full((SIDE, SIDE), value) for value in (70, 110, 60)] + [infrared])
    return (np.clip(values + noise, 1, 254) * gain).astype(dtype)


def squares(path):
    """Polygons in the middle of each square."""
    features = []
    for row in range(20, SIDE, 64):
        for column in range(20, SIDE, 64):
            corners = [(0, 0), (24, 0), (24, 24), (0, 24), (0, 0)]
            ring = [[500_000 + (column + x) / 2, 5_000_000 - (row + y) / 2] for x, y in corners]
            shape = {"type": "Polygon", "coordinates": [ring]}
            own = {"class": CLASSES[truth()[row, column]].id}
            features.append({"type": "Feature", "geometry": shape, "properties": own})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    content = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


@pytest.fixture
def job(tmp_path, tiny_model):
    def make(values=None, colours="rgbu", name="adapted.safetensors", **fields):
        image = tmp_path / "image 影像.tif"
        rasters.write(image, picture() if values is None else values, colours=colours)
        return FinetuneJob(
            **{
                "image": str(image),
                "labels": squares(tmp_path / "labels 标.geojson"),
                "field": "class",
                "classes": CLASSES,
                "output": str(tmp_path / name),
                "base": str(tiny_model),
                "device": "cpu",
                "threads": 1,
                **fields,
            }
        )

    return make


def accuracy(job, folder, **options):
    output = str(folder / "classes.tif")
    asked = ClassifyJob(
        input=job.image, output=output, model=job.output, threads=1, overwrite=True, **options
    )
    classify(asked, silent)
    with rasterio.open(output) as result:
        found = result.read(1)
    return (found == np.array(CLASSES.ids)[truth()]).mean()


@pytest.mark.parametrize(
    ("values", "colours"),
    [
        (picture(), "rgbu"),
        (picture(), "rgba"),  # as GDAL calls a fourth band of bytes
        (picture(200, "uint16"), "rgbu"),
    ],
    ids=["bytes", "called transparency", "16 bits"],
)
def test_what_near_infrared_tells_is_learned(job, tmp_path, values, colours):
    tuned = job(values, colours)
    finetune(tuned, silent)
    card = load_model(tuned.output).card
    assert card.bands == ("red", "green", "blue", "band 4")
    assert (card.encoder_bands, card.colours) == (3, "natural")
    assert accuracy(tuned, tmp_path) > 0.85
    assert accuracy(tuned, tmp_path, bands=(1, 2, 3)) > 0.85  # as the dock names them
    assert accuracy(tuned, tmp_path, bands=(1, 2, 3, 3)) < 0.7


def colour_infrared():
    """Near infrared, red, green."""
    infrared, red = picture()[[3, 0]]
    return np.stack([infrared, red, red + 2])


@pytest.mark.parametrize("other_bands", [True, False])
def test_near_infrared_in_the_place_of_red(job, tmp_path, monkeypatch, other_bands):
    """The encoders see red, green and green; the model asks for the same of the next image."""
    tuned = job(colour_infrared(), "rgb", other_bands=other_bands)
    finetune(tuned, silent)
    card = load_model(tuned.output).card
    assert card.bands == ("red", "green", "green", *["band 1"] * other_bands)
    assert card.colours == "infrared"
    assert (accuracy(tuned, tmp_path) > 0.85) == other_bands
    plain = job(picture()[:3], "rgb", base=tuned.output, bands=(1, 2, 3), name="again.safetensors")
    if not other_bands:  # taught again, on red, green and blue
        for kept, again in ((True, "infrared"), (False, "natural")):
            monkeypatch.setattr(fit, "is_kept", lambda *_, kept=kept: kept)
            finetune(replace(plain, overwrite=True), silent)
            assert load_model(plain.output).card.colours == again


def test_a_base_model_that_is_kept_takes_either(job, monkeypatch):
    monkeypatch.setattr(fit, "is_kept", lambda *_: True)
    origins = {each.name: [f"class {number}"] for number, each in enumerate(CLASSES)}
    tuned = job(colour_infrared(), "rgb", origins=origins)
    assert finetune(tuned, silent)["kept"]
    card = load_model(tuned.output).card
    assert (card.bands, card.colours) == (("red", "green", "blue"), "either")


def test_bands_that_were_chosen_are_no_colour_infrared(job, tmp_path):
    """Green, red, near infrared, as some satellites have them: red, green, green is 2, 1, 1."""
    tuned = job(colour_infrared()[[2, 1, 0]], "uuu", bands=(2, 1, 1))
    finetune(tuned, silent)
    assert load_model(tuned.output).card.bands == ("red", "green", "blue", "band 3")
    assert accuracy(tuned, tmp_path, bands=(2, 1, 1)) > 0.85


@pytest.mark.parametrize("missing", [[3], [0, 1, 2]], ids=["near infrared", "visible"])
def test_the_map_covers_what_was_learned_from(job, tmp_path, missing):
    """Red, green and blue decide where there is data, for learning and for the map."""
    values = picture(dtype="float32")
    values[missing, : SIDE // 2] = np.nan
    tuned = job(values)
    learned = finetune(tuned, silent)["label_pixels"]
    covered = missing == [3]
    assert sum(learned.values()) == 16 * 24 * 24 * (1 if covered else 0.5)
    output = str(tmp_path / "classes.tif")
    classify(ClassifyJob(input=tuned.image, output=output, model=tuned.output, threads=1), silent)
    with rasterio.open(output) as result:
        assert ((result.read(1)[: SIDE // 2] != 255) == covered).all()


@pytest.mark.parametrize("live", [False, True])
def test_a_base_model_that_is_kept_asks_for_no_other_band(job, monkeypatch, live):
    monkeypatch.setattr(fit, "is_kept", lambda *_: True)
    origins = {each.name: [f"class {number}"] for number, each in enumerate(CLASSES)}
    tuned = job(picture(200, "uint16"), origins=origins)
    if live:
        taught(tuned, tuned.output)
    else:
        assert finetune(tuned, silent)["kept"]
    card = load_model(tuned.output).card
    assert (card.bands, card.encoder_bands) == (("red", "green", "blue"), None)
    assert set(card.value_scaling) == {"uint8", "uint16"}


def test_no_more_bands_than_a_model_may_have(job):
    finetune(tuned := job(np.concatenate([picture()] * 5), "rgb" + 17 * "u"), silent)
    assert len(load_model(tuned.output).card.bands) == MAX_BANDS


def test_without_other_bands(job, tmp_path):
    tuned = job(other_bands=False)
    finetune(tuned, silent)
    assert load_model(tuned.output).card.bands == ("red", "green", "blue")
    assert accuracy(tuned, tmp_path) < 0.7


def test_an_image_without_the_band_is_refused(job, tmp_path):
    tuned = job()
    finetune(tuned, silent)
    plain = job(picture()[:3], "rgb")
    with pytest.raises(BandError, match="has 3 bands besides transparency, the model takes 4"):
        accuracy(replace(plain, output=tuned.output), tmp_path)


def test_learned_again(job, tmp_path):
    """From a model that has seen the band, and from one that has not."""
    first = job(other_bands=False, name="first.safetensors")
    finetune(first, silent)
    second = job(base=first.output, name="second.safetensors")
    finetune(second, silent)
    third = job(base=second.output, name="third.safetensors")
    finetune(third, silent)
    for tuned in (second, third):
        assert load_model(tuned.output).card.bands[3:] == ("band 4",)
        assert accuracy(tuned, tmp_path) > 0.85


def taught(job, output):
    """The model of a session that is taught as a job says."""
    table = [{**each, "from": job.origins.get(each["name"], [])} for each in TABLE]
    asked = [
        {"do": "labels", "classes": table, "labels": job.labels, "field": "class"},
        {"do": "score"},
        {"do": "save", "output": output, "name": "live"},
        {"do": "close"},
    ]
    requests = Requests()
    for number, request in enumerate(asked):
        requests.put(json.dumps({"request": number, **request}).encode())
    opened = SessionJob(image=job.image, base=job.base, device="cpu", threads=1)
    session(opened, Heard(), lambda: False, requests)
    return load_model(output)


def test_live_as_well(job, tmp_path):
    tuned = job()
    finetune(tuned, silent)
    first, second = taught(tuned, str(tmp_path / "saved.safetensors")), load_model(tuned.output)
    weights = first.network.state_dict()
    assert all(torch.equal(weights[k], v) for k, v in second.network.state_dict().items())
    assert (first.card.bands, first.card.name) == (second.card.bands, "live")


def test_what_counts_for_nothing_is_not_asked_for(tmp_path, tiny_model, job):
    """A base model that was widened says what it said, and is narrowed again."""
    finetune(probed := job(other_bands=False), silent)
    for path in (str(tiny_model), probed.output):
        base = load_model(path)
        with Raster(probed.image, others=13) as raster:
            wide = with_other_bands(base, raster)
        patch, valid = torch.rand(1, 4, 64, 64), torch.ones(1, 1, 64, 64)
        box = torch.tensor([[0.0, 0, 1, 1]])
        with torch.no_grad():
            said = [
                net.segment(part, valid, box, net.context(part, valid))
                for net, part in ((base.network, patch[:, :3]), (wide.network, patch))
            ]
        assert torch.equal(*said)
        if base.card.probe:
            network, card = without_unused(wide.network, wide.card)
            assert card.bands == base.card.bands
            assert card.encoder_bands is None
            weights = network.state_dict()
            assert all(torch.equal(weights[k], v) for k, v in base.network.state_dict().items())


def test_borders_follow_other_bands_of_what_is_classified(run, tmp_path):
    """Of a model that knows red, green and blue alone, and of most pixels the class stays."""
    values = rasters.noise(4, 160, 160)
    plain = run(rasters.write(tmp_path / "plain.tif", values[:3]), "plain map.tif")
    found = run(rasters.write(tmp_path / "four.tif", values, colours="rgbu"), "map.tif")
    assert 0 < (found != plain).mean() < 0.2
    flat = np.concatenate([values[:3], np.full_like(values[:1], 255)])
    again = run(rasters.write(tmp_path / "flat.tif", flat, colours="rgbu"), "flat map.tif")
    assert (again == plain).all()
