"""Windows deletes and renames no file that is open: watched here by what Linux says is open."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from scenes import Heard, save, scene

from core.classify import classify
from core.results.lock import SUFFIX
from core.wire.errors import Cancelled
from core.wire.job import ClassifyJob

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def held(monkeypatch):
    """Files that were open, in Python or a library, while they were deleted, renamed or replaced.

    Lock files are left out: they are closed before on Windows only.
    """
    found = []

    def watch(name):
        work = getattr(os, name)

        def watched(*paths, **options):
            open_now = set()
            for link in Path("/proc/self/fd").iterdir():
                with suppress(FileNotFoundError):  # of the listing itself
                    open_now.add(str(link.readlink()))
            for path in paths:
                real = os.path.realpath(path)
                if real in open_now and not real.endswith(SUFFIX):
                    found.append((name, Path(path).name))
            return work(*paths, **options)

        monkeypatch.setattr(os, name, watched)

    for name in ("unlink", "remove", "rename", "replace"):
        watch(name)
    return found


def test_an_open_file_would_be_seen(tmp_path, held):
    for name in ("a", "b"):
        (tmp_path / name).touch()
    with (tmp_path / "a").open():
        (tmp_path / "b").replace(tmp_path / "a")
    with (tmp_path / "a").open():
        (tmp_path / "a").unlink()
    assert held == [("replace", "a"), ("unlink", "a")]


def test_a_run_closes_its_files_before_it_names_or_removes_them(tmp_path, tiny_model, held):
    names = {"output": "out.tif", "confidence": "c.tif", "polygons": "p.gpkg", "report": "r.json"}
    fields = {field: str(tmp_path / name) for field, name in names.items()}
    fields |= {"input": save(tmp_path / "image.tif", scene(size=200)), "model": str(tiny_model)}

    def run(until=None, **options):
        heard = Heard()
        job = ClassifyJob(**fields, threads=1, minimum_area=20.0, **options)
        classify(job, heard, lambda: until in {told["unit"] for told in heard.all("progress")})

    for unit in ("patch", "strip"):
        with pytest.raises(Cancelled):
            run(until=unit)
    (tmp_path / "out.tif.part").touch()  # as a killed run leaves it
    run()
    run(overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*names.values(), "image.tif", "out.tif.aux.xml"]
    )
    assert held == []
