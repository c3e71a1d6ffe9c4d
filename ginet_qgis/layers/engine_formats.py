"""Formats of files that the engine's GDAL reads. QGIS's own reads more: ECW, MrSID, HDF4, FITS."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from osgeo import gdal

from ginet_qgis.core.wire.paths import on_disk, parse_name

FORMATS = frozenset(
    [
        "AAIGrid",
        "ACE2",
        "ADRG",
        "AIG",
        "AirSAR",
        "BAG",
        "BIGGIF",
        "BLX",
        "BMP",
        "BSB",
        "BT",
        "BYN",
        "CALS",
        "CEOS",
        "COASP",
        "COSAR",
        "CTG",
        "DAAS",
        "DIMAP",
        "DIPEx",
        "DOQ1",
        "DOQ2",
        "DTED",
        "ECRGTOC",
        "EHdr",
        "EIR",
        "ELAS",
        "ENVI",
        "ERS",
        "ESAT",
        "FAST",
        "FIT",
        "GFF",
        "GIF",
        "GPKG",
        "GRASSASCIIGrid",
        "GRIB",
        "GS7BG",
        "GSAG",
        "GSBG",
        "GSC",
        "GTI",
        "GTX",
        "GTiff",
        "GXF",
        "GenBin",
        "HDF5",
        "HDF5Image",
        "HF2",
        "HFA",
        "ILWIS",
        "IRIS",
        "ISCE",
        "ISG",
        "ISIS2",
        "ISIS3",
        "JAXAPALSAR",
        "JDEM",
        "JP2OpenJPEG",
        "JPEG",
        "KMLSUPEROVERLAY",
        "KRO",
        "L1B",
        "LAN",
        "LCP",
        "LOSLAS",
        "Leveller",
        "MAP",
        "MBTiles",
        "MFF",
        "MFF2",
        "MRF",
        "MSGN",
        "NDF",
        "NGSGEOID",
        "NITF",
        "NOAA_B",
        "NSIDCbin",
        "NTv2",
        "NWT_GRC",
        "NWT_GRD",
        "OZI",
        "PAux",
        "PCIDSK",
        "PCRaster",
        "PDS",
        "PDS4",
        "PNG",
        "PNM",
        "PRF",
        "R",
        "RIK",
        "RMF",
        "ROI_PAC",
        "RPFTOC",
        "RRASTER",
        "RS2",
        "RST",
        "Rasterlite",
        "S102",
        "S104",
        "S111",
        "SAFE",
        "SAGA",
        "SAR_CEOS",
        "SDTS",
        "SENTINEL2",
        "SGI",
        "SIGDEM",
        "SNAP_TIFF",
        "SNODAS",
        "SRP",
        "SRTMHGT",
        "STACIT",
        "STACTA",
        "TGA",
        "TIL",
        "TSX",
        "Terragen",
        "USGSDEM",
        "VICAR",
        "VRT",
        "WEBP",
        "XPM",
        "XYZ",
        "ZMap",
        "Zarr",
        "netCDF",
    ]
)
"""GDAL's short names, those in rasterio's wheels, as a test holds. Of a PDF these only write."""
OF_JPEG2000 = "JP2"
"""Begins the names of the drivers that read JPEG 2000, of which the engine has one."""


def engine_reads(path: str) -> bool:
    """Whether the engine knows the format of a local file or of a dataset in it.

    A VRT is asked for the formats of its files, one of each ending.
    """
    file = parse_name(path).file
    try:
        changed = os.stat(on_disk(file)).st_mtime_ns if file else 0  # noqa: PTH116
    except OSError:
        changed = 0
    return _is_known(path, changed)


@lru_cache(maxsize=256)
def _is_known(path: str, changed: int) -> bool:  # noqa: ARG001 - a file that has changed is another
    driver = _driver(path)
    if driver == "VRT":
        return all(_driver(file) in (None, "VRT") or _knows(_driver(file)) for file in _files(path))
    return driver is None or _knows(driver)


def _knows(driver: str | None) -> bool:
    return driver in FORMATS or str(driver).startswith(OF_JPEG2000)


def _driver(path: str) -> str | None:
    try:
        driver = gdal.IdentifyDriver(path)
    except RuntimeError:  # GDAL may be set to raise or not; that is QGIS's choice
        driver = None
    return driver.ShortName if driver else None


def _files(path: str) -> list[str]:
    """What a VRT is made of, one file of each ending."""
    try:
        dataset = gdal.Open(path)
        files = dataset.GetFileList()[1:]
    except (AttributeError, RuntimeError, TypeError):
        return []
    return list({Path(file).suffix.lower(): file for file in files}.values())
