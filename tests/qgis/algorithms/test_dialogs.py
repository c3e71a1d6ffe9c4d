"""Processing's own dialogs, as the toolbox opens them."""

import pytest
from qgis.core import QgsApplication, QgsProcessingModelAlgorithm, QgsProject, QgsVectorLayer


def opened(name, batch=False):
    """The widgets of a dialog by parameter, and what keeps them."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(name)
    if not batch:
        dialog = AlgorithmDialog(algorithm)
        return dialog.mainWidget().wrappers, dialog
    dialog = BatchAlgorithmDialog(algorithm)
    dialog.mainWidget().addRow()
    row = [each for each in dialog.mainWidget().wrappers[0] if each is not None]
    return {each.parameterDefinition().name(): each for each in row}, dialog


@pytest.fixture
def dialogs(qgis_iface, monkeypatch):
    """Processing asks the main window for the browser's tree."""
    monkeypatch.setattr(qgis_iface, "browserModel", lambda: None, raising=False)


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("name", "labels", "field"),
    [("ginet:finetune", "LABELS", "CLASS_FIELD"), ("ginet:assess", "REFERENCE", "FIELD")],
)
def test_labels_may_be_a_raster(
    plugin, dialogs, qgis_new_project, add_layer, plain, context, name, labels, field, batch
):
    """QGIS's own widget of a field crashes then; so does a project that holds rasters only."""
    raster = add_layer(plain)
    wrappers, dialog = opened(name, batch)
    chosen = wrappers[field]
    wrappers[labels].setParameterValue(raster.id(), context)
    assert not chosen.parameterValue()
    polygons = QgsVectorLayer("Polygon?field=code:integer&field=kind:string", "labels", "memory")
    QgsProject.instance().addMapLayer(polygons)
    wrappers[labels].setParameterValue(polygons.id(), context)
    assert [chosen.widget.itemText(at) for at in range(chosen.widget.count())] == [
        "",
        "code",
        "kind",
    ]
    chosen.setParameterValue("kind", context)
    assert chosen.parameterValue() == "kind"
    wrappers[labels].setParameterValue(raster.id(), context)
    assert not chosen.parameterValue()
    dialog.close()


def test_the_modeler_takes_a_field(plugin, dialogs, context):
    from processing.modeler.ModelerParametersDialog import ModelerParametersDialog

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("ginet:assess")
    dialog = ModelerParametersDialog(algorithm, QgsProcessingModelAlgorithm("test", "test"))
    wrapper = dialog.widget.widget.wrappers["FIELD"]
    assert not wrapper.parameterValue()
    wrapper.setParameterValue("kind", context)
    assert wrapper.parameterValue() == "kind"
