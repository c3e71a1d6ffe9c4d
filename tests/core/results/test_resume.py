"""A run that was killed, cancelled or failed goes on, and ends as if nothing had happened."""

import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import rasterio
from dropping_server import serving
from scenes import Heard, save, scene

import core.results.disk
from core.classify import classify
from core.model.device import choose_device
from core.results.journal import Journal
from core.results.lock import lock_outputs
from core.wire.errors import Cancelled, OutputError, OutputExists, RasterReadError
from core.wire.job import ClassifyJob

SIZE = 400  # three by three blocks of the tiny model
BLOCKS = 9
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _one_date(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return save(tmp_path_factory.mktemp("scene 图") / "image.tif", scene(size=SIZE))


@pytest.fixture
def go(tmp_path, tiny_model, image):
    """Run the job into a folder, optionally cancelled after some patches; what was heard."""

    def go(folder="out", patches=None, **options):
        folder = tmp_path / folder
        folder.mkdir(exist_ok=True)
        heard = Heard()
        job = ClassifyJob(
            **{
                "input": image,
                "output": str(folder / "classes.tif"),
                "confidence": str(folder / "confidence.tif"),
                "model": str(tiny_model),
                "threads": 1,
                **options,
            }
        )
        asked = []

        def cancelled():
            asked.append(1)
            return patches is not None and len(asked) > patches

        classify(job, heard, cancelled)
        return heard

    return go


@pytest.fixture
def cancelled(go):
    """A run that was cancelled with four of nine blocks done."""
    with pytest.raises(Cancelled) as caught:
        go(patches=9)
    return caught.value


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_kills_at_random_moments():
    """The seed is in the output of a failure; `--seed` repeats it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.kills", "--runs", "4", "--size", "450"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=500,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_cancelled_run_keeps_its_blocks_and_goes_on(go, cancelled, tmp_path):
    out = tmp_path / "out"
    assert [path.name for path in out.iterdir()] == ["classes.tif.blocks.part"]
    assert f"of {BLOCKS} blocks are done and kept in {out}" in cancelled.hint
    heard = go()
    (resumed,) = heard.all("resume")
    assert 0 < resumed["done"] < resumed["total"] == BLOCKS
    first, last = heard.all("progress")[0], heard.all("progress")[-1]
    assert first["done"] > 1
    assert last["done"] == last["total"]
    whole = go("undisturbed")
    assert not whole.all("resume")
    assert content(out) == content(tmp_path / "undisturbed")
    assert heard.all("result")[0]["areas"] == whole.all("result")[0]["areas"]
    assert heard.all("result")[0]["rate"] < SIZE**2 / heard.all("result")[0]["seconds"] * 0.9


@pytest.mark.usefixtures("cancelled")
@pytest.mark.parametrize("harm", ["cut", "flipped", "emptied", "nonsense", "zeros at the end"])
def test_a_damaged_journal_costs_time_only(go, tmp_path, harm):
    journal = tmp_path / "out" / "classes.tif.blocks.part"
    data = journal.read_bytes()
    middle = random.randrange(100, len(data) - 100)
    report = f"at byte {middle}"
    journal.write_bytes(
        {
            "cut": data[:middle],
            "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "emptied": b"",
            "nonsense": b"GINet" * 1000,
            "zeros at the end": data[:middle] + bytes(len(data) - middle),
        }[harm]
    )
    go()
    go("undisturbed")
    assert content(tmp_path / "out") == content(tmp_path / "undisturbed"), report


def other_precision(*_):
    return "float32" if choose_device("cpu").precision_name == "bfloat16" else "bfloat16"


def touch(image, folder):
    copy = folder / "copy.tif"
    copy.write_bytes(Path(image).read_bytes())
    return str(copy)


@pytest.mark.usefixtures("cancelled")
@pytest.mark.parametrize(
    "other",
    [
        {"bands": (3, 2, 1)},
        {"extent": (528000.0, 4977850.0, 528150.0, 4978000.0)},
        {"precision": other_precision},
        {"probabilities": "p.tif"},
        {"confidence": None},
        {"input": touch},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_job_to_the_same_output_starts_anew(go, tmp_path, image, other):
    for name, value in other.items():
        if callable(value):
            other = {name: value(image, tmp_path)}
        if name == "probabilities":
            other = {name: str(tmp_path / value)}
    assert not go(**other).all("resume")
    assert not list((tmp_path / "out").glob("*.part"))


def test_a_changed_input_is_another_job(go, tmp_path, image):
    copy = touch(image, tmp_path)
    with pytest.raises(Cancelled):
        go(patches=9, input=copy)
    os.utime(copy, ns=(0, 0))
    assert not go(input=copy).all("resume")


def test_a_copy_made_anew_of_the_same_layer_is_the_same_job(go, tmp_path, image):
    """As QGIS fetches a web map: into another file each time."""
    with pytest.raises(Cancelled):
        go(patches=9, input=touch(image, tmp_path), input_name="a web map")
    (tmp_path / "later").mkdir()
    again = touch(image, tmp_path / "later")
    assert go(input=again, input_name="a web map").all("resume")


@pytest.mark.usefixtures("cancelled")
def test_a_second_run_is_refused_and_harms_nothing(go, tmp_path):
    before = content(tmp_path / "out")
    with lock_outputs([str(tmp_path / "out" / "classes.tif")]):
        with pytest.raises(OutputError, match=r"Another run is writing .*classes\.tif\."):
            go()
        (tmp_path / "out" / "classes.tif.lock.part").unlink()
    assert content(tmp_path / "out") == before


def test_what_a_killed_run_has_published_is_its_own(go, tmp_path, monkeypatch):
    """Between two final names; without leave to overwrite. What the user put there is not."""
    replace = Path.replace

    def die(self, target):
        if self.name == "classes.tif.part":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        go()
    monkeypatch.undo()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    confidence = tmp_path / "out" / "confidence.tif"
    published = confidence.read_bytes()
    confidence.write_text("the user's own")
    with pytest.raises(OutputExists):
        go()
    assert confidence.read_text() == "the user's own"
    confidence.write_bytes(published)
    with pytest.raises(OutputExists):  # another file, though of the same content
        go()
    confidence.unlink()
    go()
    assert not list((tmp_path / "out").glob("*.part"))


def test_going_on_after_a_kill_while_publishing(go, tmp_path, monkeypatch):
    replace = Path.replace

    def die(self, target):
        if self.name == "classes.tif.part":
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            go()
    assert (tmp_path / "out" / "confidence.tif").exists()
    assert go().all("resume") == [{"done": BLOCKS, "total": BLOCKS}]
    go("undisturbed")
    assert content(tmp_path / "out") == content(tmp_path / "undisturbed")


# What fails from outside ---------------------------------------------------------------------


def test_a_server_that_drops_and_is_back(go, tmp_path, image, monkeypatch):
    monkeypatch.setenv("GDAL_HTTP_MAX_RETRY", "0")
    monkeypatch.setenv("CPL_VSIL_CURL_NON_CACHED", "/vsicurl/http://127.0.0.1")
    with serving(Path(image).parent) as (address, allow):
        url = f"/vsicurl/{address}/image.tif"
        allow(Path(image).stat().st_size * 8 // 10)  # the look at its colours takes half
        with pytest.raises(RasterReadError) as caught:
            go(input=url)
        assert "image.tif cannot be read in columns" in caught.value.message
        assert "The server did not send it" in caught.value.hint
        assert f"of {BLOCKS} blocks are done and kept" in caught.value.hint
        assert "127.0.0.1" not in str(caught.value)
        allow(10**12)
        assert go(input=url).all("resume")
    go("undisturbed")
    with (
        rasterio.open(tmp_path / "out" / "classes.tif") as found,
        rasterio.open(tmp_path / "undisturbed" / "classes.tif") as expected,
    ):
        np.testing.assert_array_equal(found.read(), expected.read())


def test_a_full_disk_in_mid_run(go, tmp_path, monkeypatch):
    """The system's own word for it; benchmarks and docs/RELIABILITY.md have a disk that is full."""
    add, done = Journal._append, []

    def full(self, number, data, **options):
        if number >= 0:
            done.append(number)
        if len(done) > 3:
            raise OSError(28, "No space left on device")
        add(self, number, data, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_append", full)
        with pytest.raises(OutputError, match=r"the disk of .*out is full") as caught:
            go()
    assert "Free some space, about " in caught.value.hint
    assert f"3 of {BLOCKS} blocks are done" in caught.value.hint
    assert go().all("resume") == [{"done": 3, "total": BLOCKS}]


def test_a_disk_with_too_little_room_is_refused_before_work_starts(go, tmp_path, monkeypatch):
    usage = type("usage", (), {"free": 5000})
    monkeypatch.setattr(core.results.disk.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(OutputError, match=r"has 5 kB free; the results take at least 68.7 kB\."):
        go()
    assert content(tmp_path / "out") == {}


# What is left in the end ----------------------------------------------------------------------


@pytest.mark.usefixtures("cancelled")
def test_old_journals_go_with_the_next_run_into_their_folder(go, tmp_path):
    out = tmp_path / "out"
    (out / "classes.tif.part").touch()
    foreign = out / "other.blocks.part"
    foreign.write_text("not ours")
    journal = out / "classes.tif.blocks.part"
    month = time.time() - 31 * 86400
    for path in (journal, foreign):
        os.utime(path, (month, month))
    go(output=str(out / "another.tif"), confidence=None)
    assert sorted(path.name for path in out.iterdir()) == [
        "another.tif", "another.tif.aux.xml", "other.blocks.part",
    ]  # fmt: skip


def test_the_same_job_gives_the_same_bytes(go, tmp_path):
    for name in ("one", "two"):
        with suppress(KeyError):
            go(name, probabilities=str(tmp_path / name / "probabilities.tif"))
    one, two = content(tmp_path / "one"), content(tmp_path / "two")
    assert set(one) == {
        "classes.tif", "classes.tif.aux.xml", "confidence.tif", "probabilities.tif",
    }  # fmt: skip
    assert one == two


@pytest.mark.parametrize("other", [{"threads": 2}, {"batch_size": 4}])
def test_threads_and_batch_size_make_no_difference_but_for_ties(go, tmp_path, other):
    go("one", probabilities=str(tmp_path / "p1.tif"))
    go("two", probabilities=str(tmp_path / "p2.tif"), **other)
    classes, shares = [], []
    for name, number in (("one", 1), ("two", 2)):
        with rasterio.open(tmp_path / name / "classes.tif") as dataset:
            classes.append(dataset.read(1))
        with rasterio.open(tmp_path / f"p{number}.tif") as dataset:
            shares.append(np.sort(dataset.read(), 0).astype(int))
    differ = classes[0] != classes[1]
    assert differ.mean() < 1e-3
    assert (shares[0][-1] - shares[0][-2])[differ].max(initial=0) <= 1
