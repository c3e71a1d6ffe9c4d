"""Nothing that a run or the project reads is written over, by whatever name."""

import os

import pytest
from osgeo import gdal, ogr
from qgis.core import (
    QgsApplication,
    QgsCoordinateTransformContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from ginet_qgis.layers.dataset_files import files_of_layer
from tests.fixtures import qgis_classified as maps
from tests.fixtures import qgis_fields
from tests.fixtures.qgis_window import click


@pytest.fixture
def there(tmp_path, model):
    """A folder with an image, a map, labels of several kinds, a model and links to them all."""
    place = tmp_path / "my data 图"
    place.mkdir()
    qgis_fields.scene(place / "image.tif")
    maps.write(place / "map.tif", maps.ids())
    maps.write(place / "truth.tif", maps.truth())
    marks = maps.points([(20, 20, 1), (40, 40, 2)])
    parcels = qgis_fields.polygons(qgis_fields.boxes(("a", "b", "c")))
    for layer, name in ((marks, "points.gpkg"), (marks, "points.shp"), (parcels, "parcels.gpkg")):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG" if name.endswith("gpkg") else "ESRI Shapefile"
        transforms = QgsCoordinateTransformContext()
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(place / name), transforms, options)
    gdal.BuildVRT(str(place / "mosaic.vrt"), [str(place / "map.tif")]).FlushCache()
    os.link(model, place / "model.safetensors")
    for path in list(place.iterdir()):
        os.link(path, place / f"hard {path.name}.html")
    (place / "soft").symlink_to(place)
    before = {path: path.read_bytes() for path in place.iterdir() if path.is_file()}
    yield place
    after = {path: path.read_bytes() for path in place.iterdir() if path.is_file()}
    assert {path: after.get(path) for path in before if not is_kept_by_sqlite(path)} == {
        path: content for path, content in before.items() if not is_kept_by_sqlite(path)
    }
    for path in before:
        if path.suffix == ".gpkg":
            assert ogr.Open(str(path)).GetLayer(0).GetFeatureCount()


def is_kept_by_sqlite(path):
    """A GeoPackage that is open changes."""
    return "gpkg" in path.name


def run(algorithm, context, feedback, **parameters):
    import processing

    return processing.run(f"ginet:{algorithm}", parameters, context=context, feedback=feedback)


def refused(*arguments, **parameters):
    with pytest.raises(QgsProcessingException, match=r"would overwrite .* Choose another file"):
        run(*arguments, **parameters)


@pytest.mark.parametrize(
    ("reference", "written"),
    [
        ("points.gpkg|layername=points", "points.gpkg"),
        ("points.gpkg", "hard points.gpkg.html"),
        ("points.gpkg", "soft/points.gpkg-wal"),
        ("points.shp", "points.dbf"),
        ("points.shp", "hard points.shx.html"),
        ("truth.tif", "truth.tif"),
        ("truth.tif", "hard truth.tif.html"),
        ("truth.tif", "truth.tif.aux.xml"),
        ("truth.tif", "truth.qml"),
        ("truth.tif", "mosaic.vrt"),
        ("truth.tif", "map.tif"),
        ("truth.tif", "hard map.tif.html"),
    ],
)
@pytest.mark.parametrize("role", ["REPORT", "MATRIX"])
def test_assess(plugin, there, context, feedback, reference, written, role):
    refused(
        "assess", context, feedback, CLASSIFIED=str(there / "mosaic.vrt"),
        REFERENCE=str(there / reference), FIELD="truth", **{role: str(there / written)},
    )  # fmt: skip


@pytest.mark.parametrize("written", ["hard map.tif.html", "soft/map.tif"])
def test_assess_strata(plugin, there, context, feedback, written):
    refused(
        "assess", context, feedback, CLASSIFIED=str(there / "truth.tif"), FIELD="truth",
        REFERENCE=str(there / "points.gpkg"), STRATA=str(there / "map.tif"),
        REPORT=str(there / written),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        ("parcels.gpkg|layername=parcels", "hard parcels.gpkg.html"),
        ("truth.tif", "hard truth.tif.html"),
        ("truth.tif", "truth.tif.msk"),
        ("truth.tif", "hard image.tif.html"),
        ("truth.tif", "hard model.safetensors.html"),
    ],
)
def test_finetune(plugin, there, context, feedback, labels, written):
    given = {
        "INPUT": str(there / "image.tif"),
        "LABELS": str(there / labels),
        "BASE_MODEL": str(there / "soft" / "model.safetensors"),
        "OUTPUT_MODEL": str(there / "new.safetensors"),
        "REPORT": str(there / written),
    }
    refused("finetune", context, feedback, **given)
    report = str(there / "new.html")
    for model in (there / "model.safetensors", there / "soft" / "model.safetensors"):
        refused(
            "finetune", context, feedback, **{**given, "REPORT": report, "OUTPUT_MODEL": str(model)}
        )


def test_classify_and_its_dialog(plugin, there, context, feedback):
    project = QgsProject.instance()
    given = {"INPUT": str(there / "mosaic.vrt"), "MODEL": str(there / "model.safetensors")}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("ginet:classify")
    for role, written in (
        ("OUTPUT", "map.tif"),
        ("OUTPUT", QgsProcessingOutputLayerDefinition(str(there / "soft" / "map.tif"), project)),
        ("REPORT", "hard model.safetensors.html"),
        ("REPORT", "new.tif.aux.xml"),  # which belongs to the result
        ("CONFIDENCE", "NEW.tif"),
    ):
        path = str(there / written) if isinstance(written, str) else written
        outputs = {"OUTPUT": str(there / "new.tif"), role: path}
        refused("classify", context, feedback, **given, **outputs)
        possible, reason = algorithm.checkParameterValues({**given, **outputs}, context)
        assert not possible
        assert "would overwrite" in reason


@pytest.mark.parametrize(
    ("role", "written"),
    [
        ("LOG", "hard map.tif.html"),
        ("OUTPUT", "map.tif"),
        ("OUTPUT", "ogr:dbname='{}/map.gpkg' table=\"points\" (geom)"),
        ("OUTPUT", "{}/soft/map.gpkg"),
    ],
)
def test_sample(plugin, there, context, feedback, role, written):
    source = there / "map.tif"
    if "gpkg" in written:
        source = there / "map.gpkg"
        gdal.Translate(str(source), str(there / "map.tif"), format="GPKG").FlushCache()
    path = written.format(there) if "{}" in written else str(there / written)
    outputs = {"OUTPUT": "memory:", role: path}
    refused("sample", context, feedback, INPUT=str(source), **outputs)


def test_other_names_are_fine(plugin, there, context, feedback):
    result = run(
        "assess", context, feedback, CLASSIFIED=str(there / "map.tif"), FIELD="truth",
        REFERENCE=str(there / "points.gpkg"), REPORT=str(there / "map.html"),
        MATRIX=str(there / "points.csv"),
    )  # fmt: skip
    assert (there / "map.html").is_file()
    assert (there / "points.csv").is_file()
    assert result["OVERALL"] is not None


def test_files_of_a_virtual_layer(there, qgis_new_project):
    points = QgsVectorLayer(str(there / "points.shp"), "points")
    QgsProject.instance().addMapLayer(points)
    by_name = QgsVectorLayer("?query=SELECT * FROM points", "joined", "virtual")
    by_path = QgsVectorLayer(f"?layer=ogr:{there}/points.shp:other", "other", "virtual")
    for layer in (by_name, by_path):
        assert layer.isValid()
        assert str(there / "points.dbf") in files_of_layer(layer)
    web = QgsRasterLayer("type=xyz&url=http://127.0.0.1:9/{x}/{y}/{z}", "web", "wms")
    assert files_of_layer(web) == []


def test_the_docks_exports(dock, add_layer, there, classify_in_dock, monkeypatch):
    add_layer(there / "image.tif")
    dock.form.output.setFilePath(str(there / "soft" / "image.tif"))
    click(dock.start)
    assert "is open as the layer image" in dock.message.text.text()
    dock.form.output.setFilePath("")
    assert classify_in_dock().startswith("Classified")
    asked = "ginet_qgis.gui.dock.results.QFileDialog.getSaveFileName"
    for path in ("hard image.tif.html", "image.tif.aux.xml"):
        monkeypatch.setattr(asked, lambda *_, path=path: (str(there / path), ""))
        click(dock.results.save)
        assert "is image or belongs to it" in dock.results.saved.text.text()
