"""Assessing a map and drawing a sample from it, from files to figures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.warp
import rasters
import results
from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import transform
from scenes import Heard

from core.accuracy import metrics
from core.accuracy import raster as class_raster
from core.assess import assess
from core.raster.grid import apply
from core.sample import sample
from core.wire.accuracy_job import AssessJob, SampleJob
from core.wire.errors import Cancelled, GinetError
from core.wire.numerals import number_of

HEIGHT, WIDTH = 60, 80


def ids(seed=0, choices=(1, 2, 5)):
    """Class ids in squares of ten pixels."""
    coarse = np.random.default_rng(seed).choice(np.array(choices, np.uint8), (6, 8))
    return coarse.repeat(10, 0).repeat(10, 1)


def write(path, values, **options):
    return rasters.write(path, values[None], colours="u", **options)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "my maps 地图"
    place.mkdir()
    return place


@pytest.fixture
def classified(folder):
    values = ids()
    values[:10, :10] = 255
    return write(folder / "map.tif", values, nodata=255)


def features(path, shapes, crs=None, **members):
    """Write (geometry, properties) pairs as GeoJSON in the map's CRS."""
    content = {
        "type": "FeatureCollection",
        "crs": crs,
        **members,
        "features": [
            {"type": "Feature", "geometry": geometry, "properties": properties}
            for geometry, properties in shapes
        ],
    }
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


def point(column, row):
    x, y = apply(rasters.HALF_METRE, column + 0.5, row + 0.5)
    return {"type": "Point", "coordinates": [x, y]}


def box(left, top, right, bottom):
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    ring = [list(apply(rasters.HALF_METRE, *corner)) for corner in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def messages(heard):
    return [fields["message"] for fields in heard.all("warning")]


def run(classified, reference, heard=None, **options):
    job = AssessJob(classified=str(classified), reference=str(reference), **options)
    return assess(job, heard or Heard())


def test_raster_reference_counts_every_pixel(classified, folder, monkeypatch):
    monkeypatch.setattr(class_raster, "BLOCK", 16)
    truth = ids(seed=3)
    truth[50:] = 0
    reference = write(folder / "truth.tif", truth, nodata=0)
    heard = Heard()
    result = run(classified, reference, heard)
    mapped = ids()
    mapped[:10, :10] = 255
    valid = (mapped != 255) & (truth != 0)
    order = [1, 2, 5]
    expected = [[int((valid & (mapped == m) & (truth == t)).sum()) for t in order] for m in order]
    assert [each["id"] for each in result["classes"]] == order
    assert result["matrix"] == expected
    assert [each["pixels"] for each in result["classes"]] == [
        int((mapped == value).sum()) for value in order
    ]
    padded = np.pad(np.array(expected).T, ((0, 0), (0, 1)))
    assert result["kappa"] == pytest.approx(metrics.kappa(padded))
    assert result["classes"][1]["iou"] == pytest.approx(metrics.intersection_over_union(padded)[1])
    assert result["overall"]["value"] is not None
    assert result["overall"]["error"] is None
    assert result["overall"]["low"] is None
    assert any("no random sample" in told for told in messages(heard))


def test_perfect_map(classified):
    copy = str(Path(classified).with_name("copy.tif"))
    Path(copy).write_bytes(Path(classified).read_bytes())
    result = run(classified, copy)
    assert result["overall"]["value"] == 1
    assert result["kappa"] == 1
    assert all(each["f1"] == each["iou"] == 1 for each in result["classes"])
    assert not result["reference"]["reprojected"]


def test_points_by_number_by_name_and_without_label(folder):
    results.make(folder)
    classified = folder / "classes.tif"
    with rasterio.open(classified) as dataset:
        values = dataset.read(1)
    names = {0: 'buildings & "roofs" <all>', 2: "WASSERFLÄCHE", 4: " Tree "}
    rng = np.random.default_rng(0)
    shapes, truths = [], []
    for row, column in zip(rng.integers(0, 700, 300), rng.integers(0, 1300, 300), strict=True):
        value = int(values[row, column])
        label = {0: names[0], 1: 2, 2: "4", 3: 4.0}[int(rng.integers(4))]
        if value == 2:
            label = names[2]
        shapes.append((point(column, row), {"class": label}))
        truths.append((value, {names[0]: 0, names[2]: 2}.get(label, label)))
    shapes.append((point(5, 5), {"class": None}))
    shapes.append((point(5, 6), {"class": ""}))
    shapes.append((point(-50, 5), {"class": 4}))
    shapes.append((None, {"class": 4}))
    heard = Heard()
    result = run(classified, features(folder / "p.geojson", shapes), heard, field="class")
    assert [each["name"] for each in result["classes"]] == [
        'buildings & "roofs" <all>', "Wasserfläche", "tree",
    ]  # fmt: skip
    assert [each["colour"] for each in result["classes"]] == ["#3c1098", "#0000ff", "#1a9641"]
    expected = [
        [sum((m, int(t)) == (a, b) for m, t in truths) for b in (0, 2, 4)] for a in (0, 2, 4)
    ]
    assert result["matrix"] == expected
    on_nodata = sum(value == 255 for value, _ in truths)
    assert result["reference"] == {
        "kind": "points", "count": 303, "unlabelled": 2, "unused": on_nodata + 1,
        "pixels": 300 - on_nodata, "reprojected": False, "invalid": 1, "shared": 0,
    }  # fmt: skip
    assert result["overall"]["low"] < result["overall"]["value"] < result["overall"]["high"]
    warnings = messages(heard)
    assert any("2 of 303 features have no label" in told for told in warnings)
    assert any(f"{on_nodata + 1} features hold no pixel" in told for told in warnings)


def test_points_on_the_corners_of_pixels(folder):
    values = np.random.default_rng(3).integers(1, 4, (100, 100)).astype(np.uint8)
    metre = Affine(1, 0, 500_000, 0, -1, 4_000_000)
    path = write(folder / "metre.tif", values, transform=metre)
    shapes = [
        ({"type": "Point", "coordinates": [500_000 + c, 4_000_000 - r]}, {"c": int(values[r, c])})
        for c in range(0, 100, 10)
        for r in range(0, 100, 10)
    ]
    result = run(path, features(folder / "grid.geojson", shapes), field="c")
    assert result["overall"]["value"] == 1.0
    assert result["reference"]["pixels"] == 100


CODES = {
    "1": 1, " 7 ": 7, "007": 7, "+7": 7, "7.0": 7, "-3": -3, "0.5": 0.5, ".95": 0.95, "7.": None,
    "1_1": None, "2_10": None, "1e3": None, "0x10": None, "1,5": None, "１": None, "٣": None,
    "nan": None, "inf": None, "-": None, ".": None, "": None, "1 2": None, "−1": None,
    "123456789012345678": 123456789012345678, "1234567890123456789": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "number"), CODES.items())
def test_what_text_is_a_number(text, number):
    assert number_of(text) == number


def test_codes_that_are_no_numbers_are_names(folder):
    path = write(folder / "map.tif", np.repeat([[11], [210]], 5, 0).repeat(9, 1).astype(np.int32))
    shapes = [(point(c, r), {"c": "1_1" if r < 5 else "2_10"}) for c in range(9) for r in range(10)]
    shapes.append((point(1, 1), {"c": float("nan")}))
    result = run(path, features(folder / "p.geojson", shapes), field="c")
    assert result["overall"]["value"] == 0
    assert [each["name"] for each in result["classes"]] == ["11", "210", "1_1", "2_10"]
    assert result["reference"]["unlabelled"] == 1


def test_class_that_the_map_does_not_know(classified, folder):
    shapes = [(point(column, 30), {"c": "Snow" if column % 3 else 9}) for column in range(80)]
    heard = Heard()
    result = run(classified, features(folder / "p.geojson", shapes), heard, field="c")
    assert [(each["id"], each["name"], each["known"]) for each in result["classes"][-2:]] == [
        (9, "9", False),
        (None, "Snow", False),
    ]
    snow = result["classes"][-1]
    assert snow["users"]["value"] is None
    assert snow["producers"]["value"] == 0
    assert snow["area"]["value"] > 0
    assert any("does not know" in told and "9, Snow" in told for told in messages(heard))


def test_polygons_hold_the_pixels_within_them(classified, folder, monkeypatch):
    monkeypatch.setattr(class_raster, "BLOCK", 16)
    shapes = [
        (box(10, 0, 40, 10), {"c": 1}),
        (box(45, 12, 60, 33), {"c": 2}),
        (box(0, 0, 10, 10), {"c": 2}),
        (box(200, 0, 210, 10), {"c": 2}),
        ({"type": "MultiPolygon", "coordinates": [
            box(2, 40, 7, 50)["coordinates"], box(70, 40, 78, 60)["coordinates"],
        ]}, {"c": 5}),
    ]  # fmt: skip
    heard = Heard()
    result = run(classified, features(folder / "p.geojson", shapes), heard, field="c")
    truth = np.zeros((HEIGHT, WIDTH), int)
    truth[0:10, 10:40] = 1
    truth[12:33, 45:60] = 2
    truth[40:50, 2:7] = truth[40:60, 70:78] = 5
    mapped = ids()
    expected = [[int(((mapped == m) & (truth == t)).sum()) for t in (1, 2, 5)] for m in (1, 2, 5)]
    assert result["matrix"] == expected
    assert result["reference"]["kind"] == "polygons"
    assert result["reference"]["unused"] == 2
    assert sum(each["units"] for each in result["strata"]) <= 9
    assert any("only if the polygons were drawn" in told for told in messages(heard))


def test_shared_pixels_are_left_out_whatever_the_order(folder):
    path = write(folder / "map.tif", np.full((60, 80), 1, np.uint8))
    shapes = [
        (box(0, 0, 20, 10), {"c": 1}),
        (box(10, 0, 30, 10), {"c": 2}),
        (box(12, 2, 18, 8), {"c": 1}),  # covered by the others
        (box(0, 20, 20, 30), {"c": 1}),
        (box(10, 20, 30, 30), {"c": 1}),  # of the same class: all pixels count
    ]
    told = []
    for order in ((0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 1, 0, 4, 3)):
        heard = Heard()
        reference = features(folder / "p.geojson", [shapes[k] for k in order])
        result = run(path, reference, heard, field="c")
        found = {name: result[name] for name in ("matrix", "overall", "reference", "classes")}
        told.append((found, messages(heard)))
    assert told[0] == told[1] == told[2]
    assert result["matrix"] == [[400, 100], [0, 0]]
    assert result["reference"]["shared"] == 100
    assert result["reference"]["unused"] == 1
    assert "100 pixels lie in polygons of different classes and are left out." in messages(heard)


def test_features_in_longitude_and_latitude(classified, folder):
    xs, ys = zip(*[apply(rasters.HALF_METRE, c + 0.5, 30.5) for c in range(80)], strict=True)
    lon, lat = transform(rasters.UTM, CRS.from_epsg(4326), xs, ys)
    shapes = [
        ({"type": "Point", "coordinates": place}, {"c": int(ids()[30, column])})
        for column, place in enumerate(zip(lon, lat, strict=True))
    ]
    path = folder / "p.geojson"
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    results_of = [run(classified, features(path, shapes, named), field="c")]
    content = json.loads(path.read_text("utf-8"))
    del content["crs"]
    path.write_text(json.dumps(content))
    results_of.append(run(classified, path, field="c"))
    for result in results_of:
        assert result["overall"]["value"] == 1
        assert result["reference"]["pixels"] == 80
        assert result["reference"]["reprojected"]


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # rasterio's use of affine
def test_raster_reference_on_another_grid_and_in_another_crs(classified, folder):
    coarse = ids()[::10, ::10]
    big = Affine(5, 0, 500_000, 0, -5, 5_000_000)
    reference = write(folder / "coarse.tif", coarse, transform=big)
    result = run(classified, reference)
    assert result["overall"]["value"] == 1
    assert result["reference"]["pixels"] == HEIGHT * WIDTH - 100
    assert result["reference"]["reprojected"]

    wide = rasterio.warp.reproject(
        ids()[None], None, src_transform=rasters.HALF_METRE, src_crs=rasters.UTM,
        dst_crs="EPSG:3035", dst_resolution=0.25, src_nodata=0,
    )  # fmt: skip
    reference = write(folder / "laea.tif", wide[0][0], transform=wide[1], crs="EPSG:3035", nodata=0)
    result = run(classified, reference)
    assert result["overall"]["value"] > 0.97
    assert result["reference"]["pixels"] > 0.98 * (HEIGHT * WIDTH - 100)


def test_strata_of_their_own(classified, folder):
    north = np.ones((HEIGHT, WIDTH), np.uint8)
    north[40:] = 2
    north[58:] = 0
    strata = write(folder / "strata.tif", north, nodata=0)
    shapes = [
        (point(c, r), {"c": int(ids(seed=1)[r, c])}) for c in range(0, 80, 3) for r in (20, 50)
    ]
    shapes.append((point(3, 59), {"c": 1}))
    result = run(classified, features(folder / "p.geojson", shapes), field="c", strata=strata)
    assert not result["strata_are_map"]
    assert [(each["name"], each["pixels"], each["units"]) for each in result["strata"]] == [
        ("1", 80 * 40 - 100, 27), ("2", 80 * 18, 27),
    ]  # fmt: skip
    assert result["reference"]["unused"] == 1
    right = [np.mean([ids()[r, c] == ids(seed=1)[r, c] for c in range(0, 80, 3)]) for r in (20, 50)]
    shares = np.array([3100, 1440]) / 4540
    assert result["overall"]["value"] == pytest.approx(shares @ right, rel=1e-4)
    assert result["overall"]["error"] == pytest.approx(
        np.sqrt(sum(w**2 * p * (1 - p) / 26 for w, p in zip(shares, right, strict=True))), rel=1e-4
    )


def test_empty_and_lone_strata_are_told(classified, folder):
    mapped = ids()
    places = [tuple(place) for place in np.argwhere(mapped == 1)[::50]]
    places += [tuple(place) for place in np.argwhere(mapped == 2)[-1:]]
    shapes = [(point(c, r), {"c": 1}) for r, c in places]
    heard = Heard()
    result = run(classified, features(folder / "p.geojson", shapes), heard, field="c")
    assert [each["units"] > 0 for each in result["strata"]] == [True, True, False]
    warnings = messages(heard)
    assert any("without any label" in told and "5" in told for told in warnings)
    assert any("single one of the points: 2" in told for told in warnings)
    assert result["overall"]["error"] is None
    json.dumps(result, allow_nan=False)


def test_outputs_are_whole_and_nothing_is_replaced_unasked(classified, folder):
    shapes = [(point(c, 30), {"c": int(c % 2 + 1)}) for c in range(80)]
    reference = features(folder / "p.geojson", shapes)
    outputs = {"report": str(folder / "r.json"), "matrix": str(folder / "矩阵.csv")}
    result = run(classified, reference, field="c", **outputs)
    with Path(outputs["matrix"]).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["map / reference", "1", "2", "5", "total"]
    assert [list(map(int, row[1:-1])) for row in rows[1:-1]] == result["matrix"]
    assert rows[-1][-1] == "80"
    stored = json.loads(Path(outputs["report"]).read_text("utf-8"))
    assert stored["matrix"] == result["matrix"]
    assert stored["job"]["verb"] == "assess"
    with pytest.raises(GinetError, match="is there already"):
        run(classified, reference, field="c", **outputs)
    run(classified, reference, field="c", overwrite=True, **outputs)
    assert not list(folder.glob("*.part*"))


def test_no_class_is_a_formula_in_the_matrix(classified, folder):
    name = '=HYPERLINK("http://host","click")'
    shapes = [(point(c, 30), {"c": name if c else "1"}) for c in range(8)]
    reference = features(folder / "p.geojson", shapes)
    run(classified, reference, field="c", matrix=str(folder / "m.csv"))
    with (folder / "m.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert f"'{name}" in rows[0]
    assert all(cell[:1] != "=" for row in rows for cell in row)


LINE = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([], "No feature .* has a label"),
        ([(point(1, 30), {"c": None})], "No feature .* has a label"),
        ([(point(1, 30), {"d": 1})], "has no field 'c'. It has: d"),
        ([(point(1, 30), {"c": 1.5})], "neither a class id nor a name"),
        ([(point(1, 30), {"c": [1]})], "neither a class id nor a name"),
        ([(LINE, {"c": 1})], "LineString"),
        ([(point(1, 30), {"c": 1}), (box(1, 1, 3, 3), {"c": 1})], "both points and polygons"),
        ([(point(-9, 30), {"c": 1})], "No labelled pixel"),
        ([(point(c, 30), {"c": c}) for c in range(300)], "more than 256"),
        ([({"type": "Polygon", "coordinates": [[1, 2]]}, {"c": 1})], "no valid geometry"),
    ],
)
def test_bad_features(classified, folder, shapes, message):
    with pytest.raises(GinetError, match=message):
        run(classified, features(folder / "p.geojson", shapes), field="c")


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (np.full((9, 9), 1.5, np.float32), {}, "fractions"),
        (np.arange(4800).reshape(60, 80).astype(np.int32), {}, "more than 256"),
        (np.ones((9, 9), np.complex64), {}, "complex"),
        (np.full((9, 9), 1e20, np.float32), {}, "too large"),
        (np.zeros((9, 9), np.uint8), {"nodata": 0}, "no data"),
    ],
)
def test_bad_map(folder, values, options, message):
    path = write(folder / "bad.tif", values, **options)
    reference = features(folder / "p.geojson", [(point(1, 1), {"c": 1})])
    with pytest.raises(GinetError, match=message):
        run(path, reference, field="c")


def test_bad_files(classified, folder):
    reference = features(folder / "p.geojson", [(point(1, 30), {"c": 1})])
    for change, message in (
        ({"classified": str(folder / "no.tif")}, "cannot be opened"),
        ({"reference": str(folder / "no.tif")}, "cannot be opened"),
        ({"reference": str(folder / "no.geojson")}, "cannot be read"),
        ({"field": None}, "Name the field"),
        ({"strata": str(folder / "no.tif")}, "cannot be opened"),
        ({"report": "/nowhere/r.json"}, "no folder"),
        ({"report": classified}, "different files"),
        ({"matrix": 3}, "matrix"),
    ):
        fields = {"classified": classified, "reference": reference, "field": "c", **change}
        with pytest.raises(GinetError, match=message):
            assess(AssessJob(**fields), Heard())
    (folder / "p.geojson").write_text("[1]")
    with pytest.raises(GinetError, match="no GeoJSON"):
        run(classified, reference, field="c")
    picture = write(folder / "picture.tif", ids()[:30], transform=None, crs=None)
    with pytest.raises(GinetError, match="not georeferenced"):
        run(classified, picture)


def test_map_without_georeference(folder):
    picture = write(folder / "picture.tif", ids(), transform=None, crs=None)
    same = write(folder / "same.tif", ids(), transform=None, crs=None)
    result = run(picture, same)
    assert result["overall"]["value"] == 1
    assert result["area_m2"] is None
    there = Affine(1, 0, 40, 0, -1, -20)
    part = write(folder / "part.tif", ids(), transform=there, crs=None)
    assert run(part, same)["overall"]["value"] == 1
    shapes = [({"type": "Point", "coordinates": [c + 0.5, -30.5]}, {"c": 1}) for c in range(80)]
    assert (
        run(picture, features(folder / "p.geojson", shapes), field="c")["reference"]["pixels"] == 80
    )


def test_cancel_leaves_nothing(classified, folder):
    reference = features(folder / "p.geojson", [(point(1, 30), {"c": 1})])
    before = sorted(folder.iterdir())
    with pytest.raises(Cancelled):
        assess(
            AssessJob(classified=classified, reference=reference, field="c",
                      report=str(folder / "r.json")), Heard(), lambda: True,
        )  # fmt: skip
    with pytest.raises(Cancelled):
        sample(SampleJob(input=classified, output=str(folder / "s.geojson")), Heard(), lambda: True)
    assert sorted(folder.iterdir()) == before


def draw(classified, output, **options):
    job = SampleJob(input=str(classified), output=str(output), **options)
    return sample(job, Heard()), json.loads(Path(output).read_text("utf-8"))


def test_sample_lies_in_its_strata(classified, folder, monkeypatch):
    monkeypatch.setattr(class_raster, "BLOCK", 16)
    result, drawn = draw(classified, folder / "s.geojson", size=100, minimum=10, seed=4)
    mapped = ids()
    mapped[:10, :10] = 255
    inverse = ~rasters.HALF_METRE
    pixels = set()
    for feature in drawn["features"]:
        column, row = apply(inverse, *feature["geometry"]["coordinates"])
        assert (column % 1, row % 1) == (0.5, 0.5)
        assert feature["properties"]["stratum"] == mapped[int(row), int(column)]
        assert feature["properties"]["reference"] is None
        pixels.add((column, row))
    assert len(pixels) == 100 == result["points"]
    assert [each["properties"]["id"] for each in drawn["features"]] == list(range(1, 101))
    strata = [each["properties"]["stratum"] for each in drawn["features"]]
    assert strata != sorted(strata)
    for each in result["strata"]:
        assert each["points"] == strata.count(each["id"]) >= 10
    again = draw(classified, folder / "again.geojson", size=100, minimum=10, seed=4)[1]
    other = draw(classified, folder / "other.geojson", size=100, minimum=10, seed=5)[1]
    assert again == drawn != other
    # Pixels of a class are chosen anywhere, not in its first block.
    rows = [apply(inverse, *each["geometry"]["coordinates"])[1] for each in drawn["features"]]
    assert min(rows) < 10
    assert max(rows) > 50


def test_sample_of_the_papers_size(folder):
    """The paper's shares of the map, in thousandths."""
    values = np.repeat([1, 2, 3, 4], [20, 15, 320, 645]).astype(np.uint8)
    path = write(folder / "map.tif", np.tile(values, (200, 1)))
    accuracies = {"1": 0.7, "2": 0.6, "3": 0.9}
    result, drawn = draw(
        path, folder / "s.geojson", accuracy=0.95, accuracies=accuracies, minimum=75
    )
    assert result["needed"] == pytest.approx(641, abs=4)  # of fewer pixels than the paper's
    assert len(drawn["features"]) == result["points"] == result["needed"]
    assert [each["points"] for each in result["strata"]][:2] == [75, 75]
    assert [each["accuracy"] for each in result["strata"]] == [0.7, 0.6, 0.9, 0.95]


def test_a_class_of_few_pixels_is_taken_whole(folder):
    values = np.ones((30, 30), np.uint8)
    values[0, :3] = 7
    result, _ = draw(write(folder / "m.tif", values), folder / "s.geojson", size=50, minimum=20)
    assert [each["points"] for each in result["strata"]] == [47, 3]
    result, _ = draw(folder / "m.tif", folder / "all.geojson", size=5000, minimum=20)
    assert result["points"] == 900


def test_sample_to_labels_to_accuracy(classified, folder):
    """The whole way: a perfect map whose every point is labelled as it is."""
    _, drawn = draw(classified, folder / "s.geojson", size=60, minimum=10)
    for feature in drawn["features"]:
        feature["properties"]["reference"] = feature["properties"]["stratum"]
    (folder / "labelled.geojson").write_text(json.dumps(drawn))
    result = run(classified, folder / "labelled.geojson", field="reference")
    assert result["overall"] == {"value": 1, "error": 0, "low": 1, "high": 1}
    assert result["reference"]["pixels"] == 60
    for each in result["classes"]:
        assert each["area"]["value"] * result["area_m2"] == pytest.approx(each["mapped_m2"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 10, "minimum": 50}, "more than 10"),
        ({"accuracies": {"lava": 0.5}}, "lava, which the raster does not hold. It holds: 1, 2, 5"),
        ({"accuracy": 1.5}, "from 0 to 1"),
        ({"standard_error": 0}, "standard_error"),
        ({"size": 0}, "size"),
        ({"seed": -1}, "seed"),
        ({"accuracies": [1]}, "by class"),
        ({"output": "/nowhere/s.geojson"}, "no folder"),
        ({"input": "/nowhere/m.tif"}, "cannot be opened"),
    ],
)
def test_bad_sample(classified, folder, options, message):
    with pytest.raises(GinetError, match=message):
        draw(**{"classified": options.pop("input", classified),
                "output": options.pop("output", folder / "s.geojson"), **options})  # fmt: skip


def test_command_line(classified, folder, here):
    done = here("sample", classified, folder / "s.geojson", "--accuracy", "0.9", "5=0.7",
                "--minimum", 20, "--size", 90)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "90 points in all" in done.stdout
    drawn = json.loads((folder / "s.geojson").read_text("utf-8"))
    for feature in drawn["features"]:
        feature["properties"]["reference"] = 2
    (folder / "l.geojson").write_text(json.dumps(drawn))
    done = here("assess", classified, folder / "l.geojson", "--field", "reference")
    assert done.returncode == 0, done.stderr
    assert "overall" in done.stdout
    refused = here("sample", classified, folder / "t.geojson", "--accuracy", "good")
    assert refused.returncode == 2
    assert "holds no number" in refused.stderr
