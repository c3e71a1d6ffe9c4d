"""Writing: whole under the final names, or nothing; and one clear error."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from rasters import HALF_METRE, UTM
from results import CLASSES, GRID, make, names, paths, write_all

from core.raster.grid import Grid
from core.results.lock import lock_outputs
from core.results.writing import OutputSet, check_outputs
from core.wire.errors import Cancelled, OutputError, OutputExists


def test_nothing_stands_under_a_final_name_before_the_end(tmp_path):
    with OutputSet(GRID, CLASSES, *paths(tmp_path)) as outputs:
        write_all(outputs)
        assert names(tmp_path) == [f"{Path(path).name}.part" for path in paths(tmp_path)]
    assert names(tmp_path) == []


def test_an_error_leaves_the_former_result_alone(tmp_path):
    make(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail():
        with OutputSet(GRID, CLASSES, *paths(tmp_path), overwrite=True) as outputs:
            write_all(outputs)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_overwriting_clears_what_belonged_to_the_former_file(tmp_path):
    for suffix in (".tif", ".tif.aux.xml", ".tif.ovr", ".tif.msk", ".qml"):
        (tmp_path / f"classes{suffix}").write_text("former")
        (tmp_path / f"confidence{suffix}").write_text("former")
    with pytest.raises(OutputExists):
        OutputSet(GRID, CLASSES, *paths(tmp_path))
    make(tmp_path, overwrite=True)
    assert names(tmp_path) == [
        "classes.qml", "classes.tif", "classes.tif.aux.xml",
        "confidence.qml", "confidence.tif", "probabilities.tif",
    ]  # fmt: skip
    assert "former" not in (tmp_path / "classes.tif.aux.xml").read_text("utf-8")
    assert (tmp_path / "classes.qml").read_text() == "former"


def test_a_finished_result_is_kept_when_its_name_is_taken(tmp_path, monkeypatch):
    """As on Windows, where a file that another program holds open cannot be replaced."""

    def held(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match=r"finished result is in .*probabilities\.tif\.part"):
        make(tmp_path)
    assert names(tmp_path) == [
        "classes.tif.part", "classes.tif.part.aux.xml",
        "confidence.tif.part", "probabilities.tif.part",
    ]  # fmt: skip


def test_two_runs_to_one_output(tmp_path):
    with lock_outputs(paths(tmp_path)):
        before = names(tmp_path)
        other = [str(tmp_path / "other.tif"), paths(tmp_path)[1]]
        with (
            pytest.raises(OutputError, match=r"Another run is writing .*confidence\.tif"),
            lock_outputs(other),
        ):
            pytest.fail("held twice")
        assert names(tmp_path) == before
    with lock_outputs(paths(tmp_path)):
        pass
    assert names(tmp_path) == []


KILLED = """
    import os, signal, sys
    sys.path[:0] = sys.argv[1:3]
    from pathlib import Path
    import results as t
    from core.results.lock import lock_outputs
    paths = t.paths(Path(sys.argv[3]))
    with lock_outputs(paths):
        t.write_all(t.OutputSet(t.GRID, t.CLASSES, *paths))
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_a_killed_run_left_goes_with_the_next_one_beside_it(tmp_path, monkeypatch):
    """Not what lies about by the same endings: of a living run, of another machine, the user's."""
    in_another_process(KILLED, tmp_path)
    ends = (".lock.part", ".part")
    left = [f"{Path(path).name}{end}" for path in paths(tmp_path) for end in ends]
    assert names(tmp_path) == sorted(left)
    foreign = [f"{name}.tif{end}" for name in ("far", "own") for end in ends]
    for name in foreign:
        (tmp_path / name).write_text("GINet for QGIS on another machine" if "far" in name else "")
    with monkeypatch.context() as patch:
        patch.setattr("fcntl.flock", drive_without_locks)
        with lock_outputs([str(tmp_path / "new.tif")]):
            assert names(tmp_path) == sorted([*left, *foreign, "new.tif.lock.part"])
    with lock_outputs([str(tmp_path / "living.tif")]):
        (tmp_path / "living.tif.part").touch()
        living = ["living.tif.lock.part", "living.tif.part"]
        with lock_outputs([str(tmp_path / "new.tif")]):
            assert names(tmp_path) == sorted([*foreign, *living, "new.tif.lock.part"])


def drive_without_locks(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_run_is_in_nobodys_way(tmp_path):
    in_another_process(KILLED, tmp_path)
    with lock_outputs(paths(tmp_path)):
        make(tmp_path)
    assert not [name for name in names(tmp_path) if "part" in name]


def in_another_process(code, folder):
    here = Path(__file__).parent
    places = [here.parents[2], here.parents[1] / "fixtures", folder]
    return subprocess.run(
        [sys.executable, "-c", dedent(code), *map(str, places)],
        capture_output=True,
        text=True,
        check=False,
    )


FILL_THE_DISK = """
    import resource, signal, sys
    sys.path[:0] = sys.argv[1:3]
    from pathlib import Path
    import core.wire.errors
    import results as t
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    folder = Path(sys.argv[3])
    t.make(folder)
    size = max(path.stat().st_size for path in folder.iterdir())
    for path in folder.iterdir():
        path.unlink()
    for share in (0.001, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size * share), resource.RLIM_INFINITY))
        try:
            t.make(folder)
        except core.wire.errors.OutputError as error:
            print("torn" if t.names(folder) else "refused", share, error)
        else:
            print("whole", share)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    """Files may grow to a share of what they need, in the end to all of it."""
    done = in_another_process(FILL_THE_DISK, tmp_path)
    assert done.returncode == 0, done.stderr
    outcomes = [line.split()[0] for line in done.stdout.splitlines()]
    assert outcomes == ["refused"] * 11 + ["whole"], done.stdout
    assert "cannot be written" in done.stdout


@pytest.mark.parametrize(("width", "height"), [(3, 2000), (40, 16384), (2000, 1), (1200, 20000)])
def test_long_and_narrow_rasters_are_whole(tmp_path, width, height):
    grid = Grid(width, height, HALF_METRE, UTM, georeferenced=True)
    values = np.tile(np.array([0, 2, 4], np.uint8), -(-width * height // 3))[: width * height]
    with OutputSet(grid, CLASSES, paths(tmp_path)[0]) as outputs:
        outputs.write((0, 0, width, height), values.reshape(height, width))
        outputs.complete([0, 0, 0], None)
        outputs.publish()
    assert names(tmp_path) == ["classes.tif", "classes.tif.aux.xml"]


@pytest.mark.parametrize("after", [1, 2, 3])
def test_cancelling_while_parts_are_completed_leaves_nothing(tmp_path, after):
    asked = []

    def cancelled():
        asked.append(names(tmp_path))
        return len(asked) == after

    with pytest.raises(Cancelled), OutputSet(GRID, CLASSES, *paths(tmp_path)) as outputs:
        outputs.complete(write_all(outputs), None, cancelled)
    assert len(asked) == after
    assert names(tmp_path) == []


def test_empty_tiles_take_no_room(tmp_path):
    grid = Grid(6000, 6000, HALF_METRE, UTM, georeferenced=True)
    with OutputSet(grid, CLASSES, paths(tmp_path)[0]) as outputs:
        outputs.write((512, 512, 512, 512), np.full((512, 512), 2, np.uint8))
        outputs.write((3000, 3000, 700, 700), np.full((700, 700), 255, np.uint8))
        outputs.complete([0, 0, 512 * 512], None)
        outputs.publish()
    assert Path(paths(tmp_path)[0]).stat().st_size < 30_000


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("there.tif", OutputExists, "is there already"),
        ("nowhere/a.tif", OutputError, "There is no folder"),
        ("a.png", OutputError, "does not end in .tif"),
        ("folder.tif", OutputError, "is a folder"),
        ("a" * 300 + ".tif", OutputError, "cannot be written"),
    ],
)
def test_outputs_that_cannot_be(tmp_path, name, error, message):
    (tmp_path / "there.tif").touch()
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(error, match=message) as caught:
        check_outputs([str(tmp_path / "good.TIFF"), str(tmp_path / name)], overwrite=False)
    assert caught.value.hint
    assert str(tmp_path) in caught.value.message


def test_a_folder_that_is_not_writable(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="not writable"):
        check_outputs([str(tmp_path / "a.tif")], overwrite=False)


def test_overwriting_when_allowed(tmp_path):
    (tmp_path / "there.tif").touch()
    check_outputs([str(tmp_path / "there.tif"), str(tmp_path / "new.tif")], overwrite=True)
