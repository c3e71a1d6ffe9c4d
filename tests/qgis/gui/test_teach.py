"""The dock's buttons for labels and fine-tuning; no engine is started."""

import pytest
from qgis.core import QgsFeature, QgsProject, QgsRenderContext

from ginet_qgis.gui.tree import SOURCE
from ginet_qgis.labels.classes import LabelClass, base_classes
from ginet_qgis.labels.layer import label_layer
from ginet_qgis.models import model_files
from tests.fixtures.qgis_window import choose, click


@pytest.fixture
def dock(plugin, window, qgis_new_project):
    QgsProject.instance().clear()
    click(window.button(plugin.dock_action))
    yield plugin.dock
    QgsProject.instance().clear()


def test_labels_are_drawn_at_once_in_the_classes_colours(dock, window, add_layer, plain):
    heard = []
    window.add_feature.triggered.connect(heard.append)
    image = add_layer(plain)
    click(dock.teach.draw)
    window.add_feature.triggered.disconnect(heard.append)
    layer = window.active
    assert heard
    assert layer.isEditable()
    assert layer.crs() == image.crs()
    order = [each.layerId() for each in QgsProject.instance().layerTreeRoot().findLayers()]
    assert order == [layer.id(), image.id()]
    wanted = base_classes(dock.form.model.model())
    categories = layer.renderer().categories()
    assert [each.value() for each in categories] == [*(each.name for each in wanted), None]
    colours = [each.symbol().color().name() for each in categories]
    assert colours[:-1] == [each.colour.lower() for each in wanted]
    setup = layer.editorWidgetSetup(layer.fields().lookupField("class"))
    assert setup.type() == "ValueMap"
    assert setup.config()["map"] == [{each.name: each.name} for each in wanted]
    assert "save it to a file" in dock.message.text.text()
    layer.rollBack()


def test_labels_come_above_results_which_are_hidden(dock, window, add_layer, plain):
    image, other = add_layer(plain), add_layer(plain, "other")
    result = add_layer(plain, "result")
    result.setCustomProperty(SOURCE, image.id())
    dock.form.layer.setLayer(image)
    dock.view.set_layer(result)
    dock.view.show()
    click(dock.view.blink)
    click(dock.teach.draw)
    assert not dock.view.blink.isChecked()
    nodes = QgsProject.instance().layerTreeRoot().findLayers()
    layers = [window.active, result, other, image]
    assert [node.layer() for node in nodes] == layers
    assert [node.isVisible() for node in nodes] == [True, False, True, True]
    feature = QgsFeature(window.active.fields())
    renderer, context = window.active.renderer(), QgsRenderContext()
    renderer.startRender(context, window.active.fields())
    assert renderer.symbolForFeature(feature, context) is not None  # a polygon without a class
    renderer.stopRender(context)
    window.active.rollBack()
    first = window.active.name()
    click(dock.teach.draw)
    assert window.active.name() == f"{first} (2)"  # lists of layers show names only
    window.active.rollBack()


def test_dialog_has_the_docks_layer_model_and_labels(dock, add_layer, plain):
    image = add_layer(plain)
    choose(dock.form.device, "cpu")
    click(dock.teach.draw)
    click(dock.teach.finetune)
    dialog = dock.teach.dialog
    assert dialog.isVisible()
    assert not dialog.isModal()
    given = dialog.form.parameters()
    labels = QgsProject.instance().mapLayersByName(f"Labels of {image.name()}")[0]
    assert given["INPUT"] == image.id()
    assert given["LABELS"] == labels.id()
    assert given["CLASS_FIELD"] == "class"
    assert given["BASE_MODEL"] == dock.form.model.model()
    assert given["DEVICE"] == "cpu"
    assert given["OUTPUT_MODEL"] == str(model_files.unused_file())
    assert given["REPORT"] is None
    labels.rollBack()
    dialog.close()
    click(dock.teach.finetune)
    assert dock.teach.dialog is dialog
    dock.teach.shut_down()


def test_says_what_is_missing(dock):
    for button in (dock.teach.draw, dock.teach.finetune):
        click(button)
        assert "There is no image" in dock.message.text.text()


def test_a_layer_without_crs_or_classes(add_layer, qgis_new_project, tmp_path):
    from tests.fixtures.qgis_layers import without_crs

    layer = label_layer(add_layer(without_crs(tmp_path)), [LabelClass(0, "屋顶", "#ff0000")])
    assert layer.isValid()
    assert not layer.crs().isValid()


def test_new_models_come_into_the_list(dock):
    folder = model_files.user_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "my model 模型.safetensors"
    path.write_bytes(b"")
    try:
        assert dock.form.model.models.findData(str(path)) < 0
        dock.form.model.models.showPopup()
        dock.form.model.models.hidePopup()
        assert dock.form.model.models.findText("my model 模型") >= 0
    finally:
        path.unlink()
