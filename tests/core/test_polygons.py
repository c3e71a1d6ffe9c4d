"""Polygons of a class raster, from file to file."""

import errno
import itertools
import json
import sqlite3
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasters
from affine import Affine
from rasterio import features
from rasterio.crs import CRS
from scenes import Heard

from core.__main__ import main
from core.accuracy import class_runs
from core.accuracy.raster import ClassRaster
from core.polygons import polygons
from core.raster.areas import PixelAreas
from core.results.geopackage import PartialLayer
from core.vector.changes import Changes
from core.wire.errors import Cancelled, GinetError
from core.wire.job import from_dict, to_dict
from core.wire.polygons_job import PolygonsJob

HEIGHT, WIDTH = 90, 70


def noise(seed=0, choices=(1, 2, 5)):
    """Patches of all sizes, some without data."""
    random = np.random.default_rng(seed)
    values = random.choice(np.array(choices, np.uint8), (HEIGHT // 5, WIDTH // 5))
    values = values.repeat(5, 0).repeat(5, 1)
    specks = random.random(values.shape) < 0.1
    values[specks] = random.choice(np.array([*choices, 255], np.uint8), int(specks.sum()))
    values[20:30, 40:60] = 255
    return values


def write(path, values, **options):
    return rasters.write(path, values[None], colours="u", nodata=255, **options)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "my maps 地图"
    place.mkdir()
    return place


@pytest.fixture
def map_path(folder):
    return str(write(folder / "map.tif", noise()))


def run(source, output, heard=None, **options):
    return polygons(PolygonsJob(input=str(source), output=str(output), **options), heard or Heard())


def rows(path):
    """Fields and rings (as lists of points) of each feature, by its number."""
    with sqlite3.connect(path) as database:
        found = database.execute(
            "SELECT fid, class_id, class, pixels, area_m2, perim_m, confidence, geom FROM polygons"
        ).fetchall()
    return {fid: (*values, rings(geometry)) for fid, *values, geometry in found}


def rings(geometry):
    assert geometry[:4] == b"GP\0\3"
    assert struct.unpack_from("<BI", geometry, 40) == (1, 3)
    (count,) = struct.unpack_from("<I", geometry, 45)
    place, found = 49, []
    for _ in range(count):
        (size,) = struct.unpack_from("<I", geometry, place)
        points = np.frombuffer(geometry, "<f8", 2 * size, place + 4).reshape(-1, 2)
        assert (points[0] == points[-1]).all()
        found.append([tuple(point) for point in points.tolist()])
        place += 4 + 16 * size
    assert place == len(geometry)
    return found


def burnt(found, transform=rasters.HALF_METRE):
    """The class raster that the polygons are of, by GDAL."""
    shapes = [({"type": "Polygon", "coordinates": each[-1]}, each[0]) for each in found.values()]
    return features.rasterize(shapes, (HEIGHT, WIDTH), fill=255, transform=transform, dtype="uint8")


def test_polygons_are_the_raster(map_path, folder):
    result = run(map_path, folder / "p.gpkg")
    found, values = rows(folder / "p.gpkg"), noise()
    assert (burnt(found) == values).all()
    # As many as GDAL's own polygonize finds.
    expected = list(features.shapes(values, values != 255, connectivity=4))
    assert result["features"] == len(found) == len(expected)
    areas = PixelAreas(rasters.HALF_METRE, rasters.UTM, WIDTH, HEIGHT)
    pixel_areas = np.broadcast_to(areas.of_window((0, 0, WIDTH, HEIGHT)), values.shape)
    for each in result["classes"]:
        own = [row for row in found.values() if row[0] == each["id"]]
        area = pixel_areas[values == each["id"]].sum()
        assert each["pixels"] == each["map_pixels"] == (values == each["id"]).sum()
        assert sum(row[3] for row in own) == pytest.approx(area, rel=1e-9)
        assert each["area_m2"] == pytest.approx(area, rel=1e-9)
        assert each["map_area_m2"] == pytest.approx(area, rel=1e-9)
        assert each["features"] == len(own)
    # Outlines counter-clockwise, holes clockwise.
    for *_, shape in found.values():
        signs = [np.sign(sum(a[0] * b[1] - b[0] * a[1] for a, b in _pairs(ring))) for ring in shape]
        assert signs == [1] + [-1] * (len(shape) - 1)


def _pairs(ring):
    origin = np.array(ring[0])
    moved = [tuple(np.array(point) - origin) for point in ring]
    return itertools.pairwise(moved)


def test_perimeter_is_in_metres_of_ground(folder):
    values = np.full((HEIGHT, WIDTH), 255, np.uint8)
    values[10:30, 5:25] = 1
    values[15:20, 10:15] = 255
    write(folder / "degrees.tif", values, crs=CRS.from_epsg(4326),
          transform=Affine(1e-5, 0, 8, 0, -1e-5, 60))  # fmt: skip
    write(folder / "metres.tif", values)
    run(folder / "metres.tif", folder / "m.gpkg")
    ((*_, perimeter, _, shape),) = rows(folder / "m.gpkg").values()
    assert len(shape) == 2
    assert perimeter == pytest.approx(100 * 0.5 / 0.9996, rel=1e-5)  # UTM's scale there
    run(folder / "degrees.tif", folder / "d.gpkg")
    ((*_, perimeter, _, _),) = rows(folder / "d.gpkg").values()
    # Of WGS 84 at 60 degrees: 111 412 m a degree of latitude, 55 800 m one of longitude.
    assert perimeter == pytest.approx(50e-5 * (111_412 + 55_800), rel=1e-3)


@pytest.mark.parametrize(
    "options",
    [{}, {"minimum_area": 4.0, "fill_holes": 3.0}, {"simplify": 0.6, "smooth": True}],
    ids=["exact", "generalised", "drawn"],
)
def test_the_same_whatever_is_read_at_once(map_path, folder, monkeypatch, options):
    run(map_path, folder / "a.gpkg", **options)
    monkeypatch.setattr(class_runs, "STRIP_PIXELS", 4 * WIDTH)
    run(map_path, folder / "b.gpkg", **options)
    one, other = rows(folder / "a.gpkg"), rows(folder / "b.gpkg")
    for fid, row in one.items():  # pixels' areas are interpolated between the corners of strips
        assert other[fid] == (*row[:3], pytest.approx(row[3], rel=1e-9), *row[4:])
    assert one.keys() == other.keys()


def test_a_sparse_file_is_read_where_it_holds_something(folder, monkeypatch):
    values = noise()
    values[20:70] = 255
    options = {"width": WIDTH, "height": HEIGHT, "count": 1, "dtype": "uint8", "nodata": 255,
               "transform": rasters.HALF_METRE, "crs": rasters.UTM}  # fmt: skip
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16, "sparse_ok": True}
    for name, layout in (("whole", {}), ("sparse", tiles)):
        with rasterio.open(folder / f"{name}.tif", "w", **options, **layout) as made:
            made.write(values[None])
    monkeypatch.setattr(class_runs, "STRIP_PIXELS", 4 * WIDTH)
    read, found = [], {}
    stored = ClassRaster.stored
    monkeypatch.setattr(
        ClassRaster, "stored", lambda *all_: (read.append(all_[1]), stored(*all_))[1]
    )
    for name in ("whole", "sparse"):
        read.clear()
        run(folder / f"{name}.tif", folder / f"{name}.gpkg", minimum_area=2.0)
        found[name] = len(read), rows(folder / f"{name}.gpkg")
    assert found["sparse"][1] == found["whole"][1]
    assert 0 < found["sparse"][0] < found["whole"][0]


def test_a_killed_run_leaves_nothing_and_the_next_one_clears_up(folder, python):
    random = np.random.default_rng(3)
    large = random.integers(1, 5, (300, 300), np.uint8).repeat(2, 0).repeat(2, 1)
    source = write(folder / "map.tif", large)
    outputs = [folder / name for name in ("p.gpkg", "r.tif")]
    options = ["--json", "--raster", str(outputs[1]), "--minimum-area", "3"]
    command = ["polygons", str(source), str(outputs[0]), *options]
    engine = [*python, "-m", "core", *command]
    with subprocess.Popen(engine, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if "progress" in line:  # of the first of two scans
                process.kill()
                break
        process.wait()
    assert process.returncode < 0
    assert not any(path.exists() for path in outputs)
    assert main(command) == 0
    assert all(path.exists() for path in outputs)
    assert not list(folder.glob("*.part*"))


def test_small_patches_go_to_the_longest_border(folder):
    values = np.full((HEIGHT, WIDTH), 1, np.uint8)
    values[:, 30:] = 2
    values[40, 29] = 5  # three sides to 1, one to 2
    values[50:52, 30:33] = 5  # eight sides to 2, two to 1
    values[60:80, 50:60] = 5  # large enough
    values[70, 55] = 1  # within it
    write(folder / "map.tif", values)
    result = run(folder / "map.tif", folder / "p.gpkg", minimum_area=2.0,
                 raster=str(folder / "raster.tif"))  # fmt: skip
    expected = values.copy()
    expected[40, 29], expected[50:52, 30:33], expected[70, 55] = 1, 2, 5
    assert (burnt(rows(folder / "p.gpkg")) == expected).all()
    with rasterio.open(folder / "raster.tif") as made:
        assert (made.read(1) == expected).all()
    assert result["features"] == 3
    by_id = {each["id"]: each for each in result["classes"]}
    assert by_id[5]["map_pixels"] - by_id[5]["pixels"] == 1 + 6 - 1


def test_patches_of_a_class_join_where_the_one_between_them_goes(folder):
    values = np.full((HEIGHT, WIDTH), 1, np.uint8)
    values[:, 35] = 2
    write(folder / "map.tif", values)
    result = run(folder / "map.tif", folder / "p.gpkg", minimum_area=1000.0)
    assert result["features"] == 1
    # Smaller than the unit too, but with no neighbour left.
    assert (burnt(rows(folder / "p.gpkg")) == 1).all()


def test_nothing_goes_to_where_there_are_no_data(folder):
    values = np.full((HEIGHT, WIDTH), 255, np.uint8)
    values[10, 10], values[50:70, 50:70] = 1, 2
    write(folder / "map.tif", values)
    run(folder / "map.tif", folder / "p.gpkg", minimum_area=10.0)
    assert (burnt(rows(folder / "p.gpkg")) == values).all()


def test_holes_are_filled_below_a_size_and_islands_kept(folder):
    values = np.full((HEIGHT, WIDTH), 2, np.uint8)
    values[10:80, 10:60] = 1
    values[20:24, 20:24] = 2  # a hole of 4 m2
    values[30:34, 20:24] = 255  # likewise
    values[40:60, 20:40] = 2  # of 100 m2
    values[64:68, 20:24], values[65, 21] = 2, 1  # with an island
    write(folder / "map.tif", values)
    run(folder / "map.tif", folder / "p.gpkg", classes=("1",), fill_holes=5.0)
    expected = np.where(values == 1, 1, 255)
    expected[20:24, 20:24] = expected[30:34, 20:24] = 1
    assert (burnt(rows(folder / "p.gpkg")) == expected).all()


def test_classes_by_number_and_name(map_path, folder):
    names = {"5": "Wald 森林", "1": "water"}
    run(map_path, folder / "p.gpkg", classes=("wald 森林", "1"), names=names)
    found = rows(folder / "p.gpkg")
    assert {row[:2] for row in found.values()} == {(5, "Wald 森林"), (1, "water")}
    values = noise()
    assert (burnt(found) == np.where(values == 2, 255, values)).all()


def test_mean_confidence(folder, map_path):
    values = noise()
    confidence = np.random.default_rng(4).integers(0, 101, values.shape).astype(np.uint8)
    confidence[values == 255] = 255
    path = str(write(folder / "confidence.tif", confidence))
    run(map_path, folder / "p.gpkg", confidence_raster=path)
    for _, _, pixels, _, _, mean, shape in rows(folder / "p.gpkg").values():
        inside = features.geometry_mask(
            [{"type": "Polygon", "coordinates": shape}], values.shape, rasters.HALF_METRE,
            invert=True,
        )  # fmt: skip
        assert inside.sum() == pixels
        assert mean == pytest.approx(confidence[inside].mean())


def test_odd_grids(folder):
    """South-up, rotated, without CRS, without any georeference, one pixel."""
    values = noise()
    for name, transform, crs in (
        ("south-up", Affine(0.5, 0, 0, 0, 0.5, 0), rasters.UTM),
        ("rotated", Affine(0.4, 0.3, 5e5, 0.3, -0.4, 5e6), rasters.UTM),
        ("no crs", Affine(2, 0, 7, 0, -2, 9), None),
        ("no georeference", None, None),
    ):
        path = write(folder / f"{name}.tif", values, transform=transform, crs=crs)
        run(path, folder / f"{name}.gpkg")
        found = rows(folder / f"{name}.gpkg")
        assert (burnt(found, transform or Affine(1, 0, 0, 0, -1, 0)) == values).all(), name
        for *_, shape in found.values():
            assert sum(a[0] * b[1] - b[0] * a[1] for a, b in _pairs(shape[0])) > 0, name
        if crs is None:
            assert {row[3:5] for row in found.values()} == {(None, None)}
    write(folder / "pixel.tif", np.array([[3]], np.uint8))
    assert run(folder / "pixel.tif", folder / "pixel.gpkg", simplify=5.0)["features"] == 1


def test_bad_input_is_refused_before_work_and_leaves_nothing(map_path, folder):
    float_ = rasters.write(folder / "float.tif", np.full((1, 9, 9), 0.5, "float32"), colours="u")
    empty = write(folder / "empty.tif", np.full((9, 9), 255, np.uint8))
    plain = write(folder / "plain.tif", noise(), crs=None, transform=None)
    (folder / "there.gpkg").write_text("mine")
    (folder / "open.gpkg-wal").write_text("")
    many = np.arange(400, dtype=np.uint16).reshape(20, 20)
    many = rasters.write(folder / "many.tif", many[None], colours="u")
    before = sorted(folder.iterdir())
    for source, output, options, message in (
        (float_, "p.gpkg", {}, "fractions"),
        (empty, "p.gpkg", {}, "holds no data"),
        (many, "p.gpkg", {}, "more than 256"),
        (plain, "p.gpkg", {"minimum_area": 4.0}, "coordinate reference system"),
        (plain, "p.gpkg", {"simplify": 4.0}, "coordinate reference system"),
        (map_path, "p.gpkg", {"classes": ("9",)}, r"no class 9.*1 \(1\)"),
        (map_path, "there.gpkg", {}, "there already"),
        (map_path, "open.gpkg", {"overwrite": True}, "open in another program"),
        (map_path, "p.shp", {}, "add .gpkg"),
        (map_path, "none/p.gpkg", {}, "no folder"),
        (map_path, "p.gpkg", {"raster": map_path, "overwrite": True}, "different files"),
        (map_path, "p.gpkg", {"minimum_area": -1.0}, "from 0 up"),
        (map_path, "p.gpkg", {"simplify": float("nan")}, "from 0 up"),
        (map_path, "p.gpkg", {"classes": ()}, "classes must be"),
        (map_path, "p.gpkg", {"confidence_raster": float_}, "georeferenced|per cent|fractions"),
    ):
        with pytest.raises(GinetError, match=message):
            run(source, folder / output, **options)
        assert sorted(folder.iterdir()) == before, message
    with pytest.raises(GinetError, match="holds no patch"):
        run(map_path, folder / "p.gpkg", classes=("7",), names={"7": "ice"})


def test_cancelling_and_a_full_disk_leave_nothing(map_path, folder, monkeypatch):
    before = sorted(folder.iterdir())
    monkeypatch.setattr(class_runs, "STRIP_PIXELS", 4 * WIDTH)
    job = PolygonsJob(input=map_path, output=str(folder / "p.gpkg"),
                      raster=str(folder / "r.tif"), report=str(folder / "r.json"))  # fmt: skip
    for count in (0, 5, 25, 45):
        asked = iter(range(1000))
        with pytest.raises(Cancelled):
            polygons(job, Heard(), lambda asked=asked, count=count: next(asked) >= count)
        assert sorted(folder.iterdir()) == before

    def full(self, *_):
        with self._explained():
            raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(PartialLayer, "complete", full)
        with pytest.raises(GinetError, match=r"disk of .* is full"):
            polygons(job, Heard())
    assert sorted(folder.iterdir()) == before

    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Changes, "put", no_room)
    with pytest.raises(GinetError, match=r"disk of .* is full"):
        run(map_path, folder / "p.gpkg", minimum_area=2.0)
    assert sorted(folder.iterdir()) == before


def test_a_geopackage_that_is_open_or_may_not_be_written_stays_as_it_is(map_path, folder):
    output = folder / "p.gpkg"
    run(map_path, output)
    content = output.read_bytes()
    with sqlite3.connect(output, isolation_level=None) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("SELECT count(*) FROM polygons").fetchone()
        with pytest.raises(GinetError, match="open in another program"):
            run(map_path, output, overwrite=True)
        reader.execute("PRAGMA journal_mode = DELETE")
    reader.close()
    assert len(rows(output)) > 1
    output.write_bytes(content)
    output.chmod(0o444)
    with pytest.raises(GinetError, match="is read-only"):
        run(map_path, output, overwrite=True)
    assert output.read_bytes() == content
    assert not list(folder.glob("*.part"))


def test_command_line_and_job(map_path, folder, capsys):
    output, report = folder / "p.gpkg", folder / "r.json"
    arguments = ["--minimum-area", "2", "--classes", "1", "5", "--report", str(report)]
    assert main(["polygons", map_path, str(output), *arguments]) == 0
    assert "polygons in" in capsys.readouterr().out
    told = json.loads(report.read_text("utf-8"))
    assert told["features"] == len(rows(output))
    assert told["provenance"]["minimum_area"] == "2"
    assert main(["polygons", map_path, str(output)]) == 2
    assert "there already" in capsys.readouterr().err
    job = PolygonsJob(input=map_path, output=str(output), classes=("1",), names={"1": "a"})
    assert from_dict(json.loads(json.dumps(to_dict(job)))) == job


def test_what_a_geopackage_must_hold(map_path, folder):
    run(map_path, folder / "p.gpkg")
    content = Path(folder / "p.gpkg").read_bytes()
    assert content[68:72] == b"GPKG"
    with sqlite3.connect(folder / "p.gpkg") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        box = database.execute("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents").fetchone()
        assert box == (500_000, 5_000_000 - HEIGHT / 2, 500_000 + WIDTH / 2, 5_000_000)
        count = database.execute("SELECT count(*) FROM rtree_polygons_geom").fetchone()
        assert count == (len(rows(folder / "p.gpkg")),)


def test_footprints_are_a_layer_of_their_own(folder):
    values = np.full((HEIGHT, WIDTH), 1, np.uint8)
    values[10:31, 10:41] = 5
    values[15:20, 15:20] = 1
    values[30, 12:14] = values[12, 40] = 1  # nibbled at
    values[60:70, 40:60] = 2
    write(folder / "map.tif", values)
    result = run(folder / "map.tif", folder / "p.gpkg", footprints=str(folder / "f.gpkg"),
                 buildings=("house", "2"), names={"5": "house"}, tolerance=1.0)  # fmt: skip
    assert (result["features"], result["footprints"], result["regular"]) == (4, 2, 2)
    assert (burnt(rows(folder / "p.gpkg")) == values).all()
    found = {row[0]: row for row in rows(folder / "f.gpkg").values()}
    assert [len(ring) for ring in found[5][-1]] == [5, 5]
    assert [len(ring) for ring in found[2][-1]] == [5]
    assert found[5][1] == "house"
    assert found[2][3] == pytest.approx(200 * 0.25 / 0.9996**2, rel=1e-4)
    for change, message in (
        ({"buildings": None}, "not of which class"),
        ({"buildings": ("9",)}, "no class 9"),
        ({"buildings": ("1",), "classes": ("2",)}, "no patch of the classes of buildings"),
    ):
        fields = {"footprints": str(folder / "g.gpkg"), "buildings": ("5",), **change}
        with pytest.raises(GinetError, match=message):
            run(folder / "map.tif", folder / "q.gpkg", **fields)
        assert not list(folder.glob("[gq].gpkg*"))


def test_merged_buildings_are_cut_and_their_polygon_is_not(folder):
    values = np.full((HEIGHT, WIDTH), 1, np.uint8)
    values[10:30, 10:30] = values[10:30, 34:50] = values[18:22, 30:34] = 5  # by two metres
    confidence = np.full((HEIGHT, WIDTH), 50, np.uint8)
    confidence[:, 32:] = 90
    write(folder / "map.tif", values)
    per_cent = str(write(folder / "c.tif", confidence))
    made = {}
    for width in (None, 2.0, 0):
        result = run(folder / "map.tif", folder / "p.gpkg", footprints=str(folder / "f.gpkg"),
                     buildings=("5",), confidence_raster=per_cent, neck_width=width,
                     overwrite=True)  # fmt: skip
        made[width] = list(rows(folder / "f.gpkg").values())
        assert result["features"] == 2
        assert (burnt(rows(folder / "p.gpkg")) == values).all()
        assert result["footprints"] == len(made[width]) == (2 if width is None else 1)
        assert result["provenance"].get("neck_width") == {None: "3", 2.0: "2", 0: None}[width]
    assert sorted((row[2], row[5]) for row in made[None]) == [(328, 90.0), (408, 50.0)]
    assert [row[2] for row in made[0]] == [736]
    for width in (-1, 10.5, "3"):
        with pytest.raises(GinetError, match="neck_width"):
            run(folder / "map.tif", folder / "q.gpkg", neck_width=width)
