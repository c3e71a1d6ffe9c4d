"""The rooms of the code: imports run one way, and the documentation's picture shows them."""

from __future__ import annotations

import ast

import pytest

from scripts import rooms

PACKAGES = sorted(rooms.FLOORS)
LONGEST_FILE = 300
"""Lines of a file that is shipped: one concept needs no more."""


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_down(package):
    floor = {name: level for level, row in enumerate(rooms.FLOORS[package]) for name in row}
    found = rooms.imports(package)
    assert sum(map(len, found.values())) > 100
    assert [
        f"{module} imports {other}"
        for module, others in found.items()
        for other in others
        if rooms.room(module) != rooms.room(other)
        and floor[rooms.room(module)] >= floor[rooms.room(other)]
    ] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_imports_itself_by_way_of_others(package):
    found = rooms.imports(package)
    assert [module for module in found if module in rooms.reach(found, module)] == []


def test_rooms_are_few():
    folders = [path for path in (rooms.ROOT / "core").iterdir() if path.is_dir()]
    assert len([path for path in folders if path.name != "__pycache__"]) <= 11
    assert len([*(rooms.ROOT / "core").glob("*.py")]) <= 11
    assert {len(floors) for floors in rooms.FLOORS.values()} == {8}


@pytest.mark.parametrize("package", PACKAGES)
def test_files_are_short(package):
    lines = {
        str(path.relative_to(rooms.ROOT)): len(path.read_text("utf-8").splitlines())
        for path in rooms.modules(package).values()
    }
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_each_room_says_what_it_is_for(package):
    for path in sorted((rooms.ROOT / package).rglob("__init__.py")):
        if path.parent.name != package and "core/" not in str(path.relative_to(rooms.ROOT))[5:]:
            assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_the_plugin_takes_nothing_of_the_engine_but_the_wire():
    taken = {
        name.removeprefix("ginet_qgis.")
        for module, path in rooms.modules("ginet_qgis").items()
        for name in rooms.imported(module, path)
        if name.startswith(("core", "ginet_qgis.core"))
    }
    assert taken
    assert [name for name in taken if not name.startswith("core.wire.")] == []


def test_a_circle_would_be_found():
    found = {"core.wire.a": {"core.wire.b"}, "core.wire.b": {"core.wire.a"}}
    assert rooms.reach(found, "core.wire.a") == {"core.wire.a", "core.wire.b"}


def test_picture_shows_the_imports_of_today():
    assert rooms.PICTURE.read_text("utf-8") == rooms.draw(), "run: python3 -m scripts.rooms"
