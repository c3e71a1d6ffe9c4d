"""Lists of scenes: a folder, a text file of paths, a STAC item collection, or rasters by name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.wire.errors import JobError
from core.wire.paths import absolute_name, is_private, parse_name

RASTERS = frozenset(
    (".tif", ".tiff", ".vrt", ".jp2", ".j2k", ".img", ".png", ".jpg", ".jpeg", ".bsq", ".ecw")
)
"""What counts as a scene within a folder."""
LISTS = (".txt", ".lst")
COLLECTIONS = (".json", ".geojson")


@dataclass(frozen=True)
class Scene:
    """One raster of a list.

    Attributes:
        name: Names its results; no other scene of the list has it.
        input: Anything rasterio opens.
    """

    name: str
    input: str


def find_scenes(sources: Sequence[str], asset: str | None = None) -> list[Scene]:
    """All scenes of some sources, in their order; a folder's by name.

    Scenes of the same name are told apart by the folder that they are in.

    Args:
        sources: Each a folder, a .txt file with a path a line (# begins a comment), a .json file
            with a STAC item collection, or a raster. Paths within a file are relative to it.
        asset: Which of a STAC item's assets; None takes the only image, or "visual".

    Raises:
        JobError: A source is missing, empty or not what it should be, or two scenes have the same
            name.
    """
    found = [scene for source in sources for scene in _scenes(source, asset)]
    for again in (False, True):
        taken = Counter(_key(scene.name) for scene in found)
        double = [scene for scene in found if taken[_key(scene.name)] > 1]
        if not double:
            return found
        if again:
            break
        found = [
            Scene(f"{_parent(s.input)}_{s.name}", s.input) if taken[_key(s.name)] > 1 else s
            for s in found
        ]
    first, second = double[:2]
    raise JobError(
        f"{first.input} and {second.input} would have the same result {first.name}.tif.",
        "Classify them in two batches with different folders, or rename one.",
    )


def _scenes(source: str, asset: str | None) -> Iterator[Scene]:
    path = Path(source)
    if is_private(source) or parse_name(source).before:
        yield _scene(source)
    elif path.is_dir():
        yield from _in_folder(path)
    elif path.suffix.lower() in LISTS:
        yield from _in_list(path)
    elif path.suffix.lower() in COLLECTIONS:
        yield from _in_collection(path, asset)
    elif path.exists():
        yield _scene(source)
    else:
        raise JobError(f"There is no {source}.", "Give a folder, a list, a collection or rasters.")


def _in_folder(folder: Path) -> Iterator[Scene]:
    rasters = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in RASTERS and path.is_file() and not path.name.startswith(".")
    ]
    if not rasters:
        raise JobError(f"The folder {folder} holds no rasters.", "Its subfolders are not searched.")
    yield from (_scene(str(path)) for path in rasters)


def _in_list(path: Path) -> Iterator[Scene]:
    lines = [line.strip() for line in _text(path).splitlines()]
    paths = [line for line in lines if line and not line.startswith("#")]
    if not paths:
        raise JobError(f"The list {path} names no rasters.", "Write one path a line.")
    yield from (_scene(_resolve(each, path)) for each in paths)


def _in_collection(path: Path, asset: str | None) -> Iterator[Scene]:
    try:
        content = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise JobError(f"{path} is not valid JSON: {error}.") from error
    items = content.get("features") if isinstance(content, dict) else None
    if not isinstance(items, list) or not items:
        raise JobError(
            f"{path} is no STAC item collection: it has no features.",
            "Save the result of a STAC search as JSON.",
        )
    for number, item in enumerate(items, 1):
        assets = item.get("assets") if isinstance(item, dict) else None
        if not isinstance(assets, dict):
            raise JobError(f"{path}: feature {number} is no STAC item, it has no assets.")
        name = str(item.get("id") or number)
        href = _image(assets, asset, f"{path}: item {name}")
        yield Scene(_file_name(name), _resolve(href, path))


def _image(assets: dict[str, Any], asset: str | None, where: str) -> str:
    """Address of the asset to classify."""
    images = {
        key: entry["href"]
        for key, entry in assets.items()
        if isinstance(entry, dict) and isinstance(entry.get("href"), str)
        and (key == asset or _is_image(entry))
    }  # fmt: skip
    wanted = asset or ("visual" if "visual" in images else None)
    if wanted is None and len(images) == 1:
        return str(*images.values())
    if wanted in images:
        return str(images[wanted])
    if wanted:
        raise JobError(f"{where} has no asset {wanted!r}, but {', '.join(assets) or 'none'}.")
    raise JobError(
        f"{where} has {len(images) or 'no'} images: {', '.join(images) or 'no asset is one'}.",
        "Choose one with --asset.",
    )


def _is_image(entry: dict[str, Any]) -> bool:
    roles = entry.get("roles") or []
    kind = str(entry.get("type") or "image/unknown")
    return kind.startswith("image/") and not {"thumbnail", "overview", "metadata"}.intersection(
        roles
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise JobError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise JobError(f"{path} is no text in UTF-8.", "Save it as UTF-8.") from error


def _resolve(path: str, base: Path) -> str:
    if is_private(path) or parse_name(path, (str(base.parent),)).before:
        return absolute_name(path, (str(base.parent),))
    return str(base.parent / path)


def _scene(path: str) -> Scene:
    file = re.split(r"[?#]", path, maxsplit=1)[0] if is_private(path) else path
    return Scene(_file_name(Path(file).stem), path)


def _parent(path: str) -> str:
    return _file_name(Path(path).parent.name) or "scene"


def _file_name(name: str) -> str:
    """A name that every system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(" .")[:150] or "scene"


def _key(name: str) -> str:
    """Names that differ in case alone are one file on some systems."""
    return name.casefold()
