"""``ginet:sample`` from a classified map to points that are labelled by clicking."""

import json
from pathlib import Path

import numpy as np
import pytest
from qgis.core import (
    NULL,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)

from tests.fixtures import qgis_classified as maps

CHOICES = [{name: name} for name in ("tree", "water", "built-up")]


@pytest.fixture
def classified(tmp_path):
    return maps.write(tmp_path / "my maps 地图" / "land cover.tif", maps.ids())


@pytest.fixture
def given(classified):
    return {"INPUT": str(classified), "SIZE": 80, "MINIMUM": 20,
            "OUTPUT": QgsProcessing.TEMPORARY_OUTPUT}  # fmt: skip


@pytest.fixture
def sample(plugin, given, context, feedback):
    """Run ``ginet:sample`` as the Python console does."""
    import processing

    def run(**parameters):
        results = processing.run(
            "ginet:sample", {**given, **parameters}, context=context, feedback=feedback
        )
        return {
            **results,
            "LAYER": QgsProcessingUtils.mapLayerFromString(results["OUTPUT"], context),
        }

    return run


def points(layer):
    return [
        (f["id"], f["stratum"], f.geometry().asPoint().x(), f.geometry().asPoint().y())
        for f in layer.getFeatures()
    ]


def offered(layer):
    setup = layer.editorWidgetSetup(layer.fields().lookupField("reference"))
    return setup.type() == "ValueMap" and setup.config()["map"]


def hidden(layer):
    columns = {each.name: each.hidden for each in layer.attributeTableConfig().columns()}
    widget = layer.editorWidgetSetup(layer.fields().lookupField("stratum")).type()
    assert (widget == "Hidden") == columns.get("stratum", False)
    return widget == "Hidden"


def test_points_lie_in_their_strata(sample, feedback, tmp_path):
    log = tmp_path / "分配.txt"
    results = sample(LOG=str(log), ACCURACY="0.9, built-up=0.6; 2=0.8")
    drawn = points(results["LAYER"])
    assert results["POINTS"] == len(drawn) == 80
    assert results["LAYER"].crs().authid() == f"EPSG:{maps.UTM}"
    names = [each.name() for each in results["LAYER"].fields()]
    assert names == ["fid", "id", "stratum", "reference"]  # the first is GeoPackage's own
    mapped = maps.ids()
    for _, stratum, x, y in drawn:
        column, row = (x - maps.LEFT) / maps.PIXEL, (maps.TOP - y) / maps.PIXEL
        assert (column % 1, row % 1) == (0.5, 0.5)
        assert mapped[int(row), int(column)] == stratum
    assert all(f["reference"] in (None, NULL) for f in results["LAYER"].getFeatures())
    assert sorted(each[0] for each in drawn) == list(range(1, 81))
    strata = [each[1] for each in sorted(drawn)]
    assert strata != sorted(strata)
    assert min(map(strata.count, (1, 2, 4))) >= 20
    text = log.read_text("utf-8")
    assert text.splitlines() == [info for info in feedback.infos if info in text]
    assert "expected accuracy 0.6, 20 points" in text
    assert "80 points in all; equation 13 asks for " in text


def test_the_seed_decides(sample):
    first, again = points(sample(SEED=3)["LAYER"]), points(sample(SEED=3)["LAYER"])
    assert first == again != points(sample(SEED=4)["LAYER"])


def test_size_follows_from_the_error(sample):
    counts = [
        sample(SIZE=None, STANDARD_ERROR=error, ACCURACY="0.9", MINIMUM=0)["POINTS"]
        for error in (0.05, 0.02)
    ]
    assert counts[0] == 36  # 0.09 / 0.05^2, and a little fewer of a finite map
    assert counts[1] == pytest.approx(0.09 / 0.02**2, abs=5)


def test_file_is_labelled_by_clicking(sample, tmp_path):
    """The form is beside the file: it is there whoever opens the points, and wherever."""
    for name, hide in (("points 样点.gpkg", True), ("plain.geojson", False), ("shape.shp", True)):
        path = tmp_path / name
        results = sample(OUTPUT=str(path), HIDE_STRATUM=hide)
        layer = QgsVectorLayer(results["OUTPUT"], "points", "ogr")
        assert layer.featureCount() == 80
        assert offered(layer) == CHOICES
        assert hidden(layer) is hide
        fields = {field.name(): index for index, field in enumerate(layer.fields())}
        asked = [
            name for name, index in fields.items()
            if layer.editorWidgetSetup(index).type() != "Hidden"
        ]  # fmt: skip
        assert asked == ["id", *(["stratum"] if not hide else []), "reference"]
        assert layer.editFormConfig().readOnly(fields["id"])
        # What is left to label is seen on the map.
        looks = {each.label(): each.symbol().color() for each in layer.renderer().categories()}
        assert list(looks) == ["tree", "water", "built-up", "not labelled yet"]
        assert looks["water"].getRgb()[:3] == maps.COLOURS[2]
        assert looks["not labelled yet"].alpha() == 0


@pytest.mark.parametrize("output", ["points.gpkg", None])
def test_from_sample_to_report_in_the_background(
    plugin, given, classified, in_background, tmp_path, output
):
    """As the toolbox does it: drawn, loaded with its form, labelled, assessed."""
    project = QgsProject.instance()
    destination = str(tmp_path / output) if output else QgsProcessing.TEMPORARY_OUTPUT
    given["OUTPUT"] = QgsProcessingOutputLayerDefinition(destination, project)
    in_background("ginet:sample", given)
    (layer,) = project.mapLayers().values()
    assert offered(layer) == CHOICES
    assert hidden(layer)
    index = layer.fields().lookupField("reference")
    truth = maps.truth()
    with_labels = {
        f.id(): {index: maps.NAMES[truth[
            int((maps.TOP - f.geometry().asPoint().y()) / maps.PIXEL),
            int((f.geometry().asPoint().x() - maps.LEFT) / maps.PIXEL),
        ]]}
        for f in layer.getFeatures()
    }  # fmt: skip
    assert layer.dataProvider().changeAttributeValues(with_labels)
    report = tmp_path / "report.html"
    inputs = {"CLASSIFIED": str(classified), "REFERENCE": layer.id(), "REPORT": str(report)}
    results = in_background("ginet:assess", inputs)
    figures = json.loads(results["FIGURES"])
    assert figures["reference"]["pixels"] == 80
    assert figures["reference"]["unlabelled"] == 0
    right = (maps.ids() == truth)[maps.ids() != maps.NODATA].mean()
    assert figures["overall"]["low"] < figures["overall"]["value"] < figures["overall"]["high"]
    assert figures["overall"]["value"] == pytest.approx(right, abs=0.06)
    assert "</html>" in report.read_text("utf-8")
    # The same points for another model's map, in which the same classes have other numbers.
    numbers = np.arange(256, dtype=np.uint8)
    numbers[[1, 2, 4]] = 4, 1, 2
    names = ["", "water", "built-up", "", "tree"]
    other = maps.write(tmp_path / "other.tif", numbers[maps.ids()], names)
    inputs = {**inputs, "CLASSIFIED": str(other), "STRATA": str(classified)}
    again = in_background("ginet:assess", inputs)
    assert again["OVERALL"] == pytest.approx(results["OVERALL"])
    project.removeAllMapLayers()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"INPUT": "/no/such/map.tif"}, "Could not load source layer for INPUT"),
        ({"ACCURACY": "good"}, "expected accuracy good is no number from 0 to 1"),
        ({"ACCURACY": "0.8, tree=80"}, "expected accuracy tree=80 is no number"),
        ({"ACCURACY": "0.8, lava=0.9"}, "lava, which the raster does not hold"),
        ({"SIZE": 30}, "20 points for each class are 60 in all, more than 30"),
        ({"SIZE": 0}, "Incorrect parameter value for SIZE"),
        ({"STANDARD_ERROR": 0}, "Incorrect parameter value for STANDARD_ERROR"),
        ({"MINIMUM": -1}, "Incorrect parameter value for MINIMUM"),
        ({"LOG": "/no/such/folder/log.txt"}, "The folder /no/such/folder does not exist"),
        ({"OUTPUT": "/no/such/folder/points.gpkg"}, "(?i)could not|creat"),
    ],
)
def test_refused_with_reason(sample, classified, tmp_path, parameters, message):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(QgsProcessingException, match=message):
        sample(**parameters)
    assert sorted(tmp_path.rglob("*")) == before


def test_style_of_the_map_stays(sample, classified, feedback):
    """Points of the map's name but for the ending."""
    style = classified.with_suffix(".qml")
    style.write_text("the map's")
    sample(OUTPUT=str(classified.with_suffix(".gpkg")))
    assert style.read_text() == "the map's"
    assert any("has the same name but for its ending" in told for told in feedback.warnings)


def test_cancelled(sample, feedback, tmp_path):
    feedback.cancel()
    with pytest.raises(QgsProcessingException, match="cancelled"):
        sample(OUTPUT=str(tmp_path / "points.gpkg"))
    assert not Path(tmp_path / "points.gpkg").exists()
