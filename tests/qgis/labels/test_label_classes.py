"""Which classes the values of labels are."""

import pytest
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsFillSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
)

from ginet_qgis.labels.classes import (
    LabelClass,
    LabelClasses,
    Look,
    key_of,
    vector_symbology,
)
from ginet_qgis.labels.colours import unlike
from ginet_qgis.layers.layer_files import LayerError

BASE = [LabelClass(0, "building", "#d7301f"), LabelClass(5, "water", "#2b83ba")]
COLOURS = [each.colour for each in BASE]
APPLE = unlike(COLOURS)
ROOF = unlike([*COLOURS, APPLE])


def table(values, looks=None, base=BASE):
    found = LabelClasses(values, looks or {}, base, "fields")
    return [(each.id, each.name, each.colour) for each in found.classes]


def test_keys():
    assert [key_of(value) for value in (3, 3.0, "3", " 3 ", 3.5, " a ", "", None)] == [
        3, 3, 3, 3, "3.5", "a", None, None,
    ]  # fmt: skip
    names = ["1_1", "2_10", "1e3", "1,5", "１", "0x10", "nan", "inf", "12345678901234567890"]
    assert [key_of(name) for name in names] == names
    assert key_of(float("nan")) is None


def test_names_in_order_with_the_base_models_colours():
    assert table(["Water", "roof ", "WATER", "apple tree", None]) == [
        (5, "water", "#2b83ba"), (6, "apple tree", APPLE), (7, "roof", ROOF),
    ]  # fmt: skip


def test_the_layers_colours_come_first():
    looks = {"water": Look("", "#000080"), "roof": Look("Roofs", APPLE)}
    assert table(["water", "roof", "x"], looks) == [
        (5, "water", "#000080"), (6, "roof", APPLE), (7, "x", unlike([*COLOURS, "#000080", APPLE])),
    ]  # fmt: skip


def test_names_of_which_the_base_model_knows_none_are_counted_from_0():
    assert [each[:2] for each in table(["wheat", "meadow"])] == [(0, "meadow"), (1, "wheat")]


def test_more_names_than_numbers_that_the_base_model_leaves_free():
    names = [f"kind {k}" for k in range(254)]
    assert sorted(each[0] for each in table([*names, "water"])) == list(range(255))


def test_ids_are_the_base_models_where_all_are():
    assert table([0, "5"]) == [(0, "building", "#d7301f"), (5, "water", "#2b83ba")]
    assert [each[1] for each in table([0, 5, 6])] == ["class 0", "class 5", "class 6"]
    looks = {0: Look("roof"), 6: Look("6", "#010203")}
    assert table([0.0, 6], looks) == [
        (0, "roof", unlike([*COLOURS, "#010203"])),
        (6, "class 6", "#010203"),
    ]


def test_ids_of_a_label():
    found = LabelClasses(["b", "a", None], {}, [], "fields")
    assert [found.id_of(value) for value in ("a", " b ", None, "c")] == [0, 1, None, None]


@pytest.mark.parametrize("values", [[3, -1], [3, 255]])
def test_numbers_out_of_range(values):
    with pytest.raises(LayerError, match="from 0 to 254"):
        table(values)


def test_looks_of_a_layer(qgis_app):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4326&field=class:integer", "fields", "memory")
    setup = QgsEditorWidgetSetup("ValueMap", {"map": [{"roof": "1"}, {"lawn": "2"}]})
    layer.setEditorWidgetSetup(0, setup)
    categories = [
        QgsRendererCategory(value, QgsFillSymbol.createSimple({"color": colour}), label)
        for value, colour, label in (
            (1, "#ff0000", "1"),
            (3, "#00ff00", "pond"),
            ([4, 5], "#0000ff", "x"),
        )
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer('"class"', categories))
    assert vector_symbology(layer, "class") == {
        1: Look("roof", "#ff0000"), 2: Look("lawn"), 3: Look("pond", "#00ff00"),
        4: Look("", "#0000ff"), 5: Look("", "#0000ff"),
    }  # fmt: skip
    layer.setRenderer(QgsCategorizedSymbolRenderer("other", categories))
    assert vector_symbology(layer, "class") == {1: Look("roof"), 2: Look("lawn")}
