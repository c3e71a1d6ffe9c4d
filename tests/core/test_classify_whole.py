"""Classification end to end: what is refused, fails or is cancelled leaves nothing behind.

But for the journal of finished blocks, from which the same job goes on: see test_resume.py.
"""

import errno
from pathlib import Path

import numpy as np
import pytest
from scenes import SIZE, Heard, save, scene

import core.classify
from core.classify import classify
from core.raster.scaling import choose_scaling
from core.wire.errors import Cancelled, GinetError, NoData, NoOverlap, OutputError, OutputExists
from core.wire.job import ClassifyJob


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return save(tmp_path_factory.mktemp("scene 图") / "image.tif", scene())


JOURNAL = "out.tif.blocks.part"


def left_behind(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".safetensors")


def test_cancel_before_a_block_is_done_leaves_nothing(tmp_path, image, tiny_model):
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 2

    output = tmp_path / "out.tif"
    job = ClassifyJob(
        input=image,
        output=str(output),
        model=str(tiny_model),
        confidence=str(tmp_path / "c.tif"),
        report=str(tmp_path / "r.json"),
    )
    with pytest.raises(Cancelled):
        classify(job, Heard(), cancelled)
    assert left_behind(tmp_path) == []


def test_cancel_after_the_last_patch_leaves_the_journal_only(tmp_path, image, tiny_model):
    heard = Heard()

    def cancelled():
        return any(fields["done"] == fields["total"] for fields in heard.all("progress"))

    job = ClassifyJob(
        input=image,
        output=str(tmp_path / "out.tif"),
        model=str(tiny_model),
        report=str(tmp_path / "r.json"),
    )
    with pytest.raises(Cancelled):
        classify(job, heard, cancelled)
    assert left_behind(tmp_path) == [JOURNAL]


def test_the_start_is_told_before_the_raster_is_measured_and_cancelling_counts_after(
    tmp_path, image, tiny_model, monkeypatch
):
    heard, measured = Heard(), []

    def measure(*arguments):
        measured.extend(heard.all("start"))
        return choose_scaling(*arguments)

    monkeypatch.setattr(core.classify, "choose_scaling", measure)
    job = ClassifyJob(input=image, output=str(tmp_path / "out.tif"), model=str(tiny_model))
    with pytest.raises(Cancelled):
        classify(job, heard, lambda: True)
    assert measured == heard.all("start") != []
    assert [name for name, _ in heard.events] == ["start"]


def test_a_report_that_cannot_be_written_leaves_the_journal_only(run, image, tmp_path, monkeypatch):
    """As when the disk fills up meanwhile."""
    replace = Path.replace

    def full(self, target):
        if self.name == "r.json.part":
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"r\.json cannot be written \(No space left"):
        run(image, report=str(tmp_path / "r.json"))
    assert left_behind(tmp_path) == [JOURNAL]


@pytest.mark.parametrize("name", ["nowhere/r.json", "folder", "r" * 300])
def test_a_report_that_cannot_be_is_refused_before_work_starts(run, image, tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match=r"folder|cannot be written"):
        run(image, report=str(tmp_path / name), overwrite=True)
    assert run.heard.events == []
    assert left_behind(tmp_path) == ["folder"]


def test_all_nodata_is_refused_and_leaves_nothing(run, tmp_path):
    empty = save(tmp_path / "a.tif", np.zeros((3, 50, 50), np.uint8), nodata=0)
    with pytest.raises(NoData, match="holds no data within the extent"):
        run(empty)
    assert left_behind(tmp_path) == ["a.tif"]


def test_an_extent_elsewhere_is_refused(run, image, tmp_path):
    with pytest.raises(NoOverlap, match="does not touch"):
        run(image, extent=(0, 0, 1, 1))
    assert left_behind(tmp_path) == []


def test_existing_results_are_kept_unless_asked(run, image, tmp_path):
    for name in ("out.tif", "r.json"):
        (tmp_path / name).write_text("mine")
        with pytest.raises(OutputExists):
            run(image, report=str(tmp_path / "r.json"))
        assert (tmp_path / name).read_text() == "mine"
        (tmp_path / name).unlink()


def test_a_source_that_breaks_off_leaves_the_journal_only(run, image, tmp_path):
    broken = tmp_path / "broken.tif"
    broken.write_bytes(Path(image).read_bytes()[: SIZE * SIZE * 2])
    with pytest.raises(GinetError, match="broken"):
        run(broken)
    assert left_behind(tmp_path) == ["broken.tif", JOURNAL]
