"""Result -> styled, described layer: exactly the model's classes, and where they came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsColorRampShader,
    QgsCoordinateReferenceSystem,
    QgsLayerMetadata,
    QgsMapLayer,
    QgsPalettedRasterRenderer,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ginet_qgis.compat import LINEAR, Box3D
from ginet_qgis.i18n import tr
from ginet_qgis.layers.legend import heading_of_classes, heading_of_confidence
from ginet_qgis.layers.stored_result import is_result, store_result
from ginet_qgis.layers.style_file import style_taken

CONFIDENCE_COLOURS = {
    0: "#440154",
    25: "#3b528b",
    50: "#21918c",
    75: "#5ec962",
    100: "#fde725",
}
"""Viridis: its lightness rises evenly, so it reads in grey and with any colour vision."""

NO_INPUT = None
"""Of a renderer: the layer that it is given to sets its own. A layer's provider in Python, in a
worker thread, was once found to be deleted."""


def class_name(name: str) -> str:
    """A class's name in the user's language; names of other models stay as they are."""
    return _class_names().get(name, name)


def original_class_name(name: str) -> str:
    """The name that the files have, for one in the user's language; others stay as they are."""
    wanted = name.strip().casefold()
    originals = (own for own, shown in _class_names().items() if shown.casefold() == wanted)
    return next(originals, name)


def _class_names() -> dict[str, str]:
    return {
        "building": tr("building"),
        "road": tr("road"),
        "bare land": tr("bare land"),
        "low vegetation": tr("low vegetation"),
        "tree": tr("tree"),
        "water": tr("water"),
        "vegetation": tr("vegetation"),
        "background": tr("background"),
        "agriculture": tr("agriculture"),
        "forest": tr("forest"),
        "grassland": tr("grassland"),
        "wetland": tr("wetland"),
    }


def style_classes(layer: QgsRasterLayer, classes: list[dict[str, Any]]) -> None:
    """Give a classified layer a legend of exactly these classes.

    Args:
        layer: The classified raster.
        classes: From the engine, each with ``id``, ``name`` and ``colour``.
    """
    entries = [
        QgsPalettedRasterRenderer.Class(
            each["id"], QColor(each["colour"]), class_name(each["name"])
        )
        for each in classes
    ]
    layer.setRenderer(QgsPalettedRasterRenderer(NO_INPUT, 1, entries))


def style_confidence(layer: QgsRasterLayer) -> None:
    """Give a confidence layer a ramp from 0 to 100 per cent."""
    ramp = QgsColorRampShader(0, 100)
    ramp.setColorRampType(LINEAR)
    ramp.setColorRampItemList(
        [
            QgsColorRampShader.ColorRampItem(value, QColor(colour), f"{value} %")
            for value, colour in CONFIDENCE_COLOURS.items()
        ]
    )
    shader = QgsRasterShader(0, 100)
    shader.setRasterShaderFunction(ramp)
    renderer = QgsSingleBandPseudoColorRenderer(NO_INPUT, 1, shader)
    renderer.setClassificationMin(0)
    renderer.setClassificationMax(100)
    layer.setRenderer(renderer)


class Description:
    """How one output looks in QGIS and what its metadata say.

    Args:
        title: Of the layer.
        abstract: What its pixels are.
        style: Gives a layer its look; None leaves QGIS's own.
        provenance: Where the pixels came from, from the engine: text by name.
        crs: Of the classified layer, where the user may have set another than its file's.
        heading: Of the legend; empty leaves QGIS's own.
    """

    def __init__(
        self,
        title: str,
        abstract: str,
        style: Callable[[Any], None] | None,
        provenance: dict[str, Any],
        crs: QgsCoordinateReferenceSystem,
        heading: str = "",
    ) -> None:
        """Keep it all; a worker thread makes it, the main thread uses it."""
        self.title = title
        self.abstract = abstract
        self.style = style
        self.provenance = provenance
        self.crs = crs
        self.heading = heading

    def apply(self, layer: QgsMapLayer) -> None:
        """Style and describe a layer."""
        if self.crs.isValid():
            layer.setCrs(self.crs)
        if self.style is not None:
            self.style(layer)
        layer.setMetadata(self.metadata(layer))
        layer.triggerRepaint()

    def open(self, path: str) -> QgsMapLayer:
        """The layer of a file."""
        return QgsRasterLayer(path, self.title)

    def metadata(self, layer: QgsMapLayer) -> QgsLayerMetadata:
        """QGIS's own description of the layer: title, abstract, extent, licence, history."""
        metadata = QgsLayerMetadata()
        metadata.setIdentifier(layer.source())
        metadata.setParentIdentifier(str(self.provenance.get("input", "")))
        metadata.setType("dataset")
        metadata.setTitle(self.title)
        metadata.setAbstract(self.abstract)
        metadata.setCrs(layer.crs())
        spatial = QgsLayerMetadata.SpatialExtent()
        spatial.extentCrs = layer.crs()
        box = layer.extent()
        spatial.bounds = Box3D(box.xMinimum(), box.yMinimum(), 0, box.xMaximum(), box.yMaximum(), 0)
        extent = QgsLayerMetadata.Extent()
        extent.setSpatialExtents([spatial])
        metadata.setExtent(extent)
        metadata.setHistory([f"{name}: {value}" for name, value in self.provenance.items()])
        licence = self.provenance.get("model_licence")
        if licence:
            metadata.setLicenses([str(licence)])
        return metadata

    def write_beside(self, path: str) -> list[str]:
        """Write style (``.qml``) and metadata (``.qmd``) beside a result, for its next opening.

        Returns:
            What went wrong, if anything; the result itself is whole without them.
        """
        layer = self.open(path)
        if not layer.isValid():
            return [tr("QGIS cannot open {path}.").format(path=path)]
        self.apply(layer)
        beside = Path(path)
        if not is_result(beside.with_suffix(".qml")) and (taken := style_taken(beside)):
            return [taken]
        outcomes = [
            layer.saveNamedStyle(str(beside.with_suffix(".qml"))),
            layer.saveNamedMetadata(str(beside.with_suffix(".qmd"))),
        ]
        return [message for message, saved in outcomes if not saved]


def land_cover_of(name: str) -> str:
    """The title of a classification of a layer."""
    return tr("Land cover of {name}").format(name=name)


def descriptions(
    result: dict[str, Any], name: str, crs: QgsCoordinateReferenceSystem
) -> dict[str, Description]:
    """How each raster of a classification looks, by its parameter in Processing.

    Args:
        result: The engine's ``result`` event.
        name: The classified layer's.
        crs: The classified layer's.
    """
    classes, provenance = result["areas"], result["provenance"]
    figures = {"areas": classes, "low_confidence": result.get("low_confidence")}

    def describe_classes(layer: QgsRasterLayer) -> None:
        style_classes(layer, classes)
        store_result(layer, figures)

    names = ", ".join(class_name(each["name"]) for each in classes)
    return {
        "OUTPUT": Description(
            land_cover_of(name),
            tr("Each pixel's land-cover class: {classes}.").format(classes=names),
            describe_classes,
            provenance,
            crs,
            heading_of_classes(),
        ),
        "CONFIDENCE": Description(
            tr("Confidence of the land cover of {name}").format(name=name),
            tr("Probability of each pixel's class, in per cent."),
            style_confidence,
            provenance,
            crs,
            heading_of_confidence(),
        ),
        "PROBABILITIES": Description(
            tr("Class probabilities of {name}").format(name=name),
            tr("One band for each class, in per cent: {classes}.").format(classes=names),
            None,
            provenance,
            crs,
        ),
    }
