"""Labels as polygons: the same as rasters of class ids, and what may be wrong with them."""

import json

import numpy as np
import pytest
import rasters
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize
from scenes import Heard

from core.adapt.labels import LabelRaster
from core.adapt.polygons import LabelPolygons
from core.finetune import finetune
from core.raster.reading import Raster
from core.wire import job as jobs
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import JobError, LabelError
from core.wire.finetune_job import FinetuneJob

CLASSES = ClassTable([LandCoverClass(7, "roof", "#ff0000"), LandCoverClass(0, "草地", "#00ff00")])
TRANSFORM = Affine(0.5, 0.1, 500_000, 0.1, -0.5, 5_000_000)  # rotated
SIDE = 200


def square(column, row, side, label):
    corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    ring = [list(TRANSFORM @ (column + x, row + y)) for x, y in corners]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"class": label},
    }


SQUARES = [square(10, 20, 30, 7), square(120, 30, 40, "草地"), square(20, 130, 30, "Roof")]


@pytest.fixture
def image(tmp_path):
    noise = np.random.default_rng(0).integers(1, 255, (3, SIDE, SIDE)).astype(np.uint8)
    return rasters.write(tmp_path / "image 影像.tif", noise, transform=TRANSFORM)


@pytest.fixture
def polygons(tmp_path):
    def write(features):
        path = tmp_path / "labels 标.geojson"
        content = {"type": "FeatureCollection", "crs": None, "features": features}
        path.write_text(json.dumps(content), "utf-8")
        return str(path)

    return write


@pytest.fixture
def opened(image, polygons):
    def open_labels(features, raster):
        return LabelPolygons(polygons(features), "class", "my fields", raster, CLASSES)

    return open_labels


def test_the_same_as_a_raster(opened, image, tmp_path):
    shapes = [(each["geometry"], k) for each, k in zip(SQUARES, (7, 0, 7), strict=True)]
    burnt = rasterize(shapes, (SIDE, SIDE), 255, transform=TRANSFORM, dtype="uint8")
    path = rasters.write(tmp_path / "ids.tif", burnt[None], transform=TRANSFORM)
    with (
        Raster(image, 3) as raster,
        LabelRaster(path, raster, CLASSES, 255) as expected,
        opened(SQUARES, raster) as labels,
    ):
        counts, wanted = labels.count(), expected.count()
        assert counts.keys() == wanted.keys()
        assert all((counts[cell] == wanted[cell]).all() for cell in wanted)
        for window in ((0, 0, SIDE, SIDE), (-20, -30, 64, 64), (170, 150, 64, 64)):
            assert (labels.read(window) == expected.read(window)).all()
        assert labels.used == {"roof": 2, "草地": 1}
        assert labels.warnings == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(-40, 220), st.integers(-40, 220), st.integers(1, 50)), min_size=1
    )
)
def test_counts_what_is_there_wherever_it_is(opened, image, places):
    with Raster(image, 3) as raster:
        labels = opened([square(*place, 7) for place in places], raster)
        there = labels.read((0, 0, SIDE, SIDE)) == 0
        cells = {
            (row, column): number
            for row in range(4)
            for column in range(4)
            if (number := there[row * 64 : row * 64 + 64, column * 64 : column * 64 + 64].sum())
        }
        assert {cell: counts.tolist() for cell, counts in labels.count().items()} == {
            cell: [number, 0] for cell, number in cells.items()
        }


def test_tells_what_is_left_out(opened, image):
    features = [
        *SQUARES,
        square(30, 20, 30, 0),  # on the first, by 10 columns
        square(500, 20, 30, 0),
        square(60, 60, 5, None),
    ]
    with Raster(image, 3) as raster, opened(features, raster) as labels:
        counts = labels.count()
        assert (labels.read((30, 20, 10, 30)) == -1).all()
        assert labels.used == {"roof": 2, "草地": 2}
    assert sum(counts.values()).tolist() == [600 + 900, 600 + 1600]
    unlabelled, outside, shared = labels.warnings
    assert unlabelled.startswith("1 polygons of my fields have no label")
    assert outside.startswith("1 of 5 polygons of my fields hold no pixel of the image")
    assert shared.startswith("300 pixels lie in polygons of different classes")


def ring(*corners):
    return {"type": "Polygon", "coordinates": [[list(TRANSFORM @ corner) for corner in corners]]}


DEGENERATE = [
    ring((5, 5), (9, 9)),  # two points
    ring((5, 5), (9, 9), (float("nan"), 5), (5, 5)),
    ring((5, 5), (float("inf"), 9), (9, 5), (5, 5)),
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": "here"},
    {"type": "GeometryCollection", "geometries": []},
    None,
]


def test_degenerate_polygons_among_good_ones_are_left_out_and_counted(opened, image):
    flat = ring((5, 5), (9, 5), (5, 5), (5, 5))  # valid, but without area
    bad = [{**SQUARES[0], "geometry": geometry} for geometry in (*DEGENERATE, flat)]
    with Raster(image, 3) as raster:
        expected = opened(SQUARES, raster).count()
        labels = opened([*bad, *SQUARES], raster)
        counts = labels.count()
        assert {k: v.tolist() for k, v in counts.items()} == {
            k: v.tolist() for k, v in expected.items()
        }
        assert labels.used == {"roof": 2, "草地": 1}
        assert labels.warnings == [
            f"{len(DEGENERATE)} features of my fields have no valid geometry and are left out.",
            (
                "1 of 4 polygons of my fields hold no pixel of the image, or none of their own, "
                "and are left out."
            ),
        ]
        with pytest.raises(LabelError, match="my fields holds no valid geometry"):
            opened(bad[:-1], raster)


@pytest.mark.parametrize(
    ("features", "error", "message"),
    [
        ([], LabelError, "No feature of my fields has a label"),
        ([square(1, 1, 5, "lava")], JobError, "'lava', which is no class. The classes are"),
        ([square(1, 1, 5, 3)], JobError, "'3', which is no class"),
        (
            [{**SQUARES[0], "geometry": {"type": "Point", "coordinates": [500_010, 4_999_990]}}],
            JobError,
            "my fields holds points",
        ),
    ],
)
def test_refused(opened, image, features, error, message):
    with Raster(image, 3) as raster, pytest.raises(error, match=message):
        opened(features, raster)


def test_job_from_json_to_model(image, polygons, tiny_model, tmp_path):
    output = tmp_path / "模型 1.safetensors"
    job = FinetuneJob(
        image=str(image), labels=polygons(SQUARES), field="class", classes=CLASSES,
        labels_name="my fields", output=str(output), base=str(tiny_model), device="cpu",
        threads=1, bands=(1, 2, 3),
    )  # fmt: skip
    again = jobs.from_dict(json.loads(json.dumps(jobs.to_dict(job))))
    assert again == job
    heard = Heard()
    result = finetune(again, heard)
    assert output.is_file()
    assert result["label_polygons"] == {"roof": 2, "草地": 1}
    far = FinetuneJob(
        **{**vars(job), "labels": polygons([square(900, 9, 5, 7)]), "overwrite": True}
    )
    with pytest.raises(JobError, match="No pixel of my fields is labelled") as error:
        finetune(far, heard)
    assert "CRS" in error.value.hint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": None}, "classes is no list of classes"),
        ({"classes": [{"id": 1}]}, "classes is no list of classes"),
        ({"image": 3}, "image must be a path"),
        ({"field": ""}, "field must be text"),
        ({"seconds": "4"}, "seconds must be a positive number"),
        ({"seed": 0.5}, "seed must be a number from 0"),
        ({"threads": 0}, "threads must be"),
        ({"device": "abacus"}, "abacus"),
        ({"bands": [0]}, "bands must be"),
        ({"origins": 3}, "origins must be"),
    ],
    ids=str,
)
def test_a_bad_job_is_refused_with_the_field_named(change, message):
    good = jobs.to_dict(FinetuneJob(image="a", labels="b", output="c", classes=CLASSES))
    with pytest.raises(JobError, match=message):
        jobs.from_dict({**good, **change})
