"""``ginet:assess`` from layers to figures and a page, through Processing."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QTranslator
from qgis.PyQt.QtGui import QColor

from ginet_qgis.labels.geojson import as_geojson
from ginet_qgis.paths import TRANSLATIONS
from ginet_qgis.reports import accuracy
from tests.fixtures import qgis_classified as maps
from tests.fixtures import qgis_layers


@pytest.fixture
def classified(tmp_path):
    return maps.write(tmp_path / "my maps 地图" / "land cover.tif", maps.ids())


@pytest.fixture
def assess(plugin, classified, context, feedback):
    """Run ``ginet:assess`` as the Python console does."""
    import processing

    def run(reference, **parameters):
        given = {"CLASSIFIED": str(classified), "REFERENCE": reference, **parameters}
        given.setdefault("REPORT", str(classified.with_name("report.html")))
        return processing.run("ginet:assess", given, context=context, feedback=feedback)

    return run


def labels(step=7, values=None):
    values = maps.truth() if values is None else values
    return [
        (column, row, int(values[row, column]))
        for row in range(3, maps.HEIGHT, step)
        for column in range(12, maps.WIDTH, step)
    ]


def expected(marks):
    """Confusion matrix of (column, row, label), map in rows."""
    mapped = maps.ids()
    return [
        [sum(mapped[r, c] == m and label == t for c, r, label in marks) for t in (1, 2, 4)]
        for m in (1, 2, 4)
    ]


class Page(HTMLParser):
    """Text of a page, and whether all its tags are closed and nothing is loaded."""

    VOID = ("meta", "br", "line", "rect", "path")

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.text = [], set(), ""
        self.feed(page)
        assert self.open == []
        assert not self.tags & {"script", "img", "link", "a", "iframe"}

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not {"src", "href"} & {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_points(assess, classified, feedback):
    marks = labels()
    matrix = classified.with_name("matrix.csv")
    results = assess(maps.points(marks), FIELD="truth", MATRIX=str(matrix))
    figures = json.loads(results["FIGURES"])
    assert figures["matrix"] == expected(marks)
    assert results["OVERALL"] == figures["overall"]["value"]
    assert 0.85 < results["OVERALL"] < 0.99
    assert results["KAPPA"] == figures["kappa"]
    assert [(each["name"], each["colour"]) for each in figures["classes"]] == [
        ("tree", "#006400"), ("water", "#1e90ff"), ("built-up", "#c81e3c"),
    ]  # fmt: skip
    page = Page(Path(results["REPORT"]).read_text("utf-8"))
    assert "svg" in page.tags
    for text in (
        "Accuracy of land cover", "of the map is right; with 95 % confidence it is between",
        f"{len(marks)} labelled points", "tree", "built-up", "doi 10.1016/j.rse.2014.02.015",
        "Kappa", f"{100 * results['OVERALL']:.1f} %", "labels 标签", "truth",
    ):  # fmt: skip
        assert text in page.text, text
    with matrix.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert [list(map(int, row[1:-1])) for row in rows[1:-1]] == expected(marks)
    assert any("of the map is right" in info for info in feedback.infos)
    assert not list(classified.parent.glob("*.part*"))


def test_names_in_any_language_and_missing_labels(assess, classified):
    marks = [
        (c, r, {1: " Tree", 2: "WATER", 4: "4"}[label]) for c, r, label in labels(values=maps.ids())
    ]
    marks += [(50, 50, None), (51, 50, ""), (52, 50, "snow")]
    translator = QTranslator()
    assert translator.load(str(TRANSLATIONS / "ginet_zh_CN.qm"))
    QCoreApplication.installTranslator(translator)
    try:
        chinese = [(c, r, "水体" if label == "WATER" else label) for c, r, label in marks]
        results = assess(maps.points(chinese, "string"), FIELD="truth")
        page = Page(Path(results["REPORT"]).read_text("utf-8"))
    finally:
        QCoreApplication.removeTranslator(translator)
    figures = json.loads(results["FIGURES"])
    assert np.trace(figures["matrix"]) == len(marks) - 3
    assert figures["reference"]["unlabelled"] == 2
    assert [each["name"] for each in figures["classes"]] == ["tree", "water", "built-up", "snow"]
    for text in ("混淆矩阵", "用户精度", "生产者精度", "总体精度", "乔木", "水体", "snow"):
        assert text in page.text, text
    assert "Confusion" not in page.text


def test_polygons_with_the_field_that_is_looked_for(assess):
    shapes = [((20, 20, 50, 40), "1"), ((60, 0, 90, 30), "2"), ((100, 50, 140, 90), "tree"),
              ((-50, -50, -40, -40), "1")]  # fmt: skip
    results = assess(maps.polygons(shapes))
    figures = json.loads(results["FIGURES"])
    mapped, counts = maps.ids(), np.zeros((3, 3), int)
    for (left, top, right, bottom), label in shapes[:3]:
        part = mapped[top:bottom, left:right]
        for place, value in enumerate((1, 2, 4)):
            counts[place, 1 if label == "2" else 0] += (part == value).sum()
    assert figures["matrix"] == counts.tolist()
    page = Page(Path(results["REPORT"]).read_text("utf-8"))
    assert "The intervals hold only if the polygons were chosen at random" in page.text
    assert "1 of 4 features hold no pixel" in page.text


def test_invalid_polygon_where_qgis_stops_on_invalid_geometries(plugin, classified, feedback):
    """QGIS's default setting; a bow-tie counts as GDAL burns it: both of its wings."""
    import processing
    from processing.tools import dataobjects

    layer = maps.polygons([((20, 20, 50, 40), "1"), ((60, 0, 90, 30), "2")])
    bow_tie = QgsFeature(layer.fields())
    ring = [maps.place(c, r) for c, r in ((100, 50), (140, 90), (140, 50), (100, 90), (100, 50))]
    bow_tie.setGeometry(QgsGeometry.fromPolygonXY([ring]))
    bow_tie.setAttributes(["4"])
    layer.dataProvider().addFeature(bow_tie)
    defaults = dataobjects.createContext(feedback)
    check = QgsFeatureRequest.InvalidGeometryCheck.GeometryAbortOnInvalid
    assert defaults.invalidGeometryCheck() == check
    given = {"CLASSIFIED": str(classified), "REFERENCE": layer}
    results = processing.run("ginet:assess", given, context=defaults, feedback=feedback)
    figures = json.loads(results["FIGURES"])
    mapped = maps.ids()
    row, column = np.mgrid[50:90, 100:140] + 0.5
    wings = abs(row - 70) < abs(column - 120)
    assert sum(line[2] for line in figures["matrix"]) == pytest.approx(wings.sum(), abs=40)
    assert [line[0] for line in figures["matrix"]] == [
        (mapped[20:40, 20:50] == value).sum() for value in (1, 2, 4)
    ]


def test_geometries_cross_the_wire_exactly(qgis_app):
    point = as_geojson(QgsGeometry.fromWkt("PointZ (500000.1 4000000 7)"))
    assert json.dumps(point["coordinates"]) == "[[500000.1, 4000000.0]]"
    ring = "(0.1 0, 4000000.0000000005 0, 1 1.2345678901234567, 0.1 0)"
    shape = as_geojson(QgsGeometry.fromWkt(f"Polygon ({ring})"))
    assert shape["coordinates"][0][0][1] == (4000000.0000000005, 0)
    assert shape["coordinates"][0][0][2] == (1, 1.2345678901234567)
    mixed = QgsGeometry.fromWkt(f"GeometryCollection (Point (1 1), Polygon ({ring}))")
    assert as_geojson(mixed) == shape
    disc = QgsGeometry.fromWkt("CurvePolygon (CircularString (0 0, 1 1, 2 0, 1 -1, 0 0))")
    assert len(as_geojson(disc)["coordinates"][0][0]) > 90
    assert as_geojson(QgsGeometry()) is None
    assert as_geojson(QgsGeometry.fromWkt("Polygon EMPTY")) is None
    assert as_geojson(QgsGeometry.fromWkt("LineString (0 0, 1 1)"))["type"] == "LineString"


def test_points_on_pixel_corners_labelled_from_the_map_itself(assess, tmp_path):
    import processing

    values = np.random.default_rng(3).integers(1, 4, (100, 100)).astype(np.uint8)
    path = tmp_path / "metre.tif"
    qgis_layers.write(path, values[None], (500000, 1, 0, 4000000, 0, -1), maps.UTM)
    layer = QgsVectorLayer(f"Point?crs=EPSG:{maps.UTM}", "grid", "memory")
    for column in range(0, 100, 10):
        for row in range(0, 100, 10):
            feature = QgsFeature()
            feature.setGeometry(QgsGeometry.fromWkt(f"Point ({500000 + column} {4000000 - row})"))
            layer.dataProvider().addFeature(feature)
    given = {"INPUT": layer, "RASTERCOPY": str(path), "COLUMN_PREFIX": "map", "OUTPUT": "memory:"}
    sampled = processing.run("native:rastersampling", given)["OUTPUT"]
    figures = json.loads(assess(sampled, FIELD="map1", CLASSIFIED=str(path))["FIGURES"])
    assert figures["overall"]["value"] == 1.0
    assert figures["reference"]["pixels"] == 100


def test_raster_reference(assess, tmp_path):
    reference = maps.write(tmp_path / "truth.tif", maps.truth())
    results = assess(str(reference))
    figures = json.loads(results["FIGURES"])
    valid = maps.ids() != maps.NODATA
    assert results["OVERALL"] == pytest.approx((maps.ids() == maps.truth())[valid].mean(), abs=1e-3)
    assert figures["overall"]["error"] is None
    page = Page(Path(results["REPORT"]).read_text("utf-8"))
    assert "There are no confidence intervals, because they would not hold" in page.text
    assert "±" not in page.text


def test_raster_reference_of_another_model(assess, feedback, tmp_path):
    """Each model numbers its classes anew: where both rasters name them, the names count."""
    truth, valid = maps.truth(), maps.ids() != maps.NODATA
    others = np.select([truth == 1, truth == 2, truth == 4], [2, 0, 1], maps.NODATA)
    names = ["Water", "road", "tree"]
    reference = maps.write(tmp_path / "other.tif", others.astype(np.uint8), names)
    figures = json.loads(assess(str(reference))["FIGURES"])
    found = {each["name"]: each for each in figures["classes"]}
    assert list(found) == ["tree", "water", "built-up", "road"]
    assert not found["road"]["known"]
    assert found["road"]["colour"] not in {"#000000", found["tree"]["colour"]}
    assert figures["matrix"] == [
        [int((valid & (maps.ids() == mapped) & (truth == true)).sum()) for true in (1, 2, -1, 4)]
        for mapped in (1, 2, 4, -1)
    ]
    reference = maps.write(tmp_path / "foreign.tif", others.astype(np.uint8), ["eau", "", "bois"])
    figures = json.loads(assess(str(reference))["FIGURES"])
    assert [each["id"] for each in figures["classes"]] == [0, 1, 2, 4]
    assert any("compared by number" in told for told in feedback.warnings)


def test_reference_in_another_crs(assess, tmp_path):
    import processing

    marks = labels()
    layer = maps.points(marks)
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    moved = processing.run(
        "native:reprojectlayer",
        {"INPUT": layer, "TARGET_CRS": degrees, "OUTPUT": str(tmp_path / "标签 1.gpkg")},
    )["OUTPUT"]
    figures = json.loads(assess(moved, FIELD="truth")["FIGURES"])
    assert figures["matrix"] == expected(marks)
    assert figures["reference"]["reprojected"]
    source = maps.write(tmp_path / "truth.tif", maps.truth())
    warped = str(tmp_path / "web.tif")
    gdal.Warp(warped, str(source), dstSRS="EPSG:3857", xRes=0.2, yRes=0.2)
    figures = json.loads(assess(warped)["FIGURES"])
    assert figures["overall"]["value"] == pytest.approx(0.93, abs=0.03)
    assert figures["reference"]["reprojected"]


def test_strata(assess, tmp_path):
    halves = np.ones((maps.HEIGHT, maps.WIDTH), np.uint8)
    halves[:, 80:] = 2
    strata = maps.write(tmp_path / "strata.tif", halves)
    marks = labels()
    results = assess(maps.points(marks), FIELD="truth", STRATA=str(strata))
    figures = json.loads(results["FIGURES"])
    assert not figures["strata_are_map"]
    assert [each["units"] for each in figures["strata"]] == [
        sum((c < 80) == west for c, _, _ in marks) for west in (True, False)
    ]
    assert "doi 10.1080/01431161.2014.930207" in Path(results["REPORT"]).read_text("utf-8")


def test_nothing_but_what_was_asked_for(assess, classified):
    before = sorted(classified.parent.iterdir())
    results = assess(maps.points(labels()), FIELD="truth", REPORT=None)
    assert sorted(classified.parent.iterdir()) == before
    assert "REPORT" not in results
    assert "MATRIX" not in results
    again = classified.with_name("report.html")
    again.write_text("an older report")
    assess(maps.points(labels()), FIELD="truth")
    assert "<html>" in again.read_text("utf-8")


def renumbered(path, layout):
    """The map with its classes by other numbers, named in the file or in the layer's legend."""
    others = {1: 40, 2: 10, 4: 20}
    values = np.full_like(maps.ids(), maps.NODATA)
    for value, other in others.items():
        values[maps.ids() == value] = other
    named = {other: maps.NAMES[value] for value, other in others.items()}
    categories = [named.get(value, "") for value in range(41)]
    bare = str(maps.write(path / "bare.tif", values, []))
    kept = path / "named.img"
    if layout == "Imagine":
        gdal.Translate(str(kept), bare, format="HFA")
        dataset = gdal.Open(str(kept), gdal.GA_Update)
        dataset.GetRasterBand(1).SetCategoryNames(categories)
    elif layout == "VRT":
        kept = path / "named.vrt"
        dataset = gdal.Translate(str(kept), bare, format="VRT")
        dataset.GetRasterBand(1).SetCategoryNames(categories)
    elif layout == "table":
        kept, table = Path(bare), gdal.RasterAttributeTable()
        table.CreateColumn("VALUE", gdal.GFT_Integer, gdal.GFU_Generic)
        table.CreateColumn("Class_Name", gdal.GFT_String, gdal.GFU_Generic)
        for row, (value, name) in enumerate(named.items()):
            table.SetValueAsInt(row, 0, value)
            table.SetValueAsString(row, 1, name)
        dataset = gdal.Open(bare, gdal.GA_Update)
        dataset.GetRasterBand(1).SetDefaultRAT(table)
    dataset = None
    layer = QgsRasterLayer(str(kept) if kept.exists() else bare, "truth 真")
    if layout == "legend":
        entries = [
            QgsPalettedRasterRenderer.Class(value, QColor("red"), name.upper())
            for value, name in named.items()
        ]
        layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, entries))
    return layer


@pytest.mark.parametrize("layout", ["Imagine", "VRT", "table", "legend"])
def test_names_are_compared_wherever_they_are(assess, feedback, tmp_path, layout):
    results = assess(renumbered(tmp_path, layout))
    figures = json.loads(results["FIGURES"])
    assert figures["overall"]["value"] == 1
    assert [each["name"] for each in figures["classes"]] == ["tree", "water", "built-up"]
    assert figures["reference"]["by_number"] is False
    assert "by their numbers" not in Path(results["REPORT"]).read_text("utf-8")


def test_report_tells_where_numbers_alone_are_compared(assess, tmp_path):
    results = assess(renumbered(tmp_path, "nowhere"))
    assert results["OVERALL"] == 0
    assert "compared by their numbers alone" in Path(results["REPORT"]).read_text("utf-8")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"CLASSIFIED": "/no/such/map.tif"}, "Could not load source layer for CLASSIFIED"),
        ({"REFERENCE": "/no/such/labels.gpkg"}, "REFERENCE|reference cannot be opened"),
        ({"STRATA": "/no/such/strata.tif"}, "Could not load source layer for STRATA"),
        ({"FIELD": "colour"}, "has no field colour. Choose the field"),
        ({"FIELD": None}, "has no field reference. Choose the field"),
        ({"REPORT": "/no/such/folder/r.html"}, "The folder /no/such/folder does not exist"),
        ({"MATRIX": "/proc/m.csv"}, "/proc/m.csv cannot be written"),
    ],
)
def test_refused_with_reason(assess, classified, parameters, message):
    given = {"REFERENCE": maps.points(labels()), "FIELD": "truth", **parameters}
    before = sorted(classified.parent.iterdir())
    with pytest.raises(QgsProcessingException, match=message):
        assess(given.pop("REFERENCE"), **given)
    assert sorted(classified.parent.iterdir()) == before


def test_labels_that_are_nowhere_or_nothing(assess):
    with pytest.raises(QgsProcessingException, match="No labelled pixel of labels 标签 lies where"):
        assess(maps.points([(-500, 3, 1)]), FIELD="truth")
    with pytest.raises(QgsProcessingException, match="No feature of labels 标签 has a label"):
        assess(maps.points([(50, 50, None)]), FIELD="truth")
    lines = QgsVectorLayer("LineString?crs=EPSG:32612&field=reference:integer", "roads", "memory")
    with pytest.raises(QgsProcessingException, match=r"REFERENCE|points or polygons|label"):
        assess(lines)


def test_output_is_not_the_map(assess, classified):
    before = classified.read_bytes()
    with pytest.raises(QgsProcessingException, match="MATRIX would overwrite"):
        assess(maps.points(labels()), FIELD="truth", MATRIX=str(classified))
    assert classified.read_bytes() == before


def test_map_that_is_no_file(assess):
    layer = QgsRasterLayer("type=xyz&url=file:///no/{z}/{x}/{y}.png&zmax=2", "web map", "wms")
    with pytest.raises(QgsProcessingException, match=r"web map is no raster file\. Save its raw"):
        assess(maps.points(labels()), FIELD="truth", CLASSIFIED=layer)


def test_cancelled(assess, classified, feedback):
    feedback.cancel()
    with pytest.raises(QgsProcessingException, match="cancelled"):
        assess(maps.points(labels()), FIELD="truth")
    assert not classified.with_name("report.html").exists()


def test_page_is_safe_whatever_a_name_contains(assess, classified):
    figures = json.loads(assess(maps.points(labels()), FIELD="truth")["FIGURES"])
    for each in (*figures["classes"], *figures["strata"]):
        each["name"] = "<b>&\"'"
    page = Page(accuracy.page("<img src=x>", figures))
    assert "<b>&\"'" in page.text
    assert "<img src=x>" in page.text
    assert "b" not in page.tags


def test_crs_set_in_qgis_alone(assess, tmp_path):
    """Where the file has no CRS and the user has set one, labels are brought to that."""
    bare = tmp_path / "bare.tif"
    transform = (maps.LEFT, maps.PIXEL, 0, maps.TOP, 0, -maps.PIXEL)
    qgis_layers.write(bare, maps.ids()[None], transform, None)
    dataset = gdal.Open(str(bare), gdal.GA_Update)
    dataset.GetRasterBand(1).SetNoDataValue(maps.NODATA)
    del dataset
    layer = QgsRasterLayer(str(bare), "bare")
    layer.setCrs(QgsCoordinateReferenceSystem(f"EPSG:{maps.UTM}"))
    marks = maps.points(labels())
    moved = QgsCoordinateTransform(
        marks.crs(), QgsCoordinateReferenceSystem("EPSG:3857"), QgsProject.instance()
    )
    for feature in list(marks.getFeatures()):
        geometry = feature.geometry()
        geometry.transform(moved)
        marks.dataProvider().changeGeometryValues({feature.id(): geometry})
    marks.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    figures = json.loads(assess(marks, FIELD="truth", CLASSIFIED=layer)["FIGURES"])
    assert figures["matrix"] == expected(labels())
