"""``ginet:classify`` from a layer to a styled, described layer, through Processing."""

import json
import re
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProcessing,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterRasterLayer,
    QgsProject,
    QgsReferencedRectangle,
)

from ginet_qgis.layers.on_load import _DescribeOnLoad
from tests.fixtures import qgis_layers

CLASSES = [(0, "class 0", "#14c850"), (2, "class 1", "#3caa50"), (4, "class 2", "#648c50")]


def legend(layer):
    return [(c.value, c.label, c.color.name()) for c in layer.renderer().classes()]


def test_results_load_styled_and_described(
    classify_in_background, plain, layer, feedback, tmp_path
):
    source = layer(plain, "Image 影像")
    project = QgsProject.instance()
    folder = tmp_path / "my results 结果"
    folder.mkdir()

    def loaded_from(name):
        return QgsProcessingOutputLayerDefinition(str(folder / name), project)

    results = classify_in_background(
        source,
        OUTPUT=loaded_from("classes.tif"),
        CONFIDENCE=loaded_from("confidence.tif"),
        PROBABILITIES=str(folder / "probabilities.tif"),
        REPORT=str(folder / "report.html"),
    )
    loaded = {Path(each.source()).name: each for each in project.mapLayers().values()}
    assert set(loaded) == {"classes.tif", "confidence.tif"}
    classes, confidence = loaded["classes.tif"], loaded["confidence.tif"]

    assert legend(classes) == CLASSES
    metadata = classes.metadata()
    assert metadata.title() == "Land cover of Image 影像"
    assert "class 0, class 1, class 2" in metadata.abstract()
    assert metadata.licenses() == ["CC0-1.0"]
    assert metadata.crs() == source.crs()
    (spatial,) = metadata.extent().spatialExtents()
    assert spatial.bounds.toRectangle() == source.extent()
    history = dict(line.split(": ", 1) for line in metadata.history())
    assert history["model"] == "tiny"
    assert history["input"] == str(plain)
    assert re.fullmatch(r"[0-9a-f]{64}", history["model_sha256"])

    assert confidence.renderer().type() == "singlebandpseudocolor"
    assert confidence.renderer().classificationMin() == 0
    assert confidence.renderer().classificationMax() == 100
    assert layer(results["PROBABILITIES"]).bandCount() == len(CLASSES)

    # what a later session sees: style and metadata beside the files
    assert legend(layer(results["OUTPUT"])) == CLASSES
    assert (folder / "classes.qml").is_file()
    assert (folder / "confidence.qml").is_file()
    again = layer(results["OUTPUT"])
    again.loadDefaultMetadata()
    assert again.metadata().title() == metadata.title()

    page = (folder / "report.html").read_text("utf-8")
    areas = json.loads(results["AREAS"])
    assert [area["name"] for area in areas] == ["class 0", "class 1", "class 2"]
    for area in areas:
        assert f"{area['pixels']:,}" in page
        assert area["colour"] in page
    assert "Land cover of Image 影像" in page
    assert sum(area["pixels"] for area in areas) == qgis_layers.WIDTH * qgis_layers.HEIGHT

    assert any(info.startswith("Engine ") and "on cpu" in info for info in feedback.infos)
    assert results["DEVICE_USED"] == "cpu"
    assert results["SECONDS"] > 0
    assert list(folder.glob("*.part*")) == []

    loaded.clear()
    del classes, confidence
    kept = len(_DescribeOnLoad.kept)
    project.removeAllMapLayers()
    assert len(_DescribeOnLoad.kept) == kept - 2


def test_extent_in_another_crs(classify, plain, layer):
    source = layer(plain)
    wanted = source.extent().scaled(0.5)
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    transform = QgsCoordinateTransform(source.crs(), degrees, QgsProject.instance())
    extent = QgsReferencedRectangle(transform.transformBoundingBox(wanted), degrees)
    result = layer(classify(source, EXTENT=extent)["OUTPUT"])
    assert result.crs() == source.crs()
    assert result.extent().contains(wanted)
    assert source.extent().contains(result.extent())
    assert result.width() < source.width()
    for edge in (result.extent().xMinimum(), result.extent().yMaximum()):
        assert edge / qgis_layers.PIXEL == pytest.approx(round(edge / qgis_layers.PIXEL))


def test_bands_in_any_order_and_a_temporary_output(classify, plain, layer, context):
    given = classify(plain, BANDS=[3, 2, 1], OUTPUT=QgsProcessing.TEMPORARY_OUTPUT)
    result = layer(given["OUTPUT"])
    assert legend(result) == CLASSES
    result.loadDefaultMetadata()
    assert "bands: 3 2 1" in result.metadata().history()


def test_replaces_an_output_that_was_named(classify, plain, tmp_path, layer):
    (tmp_path / "out.tif").write_bytes(b"an older result")
    assert layer(classify(plain)["OUTPUT"]).isValid()


def test_report_that_fails_late_costs_nothing_else(classify, plain, layer, feedback, tmp_path):
    page = tmp_path / "report.html"
    feedback.progressChanged.connect(lambda _percent: page.mkdir(exist_ok=True))
    given = classify(plain, REPORT=str(page))
    assert legend(layer(given["OUTPUT"])) == CLASSES
    assert "REPORT" not in given
    assert feedback.warnings == [f"The report {page} cannot be written: Is a directory"]


def test_bundled_model_goes_by_its_name(classify, plain, layer):
    labels = [
        label
        for _value, label, _colour in legend(layer(classify(plain, MODEL="landcover")["OUTPUT"]))
    ]
    assert "tree" in labels


def test_layer_without_crs(classify, folder, layer):
    source = layer(qgis_layers.without_crs(folder))
    source.setCrs(QgsCoordinateReferenceSystem())
    extent = "50,150,-120,-20"
    result = layer(classify(source, EXTENT=extent)["OUTPUT"])
    assert not result.crs().isValid()
    assert (result.width(), result.height()) == (100, 100)


def test_layer_with_a_crs_that_only_qgis_knows(
    classify_in_background, folder, layer, feedback, tmp_path
):
    source = layer(qgis_layers.without_crs(folder))
    source.setCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    project = QgsProject.instance()
    output = QgsProcessingOutputLayerDefinition(str(tmp_path / "out.tif"), project)
    classify_in_background(source, OUTPUT=output)
    told = [each for each in feedback.warnings if "Assign Projection" in each]
    assert len(told) == 1
    assert re.match(r"In QGIS layer has the CRS .*EPSG:32612.*, in its file none;", told[0])
    (loaded,) = project.mapLayers().values()
    assert loaded.crs() == source.crs()
    assert loaded.extent() == source.extent()


def test_as_a_step_of_a_model(plugin, model, plain, context, feedback, layer):
    import processing

    step = QgsProcessingModelChildAlgorithm("ginet:classify")
    step.setChildId("step")
    static = QgsProcessingModelChildParameterSource.fromStaticValue
    step.addParameterSources("MODEL", [static(model)])
    step.addParameterSources("DEVICE", [static("cpu")])
    step.addParameterSources(
        "INPUT", [QgsProcessingModelChildParameterSource.fromModelParameter("image")]
    )
    result = QgsProcessingModelOutput("result", "result")
    result.setChildId("step")
    result.setChildOutputName("OUTPUT")
    step.setModelOutputs({"result": result})
    design = QgsProcessingModelAlgorithm("test", "test")
    design.addModelParameter(
        QgsProcessingParameterRasterLayer("image", "image"), QgsProcessingModelParameter("image")
    )
    design.addChildAlgorithm(step)
    design.initAlgorithm()
    (output,) = [each.name() for each in design.destinationParameterDefinitions()]
    given = processing.run(
        design,
        {"image": str(plain), output: QgsProcessing.TEMPORARY_OUTPUT},
        context=context,
        feedback=feedback,
    )
    assert legend(layer(given[output])) == CLASSES


def test_dialogs_offer_models_and_take_a_file(plugin, qgis_iface, model, context):
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog
    from processing.gui.wrappers import WidgetWrapperFactory
    from processing.modeler.ModelerParametersDialog import ModelerParametersDialog

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("ginet:classify")
    parameter = algorithm.parameterDefinition("MODEL")
    batch = BatchAlgorithmDialog(algorithm)
    batch.mainWidget().addRow()
    modeler = ModelerParametersDialog(algorithm, QgsProcessingModelAlgorithm("test", "test"))
    column = [each.name() for each in algorithm.parameterDefinitions()].index("MODEL")
    for wrapper in (
        WidgetWrapperFactory.create_wrapper(parameter, None),
        batch.mainWidget().wrappers[0][column],
        modeler.widget.widget.wrappers["MODEL"],
    ):
        assert wrapper.parameterValue() == "landcover"
        wrapper.setParameterValue(model, context)
        assert wrapper.parameterValue() == model
