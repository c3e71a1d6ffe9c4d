"""Writing: what stands in the files, as rasterio and the GDAL of QGIS read it."""

import json
import subprocess
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasters import HALF_METRE, UTM
from results import CLASSES, GRID, HEIGHT, WIDTH, classified, make, names, paths

from core.raster.gdal import open_dataset
from core.raster.grid import Grid
from core.results.writing import OutputSet


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    make(folder, metadata={"GINET_MODEL": 'land & "cover" <1> ü', "DATE": "2026"})
    return folder


def test_what_is_read_is_what_was_written(made):
    classes, confidence, probabilities = classified()
    for path, expected in zip(paths(made), (classes, confidence, probabilities), strict=True):
        with rasterio.open(path) as dataset:
            read = dataset.read()
            np.testing.assert_array_equal(read, expected.reshape(read.shape))
            assert (dataset.dtypes[0], dataset.nodata) == ("uint8", 255)
            assert dataset.block_shapes[0] == (512, 512)
            assert dataset.compression.name == "deflate"
            assert dataset.overviews(1) == [2, 4]
            assert (dataset.crs, dataset.transform) == (UTM, HALF_METRE)
            assert dataset.tags()["GINET_MODEL"] == 'land & "cover" <1> ü'
    assert names(made) == [
        "classes.tif", "classes.tif.aux.xml", "confidence.tif", "probabilities.tif",
    ]  # fmt: skip


def test_bands_are_described(made):
    _, confidence, probabilities = paths(made)
    with rasterio.open(probabilities) as dataset:
        assert dataset.descriptions == tuple(entry.name for entry in CLASSES)
    with rasterio.open(confidence) as dataset:
        assert dataset.descriptions == ("confidence in per cent",)


def test_class_overviews_hold_classes_and_confidence_overviews_means(made):
    classes, confidence, _ = classified()
    path = paths(made)
    with rasterio.open(path[0], overview_level=1) as overview:
        # Squares of 20 pixels: a fourth of the resolution holds them exactly.
        np.testing.assert_array_equal(overview.read(1), classes[::4, ::4])
    boxes = confidence.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean((1, 3))
    with rasterio.open(path[1], overview_level=0) as overview:
        np.testing.assert_allclose(overview.read(1), boxes, atol=0.5)


def test_colours(made):
    with rasterio.open(paths(made)[0]) as dataset:
        palette = dataset.colormap(1)
    assert [palette[entry.id] for entry in CLASSES] == [(*entry.rgb, 255) for entry in CLASSES]


def test_statistics(made):
    classes, confidence, _ = classified()
    for path, values in zip(paths(made)[:2], (classes, confidence), strict=True):
        valid = values[values != 255].astype(np.float64)
        with rasterio.open(path) as dataset:
            tags = {key: float(value) for key, value in dataset.tags(1).items()}
        assert tags["STATISTICS_MINIMUM"] == valid.min()
        assert tags["STATISTICS_MAXIMUM"] == valid.max()
        assert tags["STATISTICS_MEAN"] == pytest.approx(valid.mean())
        assert tags["STATISTICS_STDDEV"] == pytest.approx(valid.std())
        share = 100 * valid.size / values.size
        assert tags["STATISTICS_VALID_PERCENT"] == pytest.approx(share, rel=1e-3)


READ_BY_GDAL = """
    import json, sys
    from osgeo import gdal
    gdal.UseExceptions()
    dataset = gdal.Open(sys.argv[1])
    band = dataset.GetRasterBand(1)
    table = band.GetDefaultRAT()
    columns = range(table.GetColumnCount())
    print(json.dumps({
        "names": band.GetCategoryNames(),
        "columns": [
            [table.GetNameOfCol(c), table.GetTypeOfCol(c), table.GetUsageOfCol(c)] for c in columns
        ],
        "rows": [
            [table.GetValueAsString(r, c) for c in columns] for r in range(table.GetRowCount())
        ],
        "thematic": table.GetTableType() == gdal.GRTT_THEMATIC,
        "statistics": band.GetStatistics(False, False),
        "projection": dataset.GetProjection(),
    }))
"""


def read_by_gdal(path):
    """What the GDAL that QGIS uses makes of a file: class names and attribute table."""
    done = subprocess.run(
        ["/usr/bin/python3", "-c", dedent(READ_BY_GDAL), str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "No module named 'osgeo'" in done.stderr:
        pytest.skip("the system's Python has no GDAL")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_system = pytest.mark.skipif(
    not Path("/usr/bin/python3").exists(), reason="no system Python to look for GDAL"
)


@needs_system
def test_names_and_attribute_table_as_gdal_reads_them(made):
    found = read_by_gdal(paths(made)[0])
    assert found["names"] == ['buildings & "roofs" <all>', "", "Wasserfläche", "", "tree"]
    assert found["thematic"]
    integer, real, text = 0, 1, 2
    assert found["columns"] == [
        ["Value", integer, 5], ["Count", integer, 1], ["Class", text, 2],
        ["Red", integer, 6], ["Green", integer, 7], ["Blue", integer, 8], ["Alpha", integer, 9],
        ["Area_m2", real, 0], ["Area_pct", real, 0],
    ]  # fmt: skip
    classes = classified()[0]
    counts = [str((classes == number).sum()) for number in (4, 0, 2)]
    assert [row[:7] for row in found["rows"]] == [
        ["4", counts[0], "tree", "26", "150", "65", "255"],
        ["0", counts[1], 'buildings & "roofs" <all>', "60", "16", "152", "255"],
        ["2", counts[2], "Wasserfläche", "0", "0", "255", "255"],
    ]
    assert [[float(value) for value in row[7:]] for row in found["rows"]] == [
        [100, 50], [50, 25], [50, 25],
    ]  # fmt: skip
    assert found["statistics"][:2] == [0, 4]


@needs_system
def test_counts_beyond_32_bits_and_no_areas(tmp_path):
    with OutputSet(GRID, CLASSES, paths(tmp_path)[0]) as outputs:
        outputs.complete([6_000_000_000, 0, 2_000_000_000], None)
        outputs.publish()
    found = read_by_gdal(paths(tmp_path)[0])
    assert [name for name, *_ in found["columns"]][-2:] == ["Alpha", "Area_pct"]
    assert [float(row[1]) for row in found["rows"]] == [6e9, 0, 2e9]
    assert [float(row[-1]) for row in found["rows"]] == [75, 0, 25]


# Georeference ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "grid",
    [
        Grid(WIDTH, HEIGHT, Affine(0.4, 0.3, 100, 0.3, -0.4, 200), UTM, georeferenced=True),
        Grid(WIDTH, HEIGHT, Affine(2, 0, 100, 0, 2, 200), None, georeferenced=True),
        Grid(WIDTH, HEIGHT, Affine(1e-5, 0, 8.5, 0, -1e-5, 47), CRS.from_epsg(4326), True),
    ],
    ids=["rotated", "south-up without crs", "degrees"],
)
def test_the_grid_is_kept(tmp_path, grid):
    make(tmp_path, grid)
    for path in paths(tmp_path):
        with rasterio.open(path) as dataset:
            assert dataset.crs == grid.crs
            assert dataset.transform.almost_equals(grid.transform, 1e-12)


def test_no_georeference_stays_none(tmp_path):
    make(tmp_path, Grid(WIDTH, HEIGHT), areas=None)
    for path in paths(tmp_path):
        with open_dataset(path) as dataset:
            assert dataset.crs is None
            assert dataset.transform == Affine.identity()


def test_control_points_are_kept(tmp_path):
    points = (
        GroundControlPoint(0, 0, 500_000, 4_000_000, id="1"),
        GroundControlPoint(0, 9, 500_009, 4_000_001, id="2"),
        GroundControlPoint(9, 0, 500_001, 3_999_991, id="3"),
    )
    make(tmp_path, Grid(WIDTH, HEIGHT, crs=UTM, gcps=points))
    for path in paths(tmp_path):
        with open_dataset(path) as dataset:
            kept, crs = dataset.gcps
        assert crs == UTM
        assert [(p.row, p.col, p.x, p.y) for p in kept] == [
            (p.row, p.col, p.x, p.y) for p in points
        ]


@needs_system
def test_a_crs_that_geotiff_cannot_hold_goes_into_the_sidecar(tmp_path):
    rotated_pole = CRS.from_proj4(
        "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 "
        "+to_meter=0.0174532925199433"
    )
    make(tmp_path, Grid(WIDTH, HEIGHT, Affine(0.1, 0, 5, 0, -0.1, 5), rotated_pole, True))
    for path in paths(tmp_path):
        with rasterio.open(path) as dataset:
            assert dataset.crs == rotated_pole
    found = read_by_gdal(paths(tmp_path)[0])
    assert found["names"][4] == "tree"
    assert "POLE_ROTATION" in found["projection"].upper() or "ob_tran" in found["projection"]
