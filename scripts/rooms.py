"""Draw the rooms of the code and the imports between them: ``python3 -m scripts.rooms``.

Writes docs/pictures/rooms.svg. ``FLOORS`` is the order of imports, from the top down: a room may
import from rooms below it. ``tests/project/test_rooms.py`` holds the order, and the picture true.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "pictures" / "rooms.svg"

FLOORS = {
    "ginet_qgis": (
        ("plugin",),
        ("gui", "algorithms"),
        ("reports",),
        ("labels",),
        ("layers",),
        ("models", "engine"),
        ("installer",),
        ("basics",),
    ),
    "core": (
        ("main",),
        ("cli",),
        ("verbs",),
        ("adapt", "training"),
        ("inference", "accuracy"),
        ("results", "datasets"),
        ("model", "raster"),
        ("wire", "vector"),
    ),
}
TOP_FILES = {
    "core": {"__main__": "main", "": "verbs"},
    "ginet_qgis": {"plugin": "plugin", "provider": "plugin", "": "basics"},
}
"""Rooms of the files that lie in no folder; "" is for all others."""

Imports = dict[str, set[str]]


def modules(package: str) -> dict[str, Path]:
    """All modules by dotted name, without ``__init__.py`` (those hold no code)."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        if path.name != "__init__.py" and not name.startswith("ginet_qgis/core/"):
            found[name.replace("/", ".")] = path
    return found


def room(module: str) -> str:
    """The room of a module: its folder, or what ``TOP_FILES`` says."""
    package, first, *rest = module.split(".")
    top = TOP_FILES[package]
    return first if rest else top.get(first, top[""])


def imports(package: str) -> Imports:
    """What each module imports of the package, wherever in it: at its top or within a function."""
    known = modules(package)
    return {
        name: {each for each in imported(name, path) if each in known and each != name}
        for name, path in known.items()
    }


def imported(module: str, path: Path) -> Iterator[str]:
    """Dotted names of all that a file imports, modules and what is in them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".")[: -node.level] if node.level else []
            source = ".".join([*package, *filter(None, [node.module])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def between_rooms(found: Imports) -> Imports:
    """What each room imports from others."""
    edges: Imports = {}
    for module, others in found.items():
        edges.setdefault(room(module), set()).update(map(room, others))
    return {name: others - {name} for name, others in edges.items()}


def reach(edges: Imports, start: str) -> set[str]:
    """All rooms that a room imports, directly or through others."""
    seen: set[str] = set()
    left = [start]
    while left:
        for other in edges.get(left.pop(), ()):
            if other not in seen:
                seen.add(other)
                left.append(other)
    return seen


def needed(edges: Imports) -> Iterator[tuple[str, str]]:
    """The transitive reduction of the imports: the arrows of the picture."""
    for start, others in sorted(edges.items()):
        for end in sorted(others):
            if not any(end in reach(edges, via) for via in others - {end}):
                yield start, end


WIDTH, GAP, LINE, STEP = 300, 40, 15, 52
COLUMN = 2 * WIDTH + GAP


def draw() -> str:
    """The picture."""
    boxes: dict[str, tuple[int, int, int]] = {}  # x, top, bottom
    shapes, arrows = [], []
    for number, (package, floors) in enumerate(FLOORS.items()):
        left, y = GAP + number * (COLUMN + 2 * GAP), 70
        shapes.append(f'<text class="head" x="{left + COLUMN // 2}" y="40">{package}/</text>')
        files = _files(package)
        for floor in floors:
            height = 0
            for place, name in enumerate(floor):
                x = (
                    left + (COLUMN - WIDTH) // 2
                    if len(floor) == 1
                    else left + place * (WIDTH + GAP)
                )
                lines = textwrap.wrap("  ".join(files[name]), 52)
                bottom = y + 26 + LINE * len(lines)
                boxes[f"{package}.{name}"] = x, y, bottom
                shapes += _box(name, lines, x, y, bottom)
                height = max(height, bottom - y)
            y += height + STEP
        for start, end in needed(between_rooms(imports(package))):
            arrows.append(_arrow(boxes[f"{package}.{start}"], boxes[f"{package}.{end}"]))
    arrows.append(_wire(boxes["ginet_qgis.engine"], boxes["core.main"]))
    width = 2 * COLUMN + 4 * GAP
    height = max(bottom for _, _, bottom in boxes.values()) + GAP
    return "\n".join([HEAD.format(width=width, height=height), *arrows, *shapes, "</svg>", ""])


HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
font-family="sans-serif" font-size="11">
<style>
.room {{ fill: #f4f8f4; stroke: #4a7a5a; }} .name {{ font-weight: bold; font-size: 13px; }}
.head {{ font-weight: bold; font-size: 18px; text-anchor: middle; }} .file {{ fill: #444; }}
.arrow {{ fill: none; stroke: #777; marker-end: url(#tip); }}
.wire {{ fill: none; stroke: #b05a2a; stroke-width: 2; stroke-dasharray: 6 4; }}
.said {{ fill: #b05a2a; text-anchor: middle; }}
</style>
<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 L8 4 L0 8 z" fill="#777"/></marker>
<rect width="{width}" height="{height}" fill="#fff"/>"""


def _files(package: str) -> dict[str, list[str]]:
    """Names of the files and folders of each room."""
    found: dict[str, list[str]] = {}
    for module in modules(package):
        parts = module.split(".")[1:]
        name = parts[0] if len(parts) == 1 else parts[1] + "/" * (len(parts) > 2)
        names = found.setdefault(room(module), [])
        if name not in names:
            names.append(name)
    return found


def _box(name: str, lines: list[str], x: int, top: int, bottom: int) -> list[str]:
    return [
        f'<rect class="room" x="{x}" y="{top}" width="{WIDTH}" height="{bottom - top}" rx="5"/>',
        f'<text class="name" x="{x + 8}" y="{top + 17}">{escape(name)}</text>',
        *(
            f'<text class="file" x="{x + 8}" y="{top + 33 + LINE * row}">{escape(line)}</text>'
            for row, line in enumerate(lines)
        ),
    ]


def _arrow(start: tuple[int, int, int], end: tuple[int, int, int]) -> str:
    """From the lower edge of a room to the upper one of another; past those between, around."""
    x, y, to_x, to_y = start[0] + WIDTH // 2, start[2], end[0] + WIDTH // 2, end[1]
    if to_y - y < 2 * STEP or x == to_x:
        bend = (to_y - y) // 2
        path = f"C{x} {y + bend} {to_x} {to_y - bend} {to_x} {to_y}"
    elif (start[0] - GAP) % (COLUMN + 2 * GAP) in (0, WIDTH + GAP):  # from the side to the middle
        to_y = (end[1] + end[2]) // 2
        to_x += WIDTH // 2 if x > to_x else -(WIDTH // 2)
        path = f"V{to_y} H{to_x}"
    else:
        y = (start[1] + start[2]) // 2
        x += WIDTH // 2 if to_x > x else -(WIDTH // 2)
        path = f"H{to_x} V{to_y}"
    return f'<path class="arrow" d="M{x} {y} {path}"/>'


def _wire(start: tuple[int, int, int], end: tuple[int, int, int]) -> str:
    x, y, to_x, to_y = start[0] + WIDTH, start[1] + 20, end[0], end[1] + 20
    middle = COLUMN + 2 * GAP
    return (
        f'<path class="wire" d="M{x} {y} H{middle} V{to_y} H{to_x}"/>'
        f'<text class="said" x="{(middle + to_x) // 2}" y="{to_y - 16}">the wire:</text>'
        f'<text class="said" x="{(middle + to_x) // 2}" y="{to_y - 4}">a job, then events</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(), "utf-8")
