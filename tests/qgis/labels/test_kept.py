"""Which of the base model's classes stay on the map without labels."""

import pytest
from qgis.core import QgsVectorLayer

from ginet_qgis.labels import kept
from ginet_qgis.labels.classes import LabelClass, LabelClasses, Look
from ginet_qgis.labels.colours import unlike
from ginet_qgis.labels.layer import add_class, label_layer
from ginet_qgis.labels.prepared import Scheme
from ginet_qgis.labels.table import LabelRow
from ginet_qgis.layers.layer_files import LayerError
from tests.fixtures import qgis_fields as fields

BASE = [
    LabelClass(0, "building", "#d7301f"),
    LabelClass(3, "low vegetation", "#a6d96a"),
    LabelClass(5, "water", "#2b83ba"),
]


def scheme(values, looks=None, rows=(), keep=True, removed=()):
    """All classes and what each is made of; the names of those that are kept."""
    looks = looks or {}
    made = LabelClasses(values, looks, BASE, "fields")
    completed = Scheme(BASE, rows, keep, removed).complete(made, looks, "fields")
    classes, origins, stay = completed
    assert set(origins) == {each.name for each in classes}
    found = [(each.id, each.name, each.colour) for each in classes]
    return found, origins, [each.name for each in stay]


def test_others_stay_with_a_class_of_the_base_model():
    assert scheme(["Water", "meadow"])[0] == [
        (0, "building", "#d7301f"),
        (3, "low vegetation", "#a6d96a"),
        (5, "water", "#2b83ba"),
        (6, "meadow", unlike(each.colour for each in BASE)),
    ]
    assert scheme([5])[2] == ["building", "low vegetation"]  # by number
    assert scheme(["wheat"], rows=[LabelRow("wheat", "", "", ("low vegetation",))])[2] == [
        "building",
        "water",
    ]


@pytest.mark.parametrize("more", [{}, {"keep": False}])
def test_none_stays_with_a_scheme_of_ones_own(more):
    classes, origins, stay = scheme(["wheat", "meadow"], **more)
    assert [each[:2] for each in classes] == [(0, "meadow"), (1, "wheat")]
    assert origins == {"meadow": [], "wheat": []}
    assert stay == []
    assert scheme(["water", "wheat"], keep=False)[2] == []


def test_one_class_alone_is_refused():
    with pytest.raises(LayerError, match="Label a second class, or one of the base model's"):
        scheme(["wheat"])
    with pytest.raises(LayerError, match="only, water"):
        scheme(["water"], keep=False)


def test_a_number_or_colour_that_is_taken_becomes_another():
    looks = {0: Look("water", "#D7301F"), 3: Look("Low Vegetation"), 7: Look("roof")}
    classes, _, stay = scheme([0, 3, 7], looks)
    assert stay == ["building"]
    roof = unlike(["#d7301f", *(each.colour for each in BASE)])
    assert classes == [
        (0, "water", "#D7301F"),
        (1, "building", unlike(["#d7301f", "#a6d96a", roof])),
        (3, "low vegetation", "#a6d96a"),
        (7, "roof", roof),
    ]


def test_the_layers_colours_and_names_come_first():
    looks = {"water": Look("", "#000080")}
    rows = [LabelRow("meadow", "", "", ("low vegetation",))]
    classes, origins, stay = scheme(["building"], looks, rows)
    assert classes[1:] == [(3, "meadow", "#a6d96a"), (5, "water", "#000080")]
    assert origins["meadow"] == ["low vegetation"]
    assert stay == ["meadow", "water"]
    assert scheme(["building"], removed=["Water"])[2] == ["low vegetation"]


def test_more_classes_than_numbers():
    values = [*range(250), *range(251, 255)]
    looks = {5: Look("water"), **{k: Look(f"kind {k}") for k in values if k != 5}}
    with pytest.raises(LayerError, match="254 classes are labelled and 2 of the base model"):
        scheme(values, looks)
    assert len(scheme(values, looks, keep=False)[0]) == 254


def test_a_layer_remembers_the_users_choice(qgis_app):
    image = QgsVectorLayer("Polygon?crs=EPSG:4326", "image", "memory")
    layer = label_layer(image, BASE)
    assert kept.keeps_classes(layer)
    kept.set_keeps_classes(layer, keep=False)
    assert not kept.keeps_classes(layer)
    layer.setCustomProperty(kept.REMOVED, "not ours")
    assert kept.removed_classes(layer) == []
    kept.set_removed_classes(layer, ["water", "草地"])
    add_class(layer, "class", "草地")
    assert kept.removed_classes(layer) == ["water"]
    assert kept.keeps_classes(fields.polygons([]))
