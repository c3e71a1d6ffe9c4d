"""Legends in the layer tree: open, and headed in the user's language."""

from __future__ import annotations

from qgis.core import QgsLayerTreeLayer, QgsMapLayerLegendUtils

from ginet_qgis.i18n import tr


def heading_of_classes() -> str:
    """What stands above classes."""
    return tr("Land-cover class")


def heading_of_confidence() -> str:
    """What stands above a ramp of confidence."""
    return tr("Confidence in per cent")


def head_legend(node: QgsLayerTreeLayer, heading: str) -> None:
    """Put this above a raster's legend, in place of the band's name, which is English in all files.

    It is seen once the layer is styled anew.
    """
    QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, 0, heading)


def open_legend(node: QgsLayerTreeLayer) -> None:
    """Open a legend that came with a style.

    The tree closes one of many classes. Its view closes what had no legend before, without a word
    to the tree, and then follows changes only.
    """
    node.setExpanded(False)
    node.setExpanded(True)
