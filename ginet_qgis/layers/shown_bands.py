"""Which bands are red, green and blue, where only the layer's symbology knows."""

from __future__ import annotations

from qgis.core import QgsMultiBandColorRenderer, QgsRasterLayer

from ginet_qgis.compat import RED_BAND
from ginet_qgis.layers.layer_files import own_data
from ginet_qgis.models.card import read_card

RGB = ["red", "green", "blue"]


def shown_bands(layer: QgsRasterLayer, model: str) -> list[int] | None:
    """The bands that QGIS shows as red, green and blue, for a model that takes these.

    Args:
        layer: What will be classified or labelled.
        model: A bundled model's name or a model file.

    Returns:
        None where the file says itself which bands they are, or nothing was chosen.
    """
    renderer, provider = layer.renderer(), layer.dataProvider()
    if own_data(layer) is None or not isinstance(renderer, QgsMultiBandColorRenderer):
        return None
    bands = [renderer.redBand(), renderer.greenBand(), renderer.blueBand()]
    every = range(1, layer.bandCount() + 1)
    if bands == [1, 2, 3] or not set(bands) <= set(every):
        return None
    if any(provider.colorInterpretation(band) == RED_BAND for band in every):
        return None
    try:
        wanted = read_card(model)["mlm:input"][0]["bands"]
    except (KeyError, IndexError, TypeError):
        return None
    return bands if wanted == RGB else None
