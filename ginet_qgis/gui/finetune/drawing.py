"""A new layer of labels in the project, ready to draw on."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsRasterLayer, QgsVectorLayer

from ginet_qgis.gui.tree import add_labels, results_of
from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import base_classes
from ginet_qgis.labels.layer import label_layer


def start_drawing(iface: Any, image: QgsRasterLayer, model: str) -> QgsVectorLayer:
    """Add a layer above the image and its results, hide these, and let the user draw at once.

    Args:
        iface: QGIS's main window.
        image: What will be labelled.
        model: Its classes are offered.
    """
    layer = label_layer(image, base_classes(model))
    for node in results_of(image.id()):
        node.setItemVisibilityChecked(False)
    add_labels(layer, image.id())
    iface.setActiveLayer(layer)
    layer.startEditing()
    iface.actionAddFeature().trigger()
    return layer


def drawing_help() -> str:
    """What to do with the new layer."""
    return tr(
        "Draw polygons and choose the class of each. Earlier results are hidden meanwhile. The "
        "layer is in memory: save it to a file to keep it."
    )
