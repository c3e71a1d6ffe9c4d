"""What the plugin is written in holds on Qt 6 too: the rules of QGIS's own migration checker.

``scripts/pyqt5_to_pyqt6`` of QGIS knows every enum by name; here the way it is written tells it.
``tests/qt6`` then runs the widgets on Qt 6.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = [
    path
    for path in (ROOT / "ginet_qgis").rglob("*.py")
    if "core" not in path.relative_to(ROOT).parts
]
TESTS = sorted((ROOT / "tests").glob("qgis/**/*.py")) + sorted(
    (ROOT / "tests").glob("fixtures/qgis*")
)
BINDINGS = ("PyQt5", "PyQt6", "PySide2", "PySide6", "sip")
GONE = {"QRegExp", "qApp", "QDesktopWidget", "resources_rc"}
GONE_METHODS = {"exec_", "print_", "desktop"}


def faults(source: str) -> Iterator[str]:
    """What would not work on Qt 6, or on one of the two, with its line."""
    tree = ast.parse(source)
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] in BINDINGS:
                    yield f"{node.lineno}: import {name.name}"
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.split(".")[0] in BINDINGS or module == "qgis.PyQt.Qt":
                yield f"{node.lineno}: from {module}"
            yield from (f"{node.lineno}: {n.name}" for n in node.names if n.name in GONE)
            if module.startswith("qgis."):
                imported |= {name.asname or name.name for name in node.names}
    yield from _members(tree, imported)


def _members(tree: ast.AST, imported: set[str]) -> Iterator[str]:
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QVariant":
            yield f"{node.lineno}: QVariant() is no null value any more"
        if not isinstance(node, ast.Attribute):
            continue
        parent = parents[node]
        called = isinstance(parent, ast.Call) and parent.func is node
        if called and node.attr in GONE_METHODS:
            yield f"{node.lineno}: {node.attr}()"
        if not (isinstance(node.value, ast.Name) and node.value.id in imported):
            continue
        written = f"{node.lineno}: {node.value.id}.{node.attr}"
        if node.value.id == "QVariant":
            if node.attr == "Type":
                yield f"{written} exists in Qt 5 only; QVariant.Int in both"
        elif (
            node.attr[0].isupper()
            and not node.attr.isupper()
            and not called
            and not isinstance(parent, (ast.Attribute, ast.arg))  # ast.arg: an annotation
        ):
            yield f"{written} lacks its enum's name"


@pytest.mark.parametrize("path", [*PLUGIN, *TESTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_written_for_both(path):
    assert [*faults(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "from PyQt5.QtCore import QTimer",
        "import PyQt6.QtCore",
        "from qgis.PyQt.Qt import QTimer",
        "from qgis.PyQt.QtCore import QRegExp",
        "from qgis.PyQt.QtCore import Qt; flag = Qt.AlignLeft",
        "from qgis.PyQt.QtCore import Qt; flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignTop",
        "from qgis.core import QgsWkbTypes; add(QgsWkbTypes.PolygonGeometry)",
        "from qgis.PyQt.QtCore import QVariant; field('a', QVariant.Type.Int)",
        "from qgis.PyQt.QtCore import QVariant; nothing = QVariant()",
        "dialog.exec_()",
    ],
)
def test_fault_is_found(line):
    assert len([*faults(line)]) == 1


def test_the_rules_see_the_plugin():
    assert len(PLUGIN) > 30
