"""The scenes of the contest, with their labels and what the base model calls the classes.

None of REPORT is of a place that the bundled model was trained on; TUNE is for choosing settings,
and nothing is ever chosen on REPORT. The model has learned from Chesapeake's places and the trees'
cities since they were chosen for TUNE; of these, settings are chosen with a model of a fold that
leaves the place out (``benchmarks/places.py``). KNOWN are other scenes of places (Dubai, Florence)
that the model was trained on: there, what an adaptation may lose is the question.

In PARTIAL most of the ground has no label: polygons were drawn there by eye, of which some are
given to the methods (``benchmarks.contest_places``). Labels of ``tree_*`` come from near infrared,
which methods see in INFRARED, scenes of REPORT and TUNE with it, and in CIR, which have it, red and
green alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import rasterio

from benchmarks.contest_places import find_places, read_place
from benchmarks.few_labels import UNKNOWN

Origins = tuple[str, ...]
GROUND = ("building", "road", "bare land", "water")


@dataclass(frozen=True)
class Scene:
    """One scene.

    Attributes:
        name: Of the scene.
        image: (3, H, W) uint8, red, green, blue (Vaihingen: near infrared, red, green); (4, H, W)
            with near infrared, of INFRARED; near infrared, red, green of CIR.
        reference: (H, W) uint8, index of the class, ``UNKNOWN`` where unlabelled.
        classes: Names by index, each with what the base model calls it: by the same name or
            another, as several classes, or not at all (empty).
        polygons: (H, W) number of the polygon, where labels are some of those that are there; None
            where any part of the reference may be one.
        fold: Of ``benchmarks/places.py`` that leaves the place out; None where the bundled model
            has not learned from it.
        metres: Ground resolution that the publisher states, which the product is told as users'
            files tell it; None elsewhere.
    """

    name: str
    image: np.ndarray
    reference: np.ndarray
    classes: dict[str, Origins]
    polygons: np.ndarray | None = None
    fold: int | None = None
    metres: float | None = None


def read(path: Path, bands: tuple[int, ...] = (1, 2, 3)) -> np.ndarray:
    with rasterio.open(path) as source:
        return source.read(bands)


def renumber(label: np.ndarray, indexes: dict[int, int]) -> np.ndarray:
    """Class indexes of an (H, W) label; ``UNKNOWN`` where its value is none of the given."""
    found = np.full(label.shape, UNKNOWN, np.uint8)
    for value, index in indexes.items():
        found[label == value] = index
    return found


def pack(colours: np.ndarray) -> np.ndarray:
    """(3, H, W) colours as (H, W) numbers."""
    red, green, blue = colours.astype(np.int32)
    return red << 16 | green << 8 | blue


def read_palette(path: Path) -> np.ndarray:
    """(H, W) colours as ``pack`` numbers them, of a file with a colour table or of three bands."""
    with rasterio.open(path) as source:
        if source.count >= 3:
            return pack(source.read((1, 2, 3)))
        table = np.zeros(256, np.int32)
        for value, (red, green, blue, _) in source.colormap(1).items():
            table[value] = red << 16 | green << 8 | blue
        return table[source.read(1)]


def mosaic(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    """Tiles of one size beside each other, those over after the last full row left out."""
    full = len(tiles) // columns * columns
    rows = [
        np.concatenate(tiles[start : start + columns], axis=-1) for start in range(0, full, columns)
    ]
    return np.concatenate(rows, axis=-2)


def only(folder: Path, pattern: str = "*", number: int = 0) -> Path:
    return sorted(folder.glob(pattern))[number]


def same(*names: str) -> dict[str, Origins]:
    """Classes that the base model knows by the same name."""
    return {name: (name,) for name in names}


def loveda(data: Path, number: int) -> tuple:
    folder = data / "small_samples" / "loveda"
    label = read(only(folder / "labels", number=number), (1,))[0]
    classes = same("building", "road", "water")
    classes |= {"barren": ("bare land",), "forest": ("tree",), "agriculture": ("low vegetation",)}
    image = read(only(folder / "images", number=number))
    return image, renumber(label, {value: value - 2 for value in range(2, 8)}), classes


def isprs(data: Path, town: str) -> tuple:
    folder = data / "small_samples" / town
    label = read(only(folder / "labels"), (1,))[0]
    classes = {"impervious surface": ("road",), **same("building", "low vegetation", "tree")}
    return read(only(folder / "images")), renumber(label, {1: 0, 2: 1, 3: 2, 4: 3}), classes


def zurich_lidar(data: Path) -> tuple:
    folder = data / "detectree_zurich"
    label = read(folder / "labels" / "ref-img_lidar.tif", (1,))[0]
    classes = same("building", "tree", "low vegetation")
    classes |= {"ground": ("road", "bare land"), "water": ("water",)}
    image = read(folder / "images" / "ref-img.tif")
    return image, renumber(label, {1: 0, 2: 1, 3: 2, 4: 3, 6: 4}), classes


def zurich_summer(data: Path, bands: tuple[int, ...] = (3, 2, 1)) -> tuple:
    folder = data / "small_samples" / "zurich_summer"
    values = read(only(folder / "images", "*.tif"), bands).astype(np.float32)
    low, high = (
        np.percentile(values[:, ::2, ::2], rank, axis=(1, 2))[:, None, None] for rank in (2, 98)
    )
    image = (((values - low) / (high - low)).clip(0, 1) * 255).astype(np.uint8)
    label = pack(read(only(folder / "labels", "*.tif")))
    colours = (0x000000, 0x646464, 0x007D00, 0x00FF00, 0x965000, 0x000096, 0xFFFF00, 0x9696FF)
    classes = {**same("road", "building", "tree"), "grass": ("low vegetation",)}
    classes |= {"bare soil": ("bare land",), "water": ("water",), "railway": (), "pool": ()}
    return image, renumber(label, {colour: at for at, colour in enumerate(colours)}), classes


MIDDLE = np.s_[..., 612:1836, 612:1836]


def deepglobe(data: Path, number: int, crop: tuple = MIDDLE) -> tuple:
    path = only(data / "deepglobe" / "images", number=number)
    label = data / "deepglobe" / "labels" / path.name.replace("_sat.jpg", "_mask.png")
    colours = pack((read(label) >= 128) * np.uint8(255))
    order = (0x00FFFF, 0xFFFF00, 0xFF00FF, 0x00FF00, 0x0000FF, 0xFFFFFF)
    classes = {"urban": ("building", "road"), "agriculture": ("low vegetation",), "rangeland": ()}
    classes |= {"forest": ("tree",), "water": ("water",), "barren": ("bare land",)}
    found = renumber(colours, {colour: at for at, colour in enumerate(order)})
    return read(path)[crop], found[crop], classes


def chesapeake(data: Path, images: str) -> tuple:
    folder = data / "chesapeake_wv"
    labels = [read(path, (1,))[0] for path in sorted((folder / "labels").iterdir())]
    tiles = [read(path) for path in sorted((folder / images).iterdir())]
    classes = same("water", "tree", "low vegetation")
    classes |= {"barren": ("bare land",), "impervious": ("building",), "road": ("road",)}
    label = renumber(mosaic(labels, 4), {value: value - 1 for value in range(1, 7)})
    return mosaic(tiles, 4), label, classes


def trees(data: Path, city: str, bands: tuple[int, ...] = (1, 2, 3)) -> tuple:
    folder = data / "naip_urban_trees"
    paths = sorted((folder / "images").glob(f"{city}_*"))[:16]
    label = mosaic([read(folder / "labels" / path.name, (1,))[0] for path in paths], 4)
    classes = {**same("tree", "low vegetation"), "other": GROUND}
    image = mosaic([read(path, bands) for path in paths], 4)
    return image, renumber(label, {1: 0, 2: 1, 3: 2}), classes


def by_eye(data: Path, name: str) -> tuple:
    place = find_places()[name]
    image, reference, polygons = read_place(data, name)
    return image, reference, same(*place.classes), polygons, place.fold


def dubai(data: Path, tile: int) -> tuple:
    parts = [f"tile{tile}_image_part_{part:03d}" for part in range(1, 10)]
    image = mosaic([read(data / "dubai" / "images" / f"{part}.jpg") for part in parts], 3)
    label = mosaic([read_palette(data / "dubai" / "labels" / f"{part}.png") for part in parts], 3)
    colours = (0x3C1098, 0x8429F6, 0x6EC1E4, 0xFEDD3A, 0xE2A929)
    classes = same("building", "bare land", "road")
    classes |= {"vegetation": ("low vegetation", "tree"), "water": ("water",)}
    return image, renumber(label, {colour: at for at, colour in enumerate(colours)}), classes


def florence(data: Path) -> tuple:
    folder, block = data / "noaa_florence", np.s_[..., 3756:]
    label = read(folder / "labels" / "C26047181.png", (1,))[0]
    classes = same("building", "road", "low vegetation", "tree", "water")
    image = read(folder / "images" / "C26047181.jpg")
    return image[block], renumber(label, {1: 0, 2: 1, 4: 2, 5: 3, 6: 4})[block], classes


TUNE: dict[str, Callable[[Path], tuple]] = {
    **{
        f"deepglobe_{number}": partial(deepglobe, number=number) for number in (0, 2, 3)
    },  # 1 is all fields
    "chesapeake_new": partial(chesapeake, images="images"),
    "chesapeake_old": partial(chesapeake, images="images_old_date"),
    **{
        f"tree_{city}": partial(trees, city=city) for city in ("chico", "santa_monica", "riverside")
    },
    "vaihingen": partial(isprs, town="vaihingen"),
}
REPORT: dict[str, Callable[[Path], tuple]] = {
    **{f"loveda_{number}": partial(loveda, number=number) for number in range(3)},
    "potsdam": partial(isprs, town="potsdam"),
    "zurich_lidar": zurich_lidar,
    "zurich_summer": zurich_summer,
}
INFRARED: dict[str, Callable[[Path], tuple]] = {
    "zurich_summer_infrared": partial(zurich_summer, bands=(3, 2, 1, 4)),
    **{
        f"tree_{city}_infrared": partial(trees, city=city, bands=(1, 2, 3, 4))
        for city in ("chico", "santa_monica", "riverside")
    },
}
CIR: dict[str, Callable[[Path], tuple]] = {  # near infrared, red, green
    "zurich_summer_cir": partial(zurich_summer, bands=(4, 3, 2)),
    **{
        f"tree_{city}_cir": partial(trees, city=city, bands=(4, 1, 2))
        for city in ("chico", "santa_monica", "riverside")
    },
}
PARTIAL: dict[str, Callable[[Path], tuple]] = {
    name: partial(by_eye, name=name) for name in find_places()
}
KNOWN: dict[str, Callable[[Path], tuple]] = {
    "dubai_2": partial(dubai, tile=2),
    "dubai_3": partial(dubai, tile=3),
    "florence": florence,
}
METRES = {"potsdam": 0.05, "vaihingen": 0.09}
SETS = {
    "tune": TUNE,
    "report": REPORT,
    "infrared": INFRARED,
    "cir": CIR,
    "partial": PARTIAL,
    "known": KNOWN,
}
ALL = {name: loader for scenes in SETS.values() for name, loader in scenes.items()}


def load_scene(name: str, data: Path) -> Scene:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        return Scene(name, *ALL[name](data), metres=METRES.get(name))
