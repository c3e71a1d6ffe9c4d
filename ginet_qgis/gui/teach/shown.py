"""What teaching shows on the map: the view's classes, and where the model is unsure."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsColorRampShader,
    QgsDataProvider,
    QgsProject,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ginet_qgis.compat import LINEAR
from ginet_qgis.gui.tree import place_above
from ginet_qgis.i18n import tr
from ginet_qgis.layers.legend import head_legend, heading_of_classes, heading_of_confidence
from ginet_qgis.layers.styling import NO_INPUT, style_classes

LIVE = "ginet/live"
"""Property of these layers, which are of no use in a project that is opened again."""
OPACITY = 0.6
"""At first: labels are drawn on the image, which must be seen. The user may change it."""
UNSURE = {0: 210, 50: 150, 80: 40, 100: 0}
"""Opacity, of 255, of the overlay by confidence in per cent."""
UNSURE_COLOUR = "#ff00ff"


class ShownView:
    """Two layers right above the image, whose files are replaced.

    The user may remove them; they come again with the next view.

    Args:
        image: The layer that is classified.
        name: Its name.
    """

    def __init__(self, image: QgsRasterLayer, name: str) -> None:
        """Show nothing yet."""
        self._image_id = image.id()
        self._crs = image.crs()
        self._names = (
            tr("Live land cover of {name}").format(name=name),
            tr("Where the model is unsure about {name}").format(name=name),
        )
        self._headings = heading_of_classes(), heading_of_confidence()
        self._ids = ["", ""]
        self._files: list[list[str]] = [[], []]

    def show(self, path: str, classes: list[dict[str, Any]], confidence: str | None) -> None:
        """Show these files from now on; the ones before are deleted.

        Args:
            path: Of class ids.
            classes: With ``id``, ``name`` and ``colour``.
            confidence: Per cent; None shows no overlay.
        """
        self._put(0, path, lambda layer: style_classes(layer, classes))
        if confidence is None:
            self._take_away(1)
        else:
            self._put(1, confidence, style_unsure)

    def forget(self, ids: list[str]) -> None:
        """These layers are just being removed by others."""
        self._ids = ["" if each in ids else each for each in self._ids]

    def clear(self) -> None:
        """Take both away."""
        for which in (0, 1):
            self._take_away(which)

    def _put(self, which: int, path: str, style: Callable[[QgsRasterLayer], None]) -> None:
        project = QgsProject.instance()
        layer = project.mapLayer(self._ids[which])
        opacity = OPACITY if layer is None else layer.opacity()
        if layer is None:
            layer = QgsRasterLayer(path, self._names[which])
            layer.setCustomProperty(LIVE, True)  # noqa: FBT003 - QGIS's signature
            project.addMapLayer(layer, False)  # noqa: FBT003
            group, row = place_above(self._ids[0] if which else self._image_id)
            head_legend(group.insertLayer(row, layer), self._headings[which])
            self._ids[which] = layer.id()
        else:
            layer.setDataSource(path, self._names[which], "gdal", QgsDataProvider.ProviderOptions())
        if self._crs.isValid():
            layer.setCrs(self._crs)
        style(layer)
        layer.setOpacity(opacity)  # a raster's is its renderer's, which is new
        layer.triggerRepaint()
        self._files[which].append(path)
        self._delete(which, keep=1)

    def _take_away(self, which: int) -> None:
        layer = QgsProject.instance().mapLayer(self._ids[which])
        self._ids[which] = ""
        if layer is not None:
            QgsProject.instance().removeMapLayer(layer.id())
        self._delete(which, keep=0)

    def _delete(self, which: int, keep: int) -> None:
        files = self._files[which]
        for path in files[: len(files) - keep]:
            with contextlib.suppress(OSError):  # the map may be drawing it; the folder goes later
                Path(path).unlink(missing_ok=True)
                files.remove(path)


def style_unsure(layer: QgsRasterLayer) -> None:
    """Colour what is unsure; what is sure lets the map through."""
    ramp = QgsColorRampShader(0, 100)
    ramp.setColorRampType(LINEAR)
    items = []
    for value, alpha in UNSURE.items():
        colour = QColor(UNSURE_COLOUR)
        colour.setAlpha(alpha)
        items.append(QgsColorRampShader.ColorRampItem(value, colour, f"{value} %"))
    ramp.setColorRampItemList(items)
    shader = QgsRasterShader(0, 100)
    shader.setRasterShaderFunction(ramp)
    renderer = QgsSingleBandPseudoColorRenderer(NO_INPUT, 1, shader)
    renderer.setClassificationMin(0)
    renderer.setClassificationMax(100)
    layer.setRenderer(renderer)


def remove_left_over() -> None:
    """Remove such layers from a project that was saved while teaching, and opened again."""
    project = QgsProject.instance()
    for layer in list(project.mapLayers().values()):
        if layer.customProperty(LIVE):
            project.removeMapLayer(layer.id())
