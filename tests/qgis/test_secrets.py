"""Passwords and keys in a layer's address: in no log, message, job or file that stays."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsProcessingException, QgsRasterLayer

from ginet_qgis.engine import engine
from ginet_qgis.layers.layer_files import engine_path
from ginet_qgis.layers.source import LayerSource
from ginet_qgis.paths import leads_to_the_network, without_secrets

SECRET = "hunter2"


@pytest.fixture(scope="module")
def server(plain, tmp_path_factory):
    """Address that serves the plain scene as ``scene.tif``, and nothing else."""
    folder = tmp_path_factory.mktemp("served")
    # Small enough for one answer: Python's server knows no ranges.
    gdal.Translate(str(folder / "scene.tif"), str(plain), srcWin=[0, 0, 60, 40]).FlushCache()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen([*command, "-d", folder], stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as trial:
            if not trial.connect_ex(("127.0.0.1", port)):
                break
        time.sleep(0.1)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait()


def told(feedback):
    return "\n".join([*feedback.infos, *feedback.warnings, *feedback.errors])


def run_engine(server, file, model, folder, feedback):
    """Classify a signed address; QGIS's own layer of it is of no interest here."""
    address = f"/vsicurl/http://user:{SECRET}@{server}/{file}?token={SECRET}"
    out = {"output": str(folder / "out.tif"), "report": str(folder / "report.json")}
    job = {"version": 1, "verb": "classify", "input": address, "model": model, **out}
    return engine.run({**job, "device": "cpu"}, feedback)


def test_a_signed_address(server, model, feedback, tmp_path):
    result = run_engine(server, "scene.tif", model, tmp_path, feedback)
    assert result["provenance"]["input"] == "scene.tif"
    assert SECRET not in str(result) + told(feedback)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".tif", ".json"}
    for path in files:
        assert SECRET.encode() not in path.read_bytes(), path


def test_a_signed_address_that_fails(server, model, feedback, tmp_path):
    with pytest.raises(engine.EngineError, match=r"gone\.tif cannot be opened") as caught:
        run_engine(server, "gone.tif", model, tmp_path, feedback)
    assert SECRET not in str(caught.value) + told(feedback)
    assert list(tmp_path.iterdir()) == []


def test_a_layers_name_may_hold_a_key(plain):
    """QGIS names a layer after the end of its address."""
    assert LayerSource(QgsRasterLayer(str(plain), f"scene.tif?token={SECRET}")).name == "scene.tif"


def test_a_web_map_that_refuses(classify, server, feedback, tmp_path):
    uri = (
        f"type=xyz&username=me&password={SECRET}&zmin=0&zmax=17&url="
        f"http://{server}/%7Bz%7D/%7Bx%7D/%7By%7D.png?key%3D{SECRET}"
    )
    layer = QgsRasterLayer(uri, f"map?key={SECRET}", "wms")
    assert layer.isValid()
    with pytest.raises(QgsProcessingException, match="map delivered no picture") as caught:
        classify(layer, EXTENT="0,100,0,100 [EPSG:3857]", PIXEL_SIZE=1)
    assert SECRET not in str(caught.value) + told(feedback)
    assert list(tmp_path.iterdir()) == []


def test_the_job_file_goes_when_the_engine_has_read_it(
    classify, plain, feedback, tmp_path, monkeypatch
):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    seen = []
    feedback.hear = lambda event: seen.append(list(folder.glob("ginet_*/job.json")))
    classify(plain)
    assert seen
    assert not any(seen)
    assert not list(folder.glob("ginet_*"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://me:pw@host/a?b=c&d=e failed", "http://host/a failed"),
        ("URL: https://host/wms?SERVICE=WMS&password=x", "URL: https://host/wms"),
        ("username=me password=x authcfg=abc1234", "username=... password=... authcfg=..."),
        ("My scene? 2024", "My scene? 2024"),
    ],
)
def test_without_secrets(text, shown):
    assert without_secrets(text) == shown


def test_files_that_lead_to_the_network_are_fetched_by_qgis(plain, server, tmp_path, layer):
    """The engine would refuse them."""
    folder = tmp_path / "vsicurl"
    folder.mkdir()
    plain = shutil.copy(plain, folder)
    local, remote = tmp_path / "local.vrt", folder / "remote.vrt"
    text = (
        '<VRTDataset rasterXSize="300" rasterYSize="200"><Metadata><MDI key="a">http://host</MDI>'
        '</Metadata><VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>{}'
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    local.write_text(text.format(plain))
    remote.write_text(text.format(f"/vsicurl/http://{server}/scene.tif"))
    assert not leads_to_the_network(str(local))
    assert leads_to_the_network(str(remote))
    assert engine_path(layer(local)) == str(local)
    assert engine_path(layer(remote)) is None
    assert not leads_to_the_network(str(plain))
    assert not leads_to_the_network(str(Path("/no/such")))
