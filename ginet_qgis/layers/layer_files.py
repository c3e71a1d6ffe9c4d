"""The file behind a layer, which the engine reads, and what only QGIS knows of the layer."""

from __future__ import annotations

import os

from osgeo import gdal
from qgis.core import QgsProject, QgsProviderRegistry, QgsRasterLayer

from ginet_qgis.core.wire.paths import absolute_name, is_remote, on_disk, parse_name
from ginet_qgis.i18n import tr
from ginet_qgis.layers.engine_formats import engine_reads
from ginet_qgis.paths import leads_to_the_network, without_secrets


class LayerError(Exception):
    """A layer cannot be brought to the engine; says what to change."""


def engine_path(layer: QgsRasterLayer) -> str | None:
    """How the engine opens the layer's own data: a file, a VRT, a ``/vsi`` path, a subdataset.

    Open options are left out: they are QGIS's, the engine reads the data as stored.

    Returns:
        None where only QGIS can read the layer, or read it where it lies.
    """
    path = own_data(layer)
    if path is None or _is_placed_by_qgis(layer, path):
        return None
    return path if is_remote(path) or engine_reads(path) else None


def own_data(layer: QgsRasterLayer) -> str | None:
    """As ``engine_path``, also of what the engine cannot read or would read elsewhere than QGIS."""
    if layer.providerType() != "gdal":
        return None
    path = _gdal_path(layer)
    if path.startswith("/vsimem/"):
        return None  # lives in this process only
    if is_remote(path):
        return path if path.startswith("/vsi") else None
    path = absolute_name(path, relative_to())  # the engine runs in another folder
    if leads_to_the_network(path):
        return None  # the engine goes only to addresses that are named to it
    file = parse_name(path).file
    return path if file and os.path.exists(on_disk(file)) else None  # noqa: PTH110


def relative_to() -> tuple[str, str]:
    """Where relative paths start from: this process's folder, as for GDAL, then the project's."""
    return "", QgsProject.instance().homePath()


def _is_placed_by_qgis(layer: QgsRasterLayer, path: str) -> bool:
    """Whether QGIS warps it by its rational polynomial coefficients, into degrees as it opens it.

    The engine does not: its pixels would not be the layer's.
    """
    if layer.dataProvider().crs().authid() != "EPSG:4326":
        return False
    try:
        dataset = gdal.Open(path)
        return bool(
            dataset.GetMetadata("RPC")
            and not dataset.GetGCPCount()
            and dataset.GetGeoTransform(can_return_null=True) is None
        )
    except (AttributeError, RuntimeError):  # GDAL may be set to raise or not; QGIS's choice
        return False


def check_there(layer: QgsRasterLayer) -> None:
    """QGIS draws on what it has open of a file that is gone, and would export random memory.

    Raises:
        LayerError: The layer's file has gone since it was opened.
    """
    if layer.providerType() != "gdal" or own_data(layer) is not None:
        return
    path = _gdal_path(layer)
    if is_remote(path) or leads_to_the_network(path):
        return  # asking would take long
    try:
        is_there = gdal.Open(path) is not None
    except RuntimeError:  # GDAL may be set to raise or not; that is QGIS's choice
        is_there = False
    if not is_there:
        raise LayerError(
            tr(
                "{name} cannot be opened any more: its file has been moved or deleted. Add it "
                "to the project again."
            ).format(name=without_secrets(layer.name()))
        )


def _gdal_path(layer: QgsRasterLayer) -> str:
    registry = QgsProviderRegistry.instance()
    parts = registry.decodeUri("gdal", layer.source())
    for options in ("openOptions", "credentialOptions"):
        parts.pop(options, None)
    return registry.encodeUri("gdal", parts)


def known_only_to_qgis(layer: QgsRasterLayer) -> list[str]:
    """What is set for the layer in QGIS and not in its file, as sentences that say what to do."""
    provider, told = layer.dataProvider(), []
    if any(
        provider.userNoDataValues(band)
        or (provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band))
        for band in range(1, layer.bandCount() + 1)
    ):
        told.append(
            tr(
                "In QGIS {name} has other no-data values than in its file, and the file is what is "
                "classified. If they matter, set them in a copy with Raster > Conversion > "
                "Translate, and classify that."
            ).format(name=layer.name())
        )
    if layer.crs() != provider.crs():
        told.append(
            tr(
                "In QGIS {name} has the CRS {crs}, in its file {other}; the result's file and its "
                "areas go by the file. If that is wrong, set the file's CRS with Raster > "
                "Projections > Assign Projection."
            ).format(
                name=layer.name(),
                crs=layer.crs().userFriendlyIdentifier() or tr("none"),
                other=provider.crs().userFriendlyIdentifier() or tr("none"),
            )
        )
    return told
