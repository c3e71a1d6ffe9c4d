"""``ginet:polygons`` from a classified map to valid, styled polygons that share their borders."""

import numpy as np
import pytest
from qgis.core import (
    QgsGeometry,
    QgsLayerTreeModel,
    QgsProcessing,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.gui import QgsLayerTreeView
from qgis.PyQt.QtCore import QCoreApplication

from tests.fixtures import qgis_classified as maps


def specks():
    """The map with specks in it."""
    random, values = np.random.default_rng(2), maps.ids()
    wrong = random.random(values.shape) < 0.06
    values[wrong] = random.choice(np.array([1, 2, 4, maps.NODATA], np.uint8), int(wrong.sum()))
    return values


@pytest.fixture
def polygons(plugin, tmp_path, context, feedback):
    """Run ``ginet:polygons`` as the Python console does."""
    import processing

    path = maps.write(tmp_path / "my maps 地图" / "land cover.tif", specks())

    def run(**parameters):
        given = {"INPUT": str(path), "OUTPUT": QgsProcessing.TEMPORARY_OUTPUT}
        results = processing.run(
            "ginet:polygons", {**given, **parameters}, context=context, feedback=feedback
        )
        layer = QgsProcessingUtils.mapLayerFromString(results["OUTPUT"], context)
        return {**results, "LAYER": layer}

    return run


def shapes(layer):
    return [feature.geometry() for feature in layer.getFeatures()]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"MINIMUM_AREA": 3 * maps.PIXEL**2, "FILL_HOLES": 9 * maps.PIXEL**2},
        {"SIMPLIFY": 1.1 * maps.PIXEL},
        {"SMOOTH": True},
        {"SIMPLIFY": 3 * maps.PIXEL, "SMOOTH": True, "MINIMUM_AREA": 5 * maps.PIXEL**2},
    ],
)
def test_every_polygon_is_valid_and_none_overlap(polygons, options):
    made = shapes(polygons(**options)["LAYER"])
    assert [each.lastError() for each in made if not each.isGeosValid()] == []
    together = QgsGeometry.unaryUnion(made)
    assert sum(each.area() for each in made) == pytest.approx(together.area(), rel=1e-9)
    if options.get("MINIMUM_AREA"):
        return
    data = (specks() != maps.NODATA).sum() * maps.PIXEL**2
    assert together.area() == pytest.approx(data, rel=0 if not options else 0.02, abs=1e-6)


def test_features_say_what_they_are(polygons, tmp_path):
    results = polygons()
    layer = results["LAYER"]
    assert layer.featureCount() == results["FEATURES"] > 100
    assert layer.crs().authid() == f"EPSG:{maps.UTM}"
    names = [field.name() for field in layer.fields()]
    assert names[1:] == ["class_id", "class", "pixels", "area_m2", "perim_m", "confidence"]
    values = specks()
    for number, name in ((1, "tree"), (2, "water"), (4, "built-up")):
        own = [each for each in layer.getFeatures() if each["class"] == name]
        assert {each["class_id"] for each in own} == {number}
        assert sum(each["pixels"] for each in own) == (values == number).sum()
    # Its fields survive where names have ten letters at most.
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "ESRI Shapefile"
    target = str(tmp_path / "out.shp")
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, target, layer.transformContext(), options)
    copy = QgsVectorLayer(target, "copy", "ogr")
    assert [field.name() for field in copy.fields()][-6:] == names[1:]


def test_classes_holes_footprints_and_raster(polygons, tmp_path, feedback):
    target = tmp_path / "my maps 地图" / "polygons.gpkg"
    footprints, raster = target.with_name("footprints.gpkg"), target.with_name("generalised.tif")
    results = polygons(
        CLASSES="built-up，2", BUILDINGS="built-up", TOLERANCE=maps.PIXEL, OUTPUT=str(target),
        FOOTPRINTS=str(footprints), RASTER=str(raster), MINIMUM_AREA=4 * maps.PIXEL**2,
        NECK_WIDTH=0,
    )  # fmt: skip
    classes = [each["class"] for each in results["LAYER"].getFeatures()]
    assert set(classes) == {"built-up", "water"}
    buildings = QgsVectorLayer(str(footprints), "f", "ogr")
    assert buildings.featureCount() == classes.count("built-up")
    assert {each["class"] for each in buildings.getFeatures()} == {"built-up"}
    assert all(each.isGeosValid() for each in shapes(buildings))
    assert any("right angles" in each for each in feedback.infos)
    assert QgsRasterLayer(str(raster), "r").isValid()
    # The next time it is opened it looks the same.
    layer = QgsVectorLayer(str(target), "again", "ogr")
    layer.loadDefaultStyle()
    assert layer.renderer().classAttribute() == "class_id"
    colours = {
        int(each.value()): each.symbol().color().getRgb()[:3]
        for each in layer.renderer().categories()
    }
    assert colours == {number: maps.COLOURS[number] for number in (2, 4)}
    assert target.with_suffix(".qmd").is_file()


def test_the_toolbox_brings_them_with_an_open_legend(plugin, in_background, tmp_path):
    """The tree's view closes a layer that comes without a legend and gets one by its style."""
    project = QgsProject.instance()
    root = project.layerTreeRoot()
    tree, view = QgsLayerTreeModel(root), QgsLayerTreeView()
    tree.setFlag(QgsLayerTreeModel.Flag.ShowLegend)
    view.setModel(tree)
    view.show()
    path = str(maps.write(tmp_path / "classes.tif", specks()))
    project.addMapLayer(QgsRasterLayer(path, "classes"))
    QCoreApplication.processEvents()  # the view is drawn, as users' is
    given = {
        name: QgsProcessingOutputLayerDefinition(str(tmp_path / f"{name}.gpkg"), project)
        for name in ("OUTPUT", "FOOTPRINTS")
    }
    in_background("ginet:polygons", {"INPUT": path, "BUILDINGS": "built-up", **given})
    assert [view.isExpanded(view.node2index(each)) for each in root.findLayers()] == [True] * 3


def test_classifying_makes_polygons_too(plugin, classify, plain, tmp_path):
    target = str(tmp_path / "patches.gpkg")
    unit = 5.0  # square metres
    results = classify(plain, POLYGONS=target, MINIMUM_AREA=unit)
    layer = QgsVectorLayer(target, "p", "ogr")
    assert layer.featureCount() > 0
    assert min(each["area_m2"] for each in layer.getFeatures()) >= unit
    assert QgsRasterLayer(results["OUTPUT"], "r").isValid()
    layer.loadDefaultStyle()
    assert layer.renderer().classAttribute() == "class_id"


def test_refusals(polygons, tmp_path):
    for parameters, message in (
        ({"OUTPUT": str(tmp_path / "p.shp")}, "Name it .gpkg"),
        ({"OUTPUT": f"ogr:dbname='{tmp_path / 'p.gpkg'}' table=\"t\" (geom)"}, "of its own"),
        ({"CLASSES": "ice"}, "has no class ice"),
        ({"FOOTPRINTS": str(tmp_path / "f.gpkg")}, "Name the class of buildings"),
        ({"OUTPUT": str(tmp_path / "none" / "p.gpkg")}, "folder"),
    ):
        with pytest.raises(Exception, match=message):
            polygons(**parameters)
    assert [each.name for each in tmp_path.iterdir()] == ["my maps 地图"]
