"""Adding results to the layer tree, above the layers that they were made from."""

from __future__ import annotations

from itertools import count

from qgis.core import (
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)

from ginet_qgis.layers.legend import open_legend

SOURCE = "ginet/source"
"""Property of a result: id of the layer that it was made of."""


def place_above(layer_id: str) -> tuple[QgsLayerTreeGroup, int]:
    """Group and row right above a layer; the top of the tree where the layer is gone."""
    root = QgsProject.instance().layerTreeRoot()
    node = root.findLayer(layer_id)
    if node is None:
        return root, 0
    group = node.parent()
    return group, group.children().index(node)


def results_of(layer_id: str) -> list[QgsLayerTreeLayer]:
    """Where a layer's results are in the tree, from top to bottom."""
    nodes = QgsProject.instance().layerTreeRoot().findLayers()
    layers = [(node, node.layer()) for node in nodes]
    return [node for node, layer in layers if layer and layer.customProperty(SOURCE) == layer_id]


def place_on_top(layer_id: str) -> tuple[QgsLayerTreeGroup, int]:
    """Group and row above a layer and those of its results that are in the same group."""
    group, row = place_above(layer_id)
    rows = [group.children().index(each) for each in results_of(layer_id) if each.parent() == group]
    return group, min([row, *rows])


def add_labels(layer: QgsVectorLayer, image_id: str) -> None:
    """Add a layer of labels to the project, above an image and its results; other names stay."""
    layer.setName(_unused(layer.name(), layer))
    group, row = place_on_top(image_id)
    QgsProject.instance().addMapLayer(layer, False)  # noqa: FBT003 - QGIS's signature
    open_legend(group.insertLayer(row, layer))


def load_result(
    path: str,
    source: str,
    place: tuple[QgsLayerTreeGroup, int],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    *,
    shown: bool = True,
) -> QgsMapLayer | None:
    """Add one of a run's layers to the project, styled and described as the run asked.

    Processing's own loader would put it where the user's selection happens to be.

    Args:
        path: One that the run left in ``context`` to be loaded.
        source: Id of the layer that was classified.
        place: Group and row to put it.
        context: Of the run.
        feedback: Of the run.
        shown: At first, with its legend; or neither.

    Returns:
        None where QGIS cannot open it.
    """
    details = context.layerToLoadOnCompletionDetails(path)
    found = QgsProcessingUtils.mapLayerFromString(path, context, typeHint=details.layerTypeHint)
    if found is None:
        return None
    layer = context.temporaryLayerStore().takeMapLayer(found)
    QgsProject.instance().addMapLayer(layer, False)  # noqa: FBT003 - QGIS's signature
    node = place[0].insertLayer(place[1], layer)
    layer.setCustomProperty(SOURCE, source)
    if details.postProcessor() is not None:
        details.postProcessor().postProcessLayer(layer, context, feedback)
    if not shown:
        node.setItemVisibilityChecked(False)
        node.setExpanded(False)
    if layer.metadata().title():
        layer.setName(_unused(layer.metadata().title(), layer))
    return layer


def _unused(name: str, layer: QgsMapLayer) -> str:
    """The name, numbered where another layer has it: lists of layers show names only."""
    others = QgsProject.instance().mapLayers().values()
    taken = {each.name() for each in others if each != layer}
    names = (f"{name} ({number})" if number > 1 else name for number in count(1))
    return next(each for each in names if each not in taken)
