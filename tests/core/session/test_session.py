"""The live session: labels, views, advice, scores and models, and what is refused."""

import json
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasters
import torch
from affine import Affine
from scenes import Heard

from core.adapt.live.advice import advise
from core.adapt.live.session import session
from core.adapt.live.tiles import Seen
from core.adapt.live.view import MOST_PIXELS, View, percent_unlike
from core.adapt.recent import Recent
from core.adapt.regions import RegionReader
from core.classify import classify
from core.finetune import finetune
from core.model.modelfile import load_model, save_model
from core.raster import reading
from core.raster.grid import Grid
from core.wire import job as jobs
from core.wire.class_list import parse_table
from core.wire.errors import Cancelled, JobError, NoOverlap, RasterReadError
from core.wire.events import silent
from core.wire.finetune_job import FinetuneJob
from core.wire.job import ClassifyJob
from core.wire.requests import Requests, parse_request
from core.wire.session_job import SessionJob

SIDE = 320
CLASSES = [
    {"id": 7, "name": "crop 作物", "colour": "#00ff00", "from": ["class 1"]},
    {"id": 3, "name": "roof", "colour": "#ff0000"},
]
COLOURS = np.array([[40, 60, 40], [200, 190, 180]])
LEFT, TOP, PIXEL = 500_000, 5_000_000, 0.5  # as rasters.write places it


def truth():
    squares = (np.add.outer(np.arange(5), np.arange(5)) % 2).astype(np.uint8)
    return squares.repeat(64, 0).repeat(64, 1)


def square(row, column, label, side=20):
    corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    ring = [[LEFT + PIXEL * (column + x), TOP - PIXEL * (row + y)] for x, y in corners]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"class": label},
    }


def squares():
    return [
        square(64 * row + 20, 64 * column + 20, CLASSES[(row + column) % 2]["id"])
        for row in (0, 2, 4)
        for column in (0, 1, 3, 4)
    ]


SQUARES = squares()


def extent(column, row, width, height):
    return [
        LEFT + PIXEL * column,
        TOP - PIXEL * (row + height),
        LEFT + PIXEL * (column + width),
        TOP - PIXEL * row,
    ]


class Asked:
    """A session in this process: what is asked in advance, and what it says."""

    def __init__(self, folder, model):
        self.folder = folder / "my fields 田地"
        self.folder.mkdir(exist_ok=True)
        noise = np.random.default_rng(0).normal(0, 12, (SIDE, SIDE, 3))
        values = np.moveaxis(np.clip(COLOURS[truth()] + noise, 1, 254), -1, 0).astype("uint8")
        values[:, :10] = 0
        self.image = rasters.write(self.folder / "image 影像.tif", values, nodata=0)
        self.model, self.requests = model, []

    def path(self, name):
        return str(self.folder / name)

    def labels(self, features=SQUARES, classes=CLASSES, **more):
        path = self.folder / f"labels {len(self.requests)}.geojson"
        content = {
            "type": "FeatureCollection",
            "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}},
            "features": features,
        }
        path.write_text(json.dumps(content), "utf-8")
        return self.ask("labels", classes=classes, labels=str(path), field="class", **more)

    def view(self, window=(0, 0, SIDE, SIDE), name="view.tif", confidence=None):
        return self.ask(
            "view",
            extent=extent(*window),
            width=400,
            height=400,
            classes=self.path(name),
            confidence=confidence and self.path(confidence),
        )

    def ask(self, do, **fields):
        self.requests.append({"request": len(self.requests) + 1, "do": do, **fields})
        return len(self.requests)

    def job(self, **fields):
        return SessionJob(
            **{
                "image": self.image,
                "base": str(self.model),
                "device": "cpu",
                "threads": 1,
                **fields,
            }
        )

    def run(self):
        """All answers by number, each an event's name and fields."""
        self.ask("close")
        self.heard, waiting = Heard(), Requests()
        left = iter(self.requests)

        def emit(event, **fields):
            self.heard(event, **fields)
            if event in ("ready", "answer", "refused") and (request := next(left, None)):
                waiting.put(json.dumps(request).encode())

        session(self.job(), emit, lambda: False, waiting)
        told = [each for each in self.heard.events if each[0] in ("answer", "refused")]
        assert [fields["request"] for _, fields in told] == list(range(1, len(self.requests) + 1))
        return {fields["request"]: (event, fields) for event, fields in told}


@pytest.fixture
def asked(tmp_path, tiny_model):
    return Asked(tmp_path, tiny_model)


@pytest.fixture(scope="module")
def told(tmp_path_factory, tiny_model):
    """One session, asked for everything."""
    here = Asked(tmp_path_factory.mktemp("session"), tiny_model)
    here.labels()
    here.view(name="map 图.tif", confidence="sure.tif")
    here.ask("next", extent=extent(0, 0, SIDE, SIDE))
    here.ask("score")
    here.ask("save", output=here.path("model 模型.safetensors"), name="my model")
    here.view(name="after.tif")
    return here, here.run()


def read(path):
    with rasterio.open(path) as file:
        return file.read(1), file


def test_labels_teach_the_view(told):
    here, answers = told
    kind, labels = answers[1]
    assert kind == "answer"
    assert labels["label_polygons"] == {"crop 作物": 6, "roof": 6}
    kind, view = answers[2]
    found, file = read(view["outputs"]["classes"])
    assert (file.width, file.height, file.crs.to_epsg()) == (SIDE, SIDE, 32633)
    assert file.transform.almost_equals(rasterio.open(here.image).transform)
    assert (found[:10] == 255).all()
    wanted = np.array([7, 3])[truth()]
    assert (found[10:] == wanted[10:]).mean() > 0.9
    sure, _ = read(view["outputs"]["confidence"])
    assert sure[10:].max() <= 100
    assert sum(row["pixels"] for row in view["areas"]) == SIDE * (SIDE - 10)
    assert sum(row["percent"] for row in view["areas"]) == pytest.approx(100, abs=0.02)
    assert 0 <= view["unlike"] < 10
    assert here.heard.events[0][0] == "start"
    assert here.heard.events[-1][0] == "result"


def test_the_saved_model_is_that_of_finetuning(told, tmp_path):
    here, answers = told
    classes, origins = parse_table(CLASSES, "classes")
    job = FinetuneJob(
        image=here.image,
        labels=here.path("labels 0.geojson"),
        field="class",
        classes=classes,
        origins=origins,
        output=str(tmp_path / "tuned.safetensors"),
        base=str(here.model),
        device="cpu",
        threads=1,
    )
    result = finetune(job, silent)
    saved, tuned = load_model(answers[5][1]["outputs"]["model"]), load_model(job.output)
    first, second = saved.network.state_dict(), tuned.network.state_dict()
    assert all(torch.equal(first[name], second[name]) for name in second)
    assert saved.card.name == "my model"
    assert saved.card.training == tuned.card.training
    assert answers[4][1]["validation"] == result["validation"] == answers[5][1]["validation"]
    # The view after the score shows what the saved model says.
    whole = str(tmp_path / "whole.tif")
    classify(ClassifyJob(input=here.image, output=whole, model=job.output, threads=1), silent)
    assert (read(whole)[0] == read(here.path("after.tif"))[0]).mean() > 0.9


def test_a_fine_image_is_learned_and_seen_at_a_decimetre(tmp_path, tiny_model, monkeypatch):
    """The same ground in smaller pixels: the same view, on the same grid."""
    monkeypatch.setitem(globals(), "PIXEL", 0.1)
    monkeypatch.setattr(reading, "LEAST", SIDE)
    views = []
    for times in (1, 4):
        here = Asked(tmp_path, tiny_model)
        with rasterio.open(here.image) as image:
            values = image.read()
        pixel = PIXEL / times
        place = Affine(pixel, 0, LEFT, 0, -pixel, TOP)
        fine = values.repeat(times, -1).repeat(times, -2)
        rasters.write(here.image, fine, nodata=0, transform=place)
        here.labels(squares())
        here.view((40, 50, 200, 100))
        answers = here.run()
        assert {event for event, _ in answers.values()} == {"answer"}
        assert here.heard.all("ready")[0]["merged"] == times
        told = [each for each in here.heard.all("warning") if "as one" in each["message"]]
        assert len(told) == (times > 1)
        views.append(read(here.path("view.tif")))
    (one, coarse), (other, fine) = views
    assert one.shape == (100, 200)
    assert coarse.transform.almost_equals(fine.transform)
    assert (one != other).mean() < 0.001


def test_a_coarse_image_is_learned_and_seen_as_finely_as_the_base_model_knows(tmp_path, tiny_model):
    model, known = load_model(str(tiny_model)), tmp_path / "known.safetensors"
    save_model(known, model.network, replace(model.card, ground_resolution=(0.1, PIXEL / 2)))
    here = Asked(tmp_path, known)
    here.labels()
    here.view((40, 50, 200, 100))
    assert {event for event, _ in here.run().values()} == {"answer"}
    found, view = read(here.path("view.tif"))
    assert view.transform.almost_equals(
        Affine(PIXEL / 2, 0, LEFT + 40 * PIXEL, 0, -PIXEL / 2, TOP - 50 * PIXEL)
    )
    assert found.shape == (200, 400)
    wanted = np.array([each["id"] for each in CLASSES])[truth()[50:150, 40:240]]
    assert (found == wanted.repeat(2, 0).repeat(2, 1)).mean() > 0.9


def test_next_lies_in_view_where_nothing_is_labelled(told):
    _, answers = told
    kind, found = answers[3]
    assert kind == "answer"
    x, y = found["point"]
    column, row = (x - LEFT) / PIXEL, (TOP - y) / PIXEL
    assert 0 < column < SIDE
    assert 10 < row < SIDE
    left, bottom, right, top = found["extent"]
    assert left < x < right
    assert bottom < y < top
    for each in SQUARES:
        xs, ys = zip(*each["geometry"]["coordinates"][0], strict=True)
        assert not (min(xs) < x < max(xs) and min(ys) < y < max(ys))
    assert "roof" in found["why"] or "crop 作物" in found["why"]


def test_only_what_changed_is_read_again(asked, monkeypatch):
    seen = []
    read_region = RegionReader.read
    monkeypatch.setattr(
        RegionReader, "read", lambda *args: (seen.append(args[1]), read_region(*args))[1]
    )
    asked.labels()
    asked.view()
    asked.ask("next", extent=extent(0, 0, SIDE, SIDE))
    marks = []
    take = Requests.take
    monkeypatch.setattr(Requests, "take", lambda *args: (marks.append(len(seen)), take(*args))[1])
    asked.labels([*SQUARES, square(84, 84, 7)])
    asked.labels(SQUARES)
    asked.view()
    answers = asked.run()
    assert [kind for kind, _ in answers.values()] == ["answer"] * 7
    spread, labelled, viewed, *others = marks
    assert spread < labelled < viewed
    assert set(others) == {viewed}  # the image is so small that all labels lie in one window


def test_bad_input_is_refused_and_the_session_lives_on(asked, tmp_path):
    refused = {
        asked.view(): "Nothing is labelled yet",
        asked.ask("score"): "Nothing is labelled yet",
        asked.labels([square(30, 30, 7)]): "holds one class only, 'crop 作物'",
        asked.labels(classes=CLASSES[:1]): "holds one class only, 'crop 作物'",
        asked.labels([square(9000, 9000, 7), square(9100, 9000, 3)]): "No pixel of",
        asked.labels([square(30, 30, 7, 0), square(90, 30, 3, 0)]): "no valid geometry|No pixel of",
        asked.labels([square(2, 30, 7, 5), square(2, 90, 3, 5)]): "No pixel of",  # no data there
        asked.labels(
            classes=[{"id": k, "name": str(k), "colour": "#000000"} for k in range(300)]
        ): "2 to 255 classes, not 300",
        asked.labels([square(30, 30, "sea"), *SQUARES]): "'sea', which is no class",
        asked.ask("labels", classes=CLASSES, labels="gone.geojson", field="class"): "gone.geojson",
        asked.ask("dance"): "do is 'dance'",
        asked.ask("view", extent=[0, 0, 1, 1]): "lacks classes and height and width",
        asked.ask("next", extent=[1, 1, 0, 0]): "is empty|Nothing is labelled",
    }
    good = asked.labels([square(100, 100, 7, 1), square(200, 200, 3, 1)])  # one pixel a class
    Path(asked.path("mine")).write_text("mine")
    refused |= {
        asked.view((9000, 0, 9, 9)): "does not touch",
        asked.view(name="view.png"): "does not end in .tif",
        asked.view(name="image 影像.tif"): "must be different files",
        asked.labels([]): "",
        asked.ask("save", output=asked.path("mine")): "is there already",
        asked.ask("save", output=asked.image, overwrite=True): "must be different files",
        asked.ask("save", output=5): "output must be text",
    }
    score, view = asked.ask("score"), asked.view()
    answers = asked.run()
    assert Path(asked.path("mine")).read_text() == "mine"
    for number, message in refused.items():
        kind, fields = answers[number]
        assert kind == "refused", fields
        assert any(part in fields["message"] for part in message.split("|")), fields
        assert fields["code"] != "Fault"
    assert answers[good][0] == answers[view][0] == "answer"
    assert answers[good][1]["label_polygons"] == {"crop 作物": 1, "roof": 1}
    assert answers[score][1]["validation"] is None
    assert "Too few places" in answers[score][1]["warnings"][0]


def test_one_class_is_enough_beside_those_of_the_base_model(asked):
    others = [{"id": at, "name": f"class {at}", "colour": "#0000ff"} for at in (0, 2)]
    labels, view = asked.labels([square(30, 30, 7)], [CLASSES[0], *others]), asked.view()
    answers = asked.run()
    assert set(answers[labels][1]["unlabelled"]) == {"class 0", "class 2"}
    assert "learned" in answers[labels][1]["unlabelled"].values()
    assert answers[labels][1]["warnings"] == []
    areas = [each["name"] for each in answers[view][1]["areas"]]
    assert areas == ["crop 作物", "class 0", "class 2"]


def test_an_older_view_is_skipped_for_a_newer_one(asked):
    asked.labels()
    asked.view(name="old.tif")
    asked.view(name="new.tif")
    waiting, heard = Requests(), Heard()
    for each in [*asked.requests, {"request": 4, "do": "close"}]:
        waiting.put(json.dumps(each).encode())
    session(asked.job(), heard, lambda: False, waiting)
    answers = {each["request"]: each for each in heard.all("answer")}
    assert answers[2]["skipped"]
    assert "skipped" not in answers[3]
    assert not Path(asked.path("old.tif")).exists()


def test_the_way_to_an_answer_is_told(told):
    here, _ = told
    stages = [
        (each.get("request"), each["stage"], each.get("total"))
        for each in here.heard.all("progress")
    ]
    seen = [each[:2] for each in dict.fromkeys(stages)]
    assert seen[:2] == [(None, "image"), (None, "features")]
    assert [stage for number, stage in seen if number == 1] == ["labels", "features", "fit"]
    assert [stage for number, stage in seen if number == 2] == ["features", "view"]
    assert [stage for number, stage in seen if number == 4] == ["score"]
    assert [stage for number, stage in seen if number == 5] == ["save"]  # it is scored already
    assert (2, "features", 4) in stages  # tiles of 256 pixels


def test_what_is_cancelled_changes_nothing(asked):
    first, waiting, heard = asked.labels(), Requests(), Heard()
    more = [*SQUARES, square(84, 84, 7)]
    later = asked.labels(more), asked.view(name="no.tif"), asked.ask("score"), asked.ask("cancel")
    last, close = asked.view(name="yes.tif"), asked.ask("close")

    def emit(event, **fields):
        heard(event, **fields)
        if event == "ready":
            waiting.put(json.dumps(asked.requests[first - 1]).encode())
        elif event == "answer" and fields["request"] == first:
            for each in asked.requests[1:]:
                waiting.put(json.dumps(each).encode())

    session(asked.job(), emit, lambda: False, waiting)
    answers = {each["request"]: each for each in heard.all("answer")}
    skipped = [number for number, each in answers.items() if "skipped" in each]
    assert skipped == list(later[:3])
    assert {later[3], last, close} < answers.keys()
    assert not Path(asked.path("no.tif")).exists()
    assert Path(asked.path("yes.tif")).exists()


def test_a_damaged_image_is_told_before_anything_is_asked(asked):
    content = Path(asked.image).read_bytes()
    asked.image = asked.path("torn.tif")
    Path(asked.image).write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(RasterReadError, match="is damaged or incomplete"):
        asked.run()
    assert asked.heard.all("ready") == []


def test_nobody_to_ask_is_refused(asked):
    closed = Requests()
    closed.close()
    with pytest.raises(JobError, match="--watch-stdin"):
        session(asked.job(), silent, lambda: False, closed)
    with pytest.raises(Cancelled):
        session(asked.job(), silent, lambda: True, Requests())


def test_the_process_answers_until_its_input_ends(asked, python):
    path = asked.folder / "job.json"
    path.write_text(json.dumps(jobs.to_dict(asked.job())), "utf-8")
    process = subprocess.Popen(
        [*python, "-m", "core", "run", "--watch-stdin", path],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )

    def until(*kinds):
        while (event := json.loads(process.stdout.readline()))["event"] not in kinds:
            pass
        return event

    watchdog = threading.Timer(300, process.kill)
    watchdog.start()
    until("ready")
    for line in (b"no json\n", b'{"request": 5, "do": "score"}\n'):
        process.stdin.write(line)
        process.stdin.flush()
        event = until("refused", "answer")
        assert event["event"] == "refused"
    assert event["request"] == 5
    process.stdin.close()
    assert until("result", "error")["event"] == "result"
    assert process.wait(60) == 0
    assert b"Traceback" not in process.stderr.read()
    watchdog.cancel()


@pytest.mark.parametrize(
    ("size", "factor"), [((1000, 1000), 1), ((2000, 1000), 2), ((6000, 4000), 4)]
)
def test_a_view_has_few_pixels_whatever_its_extent(size, factor):
    grid = Grid(10_000, 10_001)
    view = View.of(grid, "it", (101, -103 - size[1], 101 + size[0], -103), (2000, 2000))
    assert view.factor == factor
    left, top, width, height = view.window
    assert width * height <= MOST_PIXELS * 1.01
    assert left * factor <= 101 < 101 + size[0] <= (left + width) * factor
    own = view.grid(grid)
    assert (own.transform.a, own.transform.c, own.transform.f) == (
        factor,
        left * factor,
        -top * factor,
    )
    with pytest.raises(NoOverlap):
        View.of(grid, "it", (-20, -20, -10, -10), (9, 9))


def test_how_much_of_the_view_is_unlike_all_labels():
    """Half of what is in view and has data, whatever lies beyond."""
    valid = torch.ones(64, 64, dtype=torch.bool)
    valid[:16] = False
    familiarity = torch.full((16, 16), 0.2)
    familiarity[:, :8] = 0.8
    seen = Seen((0, 0, 64, 64), torch.zeros(2, 16, 16), familiarity, torch.zeros(3, 64, 64), valid)
    assert percent_unlike(View(1, (16, 0, 32, 64)), seen) == 50
    assert percent_unlike(View(1, (0, 16, 32, 48)), seen) == 0
    assert percent_unlike(View(1, (0, 0, 64, 8)), seen) == 0
    assert percent_unlike(View(1, (0, 0, 64, 64)), replace(seen, familiarity=None)) is None


def test_advice_prefers_doubt_and_leaves_out_what_is_labelled():
    logits = torch.zeros(3, 32, 32)
    logits[0] = 9
    logits[:2, :8, 8:16] = 5  # two classes alike
    logits[:2, 16:24, 16:24] = 5
    taken = np.zeros((4, 4), bool)
    taken[2, 2] = True
    valid = torch.ones(128, 128, dtype=torch.bool)
    embedding, labelled = torch.rand(4, 32, 32), torch.rand(9, 4)
    found = advise(logits, embedding, None, valid, taken, labelled)
    assert found.window == (32, 0, 32, 32)
    assert {found.first, found.second} == {0, 1}
    assert not found.strange
    assert advise(logits, embedding, None, ~valid, taken, labelled) is None
    familiarity = torch.ones(32, 32)
    assert not advise(logits, embedding, familiarity, valid, taken, labelled).strange
    familiarity[:8, 8:16] = 0.4
    assert advise(logits, embedding, familiarity, valid, taken, labelled).strange


def test_recent_forgets_what_was_not_asked_for():
    recent = Recent(5, len)
    recent["a"], recent["b"] = "xx", "xx"
    assert recent["a"] == "xx"
    recent["c"] = "xx"
    assert "b" not in recent
    assert "a" in recent
    recent["big"] = "x" * 9
    assert "big" in recent
    assert "a" not in recent


@pytest.mark.parametrize(
    "line", [b"[]", b"{}", b'{"request": true, "do": "score"}', b"\xff", b'{"request": NaN}']
)
def test_a_request_without_a_number_has_none(line):
    request = parse_request(line)
    assert request.number is None
    assert request.wrong
