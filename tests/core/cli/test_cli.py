"""The command line as a real process: exit status, what is on which stream, cancelling."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import rasterio
import rasters
from tiny_model import write

from core.wire import job as jobs
from core.wire.errors import JobError
from core.wire.job import ClassifyJob

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def engine(python):
    """Run it to its end."""

    def run(*arguments, python=python, **options):
        return subprocess.run(
            [*python, "-m", "core", *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            **options,
        )

    return run


@pytest.mark.parametrize(("options", "times"), [([], 0.5), (["--no-resample"], 1)])
def test_classify_works_at_the_models_ground_resolution(here, image, tmp_path, options, times):
    model = write(tmp_path / "metre.safetensors", ground_resolution=(1.0, 1.0))
    output = tmp_path / "out.tif"
    assert here("classify", image, output, "--model", model, *options).returncode == 0
    with rasterio.open(output) as result:
        assert float(result.tags()["resampled_by"]) == pytest.approx(times, rel=1e-3)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a folder 图")
    return rasters.write(folder / "image.tif", rasters.noise(height=300, width=400))


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_classify_with_a_progress_bar_and_a_summary(engine, image, small_model, tmp_path):
    """Started from nothing, as by the user."""
    output = tmp_path / "out 图.tif"
    done = engine("classify", image, output, "--model", small_model, python=[sys.executable])
    assert done.returncode == 0, done.stderr
    assert "class 1" in done.stdout
    assert "megapixels a second" in done.stdout
    assert "100%" in done.stderr
    assert output.exists()


def test_classify_with_events(engine, image, tiny_model, tmp_path):
    done = engine(
        *("classify", image, tmp_path / "out.tif", "--model", tiny_model, "--json"),
        *("--extent", 500010, 4999900, 500100, 4999990, "--bands", 3, 3, 1, "--device", "cpu"),
        *("--confidence", tmp_path / "c.tif", "--probabilities", tmp_path / "p.tif"),
        *("--report", tmp_path / "r.json"),
    )
    assert done.returncode == 0, done.stderr
    events = lines(done.stdout)
    assert events[0]["event"] == "start"
    assert events[0]["window"] == [20, 20, 180, 180]
    assert events[-1]["event"] == "result"
    assert set(events[-1]["outputs"]) == {"output", "confidence", "probabilities", "report"}
    assert all(Path(path).is_file() for path in events[-1]["outputs"].values())
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["areas"] == events[-1]["areas"]


def test_run_a_job_without_standard_input(engine, image, tiny_model, tmp_path):
    job = ClassifyJob(input=image, output=str(tmp_path / "out.tif"), model=str(tiny_model))
    path = tmp_path / "job.json"
    path.write_text(json.dumps(jobs.to_dict(job)), "utf-8")
    done = engine("run", path, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout)[-1]["event"] == "result"


def test_closing_standard_input_cancels(python, tiny_model, tmp_path):
    image = rasters.write(tmp_path / "big.tif", np.ones((3, 6000, 6000), np.uint8))
    job = ClassifyJob(input=image, output=str(tmp_path / "out.tif"), model=str(tiny_model))
    path = tmp_path / "job.json"
    path.write_text(json.dumps(jobs.to_dict(job)), "utf-8")
    process = subprocess.Popen(
        [*python, "-m", "core", "run", "--watch-stdin", path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    while json.loads(process.stdout.readline())["event"] != "progress":
        pass
    begin = time.monotonic()
    process.stdin.close()
    rest = process.stdout.read().decode()
    assert process.wait(30) == 130
    assert time.monotonic() - begin < 10
    assert lines(rest)[-1]["code"] == "Cancelled"
    assert {entry.name for entry in tmp_path.iterdir()} == {"big.tif", "job.json"}


def test_an_engine_that_waits_is_told_its_job(engine, image, tiny_model, tmp_path):
    job = ClassifyJob(input=image, output=str(tmp_path / "out.tif"), model=str(tiny_model))
    path = tmp_path / "a job \u4e00.json"
    path.write_text(json.dumps(jobs.to_dict(job)), "utf-8")
    done = engine("run", "-", input=f"{path}\n")
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout)[-1]["event"] == "result"


@pytest.mark.parametrize("idle", [600, 0.01])
def test_an_engine_that_waits_for_nothing_ends(python, idle):
    code = f"""if True:
        from core.__main__ import main
        from core.cli import jobs
        jobs.IDLE_SECONDS = {idle}
        main(["run", "-"])
    """
    process = subprocess.Popen([*python, "-c", code], cwd=ROOT, stdin=subprocess.PIPE)
    if idle == 600:
        process.stdin.close()
    assert process.wait(60) == 0


def test_an_engine_that_waits_can_be_ended(python):
    """A signal is for it, and not for the job that is to come."""
    code = """if True:
        import os, signal, time
        from core.__main__ import main
        from core.cli import jobs

        def read(*_):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)

        jobs.os.read = read
        main(["run", "-"])
    """
    process = subprocess.run([*python, "-c", code], cwd=ROOT, timeout=60, check=False)
    assert process.returncode == -signal.SIGTERM


SLOW = """
    import sys, time
    from core.__main__ import main
    from core.results.partial_file import PartialRaster

    def complete(self):
        print("completing", file=sys.stderr, flush=True)
        time.sleep(60)

    PartialRaster.complete = complete
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_what_takes_long(python, image, tiny_model, tmp_path, number):
    process = subprocess.Popen(
        [
            *(*python, "-c", dedent(SLOW)),
            *("classify", image, tmp_path / "out.tif", "--model", tiny_model, "--json"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    while "completing" not in process.stderr.readline():
        pass
    process.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    begin = time.monotonic()
    process.send_signal(number)
    rest, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    assert time.monotonic() - begin < 5
    assert lines(rest)[-1]["code"] == "Cancelled"
    assert "Traceback" not in told
    # The finished blocks, from which the same job goes on.
    assert [path.name for path in tmp_path.iterdir()] == ["out.tif.blocks.part"]


def test_info_prints_the_card(engine, tiny_model):
    done = engine("info", tiny_model)
    assert done.returncode == 0
    assert json.loads(done.stdout)["mlm:name"] == "tiny"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["classify", "missing.tif", "out.tif"], "missing.tif cannot be opened"),
        (["classify", "IMAGE", "OUT", "--model", "nothing"], "no model 'nothing'"),
        (["classify", "IMAGE", "OUT", "--model", "IMAGE"], "not a safetensors file"),
        (["classify", "IMAGE", "OUT", "--extent", "0", "0", "1", "1"], "does not touch"),
        (["classify", "IMAGE", "OUT", "--extent", "5", "5", "1", "9"], "is empty"),
        (["classify", "IMAGE", "OUT", "--bands", "1", "2", "9"], "band"),
        (["classify", "IMAGE", "OUT", "--bands", "1"], "band"),
        (["classify", "IMAGE", "OUT", "--device", "mps"], "not available"),
        (["classify", "IMAGE", "IMAGE"], "different files"),
        (["classify", "IMAGE", "out.png"], ".tif"),
        (["classify", "IMAGE", "/nowhere/out.tif"], "/nowhere"),
        (["classify", "IMAGE", "o" * 300 + ".tif"], "cannot be written"),
        (["classify", "IMAGE", "OUT", "--report", "r" * 300], "cannot be written"),
        (["classify", "IMAGE", "OUT", "--report", "/nowhere/r.json"], "/nowhere"),
        (["classify", "IMAGE", "OUT", "--model", "m" * 300], "no model"),
        (["classify", "i" * 300, "OUT"], "cannot be opened"),
        (["classify", "IMAGE"], "required"),
        (["info", "m" * 300], "no model"),
        (["run", "j" * 300], "cannot be read"),
        (["train", "missing.toml", "--data", ".", "--output", "o" * 300], "missing.toml"),
        (["run", "missing.json"], "missing.json cannot be read"),
        (["info", "IMAGE"], "not a safetensors file"),
        (["train", "missing.toml", "--data", ".", "--output", "OUT"], "missing.toml"),
        (["dance"], "invalid choice"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_is_one_clear_line_and_status_2(
    arguments, message, image, tiny_model, tmp_path, here, engine
):
    """In this process, but for the first."""
    names = {"IMAGE": image, "OUT": tmp_path / "out.tif"}
    arguments = [names.get(argument, argument) for argument in arguments]
    if arguments[0] == "classify" and "--model" not in arguments:
        arguments += ["--model", tiny_model]
    done = (engine if arguments[1:2] == ["missing.tif"] else here)(*arguments)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


GOOD = {"version": 1, "verb": "classify", "input": "a.tif", "output": "b.tif"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version"),
        ({"verb": "dance"}, "verb"),
        ({"input": None}, "input"),
        ({"extent": [1, 2, 3]}, "extent"),
        ({"extent": [0, 0, float("nan"), 1]}, "extent"),
        ({"extent": "whole"}, "extent"),
        ({"bands": [0]}, "bands"),
        ({"bands": [True]}, "bands"),
        ({"device": "tpu"}, "device"),
        ({"precision": "int8"}, "precision"),
        ({"batch_size": 0}, "batch_size"),
        ({"overwrite": "yes"}, "overwrite"),
        ({"confidence": 3}, "confidence"),
        ({"confidence": "b.tif"}, "different files"),
        ({"colour": "red"}, "unknown fields: colour"),
        ({"scheduler": "tcp://there:8786"}, "unknown fields: scheduler"),
        ({"low_confidence": 101}, "low_confidence must be a number from 1 to 100"),
    ],
    ids=str,
)
def test_a_bad_job_is_refused_with_the_field_named(change, message):
    with pytest.raises(JobError, match=message):
        jobs.from_dict({**GOOD, **change})


def test_a_job_survives_json():
    job = ClassifyJob(input="a", output="b", extent=(0, 1, 2, 3.5), bands=(1, 1, 2))
    assert jobs.from_dict(json.loads(json.dumps(jobs.to_dict(job)))) == job


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000])
def test_a_file_that_is_no_job(tmp_path, text):
    path = tmp_path / "job.json"
    path.write_text(text)
    with pytest.raises(JobError):
        jobs.load(str(path))
