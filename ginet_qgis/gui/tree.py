"""Results into the layer tree, directly above what they were made of."""

from __future__ import annotations

from qgis.core import (
    QgsLayerTreeGroup,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
)


def place_above(layer_id: str) -> tuple[QgsLayerTreeGroup, int]:
    """Group and row right above a layer; the top of the tree where the layer is gone."""
    root = QgsProject.instance().layerTreeRoot()
    node = root.findLayer(layer_id)
    if node is None:
        return root, 0
    group = node.parent()
    return group, group.children().index(node)


def load_result(
    path: str, above: str, context: QgsProcessingContext, feedback: QgsProcessingFeedback
) -> QgsRasterLayer | None:
    """Add one of a run's rasters to the project, styled and described as the run asked.

    Processing's own loader would put it where the user's selection happens to be.

    Args:
        path: One that the run left in ``context`` to be loaded.
        above: Id of the layer to put it above.
        context: Of the run.
        feedback: Of the run.

    Returns:
        None where QGIS cannot open it.
    """
    details = context.layerToLoadOnCompletionDetails(path)
    found = QgsProcessingUtils.mapLayerFromString(path, context, typeHint=details.layerTypeHint)
    if found is None:
        return None
    layer = context.temporaryLayerStore().takeMapLayer(found)
    group, row = place_above(above)
    QgsProject.instance().addMapLayer(layer, False)  # noqa: FBT003 - QGIS's signature
    group.insertLayer(row, layer)
    if details.postProcessor() is not None:
        details.postProcessor().postProcessLayer(layer, context, feedback)
    if layer.metadata().title():
        layer.setName(layer.metadata().title())
    return layer
