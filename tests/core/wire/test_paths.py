"""GDAL's names of datasets: what leads to the network, and the files that they name."""

import pytest

from core.wire.paths import absolute_name, display_name, is_remote, parse_name, redact


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://host/a.tif",
        "/vsicurl_streaming/http://host/a.tif",
        "/vsicurl?url=http%3A%2F%2Fhost%2Fa.tif",
        "/vsis3/bucket/a.tif",
        "/vsizip//vsicurl/http://host/a.zip/a.tif",
        "/vsizip/{/vsigs/bucket/a.zip}/a.tif",
        "/vsisubfile/0_10,/vsiaz/box/a.tif",
        "/vsicached?file=/vsioss/box/a.tif",
        'NETCDF:"/vsicurl/http://host/a.nc":band',
        "GTIFF_DIR:2:/vsis3/bucket/a.tif",
        "HDF5:http://host/a.h5://band",
        "HTTPS://host/a.tif",
        "s3://bucket/a.tif",
        "zip+https://host/a.zip!a.tif",
        "vrt:///vsicurl/http://host/a.tif?bands=1",
        "PG:dbname=a",
        "WMS:http://host?",
        "<GDAL_WMS><Service><ServerUrl>http://host</ServerUrl></Service></GDAL_WMS>",
    ],
)
def test_what_leads_to_the_network(name):
    assert is_remote(name)
    assert parse_name(name).file == ""
    assert absolute_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "/data/vsi_scenes/a.vrt",
        "/data/vsicurl/http:/a.vrt",
        "/vsidata/a.vrt",
        "vsis3/a.vrt",
        "C:\\vsicurl\\a.vrt",
        "/vsizip//data/vsis3/a.zip/a.tif",
        "/vsizip/vsicurl/a.zip/a.tif",
        "GPKG:/data/vsicurl/a.gpkg:first",
        "/vsimem/vsicurl/a.tif",
    ],
)
def test_a_folders_name_leads_nowhere_and_is_told(name):
    assert not is_remote(name)
    assert display_name(name) == name
    assert redact(f"{name}: no such file") == f"{name}: no such file"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.nc", "{}/a.nc"),
        ("/vsizip/a.zip/in/x.tif", "/vsizip/{}/a.zip/in/x.tif"),
        ("/vsizip/{{a.zip}}/x.tif", "/vsizip/{{{}/a.zip}}/x.tif"),
        ("/vsigzip//vsizip/a.zip/x.gz", "/vsigzip//vsizip/{}/a.zip/x.gz"),
        ('NETCDF:"a.nc":band', 'NETCDF:"{}/a.nc":band'),
        ("NETCDF:a.nc:band", "NETCDF:{}/a.nc:band"),
        ("GPKG:a.gpkg:first", "GPKG:{}/a.gpkg:first"),
        ("GTIFF_DIR:1:a.nc", "GTIFF_DIR:1:{}/a.nc"),  # though there is a file 1
        ("GTIFF_DIR:off:123:a.nc", "GTIFF_DIR:off:123:{}/a.nc"),
        ('HDF5:"a.nc"://tmp', 'HDF5:"{}/a.nc"://tmp'),
        ("HDF5:a.nc://tmp", "HDF5:{}/a.nc://tmp"),  # though there is a folder /tmp
        (
            "SENTINEL2_L2A:/vsizip/a.zip/MTD.xml:10m:EPSG_32632",
            "SENTINEL2_L2A:/vsizip/{}/a.zip/MTD.xml:10m:EPSG_32632",
        ),
        ("DERIVED_SUBDATASET:AMPLITUDE:a.nc", "DERIVED_SUBDATASET:AMPLITUDE:{}/a.nc"),
        ("a.gpkg|layername=first", "{}/a.gpkg|layername=first"),
        ("vrt://a.nc?bands=1", "vrt://{}/a.nc?bands=1"),
        ("a 图/b:c.tif", "{}/a 图/b:c.tif"),
    ],
)
def test_relative_names_become_absolute(name, expected, tmp_path, monkeypatch):
    (tmp_path / "a 图").mkdir()
    for file in ("1", "a.nc", "a.zip", "a.gpkg", "a 图/b:c.tif"):
        (tmp_path / file).touch()
    name = name.replace("{{", "{").replace("}}", "}")
    expected = expected.format(tmp_path)
    assert absolute_name(name, ("", str(tmp_path))) == expected  # as relative to a project
    monkeypatch.chdir(tmp_path)
    assert absolute_name(name) == expected
    assert absolute_name(expected) == expected
    monkeypatch.chdir("/")
    assert absolute_name(name) == name  # not there
