"""Safe: what a model file, a job or a raster from a stranger cannot do. See docs/SECURITY.md."""

import json
import pickle
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import rasterio
import safetensors.torch
import torch
from rasters import noise, write
from tiny_model import card

from core.classify import _model_scale
from core.model.card import Card
from core.model.modelfile import build_network, load_model, read_card
from core.raster.reading import Raster
from core.wire import job as jobs
from core.wire.errors import JobError, ModelFileError, RasterReadError

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2"


def framed(header, weights=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + weights


# Model files --------------------------------------------------------------------------------------


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    "save", [torch.save, lambda what, path: path.write_bytes(pickle.dumps(what))]
)
def test_a_pickle_is_not_opened(save, tmp_path):
    bait = tmp_path / "bait"
    model = tmp_path / "model.safetensors"
    save(Bomb(bait), model)
    with pytest.raises(ModelFileError, match="is not a safetensors file"):
        load_model(str(model))
    assert not bait.exists()


def test_nothing_that_runs_what_it_reads():
    """No pickle, eval, exec or shell in what is shipped."""
    words = re.compile(
        r"(?<![\w.])(eval|exec)\(|pickle\.loads?\(|shell=True|os\.system|torch\.load\((?!.*weights_only=True)"
    )
    shipped = [*ROOT.glob("core/**/*.py"), *ROOT.glob("ginet_qgis/**/*.py")]
    found = [
        f"{path.name}: {line.strip()}"
        for path in shipped
        for line in path.read_text("utf-8").splitlines()
        if words.search(line)
    ]
    assert len(shipped) > 50
    assert found == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ((2**62).to_bytes(8, "little"), "at most"),
        ((50 * 2**20).to_bytes(8, "little"), "at most"),
        (b"", "is not a safetensors file"),
        (framed(b"[" * 100_000), "is not a safetensors file"),
        (framed({"__metadata__": {"card": "[" * 100_000}}), "is not valid JSON"),
        (framed({"__metadata__": {"card": '{"mlm:name": NaN}'}}), "holds NaN"),
        (framed({"__metadata__": {"card": '["\\ud800"]'}}), "no Unicode"),
        (framed({"__metadata__": {"card": "[1e999]"}}), "holds the number 1e999"),
        (framed({"__metadata__": {"card": "9" * 5000}}), "holds the number 999"),
    ],
)
def test_odd_headers_are_refused(content, says, tmp_path):
    model = tmp_path / "model.safetensors"
    model.write_bytes(content)
    with pytest.raises(ModelFileError, match=says):
        read_card(model)


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 10**6},
        {"width": 1024, "patch": 2048, "context": 2048},
        {"patch": 4096, "context": 4096},
        {"global_size": 4096},
        {"context": 10**7},
        {"bands": ("a",) * 17, "value_scaling": {}},
        {"name": "x" * 5000},
        {"ground_resolution": (1e-9, 1e9)},
        {"value_scaling": {"uint8": ((0.0, 1e-60),) * 3}},
        {"value_scaling": {"uint8": ((float("-inf"), float("inf")),) * 3}},
        {"training_data": ({"name": 3},)},
    ],
)
def test_what_a_card_may_ask_for_is_bounded(changes):
    with pytest.raises(ModelFileError) as caught:
        replace(card(), **changes)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("metres", [1e-4, 1e4])
def test_a_card_cannot_have_rasters_resampled_without_bound(metres, tmp_path):
    """At 10 km a pixel, one block of the model would be all of a raster of any size."""
    wild = replace(card(), ground_resolution=(metres, metres))
    with Raster(write(tmp_path / "image.tif", noise())) as raster:
        scale, warning = _model_scale(wild, raster, resample=True)
    assert 1 / 64 <= scale <= 64
    assert "is too far from the model's" in warning


@pytest.mark.parametrize(("metres", "told"), [(0.12, True), (0.13, False), (5.0, False)])
def test_imagery_that_lacks_detail_is_told_of(metres, told, tmp_path):
    """Four times coarser than the model knows is too coarse; finer imagery loses nothing."""
    known = replace(card(), ground_resolution=(metres, metres))
    with Raster(write(tmp_path / "image.tif", noise())) as raster:
        _, warning = _model_scale(known, raster, resample=True)
    assert ("Resampling adds no detail" in warning) == told


def test_a_card_has_255_classes_at_most():
    fields = card().to_dict()
    entry = {"value": 1, "name": "a", "color_hint": "000000"}
    fields["mlm:output"][0]["classification:classes"] = [entry] * 100_000
    with pytest.raises(ModelFileError, match="2 to 255 classes, not 100000"):
        Card.from_dict(fields)


def test_tensors_are_checked_before_memory_is_taken(tmp_path):
    """A file of a terabyte, but for its bytes: the card's network has less."""
    model, size = tmp_path / "model.safetensors", 2**40
    tensors = {"huge": {"dtype": "F32", "shape": [2**38], "data_offsets": [0, size]}}
    header = framed({**tensors, "__metadata__": {"card": json.dumps(card().to_dict())}})
    with model.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelFileError, match=r"tensor .* does not fit its card|allocate memory"):
        load_model(str(model))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB


def odd_tensor(name, tensor):
    tensors = build_network(card()).state_dict()
    return {**{key: value.contiguous() for key, value in tensors.items()}, name: tensor}


@pytest.mark.parametrize(
    ("name", "tensor", "says"),
    [
        ("local_head.classify.bias", torch.zeros(3, dtype=torch.complex64), "does not fit"),
        ("local_head.classify.bias", torch.zeros(3, dtype=torch.bool), "does not fit"),
        ("local_head.classify.bias", torch.zeros(4), "does not fit"),
        ("local_head.classify.bias", torch.tensor([0, 0, float("nan")]), "are no numbers"),
        ("more", torch.zeros(1), "tensor more does not fit"),
    ],
)
def test_tensors_of_another_type_shape_or_of_no_numbers(name, tensor, says, tmp_path):
    model = tmp_path / "model.safetensors"
    header = {"card": json.dumps(card().to_dict())}
    safetensors.torch.save_file(odd_tensor(name, tensor), model, header)
    with pytest.raises(ModelFileError, match=says):
        load_model(str(model))


def test_mutated_files_are_taken_or_refused(tmp_path):
    """A minute's worth of benchmarks/fuzz.py is some thousands; these are its first."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import fuzz

    target = fuzz.Target(tmp_path)
    for seed in range(100):
        kind = fuzz.TURNS[seed % len(fuzz.TURNS)]
        target.show(kind, target.make(kind, seed))  # raises what is no GinetError


# Jobs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"version": 1' + b" " * 2**20, "larger than a job can be"),
        (b"[" * 10_000, "nests too deeply"),
        (b'{"version": NaN}', "holds NaN"),
        (b"\xff\xfe", "not valid JSON"),
        (b'{"version": 1, "verb": "../../evil"}', "this engine knows"),
        (b'{"version": 1, "verb": "classify", "input": "\\ud800"}', "no Unicode"),
    ],
)
def test_odd_jobs_are_refused(content, says, tmp_path):
    path = tmp_path / "job.json"
    path.write_bytes(content)
    with pytest.raises(JobError, match=says):
        jobs.load(str(path))


def test_a_job_that_never_ends_is_refused():
    with pytest.raises(JobError, match="larger than a job can be"):
        jobs.load("/dev/zero")


def test_only_what_the_job_names_is_written(tmp_path, tiny_model, python):
    image = write(tmp_path / "image.tif", noise())
    before = {path: path.read_bytes() for path in (Path(image), tiny_model)}
    out = tmp_path / "out"
    out.mkdir()
    options = {"report": str(out / "r.json"), "confidence": str(out / "c.tif")}
    options |= {"output": str(out / "o.tif"), "model": tiny_model}
    done = engine_run(tmp_path, python, input=image, **options)
    assert done.returncode == 0, done.stderr
    told = [path.name for path in out.iterdir() if path.name != "o.tif.aux.xml"]  # GDAL's sidecar
    assert sorted(told) == ["c.tif", "o.tif", "r.json"]
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image.tif", "job.json", "out"]
    for wrong in ("image", "labels"):
        fields = {"image": image, "labels": str(tmp_path / "l.tif"), "classes": card().classes}
        with pytest.raises(JobError, match="must be different files"):
            jobs.FinetuneJob(**fields, output=fields[wrong], overwrite=True)


# Rasters, network and secrets ---------------------------------------------------------------------


def engine_run(folder, python, **fields):
    job = folder / "job.json"
    fields = {
        name: str(value) if isinstance(value, Path) else value for name, value in fields.items()
    }
    job.write_text(json.dumps({"version": 1, "verb": "classify", **fields}))
    command = [*python, "-m", "core", "run", str(job)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=200, check=False
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Serves image.tif; gives its address and what it was asked for."""
    folder = tmp_path_factory.mktemp("served")
    write(folder / "image.tif", noise())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    with log.open("w") as stderr:
        command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
        process = subprocess.Popen([*command, "-d", folder], stderr=stderr)
    for _ in range(100):
        with socket.socket() as trial:
            if not trial.connect_ex(("127.0.0.1", port)):
                break
        time.sleep(0.1)
    yield f"127.0.0.1:{port}", lambda: [s for s in log.read_text().splitlines() if "image.tif" in s]
    process.terminate()
    process.wait()


def vrt(source, band=""):
    one = f"<SimpleSource><SourceFilename>{source}</SourceFilename><SourceBand>1</SourceBand>"
    return (
        '<VRTDataset rasterXSize="80" rasterYSize="60"><VRTRasterBand dataType="Byte" band="1" '
        f"{band or '>'}{one}</SimpleSource></VRTRasterBand></VRTDataset>"
    )


def test_a_local_file_does_not_lead_to_the_network(server, tiny_model, tmp_path, python):
    """In a process of its own: one that has opened an address stays on the network."""
    address, asked = server
    before = len(asked())
    schemes = "/vsicurl/http://", "/vsicurl?proxy=&amp;url=http://", "http://"
    paths = []
    for folder in ("plain", "vsi_scenes", "vsicurl"):
        (tmp_path / folder).mkdir()
        for number, scheme in enumerate(schemes):
            paths.append(tmp_path / folder / f"odd{number}.vrt")
            paths[-1].write_text(vrt(f"{scheme}user:{SECRET}@{address}/image.tif"))
    code = (
        "import sys; from core.__main__ import main; model, output, *paths = sys.argv[1:]; "
        "print([main(['classify', path, output, '--model', model]) for path in paths])"
    )
    command = [*python, "-c", code, tiny_model, tmp_path / "o.tif", *paths]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=200, check=True
    )
    assert json.loads(done.stdout) == [2] * len(paths)
    refused = [line for line in done.stderr.splitlines() if "cannot be read" in line]
    assert len(refused) == len(paths)
    for path, told in zip(paths, refused, strict=True):
        assert f"{path} cannot be read" in told
    assert SECRET not in done.stdout + done.stderr
    assert len(asked()) == before


def test_a_vrt_runs_no_code(tmp_path):
    bait = tmp_path / "bait"
    code = (
        'subClass="VRTDerivedRasterBand"><PixelFunctionType>f</PixelFunctionType>'
        "<PixelFunctionLanguage>Python</PixelFunctionLanguage><PixelFunctionCode><![CDATA[\n"
        f"def f(*_, **__):\n    open({str(bait)!r}, 'w')\n]]></PixelFunctionCode>"
    )
    path = tmp_path / "odd.vrt"
    path.write_text(vrt(write(tmp_path / "image.tif", noise()), code))
    with pytest.raises(RasterReadError, match="disabled"), Raster(str(path)) as raster:
        raster.read((0, 0, 80, 60))
    assert not bait.exists()


def test_an_address_that_is_named_is_read_and_its_secrets_are_not_told(
    server, tiny_model, tmp_path, python
):
    """Not in an event, the log, the report or the result; a failure tells none either."""
    address, asked = server
    named = f"/vsicurl/http://user:{SECRET}@{address}/image.tif?token={SECRET}"
    out = {"output": str(tmp_path / "o.tif"), "report": str(tmp_path / "r.json")}
    done = engine_run(tmp_path, python, input=named, model=tiny_model, **out)
    assert done.returncode == 0, done.stderr
    assert asked()
    (tmp_path / "job.json").unlink()
    for path in tmp_path.rglob("*"):
        assert SECRET.encode() not in path.read_bytes(), path
    with rasterio.open(out["output"]) as result:
        assert result.tags()["input"] == "image.tif"
    named = named.replace("image", "gone")
    gone = engine_run(tmp_path, python, input=named, model=tiny_model, **out, overwrite=True)
    assert gone.returncode == 2
    assert "gone.tif" in gone.stdout
    for text in (done.stdout, done.stderr, gone.stdout, gone.stderr):
        assert SECRET not in text


def test_an_engine_without_a_network_works_and_opens_no_connection(small_model, tmp_path):
    """Not even one that fails: no system call for any, but between its own processes."""
    alone = [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        alone = []  # no network namespaces here
    image, calls = write(tmp_path / "image.tif", noise()), tmp_path / "calls"
    watched = ["strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto", "-o", str(calls)]
    if not shutil.which("strace"):
        watched = []
    if not [*alone, *watched]:
        pytest.skip("neither network namespaces nor strace here")
    output = tmp_path / "o.tif"
    done = engine_run(
        tmp_path, [*alone, *watched, sys.executable], input=image, output=output, model=small_model
    )
    assert done.returncode == 0, done.stderr
    assert not watched or "AF_INET" not in calls.read_text()


def test_no_other_code_downloads():
    """The installer runs pip on lock files, whose hashes test_packaging.py checks; that is all."""
    words = ("urlopen", "urlretrieve", "http.client", "import requests", "from requests")
    words += ("QNetworkAccess", "hub.load", "socket.")
    found = [
        path.relative_to(ROOT)
        for folder in ("core", "ginet_qgis")
        for path in ROOT.glob(f"{folder}/**/*.py")
        if any(word in text for text in [path.read_text("utf-8")] for word in words)
    ]
    assert found == []
