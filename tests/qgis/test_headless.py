"""``qgis_process`` in an empty profile: from the checkout, and from the packaged zip."""

import json
import os
import shutil
import subprocess
import zipfile

import pytest

from scripts import package

REPOSITORY = package.ROOT
QGIS_PROCESS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


@pytest.fixture
def qgis_process(tmp_path, engine_python):
    """Run ``qgis_process`` in a profile of its own; returns the finished process."""

    def run(*arguments, **variables):
        environ = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile"),
            "GINET_ENGINE_PYTHON": str(engine_python),
            **variables,
        }
        command = [QGIS_PROCESS, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=300)

    return run


def test_from_the_checkout(qgis_process, plain, small_model, tmp_path, layer):
    """All values as text, as a shell gives them; the style is there though no layer is loaded."""
    checkout = {"QGIS_PLUGINPATH": str(REPOSITORY)}
    qgis_process("plugins", "enable", "ginet_qgis", **checkout)
    inputs = [f"INPUT={plain}", f"MODEL={small_model}", "BANDS=1;2;3", "DEVICE=cpu", "RESAMPLE=0"]
    extent = "EXTENT=500010,500110,4977920,4977980 [EPSG:32612]"
    outputs = [f"OUTPUT={tmp_path}/out.tif", f"REPORT={tmp_path}/out.html"]
    done = qgis_process(
        "run", "ginet:classify", "--json", "--", *inputs, extent, *outputs, **checkout
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert results["DEVICE_USED"] == "cpu"
    result = layer(results["OUTPUT"])
    assert (result.width(), result.height()) == (200, 120)
    assert result.renderer().type() == "paletted"
    assert len(result.renderer().classes()) == 3
    assert (tmp_path / "out.qml").is_file()
    assert "</html>" in (tmp_path / "out.html").read_text("utf-8")

    refused = qgis_process(
        "run", "ginet:classify", "--", *inputs, *outputs,
        GINET_ENGINE_PYTHON="", GINET_HOME=tmp_path, **checkout,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "ginet:setup" in refused.stdout + refused.stderr


def test_from_the_package(qgis_process, plain, small_model, tmp_path):
    """The zip alone, in a folder that has nothing of the checkout."""
    archive = package.package(tmp_path / "dist")
    plugins = tmp_path / "profile" / "profiles" / "default" / "python" / "plugins"
    with zipfile.ZipFile(archive) as content:
        content.extractall(plugins)
    qgis_process("plugins", "enable", "ginet_qgis", QGIS_PLUGINPATH="")
    given = [f"INPUT={plain}", f"MODEL={small_model}", "DEVICE=cpu", f"OUTPUT={tmp_path}/out.tif"]
    done = qgis_process("run", "ginet:classify", "--", *given, QGIS_PLUGINPATH="")
    assert done.returncode == 0, done.stderr
    assert "Engine " in done.stdout
    assert (tmp_path / "out.tif").is_file()
    assert (tmp_path / "out.qml").is_file()
