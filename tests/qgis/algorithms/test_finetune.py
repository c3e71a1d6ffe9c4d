"""``ginet:finetune`` from polygons to a model that classifies, through Processing."""

import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ginet_qgis.models import model_files
from ginet_qgis.models.card import read_card
from ginet_qgis.reports import finetuning
from tests.fixtures import qgis_fields as fields
from tests.fixtures import qgis_layers

SECONDS = 600  # no run comes near it, not on a busy machine either
NAMES = ("water", " Class 2", "草地")


@pytest.fixture
def image(tmp_path):
    return fields.scene(tmp_path / "my fields 田地" / "image 影像.tif")


@pytest.fixture
def finetune(plugin, image, context, feedback):
    """Run ``ginet:finetune`` as the Python console does, for a few seconds."""
    import processing

    def run(labels, **parameters):
        given = {
            "INPUT": str(image), "LABELS": labels, "DEVICE": "cpu",
            "MINUTES": SECONDS / 60, "OUTPUT_MODEL": str(image.with_name("模型 1.safetensors")),
            "REPORT": str(image.with_name("report.html")), **parameters,
        }  # fmt: skip
        return processing.run("ginet:finetune", given, context=context, feedback=feedback)

    return run


def classes(model):
    entries = read_card(model)["mlm:output"][0]["classification:classes"]
    return [(each["value"], each["name"], each["color_hint"].lower()) for each in entries]


def test_names_in_another_crs_to_a_model_that_classifies(
    finetune, classify, model, image, layer, feedback
):
    labels = fields.polygons([*fields.boxes(NAMES), ((900, 0, 950, 50), "water")])
    web = QgsCoordinateReferenceSystem("EPSG:3857")
    moved = QgsCoordinateTransform(labels.crs(), web, QgsProject.instance())
    for feature in list(labels.getFeatures()):
        geometry = feature.geometry()
        geometry.transform(moved)
        labels.dataProvider().changeGeometryValues({feature.id(): geometry})
    labels.setCrs(web)
    told = []
    feedback.setProgressText = told.append
    results = finetune(labels, BASE_MODEL=model, KEEP_CLASSES=False)
    made = classes(results["OUTPUT_MODEL"])
    assert [each[:2] for each in made] == [(4, "class 2"), (5, "water"), (6, "草地")]
    assert made[0][2] == "648c50"  # the base model's colour
    figures = json.loads(results["FIGURES"])
    assert figures["label_pixels"] == pytest.approx(
        {"class 2": 1200, "water": 1200, "草地": 1200}, abs=40
    )
    assert figures["label_polygons"] == {"class 2": 3, "water": 3, "草地": 3}
    assert results["MIOU_AFTER"] == figures["validation"]["after"]
    assert results["MIOU_AFTER"] > results["MIOU_BEFORE"] >= 0
    assert [each.partition(" parts")[0] for each in told] == [
        f"{fold} of 4" for fold in (1, 2, 3, 4)
    ]
    assert "Classes: 4 class 2, 5 water, 6 草地" in feedback.infos
    assert any("1 of 10 polygons" in warning for warning in feedback.warnings)
    page = Path(results["REPORT"]).read_text("utf-8")
    for text in ("Fine-tuning to image 影像", "fields 田", "草地", "IoU after", "<svg"):
        assert text in page, text
    assert str(image.parent) not in page
    card = read_card(results["OUTPUT_MODEL"])
    assert card["mlm:name"] == "模型 1"
    assert "labels.geojson" not in json.dumps(card)
    result = layer(classify(image, MODEL=results["OUTPUT_MODEL"])["OUTPUT"])
    assert [each.label for each in result.renderer().classes()] == ["class 2", "water", "草地"]
    assert not list(image.parent.glob("*.part*"))


def test_one_class_is_enough_where_the_base_models_others_stay(finetune, model, feedback):
    one = fields.polygons(fields.boxes(("class 2", "x", "x"))[:3])
    with pytest.raises(QgsProcessingException, match="labels of one class only, class 2"):
        finetune(one, BASE_MODEL=model, KEEP_CLASSES=False)
    results = finetune(one, BASE_MODEL=model)
    made = classes(results["OUTPUT_MODEL"])
    assert [each[:2] for each in made] == [(0, "class 0"), (2, "class 1"), (4, "class 2")]
    assert "Kept from the base model, without labels: 0 class 0, 2 class 1" in feedback.infos
    figures = json.loads(results["FIGURES"])
    assert set(figures["unlabelled"]) == {"class 0", "class 1"}
    assert "learned" in figures["unlabelled"].values()
    assert figures["label_polygons"] == {"class 0": 0, "class 1": 0, "class 2": 3}
    assert "From the base model." in Path(results["REPORT"]).read_text("utf-8")


def test_raster_of_ids_with_a_palette_into_the_list_of_models(finetune, model, image):
    ids = np.full((fields.SIDE, fields.SIDE), 255, np.uint8)
    for (left, top, right, bottom), label in fields.boxes((4, 7, 9)):
        ids[top:bottom, left:right] = label
    path = image.with_name("labels 标.tif")
    place = (qgis_layers.LEFT, qgis_layers.PIXEL, 0, qgis_layers.TOP, 0, -qgis_layers.PIXEL)
    qgis_layers.write(path, ids[None], place, qgis_layers.UTM)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    table = gdal.ColorTable()
    for value, colour in ((4, (1, 2, 3)), (7, (250, 0, 0)), (9, (0, 250, 0)), (99, (9, 9, 9))):
        table.SetColorEntry(value, (*colour, 255))
    dataset.GetRasterBand(1).SetColorTable(table)
    dataset.GetRasterBand(1).SetCategoryNames([""] * 4 + ["roof", "", "", "lawn"])
    del dataset
    output = model_files.unused_file()
    shown = [name for name, _ in model_files.choices()]
    parts = ["4", "", "", "class 0", "9", "", "", "class 0"]
    results = finetune(
        str(path), BASE_MODEL=model, OUTPUT_MODEL=str(output), REPORT=None, CLASSES=parts
    )
    origins = read_card(results["OUTPUT_MODEL"])["ginet:training"]["origins"]
    assert list(origins.values()).count(["class 0"]) == 2  # both are parts of it
    assert "REPORT" not in results
    found = classes(results["OUTPUT_MODEL"])
    # Of these two are made of class 0, so the others stay; the number of one is taken.
    assert [each[0] for each in found] == [0, 2, 4, 7, 9]
    assert [each[1] for each in found[:2]] == ["class 2", "class 1"]
    assert found[2][2] == "010203"
    assert [name for name, _ in model_files.choices()] == [*shown, output.stem]
    assert model_files.unused_file() != output
    output.unlink()


def labelled(values, kind="string"):
    return lambda: fields.polygons(fields.boxes(values), kind)


@pytest.mark.parametrize(
    ("labels", "parameters", "message"),
    [
        (lambda: fields.polygons([]), {}, "fields 田 has no labels"),
        (labelled((None, None, None)), {}, "fields 田 has no labels"),
        (labelled(("a", "A ", None)), {}, "labels of one class only, A"),
        (labelled((1, 2, 255), "integer"), {}, "has the class number 255; they must be from 0"),
        (labelled(NAMES), {"CLASS_FIELD": "colour"}, "has no field colour. Choose the field"),
        (labelled(NAMES), {"OUTPUT_MODEL": "/tmp/model.tif"}, r"Name it \.safetensors"),
        (labelled(NAMES), {"OUTPUT_MODEL": "/no/such/m.safetensors"}, "/no/such does not exist"),
        (labelled(NAMES), {"INPUT": "/no/such/image.tif"}, "Could not load source layer for INPUT"),
        (labelled(NAMES), {"CLASSES": ["water", "", "grün", ""]}, "grün is no colour"),
        (labelled(NAMES), {"CLASSES": ["water", "", "", "sea"]}, "water cannot be sea"),
        (labelled(NAMES), {"CLASSES": ["water", "草地", "", ""]}, "Two classes are named 草地"),
        (lambda: "/no/such/labels.gpkg", {}, "LABELS|labels cannot be opened"),
        (
            lambda: QgsVectorLayer("Point?crs=EPSG:32612&field=class:string", "spots", "memory"),
            {},
            "LABELS|labels cannot be opened",
        ),
        (
            lambda: QgsRasterLayer("type=xyz&url=file:///no/{z}/{x}/{y}.png&zmax=2", "map", "wms"),
            {},
            "map is no raster file",
        ),
    ],
)
def test_refused_with_reason(finetune, image, labels, parameters, message):
    """Before the engine is started."""
    with pytest.raises(QgsProcessingException, match=message):
        finetune(labels(), **parameters)
    assert [each.name for each in image.parent.iterdir()] == [image.name]


def test_too_many_values_are_no_classes(finetune):
    boxes = [((k % 19 * 20, k // 19 * 20, k % 19 * 20 + 9, k // 19 * 20 + 9), f"plot {k}")
             for k in range(256)]  # fmt: skip
    with pytest.raises(QgsProcessingException, match="has 256 different labels, which is too many"):
        finetune(fields.polygons(boxes))


def test_polygons_elsewhere_are_refused_by_the_engine(finetune, model, image):
    boxes = [((900 + each[0][0], 0, 950 + each[0][0], 50), each[1]) for each in fields.boxes(NAMES)]
    with pytest.raises(QgsProcessingException, match="No pixel of fields 田 is labelled"):
        finetune(fields.polygons(boxes), BASE_MODEL=model)
    assert [each.name for each in image.parent.iterdir()] == [image.name]


def test_models_folder_that_cannot_be_made_is_told_before_the_work(finetune, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "models"
    monkeypatch.setattr(model_files, "user_folder", lambda: folder)
    labels = fields.polygons(fields.boxes(NAMES))
    with pytest.raises(QgsProcessingException, match=r"models cannot be written.* in the settings"):
        finetune(labels, OUTPUT_MODEL=str(folder / "new.safetensors"))


def test_cancelled_leaves_nothing(finetune, model, image, feedback, engine_processes):
    feedback.pushInfo = lambda info: feedback.cancel() if info.startswith("Engine") else None
    with pytest.raises(QgsProcessingException, match="cancelled"):
        finetune(fields.polygons(fields.boxes(NAMES)), BASE_MODEL=model, MINUTES=4)
    assert engine_processes() == []
    assert [each.name for each in image.parent.iterdir()] == [image.name]


RESULT = {
    "classes": [
        {"id": 0, "name": "<b>&", "colour": "#112233"},
        {"id": 1, "name": "water", "colour": "#0000ff"},
        {"id": 2, "name": "tree", "colour": "#00ff00"},
    ],
    "validation": {
        "before": 0.25, "after": 0.75, "iou_before": {"water": 0.25, "tree": 0.25},
        "iou_after": {"water": 0.9, "tree": 0.6}, "calibration_error": 0.0512, "pixels": 1234,
        "folds": 4,
    },
    "label_pixels": {"<b>&": 0, "water": 5000, "tree": 100},
    "label_polygons": {"<b>&": 0, "water": 2, "tree": 9},
    "kept": False, "seconds_used": 61.2, "device": "cpu",
}  # fmt: skip


def test_report_tells_gain_and_what_is_short():
    page = finetuning.page("<img>", RESULT, {"Image": "<i>"})
    assert "0.250 before, 0.750 after" in page
    assert not [tag for tag in ("<b>", "<i>", "<img>") if tag in page]
    assert finetuning.hints(RESULT) == {
        "<b>&": "Not learned: no pixel of the image is labelled so.",
        "water": "Few polygons: draw at least 3, at different places.",
        "tree": "Few pixels: label at least 200.",
    }
    of_raster = {**RESULT, "label_polygons": None}
    assert "water" not in finetuning.hints(of_raster)
    assert "it is not known what was gained" in finetuning.page(
        "t", {**RESULT, "validation": None}, {}
    )
    assert "1,234 labelled pixels, each by one of 4 fits" in page
    assert "confidence is off by about 5 in 100" in page
    assert "learned from all labels" in page
    kept = finetuning.page("t", {**RESULT, "kept": True}, {})
    assert "the base model is kept as it is" in kept
    assert "learned from all labels" not in kept


def test_default_output_is_a_new_model_in_the_profile(plugin):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("ginet:finetune")
    default = Path(algorithm.parameterDefinition("OUTPUT_MODEL").defaultValue())
    assert default.parent == model_files.user_folder()
    assert default.suffix == ".safetensors"
    assert not default.exists()
