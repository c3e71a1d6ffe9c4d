"""Class names are found where GDAL has them, in whatever layout."""

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import rasters
from scenes import Heard

from core.accuracy.raster import ClassRaster
from core.assess import assess
from core.raster.gdal import open_dataset
from core.results.class_names import class_names
from core.wire.accuracy_job import AssessJob
from core.wire.errors import JobError

IDS = np.random.default_rng(0).integers(1, 4, (60, 80)).astype(np.uint8)
NAMES = {1: "tree", 2: "water", 3: "草地"}
GENERIC, COUNT, NAME, LOW, HIGH, BOTH = 0, 1, 2, 3, 4, 5


def table(columns, rows, **bins):
    """GDAL's XML of a raster attribute table: columns (title, type, usage), rows of cells."""
    heads = "".join(
        f'<FieldDefn index="{at}"><Name>{title}</Name><Type>{kind}</Type><Usage>{usage}</Usage>'
        "</FieldDefn>"
        for at, (title, kind, usage) in enumerate(columns)
    )
    cells = "".join(
        f'<Row index="{at}">' + "".join(f"<F>{cell}</F>" for cell in row) + "</Row>"
        for at, row in enumerate(rows)
    )
    options = "".join(f' {key}="{value}"' for key, value in bins.items())
    return f"<GDALRasterAttributeTable{options}>{heads}{cells}</GDALRasterAttributeTable>"


NAMED = list(NAMES.items())
CATEGORIES = "<CategoryNames><Category/>{}</CategoryNames>".format(
    "".join(f"<Category>{name}</Category>" for name in NAMES.values())
)
LAYOUTS = {
    "categories": CATEGORIES,
    "one value a row": table([("v", 0, BOTH), ("n", 2, NAME)], NAMED),
    "of usage generic": table([("Value", 1, GENERIC), ("Class_Names", 2, GENERIC)], NAMED),
    "the only text": table([("Count", 0, COUNT), ("VALUE", 0, GENERIC), ("Kind", 2, GENERIC)],
                           [(9, *row) for row in NAMED]),
    "least alone": table([("from", 1, LOW), ("n", 2, NAME)], NAMED),
    "from and to": table([("a", 1, LOW), ("b", 1, HIGH), ("n", 2, NAME)],
                         [(value - 0.5, value + 0.4, name) for value, name in NAMED]),
    "rows in order": table([("Histogram", 1, COUNT), ("Class_Names", 2, NAME)],
                           [(0, ""), *((5, name) for name in NAMES.values())]),
    "bins": table([("Class", 2, NAME)], [(name,) for name in NAMES.values()],
                  Row0Min=1, BinSize=1),
    "of two rows the first": table([("v", 0, BOTH), ("n", 2, NAME)], [*NAMED, (1, "other")]),
    "categories and a table": CATEGORIES.replace("<Category>草地</Category>", "")
    + table([("v", 0, BOTH), ("n", 2, NAME)], [(1, "t"), (2, "w"), (3, "草地")]),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("place", ["beside", "in a VRT"])
def test_layouts(tmp_path, layout, place):
    path = tmp_path / "图 1.tif"
    rasters.write(path, IDS[None], colours="u")
    if place == "beside":
        beside = path.with_name(f"{path.name}.aux.xml")
        beside.write_text(
            f'<PAMDataset><PAMRasterBand band="1">{LAYOUTS[layout]}</PAMRasterBand></PAMDataset>',
            "utf-8",
        )
    else:
        path = path.with_suffix(".vrt")
        rasterio.shutil.copy(str(path.with_suffix(".tif")), str(path), driver="VRT")
        text = path.read_text("utf-8")
        path.write_text(text.replace("<SimpleSource>", f"{LAYOUTS[layout]}<SimpleSource>"), "utf-8")
    with open_dataset(str(path)) as dataset:
        assert class_names(dataset) == NAMES


def test_inside_the_file(tmp_path):
    """ERDAS Imagine keeps both within itself."""
    for layout in ("categories", "of usage generic", "rows in order"):
        path = tmp_path / "named.vrt"
        tif = rasters.write(tmp_path / "a.tif", IDS[None], colours="u")
        rasterio.shutil.copy(tif, str(path), driver="VRT")
        text = path.read_text("utf-8")
        path.write_text(text.replace("<SimpleSource>", f"{LAYOUTS[layout]}<SimpleSource>"), "utf-8")
        image = tmp_path / f"{layout}.img"
        rasterio.shutil.copy(str(path), str(image), driver="HFA")
        path.unlink()
        with ClassRaster(str(image)) as read:
            assert {key: name for key, name in read.names.items() if key in NAMES} == NAMES


def test_nothing_to_name(tmp_path):
    path = rasters.write(tmp_path / "a.tif", IDS[None], colours="u")
    beside = tmp_path / "a.tif.aux.xml"
    for content in ("no XML", table([("n", 2, NAME)], []), table([("v", 0, BOTH)], [(1,)])):
        beside.write_text(f'<PAMDataset><PAMRasterBand band="1">{content}</PAMRasterBand>')
        with open_dataset(path) as dataset:
            assert class_names(dataset) == {}


def reference(tmp_path):
    """The map's classes by other numbers: 10 is tree, 20 water, 30 grass."""
    return rasters.write(tmp_path / "truth.tif", (IDS * np.uint8(10))[None], colours="u")


def test_other_numbers_of_the_same_names(tmp_path):
    classified = rasters.write(tmp_path / "map.tif", IDS[None], colours="u")
    others = {str(10 * value): name.upper() for value, name in NAMES.items()}
    given = {str(value): name for value, name in NAMES.items()}
    heard = Heard()
    job = AssessJob(classified=classified, reference=reference(tmp_path), classified_names=given,
                    reference_names=others)  # fmt: skip
    result = assess(job, heard)
    assert result["overall"]["value"] == 1
    assert [each["name"] for each in result["classes"]] == list(NAMES.values())
    assert result["reference"]["by_number"] is False
    assert not any("by number" in fields["message"] for fields in heard.all("warning"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "do not both name"),
        ({"1": "sea"}, "do not both name"),
        (None, "no class name in common"),
    ],
)
def test_numbers_alone_are_told(tmp_path, given, told):
    classified = rasters.write(tmp_path / "map.tif", IDS[None], colours="u")
    others = {"10": "lake"} if given is None else {}
    heard = Heard()
    job = AssessJob(classified=classified, reference=reference(tmp_path),
                    classified_names={"1": "sea"} if given is None else given,
                    reference_names=others)  # fmt: skip
    result = assess(job, heard)
    assert result["overall"]["value"] == 0
    assert result["reference"]["by_number"] is True
    assert any(told in fields["message"] for fields in heard.all("warning"))


def test_a_table_of_more_names_than_classes_there_may_be(tmp_path):
    classified = rasters.write(tmp_path / "map.tif", IDS[None], colours="u")
    names = {str(value): f"soil {value}" for value in range(1000)}
    names_of_reference = {str(10 * value): f"soil {value}" for value in range(1000)}
    job = AssessJob(classified=classified, reference=reference(tmp_path), classified_names=names,
                    reference_names=names_of_reference)  # fmt: skip
    result = assess(job, Heard())
    assert result["overall"]["value"] == 1
    assert all(each["known"] for each in result["classes"])


@pytest.mark.parametrize("names", [["tree"], {"a": "tree"}, {"1": 3}, {"1": " "}, {"1.5": "tree"}])
def test_names_that_are_none(names):
    with pytest.raises(JobError, match="classified_names must be names by class id"):
        AssessJob(classified="a.tif", reference="b.tif", classified_names=names)
