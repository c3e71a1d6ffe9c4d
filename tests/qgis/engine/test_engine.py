"""The engine's process: cancel, sudden death, silence. The engine is real wherever it can be."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException

from ginet_qgis.engine import engine
from ginet_qgis.installer.variables import engine_environment

pytestmark = pytest.mark.usefixtures("cold_engine")


def stand_in(folder, monkeypatch, text):
    """Set a program that behaves as no engine should; the real one never does."""
    program = folder / "engine"
    program.write_text(f"#!{sys.executable}\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setenv("GINET_ENGINE_PYTHON", str(program))


def is_running(process):
    """Whether a process is there and no zombie."""
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def test_cancel_ends_the_engine_at_once_and_leaves_nothing(
    classify, huge, feedback, tmp_path, temporary, engine_processes
):
    cancelled_at = []

    def cancel(_percent):
        if not cancelled_at:
            cancelled_at.append(time.monotonic())
            feedback.cancel()

    feedback.progressChanged.connect(cancel)
    with pytest.raises(QgsProcessingException, match="The run was cancelled"):
        classify(huge, CONFIDENCE=str(tmp_path / "confidence.tif"))
    assert time.monotonic() - cancelled_at[0] < engine.GRACE_SECONDS + 2
    assert engine_processes() == []
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".part"]
    assert list(temporary.iterdir()) == []


def test_killed_engine_is_explained_as_out_of_memory(
    classify, huge, feedback, tmp_path, engine_processes
):
    def kill(_percent):
        for process in engine_processes():
            os.kill(process, signal.SIGKILL)

    feedback.progressChanged.connect(kill)
    with pytest.raises(QgsProcessingException, match="most likely because memory ran out"):
        classify(huge)
    assert not (tmp_path / "out.tif").exists()


def test_engine_ends_when_qgis_dies(huge, model, tmp_path):
    """A QGIS that is killed cannot say goodbye; the engine sees its stdin close."""
    output = tmp_path / "out.tif"
    job = {"version": 1, "verb": "classify", "input": str(huge), "output": str(output)}
    code = (
        "import sys, json\n"
        "from qgis.core import QgsProcessingFeedback\n"
        "from ginet_qgis.engine import engine\n"
        "feedback = QgsProcessingFeedback()\n"
        "feedback.progressChanged.connect(lambda percent: print('working', flush=True))\n"
        f"engine.run(json.loads({json.dumps(json.dumps({**job, 'model': model}))}), feedback)\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environ)
    assert parent.stdout.readline() == b"working\n"
    (child,) = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert is_running(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(child)
    assert not output.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("print('Welcome to Python')", "said something that is no event: Welcome to Python"),
        ('print(\'{"event": "start", "version": 99}\')', "speaks version 99"),
        ("raise SystemExit('no module named torch')", "code 1.*no module named torch.*Log: "),
        ("import time; time.sleep(60)", "does not answer.*Log: "),
        ("import os; os.close(1); os.abort()", "ended without a result .code -6."),
    ],
)
def test_engine_that_behaves_as_none_should(classify, plain, tmp_path, monkeypatch, text, message):
    monkeypatch.setattr(engine, "STARTUP_SECONDS", 2)
    monkeypatch.setattr(engine, "GRACE_SECONDS", 1)
    stand_in(tmp_path, monkeypatch, text)
    with pytest.raises(QgsProcessingException, match=f"(?s){message}"):
        classify(plain)
    assert not (tmp_path / "out.tif").exists()


def test_engine_that_cannot_be_started_leaves_no_log(
    classify, plain, tmp_path, monkeypatch, temporary
):
    program = tmp_path / "engine"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    monkeypatch.setenv("GINET_ENGINE_PYTHON", str(program))
    with pytest.raises(QgsProcessingException, match="cannot be started: No such file"):
        classify(plain)
    assert list(temporary.iterdir()) == []


def test_engine_gets_none_of_the_variables_of_qgis(monkeypatch):
    for name in ("PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "PROJ_LIB", "PROJ_DATA"):
        monkeypatch.setenv(name, "of QGIS")
    for name in ("QT_PLUGIN_PATH", "LD_LIBRARY_PATH", "QGIS_PREFIX_PATH"):
        monkeypatch.setenv(name, "of QGIS")
    for name in (
        "HOME",
        "LC_ALL",
        "https_proxy",
        "CUDA_VISIBLE_DEVICES",
        "HSA_OVERRIDE_GFX_VERSION",
    ):
        monkeypatch.setenv(name, "of the user")
    variables = engine_environment()
    assert "of QGIS" not in variables.values()
    assert list(variables.values()).count("of the user") == 5
    assert variables["PYTHONUTF8"] == "1"
