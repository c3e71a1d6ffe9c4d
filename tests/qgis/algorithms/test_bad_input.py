"""Each thing a user can get wrong: what happened and what to change, and no file left behind."""

import shutil

import pytest
from qgis.core import QgsApplication, QgsProcessingException, QgsVectorLayer

from tests.fixtures import qgis_layers

PARCELS = """{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},
"geometry": {"type": "Point", "coordinates": [1, 2]}}]}"""


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"MODEL": "no such model"}, "There is no model 'no such model'.* Give a .safetensors"),
        ({"EXTENT": "0,10,0,10 [EPSG:32612]"}, "(?i)extent.*(overlap|touch)"),
        ({"EXTENT": "5,5,5,5 [EPSG:32612]"}, "The extent is empty. Choose one with a width"),
        ({"BANDS": [1, 2, 9]}, "(?i)band.* 9"),
        ({"BANDS": [1]}, "(?i)band"),
        ({"DEVICE": "cuda"}, "(?i)cuda"),
        ({"DEVICE": "abacus"}, "Incorrect parameter value for DEVICE"),
        ({"INPUT": "/no/such/image.tif"}, "Could not load source layer for INPUT"),
        ({"OUTPUT": "/no/such/folder/out.tif"}, "The folder /no/such/folder does not exist"),
        ({"REPORT": "/no/such/folder/out.html"}, "The folder /no/such/folder does not exist"),
        ({"REPORT": "/"}, "/ cannot be written: Is a directory. Choose another file"),
        ({"REPORT": "/proc/out.html"}, "/proc/out.html cannot be written: .* Choose another file"),
    ],
)
def test_refused_with_reason(classify, plain, tmp_path, parameters, message):
    with pytest.raises(QgsProcessingException, match=message):
        classify(parameters.pop("INPUT", plain), **parameters)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", [{}, {"OUTPUT": None}, {"OUTPUT": ""}])
@pytest.mark.parametrize("algorithm", ["classify", "finetune", "sample"])
def test_destination_that_is_missing(plugin, context, feedback, plain, model, algorithm, missing):
    """Run as an algorithm within another: Processing itself checks no parameters then."""
    labels = QgsVectorLayer("Polygon?crs=EPSG:32612&field=class:integer", "labels", "memory")
    name = "OUTPUT_MODEL" if algorithm == "finetune" else "OUTPUT"
    given = {"INPUT": str(plain), "LABELS": labels, "MODEL": model, "BASE_MODEL": model}
    given.update(dict.fromkeys([name] if missing else [], missing.get("OUTPUT")))
    run = QgsApplication.processingRegistry().createAlgorithmById(f"ginet:{algorithm}")
    _, good = run.run(given, context, feedback)
    assert not good
    assert f"{name} names no file to write. Choose one." in feedback.errors[-1]


def test_file_that_is_no_model(classify, plain, tmp_path):
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"not a model")
    with pytest.raises(QgsProcessingException, match=r"wrong\.safetensors is not a safetensors"):
        classify(plain, MODEL=str(wrong))


def test_output_is_not_the_input(classify, plain, tmp_path):
    """Not by its own name, and not by a link to it."""
    before = plain.read_bytes()
    link = tmp_path / "link.tif"
    link.symlink_to(plain)
    for output in (plain, link):
        with pytest.raises(QgsProcessingException, match=r"OUTPUT would overwrite .* Choose"):
            classify(plain, OUTPUT=str(output))
    with pytest.raises(QgsProcessingException, match="CONFIDENCE would overwrite"):
        classify(plain, CONFIDENCE=str(tmp_path / "out.tif"))
    with pytest.raises(
        QgsProcessingException, match=r"out\.png is to be a GeoTIFF\. Name it \.tif"
    ):
        classify(plain, OUTPUT=str(tmp_path / "out.png"))
    assert plain.read_bytes() == before


def test_output_has_a_style_file_of_its_own(classify, plain, tmp_path):
    """QGIS names it after the raster without the ending: scene.png and scene.tif would share it."""
    image = shutil.copy(plain, tmp_path / "scene.image")
    style = tmp_path / "scene.qml"
    style.write_text("the image's own")
    (tmp_path / "link").symlink_to(tmp_path)
    for output in (tmp_path / "scene.tif", tmp_path / "link" / "scene.tiff"):
        with pytest.raises(QgsProcessingException, match=r"share the style file .*scene\.qml"):
            classify(image, OUTPUT=str(output))
    with pytest.raises(QgsProcessingException, match=r"CONFIDENCE and .* for .*out\.tiff\."):
        classify(image, CONFIDENCE=str(tmp_path / "out.tiff"))
    assert style.read_text() == "the image's own"


def test_output_is_not_an_input_that_qgis_reads_for_the_engine(classify, tmp_path):
    image = qgis_layers.rational(tmp_path)
    with pytest.raises(QgsProcessingException, match="would overwrite"):
        classify(image, OUTPUT=str(image))


def test_style_of_another_layer_stays(classify, plain, feedback, tmp_path):
    """QGIS would show the vector layer in the style of the result, and the other way round."""
    for suffix in ("geojson", "qml", "qmd"):
        (tmp_path / f"parcels.{suffix}").write_text(PARCELS if suffix == "geojson" else "theirs")
    classify(plain, OUTPUT=str(tmp_path / "parcels.tif"))
    assert (tmp_path / "parcels.qml").read_text() == "theirs"
    assert (tmp_path / "parcels.qmd").read_text() == "theirs"
    assert any(told.startswith("parcels.geojson has the same name") for told in feedback.warnings)
    (tmp_path / "cover.2024.geojson").write_text(PARCELS)  # whose style is cover.2024.qml
    classify(plain, OUTPUT=str(tmp_path / "cover.tif"))
    assert (tmp_path / "cover.qml").is_file()
    (tmp_path / "cover.geojson").write_text(PARCELS)
    (tmp_path / "cover.qmd").unlink()
    classify(plain, OUTPUT=str(tmp_path / "cover.tif"))  # the style is the result's own
    assert (tmp_path / "cover.qmd").is_file()


def test_without_an_engine(classify, plain, tmp_path, monkeypatch):
    monkeypatch.setenv("GINET_ENGINE_PYTHON", "/no/such/python")
    with pytest.raises(QgsProcessingException, match=r"not ready.*GINET_ENGINE_PYTHON"):
        classify(plain)
