"""Which bands are red, green and blue, where only the layer's symbology knows."""

from __future__ import annotations

from qgis.core import QgsMultiBandColorRenderer, QgsRasterLayer

from ginet_qgis.compat import RED_BAND
from ginet_qgis.core.wire.colour_words import GREEN, NATURAL, RED, colour
from ginet_qgis.layers.layer_files import own_data
from ginet_qgis.models.card import bands, read_card


def shown_bands(layer: QgsRasterLayer, model: str) -> list[int] | None:
    """The bands that QGIS shows as red, green and blue, for a model whose encoders see these.

    Args:
        layer: What will be classified or labelled.
        model: A bundled model's name or a model file.

    Returns:
        None where the file says itself which bands they are, or nothing was chosen. A band that is
        shown in two colours was chosen by somebody, whatever the file says.
    """
    renderer, provider = layer.renderer(), layer.dataProvider()
    if own_data(layer) is None or not isinstance(renderer, QgsMultiBandColorRenderer):
        return None
    shown = [renderer.redBand(), renderer.greenBand(), renderer.blueBand()]
    every = range(1, layer.bandCount() + 1)
    if shown == [1, 2, 3] or not set(shown) <= set(every):
        return None
    described = {colour(layer.bandName(band)) for band in every}
    is_said = described >= {RED, GREEN} or any(
        provider.colorInterpretation(band) == RED_BAND for band in every
    )
    if is_said and len(set(shown)) == len(shown):
        return None
    card = read_card(model)
    return shown if card and bands(card, seen=True) == list(NATURAL) else None
