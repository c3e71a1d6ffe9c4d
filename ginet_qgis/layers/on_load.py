"""What becomes of a result when Processing adds its layer to the project."""

from __future__ import annotations

from typing import Any, ClassVar

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProject,
)

from ginet_qgis.layers.legend import head_legend, open_legend


def apply_on_load(
    description: Any, path: str, context: QgsProcessingContext, heading: str = ""
) -> None:
    """Call ``description.apply(layer)`` once Processing loads the layer, if it will.

    Args:
        description: What has such a method.
        path: Of the layer's file.
        context: Of the run.
        heading: Of the legend; empty leaves QGIS's own.
    """
    if context.willLoadLayerOnCompletion(path):
        details = context.layerToLoadOnCompletionDetails(path)
        details.setPostProcessor(_DescribeOnLoad.create(description, heading))


class _DescribeOnLoad(QgsProcessingLayerPostProcessorInterface):
    """Runs in the main thread when a result is added to the project."""

    kept: ClassVar[set[_DescribeOnLoad]] = set()
    """QGIS holds no reference to a Python object: without ours it would be gone by then."""

    def __init__(self, description: Any, heading: str) -> None:
        super().__init__()
        self.description, self.heading = description, heading

    @classmethod
    def create(cls, description: Any, heading: str) -> _DescribeOnLoad:
        made = cls(description, heading)
        cls.kept.add(made)
        return made

    def postProcessLayer(
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,  # noqa: ARG002 - QGIS's signature
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> None:
        node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
        if node is not None and self.heading:
            head_legend(node, self.heading)
        self.description.apply(layer)
        if node is not None:
            open_legend(node)
        # No sooner: QGIS is still in this call, and may make it again for the same layer.
        layer.willBeDeleted.connect(lambda: self.kept.discard(self))
