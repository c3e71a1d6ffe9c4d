"""The installer against a hostile world: real pip and venv, a real (small) index that fails."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ginet_qgis.installer import builds, command, errors
from ginet_qgis.installer.builds import Machine, cuda_version
from ginet_qgis.installer.diagnostics import scrub
from ginet_qgis.installer.environment import CHECK, EngineEnvironment
from ginet_qgis.installer.home import choose
from ginet_qgis.installer.install import Wanted
from ginet_qgis.paths import RESOURCES
from tests.fixtures.tiny_index import begun, write_locks, write_wheel

LOCKS = RESOURCES / "engine"
TELL = 'import tqdm, torch, json; print(json.dumps({"works": tqdm.works}))'
BIG = 3_000_000


class Index(ThreadingHTTPServer):
    """A package index that can break off in the middle of its large files."""

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.breaks_off = False
        self.asked: list[str] = []


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(Path(self.path).name)
        if self.server.breaks_off and "torch-" in self.path:
            content = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        else:
            super().do_GET()

    def log_message(self, *_what):
        """Quiet."""


@pytest.fixture(autouse=True)
def _own_variables(monkeypatch, tmp_path):
    """No test sees the user's settings, home or index; pip does not try for long."""
    for name in ("GINET_ENGINE_PYTHON", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GINET_HOME", str(tmp_path / "Müller 地图"))
    monkeypatch.setenv("GINET_BASE_PYTHON", sys.executable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "5")


@pytest.fixture
def index(tmp_path, monkeypatch):
    """An index on this machine, asked through the usual variable."""
    server = Index(tmp_path / "wheels")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", f"http://127.0.0.1:{server.server_port}/")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def engine(tmp_path, empty_environment):
    """An environment in a home with a space and non-ASCII characters; PyTorch is large."""
    locks = write_locks(tmp_path / "locks", tmp_path / "wheels")
    files = {"torch/__init__.py": "", "torch/version.py": "cuda: str | None = None\n"}
    files["torch/weights.bin"] = os.urandom(BIG // 2).hex()
    (locks / "torch.txt").write_text(write_wheel(tmp_path / "wheels", "torch", "0.1", files))
    return begun(EngineEnvironment(locks=locks, check=TELL), empty_environment)


def test_no_network(engine, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(errors.InstallError, match=r"answer\. Check the con") as caught:
        engine.build()
    assert "folder of wheels" in caught.value.hint
    assert str(engine.log) in caught.value.hint
    assert not engine.complete


def test_index_that_is_no_host(engine, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.invalid/simple")
    with pytest.raises(errors.InstallError, match="Check the connection"):
        engine.build()


def test_proxy_that_wants_a_password(engine, monkeypatch, tmp_path):
    class Proxy(SimpleHTTPRequestHandler):
        def do_CONNECT(self):
            self.send_error(407)

        def log_message(self, *_what):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.invalid/simple")
    try:
        with pytest.raises(errors.InstallError, match=r"through\. Set your HTTP proxy"):
            engine.build()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


NOTHING_FOUND = """ERROR: Could not find a version that satisfies the requirement torch==0.1
ERROR: No matching distribution found for torch==0.1"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("(Caused by SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate'))",
         "is not trusted. Set PIP_CERT"),
        ("OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /no/file",
         "is not trusted. Set PIP_CERT"),
        ("Could not install packages due to an OSError: Missing dependencies for SOCKS support.",
         "through. Set your HTTP proxy"),
        ("(Caused by ProxyError('Cannot connect to proxy.', OSError('Tunnel failed: 403')))",
         "through. Set your HTTP proxy"),
    ],
)  # fmt: skip
def test_cause_is_told_where_pips_last_words_are_of_a_version(tmp_path, said, told):
    """They would send a user astray."""
    error = errors.InstallError.from_output(f"{said}\n{NOTHING_FOUND}", 1, tmp_path / "log")
    assert told in str(error)
    assert "Could not find a version" not in str(error)
    assert error.cause != errors.NO_BUILD, "a larger download would not help"


def test_page_in_the_place_of_the_index(engine, index, tmp_path):
    """As of a hotel's network before the log-in."""
    for wheel in (tmp_path / "wheels").glob("torch*"):
        wheel.unlink()
    (tmp_path / "wheels" / "index.html").write_text("<html>Welcome! Please log in.</html>")
    with pytest.raises(errors.InstallError, match="whether your network wants a log-in"):
        engine.build()


def test_index_down_half_way_then_back(engine, index):
    """The failure names the remedy, and the next start goes on with what is there."""
    index.breaks_off = True
    with pytest.raises(errors.InstallError, match=r"broke off.*[Ss]tart again"):
        engine.build()
    assert engine.begun
    with pytest.raises(errors.EngineMissingError, match="not finished"):
        engine.find()
    assert not list(engine.folder.glob("[Ll]ib*/**/site-packages/torch"))

    index.breaks_off = False
    told = []
    engine.build(lambda _share, text: told.append(text))
    assert engine.complete
    assert "Going on with an installation that was not finished" in told
    assert not [text for text in told if text.startswith("Making an environment")][1:]


def test_download_that_breaks_off_does_not_start_a_larger_one(
    engine, index, tmp_path, empty_environment
):
    """The CPU build is there but its download fails: the CUDA build must not be taken for it."""
    line = write_wheel(tmp_path / "wheels", "torch", "0.1+cpu", {"x.bin": "x" * BIG})
    (engine.locks / "torch-cpu.txt").write_text(line)
    begun(engine, empty_environment)
    index.breaks_off = True
    with pytest.raises(errors.InstallError, match="broke off"):
        engine.build()
    assert "torch-0.1-py3-none-any.whl" not in index.asked


def test_power_cut_in_the_middle_of_a_package(engine, index):
    """A step that was not finished is done again over what it left, whatever that is."""
    packages = next(engine.folder.glob("[Ll]ib*/**/site-packages"))
    torch = packages / "torch"
    for folder in (torch, packages / "torch-0.1.dist-info"):
        folder.mkdir()
    (torch / "__init__.py").write_text("cut off in the mid")

    engine.build()

    assert engine.complete
    assert (torch / "__init__.py").read_text() == ""


def begins_anew(engine):
    """Whether an installation deletes what is there; it is given up then: all of it takes long."""
    stray = engine.folder / "left over"
    stray.write_text("from an earlier version")
    with pytest.raises(errors.InstallCancelledError):
        engine.build(cancelled=lambda: True)
    return not stray.exists()


@pytest.mark.parametrize("left", ["no record", "broken record", "python gone"])
def test_old_half_built_environment_is_built_anew(engine, left):
    if left == "python gone":
        engine.python.unlink()
    elif left == "no record":
        (engine.folder / "steps.json").unlink()
    else:
        (engine.folder / "steps.json").write_text("[]")
    with pytest.raises(errors.EngineMissingError):
        engine.find()
    assert begins_anew(engine)


def test_mark_that_a_power_cut_has_damaged(engine, index):
    """The environment counts as unfinished, the diagnostics are told, and it goes on quickly."""
    engine.build()
    index.asked.clear()
    for left in ("", '{"torch": ', "[]"):
        engine.marker.write_text(left)
        assert not engine.has("auto"), left
        assert '"unfinished": true' in engine.diagnose()
        with pytest.raises(errors.EngineMissingError, match="not finished"):
            engine.find()
        engine.build()
        assert engine.complete
        assert engine.made["works"]
    assert index.asked == [], "all packages were there"


def test_finished_steps_whose_packages_are_damaged(engine, index):
    """The steps are thought to be done, but what they made is gone: it does not stay so."""
    (engine.folder / "steps.json").write_text(
        json.dumps({"base": sys.executable, "build": "cpu", "done": ["venv", "torch", "engine"]})
    )
    with pytest.raises(errors.InstallError, match="No module named 'tqdm'"):
        engine.build()
    assert begins_anew(engine)


@contextmanager
def mounted(place, options):
    """A file system in memory, mounted on a new folder."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 40 MB."""
    with mounted(tmp_path / "small disk", "size=40m") as place:
        yield place


def test_disk_too_small_is_told_before_the_work(engine, small_disk):
    small = EngineEnvironment(small_disk / "home", engine.locks, TELL)
    with pytest.raises(
        errors.DiskSpaceError, match=r"has 0\.0 GB free; 3\.0 GB are needed\..*another disk"
    ):
        small.build()
    assert not small.folder.exists()


def test_disk_that_fills_up_meanwhile(engine, index, small_disk, monkeypatch, empty_environment):
    """Something else takes the space that was there before."""
    monkeypatch.setattr("ginet_qgis.installer.install.need_space", lambda *_what: None)
    small = begun(EngineEnvironment(small_disk, engine.locks, TELL), empty_environment)
    with (small_disk / "other program's").open("wb") as file:
        file.write(bytes(shutil.disk_usage(small_disk).free - 10**6))
    with pytest.raises(errors.InstallError, match="Free some space"):
        small.build()
    assert not small.complete


@pytest.fixture
def read_only(tmp_path):
    """A folder that cannot be written to, by root neither."""
    with mounted(tmp_path / "read only", "ro") as place:
        yield place


def test_no_write_permission(engine, read_only):
    for home in (read_only, read_only / "home"):
        with pytest.raises(
            errors.InstallError, match=r"cannot be written: .*Choose a folder that you may"
        ):
            EngineEnvironment(home, engine.locks, TELL).build()


def test_file_in_the_place_of_the_folder_that_remembers(engine, tmp_path):
    """Another folder alone would not help, so the message names the one that is meant."""
    own, other = engine.home, tmp_path / "another disk"
    own.rename(tmp_path / "aside")
    own.touch()
    elsewhere = EngineEnvironment(other, engine.locks, TELL)
    with pytest.raises(errors.InstallError, match="a file is in its place") as caught:
        elsewhere.build()
    assert f"is kept in {own}: " in caught.value.hint
    assert not elsewhere.folder.exists(), "told before the work"


def test_file_system_without_locks(engine, monkeypatch):
    """As some networks' homes; the installer must not wait for nobody."""
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_what):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(errors.InstallError, match="holds no wheels"):
        engine.build(cancelled=lambda: True, wanted=Wanted(wheels=engine.locks))


def test_disk_of_the_engine_that_is_not_there(engine, tmp_path):
    """The user is asked for the disk, not led to install once more."""
    choose(folder=str(tmp_path / "external disk"))
    with pytest.raises(errors.EngineMissingError, match=r"external disk, is not there"):
        EngineEnvironment(locks=engine.locks).find()


def _broken_torch(tmp_path, how: str) -> str:
    """A Python that sees this one's packages, but whose PyTorch is broken at start."""
    folder = tmp_path / "conda environment 环境"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    packages = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()
    )  # fmt: skip
    seen = [path for path in sys.path if path.endswith("-packages")]
    (packages / "seen.pth").write_text("\n".join([*seen, "import broken_torch"]), "utf-8")
    (packages / "broken_torch.py").write_text(
        "import sys, importlib.abc, importlib.machinery\n"
        "class Finder(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name != 'torch': return None\n"
        "        sys.meta_path.remove(self)\n"
        "        spec = importlib.machinery.PathFinder.find_spec(name, path)\n"
        "        run = spec.loader.exec_module\n"
        "        def load(module):\n"
        "            run(module)\n"
        f"            {how}\n"
        "        spec.loader.exec_module = load\n"
        "        return spec\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    return str(python)


def test_torch_that_imports_but_cannot_compute(engine, tmp_path):
    """GINet's own forward pass finds out; the Python is not taken."""
    python = _broken_torch(
        tmp_path,
        "module.conv2d = module.nn.functional.conv2d = None or "
        "(lambda *a, **k: (_ for _ in ()).throw(RuntimeError('no kernel image is available')))",
    )
    real = EngineEnvironment(engine.home, LOCKS)
    with pytest.raises(errors.InstallError) as caught:
        real.use(python)
    assert "there but cannot compute: no kernel image is available" in caught.value.message
    assert "Install another build of PyTorch, or choose another Python." in caught.value.message
    with pytest.raises(errors.EngineMissingError):
        real.find()


def test_card_that_cannot_compute_falls_back_to_the_processor(engine, tmp_path):
    """PyTorch says that there is a card, but nothing can be put on it."""
    python = _broken_torch(tmp_path, "module.cuda.is_available = lambda: True")
    real = EngineEnvironment(engine.home, LOCKS)
    assert str(real.use(python)) == python
    assert real.tried["device"] == "cpu"
    assert real.tried["fallback"].startswith("cuda: ")


def test_good_python_is_proved_by_a_forward_pass(engine):
    real = EngineEnvironment(engine.home, LOCKS)
    assert real.check == CHECK
    real.use(sys.executable)
    assert real.tried["fallback"] == ""
    assert {"torch", "rasterio", "gdal", "device_name"} <= real.tried.keys()


LINUX = {"system": "Linux", "processor": "x86_64"}
CARD = {"card": "NVIDIA RTX", "driver_cuda": (13, 0), "capability": (8, 9)}


@pytest.mark.parametrize(
    ("machine", "offered"),
    [
        (Machine(**LINUX), ["cpu"]),
        (Machine(**LINUX, **CARD), ["cuda", "cpu"]),
        (Machine(**LINUX, **{**CARD, "driver_cuda": (12, 8)}), ["cpu"]),
        (Machine(**LINUX, **{**CARD, "capability": (6, 1)}), ["cpu"]),
        (Machine(**LINUX, has_rocm=True), ["cpu"]),
        (Machine("Windows", "AMD64", **CARD), ["cpu"]),
        (Machine("Darwin", "arm64"), ["mps", "cpu"]),
    ],
)
def test_builds_that_suit_a_machine(machine, offered):
    found = builds.builds(machine, LOCKS)
    assert [each.name for each in found if not each.refusal] == offered
    assert sorted(each.name for each in found) == sorted(builds.NAMES)
    for each in found:
        if not each.refusal:
            assert 10**8 < each.download < each.disk < each.space


def test_cuda_version_comes_from_the_driver(monkeypatch, tmp_path):
    driver = tmp_path / "nvidia-smi"
    driver.write_text(
        '#!/bin/sh\ncase "$1" in\n*name*) echo "NVIDIA RTX A2000";;\n*cap*) echo 8.6;;\n'
        '*) echo "| Driver Version: 535.1   CUDA Version: 12.2 |";;\nesac\n'
    )
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    machine = Machine.this()
    assert (machine.card, machine.driver_cuda) == ("NVIDIA RTX A2000", (12, 2))
    assert machine.capability == (8, 6)
    (cuda,) = [each for each in builds.builds(machine, LOCKS) if each.name == "cuda"]
    needed = ".".join(map(str, cuda_version(LOCKS)))
    if sys.platform == "linux":
        assert cuda.refusal.startswith(
            f"The graphics driver serves CUDA 12.2; the build needs {needed}"
        )


def test_diagnostics_name_no_user_and_no_password(empty_environment, monkeypatch, capsys):
    begun(EngineEnvironment(), empty_environment)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy:3128")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert command.main(["build"]) == 1
    capsys.readouterr()
    assert command.main(["diagnose"]) == 0
    said = capsys.readouterr().out
    assert "secret" not in said
    assert "HTTPS_PROXY=http://***@proxy:3128" in said
    assert "Build cpu: offered" in said
    assert "lines of" in said
    assert scrub(f"{Path.home()}/x") == "~/x"


def test_remove_leaves_nothing_but_what_is_the_users(engine, index, tmp_path):
    """Neither the lock nor what pip has downloaded."""
    engine.build()
    assert not (engine.folder / "downloads").exists()
    (engine.home / "notes.txt").touch()
    engine.remove()
    assert [path.name for path in engine.home.iterdir()] == ["notes.txt"]
    (engine.home / "notes.txt").unlink()
    engine.remove()
    assert not engine.home.exists()
    assert not (tmp_path / "cache").exists(), "pip's own cache, which other programs share"
