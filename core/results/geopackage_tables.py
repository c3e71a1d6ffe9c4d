"""The tables of a GeoPackage: of the standard itself, of a layer of polygons, of its spatial index.

From OGC 12-128r18, GeoPackage Encoding Standard 1.3, annexes C (tables) and F.3 (index).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from rasterio.crs import CRS
from rasterio.errors import CRSError

from core.results.date import date_of_results

APPLICATION_ID = 0x47504B47  # GPKG
VERSION = 10300
UNDEFINED_CARTESIAN = -1
OWN_SRS = 100_000
"""Number of a CRS that is not one of EPSG's; GDAL counts from there too."""

TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
    organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
    m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name), UNIQUE (table_name),
    FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT,
    extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
    UNIQUE (table_name, column_name, extension_name))""",
)
LAYER = (
    """CREATE TABLE polygons (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POLYGON,
    class_id INTEGER, class TEXT, pixels INTEGER, area_m2 REAL, perim_m REAL, confidence REAL)""",
    "CREATE VIRTUAL TABLE rtree_polygons_geom USING rtree(id, minx, maxx, miny, maxy)",
    """INSERT INTO gpkg_extensions VALUES ('polygons', 'geom', 'gpkg_rtree_index',
    'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')""",
)
TRIGGERS = (
    """CREATE TRIGGER rtree_polygons_geom_insert AFTER INSERT ON polygons
    WHEN (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    BEGIN INSERT OR REPLACE INTO rtree_polygons_geom VALUES (NEW.fid, ST_MinX(NEW.geom),
    ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END""",
    """CREATE TRIGGER rtree_polygons_geom_update2 AFTER UPDATE OF geom ON polygons
    WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
    BEGIN DELETE FROM rtree_polygons_geom WHERE id = OLD.fid; END""",
    """CREATE TRIGGER rtree_polygons_geom_update4 AFTER UPDATE ON polygons
    WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
    BEGIN DELETE FROM rtree_polygons_geom WHERE id IN (OLD.fid, NEW.fid); END""",
    """CREATE TRIGGER rtree_polygons_geom_update5 AFTER UPDATE ON polygons
    WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    BEGIN DELETE FROM rtree_polygons_geom WHERE id = OLD.fid;
    INSERT OR REPLACE INTO rtree_polygons_geom VALUES (NEW.fid, ST_MinX(NEW.geom),
    ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END""",
    """CREATE TRIGGER rtree_polygons_geom_update6 AFTER UPDATE OF geom ON polygons
    WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    AND (OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom))
    BEGIN UPDATE rtree_polygons_geom SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom),
    miny = ST_MinY(NEW.geom), maxy = ST_MaxY(NEW.geom) WHERE id = NEW.fid; END""",
    """CREATE TRIGGER rtree_polygons_geom_update7 AFTER UPDATE OF geom ON polygons
    WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    AND (OLD.geom ISNULL OR ST_IsEmpty(OLD.geom))
    BEGIN INSERT INTO rtree_polygons_geom VALUES (NEW.fid, ST_MinX(NEW.geom),
    ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END""",
    """CREATE TRIGGER rtree_polygons_geom_delete AFTER DELETE ON polygons
    WHEN OLD.geom NOT NULL
    BEGIN DELETE FROM rtree_polygons_geom WHERE id = OLD.fid; END""",
)
"""They keep the index true when a program edits the layer (the standard, annex F.3; 1.4's)."""


def make_tables(database: sqlite3.Connection, crs: CRS | None) -> int:
    """The tables that each GeoPackage has; returns the number of the CRS in it."""
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {VERSION}")
    for statement in TABLES:
        database.execute(statement)
    world = CRS.from_epsg(4326).to_wkt()
    systems: list[tuple[Any, ...]] = [
        ("Undefined Cartesian", UNDEFINED_CARTESIAN, "NONE", -1, "undefined"),
        ("Undefined geographic", 0, "NONE", 0, "undefined"),
        ("WGS 84", 4326, "EPSG", 4326, world),
    ]
    number = UNDEFINED_CARTESIAN
    if crs:
        code = crs.to_epsg(confidence_threshold=100)
        number = code or OWN_SRS
        if number != 4326:
            name = crs.to_wkt().split('"')[1]
            systems.append((name, number, "EPSG" if code else "NONE", number, _definition(crs)))
    database.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", systems)
    return number


def make_layer(database: sqlite3.Connection, srs: int, description: str) -> None:
    """The empty layer ``polygons`` and its entry among the contents."""
    for statement in LAYER:
        database.execute(statement)
    now = date_of_results().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    database.execute(
        "INSERT INTO gpkg_contents VALUES "
        "('polygons', 'features', 'polygons', ?, ?, NULL, NULL, NULL, NULL, ?)",
        (description, now, srs),
    )
    database.execute(
        "INSERT INTO gpkg_geometry_columns VALUES ('polygons', 'geom', 'POLYGON', ?, 0, 0)", (srs,)
    )


def _definition(crs: CRS) -> str:
    """The CRS as WKT 1, which all programs read, or as it is where that has no words for it."""
    try:
        return str(crs.to_wkt(version="WKT1_GDAL"))
    except CRSError:
        return str(crs.to_wkt())
