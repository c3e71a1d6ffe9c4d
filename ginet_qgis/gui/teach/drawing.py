"""From what the map's tool drew to a change of the labels."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsGeometry, QgsProject, QgsVectorLayer

from ginet_qgis.gui.teach.session_image import SessionImage
from ginet_qgis.gui.teach.tools import CHANGE, DOT, ERASE, STROKE
from ginet_qgis.i18n import tr
from ginet_qgis.labels import editing
from ginet_qgis.labels.prepared import DEFAULT_FIELD
from ginet_qgis.layers.layer_files import LayerError


def put(
    labels: QgsVectorLayer,
    image: SessionImage,
    kind: str,
    shape: QgsGeometry,
    value: Any,
    pixels: int,
) -> None:
    """Do with the labels what the tool says.

    Args:
        labels: With their classes in the field ``class``.
        image: That is labelled.
        kind: As ``LabelTool`` has it.
        shape: In the map's CRS.
        value: Of the chosen class.
        pixels: Width of the brush, in pixels of the image.

    Raises:
        LayerError: It makes no label, there is none, or the layer cannot be edited.
        QgsCsException: The place is outside what the CRS of image or labels can tell.
    """
    place, width = image.from_map(shape), pixels * image.pixel
    if kind == STROKE:
        place = editing.stroke(place, width)
    elif kind == DOT:
        place = editing.dab(place.asPoint(), width)
    place = editing.into(place, image.crs, labels.crs(), QgsProject.instance().transformContext())
    if kind not in (ERASE, CHANGE):
        editing.add_label(labels, DEFAULT_FIELD, place, value)
        return
    found = editing.label_at(labels, place.asPoint())
    if found is None:
        raise LayerError(tr("There is no label."))
    if kind == ERASE:
        editing.erase(labels, found)
    else:
        editing.change_class(labels, DEFAULT_FIELD, found, value)
