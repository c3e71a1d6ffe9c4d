"""The engine's sentences in the user's language."""

import ast
import json
import re
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from ginet_qgis.engine.sentences import (
    ON_LABELS,
    ON_POLYGONS,
    ON_RASTERS,
    ON_RUNS,
    in_user_language,
)
from ginet_qgis.paths import TRANSLATIONS
from tests.fixtures import qgis_layers

CORE = Path(__file__).parents[3] / "core"


@pytest.fixture
def chinese(qgis_app):
    translator = QTranslator()
    assert translator.load(str(TRANSLATIONS / "ginet_zh_CN.qm"))
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def skeleton(text):
    return re.sub(r"\{\w+\}", "{}", text)


def said_by_the_engine():
    """All texts in the engine's code, without what is filled in."""
    for path in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            if isinstance(node, ast.JoinedStr):
                parts = (getattr(each, "value", "") for each in node.values)
                yield "".join(each if isinstance(each, str) else "{}" for each in parts)


def test_they_are_the_engines_own():
    said = set(said_by_the_engine())
    assert [
        each
        for each in (*ON_RASTERS, *ON_RUNS, *ON_POLYGONS, *ON_LABELS)
        if skeleton(each) not in said
    ] == []


def test_dock_tells_them_in_chinese(chinese, dock, add_layer, classify_in_dock, tmp_path):
    pixels = qgis_layers.scene()
    add_layer(qgis_layers.write(tmp_path / "a b 影像.tif", pixels[:1], None, None), "grey")
    told = classify_in_dock()
    assert "a b 影像.tif 没有地理参照：面积只能以像元计数" in told
    assert "a b 影像.tif 只有一个波段" in told
    assert "areas are" not in told


def test_refusals_too(chinese, classify, plain):
    with pytest.raises(Exception, match=r"范围 .+ 与 .+scène 1.tif 不相交，.+。 请选择栅格之内"):
        classify(plain, EXTENT="0,1,0,1")


def test_what_is_filled_in_stays(chinese):
    assert (
        in_user_language("Another run is writing /a {b}.tif.") == "另一个运行正在写入 /a {b}.tif。"
    )
    kept = (
        "6 of 64 blocks are done and kept in /a b.tif.blocks.part: the same job goes on from there."
    )
    assert in_user_language(
        f"Free some space, about 8 MB more, or choose a folder on another disk. {kept}"
    ) == (
        "请腾出一些空间（还需约 8 MB），或选择另一磁盘上的文件夹。 "
        "64 个块中已完成 6 个，保存在 /a b.tif.blocks.part：同一作业会从那里继续。"
    )
    assert in_user_language(json.dumps({"no": "sentence"})) == '{"no": "sentence"}'
