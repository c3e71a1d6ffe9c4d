"""Writing: whole and right under the final names, or nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasters import HALF_METRE, UTM

import core.part
from core.classes import ClassTable, LandCoverClass
from core.errors import OutputError, OutputExists
from core.gdal import open_dataset
from core.grid import Grid
from core.writing import OutputSet, check_outputs

CLASSES = ClassTable(
    [
        LandCoverClass(4, "tree", "#1a9641"),
        LandCoverClass(0, 'buildings & "roofs" <all>', "#3c1098"),
        LandCoverClass(2, "Wasserfläche", "#0000ff"),
    ]
)
WIDTH, HEIGHT = 1300, 700
GRID = Grid(WIDTH, HEIGHT, HALF_METRE, UTM, georeferenced=True)


def classified(height=HEIGHT, width=WIDTH):
    """Class ids in squares of 20 pixels, with nodata; confidence; probabilities."""
    rng = np.random.default_rng(0)
    coarse = rng.choice(np.array([0, 2, 4, 4, 255], np.uint8), (height // 20 + 1, width // 20 + 1))
    classes = coarse.repeat(20, 0).repeat(20, 1)[:height, :width].copy()
    confidence = rng.integers(40, 101, classes.shape).astype(np.uint8)
    confidence[classes == 255] = 255
    probabilities = np.stack([confidence, 100 - confidence // 2, confidence // 3])
    probabilities[:, classes == 255] = 255
    return classes, confidence, probabilities


def write_all(outputs, block=300):
    """Write in blocks that do not fit the tiles; blocks without data are left out."""
    classes, confidence, probabilities = classified()
    for row in range(0, HEIGHT, block):
        for col in range(0, WIDTH, block):
            ys, xs = slice(row, row + block), slice(col, col + block)
            part = classes[ys, xs]
            if (part != 255).any():
                window = (col, row, part.shape[1], part.shape[0])
                outputs.write(window, part, confidence[ys, xs], probabilities[:, ys, xs])
    return [int((classes == entry.id).sum()) for entry in CLASSES]


def paths(folder):
    return [str(folder / name) for name in ("classes.tif", "confidence.tif", "probabilities.tif")]


def make(folder, grid=GRID, areas=(100.0, 50.0, 50.0), **options):
    with OutputSet(grid, CLASSES, *paths(folder), **options) as outputs:
        outputs.finish(write_all(outputs), areas)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


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
        outputs.finish([6_000_000_000, 0, 2_000_000_000], None)
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


# Whole or not at all -----------------------------------------------------------------------------


def test_nothing_stands_under_a_final_name_before_the_end(tmp_path):
    with OutputSet(GRID, CLASSES, *paths(tmp_path)) as outputs:
        write_all(outputs)
        assert names(tmp_path) == [f"{Path(path).name}.part" for path in paths(tmp_path)]
    assert names(tmp_path) == []


def test_an_error_leaves_the_former_result_alone(tmp_path):
    make(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail():
        with OutputSet(GRID, CLASSES, *paths(tmp_path), overwrite=True) as outputs:
            write_all(outputs)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_overwriting_clears_what_belonged_to_the_former_file(tmp_path):
    for suffix in (".tif", ".tif.aux.xml", ".tif.ovr", ".tif.msk", ".qml"):
        (tmp_path / f"classes{suffix}").write_text("former")
        (tmp_path / f"confidence{suffix}").write_text("former")
    with pytest.raises(OutputExists):
        OutputSet(GRID, CLASSES, *paths(tmp_path))
    make(tmp_path, overwrite=True)
    assert names(tmp_path) == [
        "classes.qml", "classes.tif", "classes.tif.aux.xml",
        "confidence.qml", "confidence.tif", "probabilities.tif",
    ]  # fmt: skip
    assert "former" not in (tmp_path / "classes.tif.aux.xml").read_text("utf-8")
    assert (tmp_path / "classes.qml").read_text() == "former"


def test_a_finished_result_is_kept_when_its_name_is_taken(tmp_path, monkeypatch):
    """As on Windows, where a file that another program holds open cannot be replaced."""

    def held(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match=r"finished result is in .*probabilities\.tif\.part"):
        make(tmp_path)
    assert names(tmp_path) == [
        "classes.tif.part", "classes.tif.part.aux.xml",
        "confidence.tif.part", "probabilities.tif.part",
    ]  # fmt: skip


FILL_THE_DISK = """
    import resource, signal, sys
    sys.path[:0] = sys.argv[1:4]
    from pathlib import Path
    import core.errors
    import test_writing as t
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    folder = Path(sys.argv[4])
    t.make(folder)
    size = max(path.stat().st_size for path in folder.iterdir())
    for path in folder.iterdir():
        path.unlink()
    for share in (0.001, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size * share), resource.RLIM_INFINITY))
        try:
            t.make(folder)
        except core.errors.OutputError as error:
            print("torn" if t.names(folder) else "refused", share, error)
        else:
            print("whole", share)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    """Files may grow to a share of what they need, in the end to all of it."""
    here = Path(__file__).parent
    done = subprocess.run(
        [
            sys.executable, "-c", dedent(FILL_THE_DISK),
            str(here.parents[1]), str(here), str(here.parent / "fixtures"), str(tmp_path),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = [line.split()[0] for line in done.stdout.splitlines()]
    assert outcomes == ["refused"] * 11 + ["whole"], done.stdout
    assert "cannot be written" in done.stdout


@pytest.mark.parametrize("lost", [1, 4])
def test_what_does_not_read_back_as_written_is_refused(tmp_path, monkeypatch, lost):
    """Full resolution or an overview: what a file lost while it closed reads as nodata."""
    count = core.part.count_values

    def after_a_loss(dataset, factor=1):
        counts = count(dataset, factor)
        if dataset.mode == "r" and factor == lost:
            counts[0, 255] += counts[0, 77]
            counts[0, 77] = 0
        return counts

    monkeypatch.setattr(core.part, "count_values", after_a_loss)
    with pytest.raises(OutputError, match="not all that was written is there"):
        make(tmp_path)
    assert names(tmp_path) == []


def test_empty_tiles_take_no_room(tmp_path):
    grid = Grid(6000, 6000, HALF_METRE, UTM, georeferenced=True)
    with OutputSet(grid, CLASSES, paths(tmp_path)[0]) as outputs:
        outputs.write((512, 512, 512, 512), np.full((512, 512), 2, np.uint8))
        outputs.write((3000, 3000, 700, 700), np.full((700, 700), 255, np.uint8))
        outputs.finish([0, 0, 512 * 512], None)
    assert Path(paths(tmp_path)[0]).stat().st_size < 30_000


# Seen before the work starts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("there.tif", OutputExists, "is there already"),
        ("nowhere/a.tif", OutputError, "There is no folder"),
        ("a.png", OutputError, "does not end in .tif"),
        ("folder.tif", OutputError, "is a folder"),
    ],
)
def test_outputs_that_cannot_be(tmp_path, name, error, message):
    (tmp_path / "there.tif").touch()
    (tmp_path / "folder.tif").mkdir()
    with pytest.raises(error, match=message) as caught:
        check_outputs([str(tmp_path / "good.TIFF"), str(tmp_path / name)], overwrite=False)
    assert caught.value.hint
    assert str(tmp_path) in caught.value.message


def test_a_folder_that_is_not_writable(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="not writable"):
        check_outputs([str(tmp_path / "a.tif")], overwrite=False)


def test_overwriting_when_allowed(tmp_path):
    (tmp_path / "there.tif").touch()
    check_outputs([str(tmp_path / "there.tif"), str(tmp_path / "new.tif")], overwrite=True)
