"""The files that layers and models consist of: a run, or an export, must not write over them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from osgeo import gdal
from qgis.core import (
    QgsDataSourceUri,
    QgsExpressionContext,
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsProperty,
    QgsProviderRegistry,
    QgsVirtualLayerDefinition,
)
from qgis.PyQt.QtCore import QUrl

from ginet_qgis.core.wire.files import named_files
from ginet_qgis.core.wire.paths import absolute_name, is_remote, parse_name
from ginet_qgis.layers.layer_files import relative_to
from ginet_qgis.models import model_files
from ginet_qgis.models.card import model_file


def files_of_layer(layer: QgsMapLayer) -> list[str]:
    """The files of a layer on this computer's disks, with all that GDAL says belongs to them.

    Args:
        layer: Of any kind; of one that is no file there are none. A virtual layer has those of the
            layers that it is made of.
    """
    return files_of_source(layer.providerType(), layer.source())


def files_of_source(provider: str, source: str) -> list[str]:
    """As ``files_of_layer``, of a data source."""
    if provider == "virtual":
        made_of = QgsVirtualLayerDefinition.fromUrl(QUrl.fromEncoded(source.encode()))
        files: list[str] = []
        for each in made_of.sourceLayers():
            if layer := QgsProject.instance().mapLayer(each.reference()):
                files += files_of_layer(layer)
            else:
                files += files_of_source(each.provider(), each.source())
        for layer in QgsProject.instance().mapLayers().values():
            named = layer.name() in made_of.query() or layer.id() in made_of.query()
            if named and layer.providerType() != "virtual":
                files += files_of_layer(layer)
        return files
    parts = QgsProviderRegistry.instance().decodeUri(provider, source)
    if provider == "gdal":
        for options in ("openOptions", "credentialOptions"):
            parts.pop(options, None)
        name = QgsProviderRegistry.instance().encodeUri(provider, parts)
    else:
        name = f"{parts.get('vsiPrefix', '')}{parts.get('path', '')}{parts.get('vsiSuffix', '')}"
    return dataset_files(absolute_name(name, relative_to())) if name else []


def dataset_files(name: str) -> list[str]:
    """The files of a dataset by GDAL's name of it, also those that a mosaic (VRT) refers to."""
    if is_remote(name):
        return []
    files = dict.fromkeys(named_files(name))
    mosaics = [name]
    for mosaic in mosaics:  # it grows
        if is_remote(mosaic):
            continue
        found = gdal_files(mosaic)
        folder = parse_name(mosaic).file
        if found and os.path.isdir(folder):  # noqa: PTH112
            files[folder] = None
        mosaics += [each for each in found if each.endswith(".vrt") and each not in mosaics]
        files.update(dict.fromkeys(file for each in found for file in named_files(each)))
    return list(files)


def gdal_files(name: str) -> list[str]:
    """What GDAL says a dataset consists of, as a shapefile of several; none where it is none."""
    try:
        return gdal.OpenEx(name).GetFileList() or []
    except (AttributeError, RuntimeError):  # GDAL may be set to raise or not; QGIS's choice
        return []


def files_of_project() -> dict[str, list[str]]:
    """The files of the project's layers, by name."""
    used: dict[str, list[str]] = {}
    for layer in QgsProject.instance().mapLayers().values():  # several may have one name
        used.setdefault(layer.name(), []).extend(files_of_layer(layer))
    return used


def files_of_models() -> dict[str, list[str]]:
    """The files of all models that can be chosen, by name."""
    return {name: [str(model_file(value))] for name, value in model_files.choices()}


def written_file(value: Any, context: QgsExpressionContext) -> str:
    """The file that a destination parameter's value names; empty where that is for QGIS to choose.

    Args:
        value: As scripts and dialogs give it.
        context: For values that are expressions.
    """
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value = value.valueAsString(context, "")[0]
    text = str(value or "")
    if text == QgsProcessing.TEMPORARY_OUTPUT or text.startswith("memory:"):
        return ""
    provider, colon, uri = text.partition(":")
    if colon and provider in QgsProviderRegistry.instance().providerList():
        text = QgsDataSourceUri(uri).database() if provider in ("ogr", "spatialite") else ""
    return str(Path(text.split("|")[0]).absolute()) if text else ""
