"""Make scenes of the many places that the land-cover model learns from.

    python -m scripts.places_data DATA OUTPUT [SET ...]

DATA holds the sets as training-data/README.md lists them, and dubai_scenes/ that
scripts/landcover_data.py makes; all are taken, or those named. Writes
OUTPUT/<set>/images/<place>.tif and OUTPUT/<set>/labels/<place>.tif. A label is the sum of
1 building, 2 road, 4 bare land, 8 low vegetation, 16 tree, 32 water over all classes that the
pixel may have; 0 is unknown.

Labels come from the sets, from near infrared and colour where ``SETS`` says so, and from polygons
drawn by eye (training-data/places), which lie over the others. Tiles of a place that are too small
to show their surroundings are laid side by side to one scene.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage

BUILDING, ROAD, BARE, LOW, TREE, WATER = (1 << bit for bit in range(6))
CLASSES = {
    "building": BUILDING,
    "road": ROAD,
    "bare land": BARE,
    "low vegetation": LOW,
    "tree": TREE,
    "water": WATER,
}
ANY = 63
DRAWN = Path(__file__).parents[1] / "training-data" / "places"

Bands = NDArray[np.uint8]
Labels = NDArray[np.uint8]
Rule = Callable[[Bands, Labels], Labels]
"""Labels from an image's bands and from the set's own labels (255 where there are none)."""


def ndvi(bands: Bands) -> NDArray[np.float32]:
    """Normalised difference vegetation index of red, green, blue, near infrared; -1 to 1."""
    red, infrared = bands[0].astype(np.float32), bands[3].astype(np.float32)
    return (infrared - red) / np.maximum(infrared + red, 1)


def greenness(bands: Bands) -> NDArray[np.float32]:
    """Excess green, 2 g - r - b of the chromatic coordinates; -1 to 2."""
    red, green, blue = bands[:3].astype(np.float32)
    return (2 * green - red - blue) / np.maximum(red + green + blue, 1)


def from_values(values: dict[int, int], border: int = 0) -> Rule:
    """Label values stand for sets of classes; pixels within ``border`` of another are unknown."""

    def label(_: Bands, own: Labels) -> Labels:
        table = np.zeros(256, np.uint8)
        for value, classes in values.items():
            table[value] = classes
        labels = table[own]
        if border:
            size = 2 * border + 1
            same = ndimage.maximum_filter(labels, size) == ndimage.minimum_filter(labels, size)
            labels[~same] = 0
        return labels

    return label


def fields(bands: Bands, own: Labels) -> Labels:
    """Inside a field: low vegetation where it is plainly green, otherwise that or bare land."""
    green = ndimage.uniform_filter(greenness(bands), 5)
    return np.where(own == 1, np.where(green > 0.06, LOW, LOW | BARE), 0).astype(np.uint8)


def cities(bands: Bands, own: Labels) -> Labels:
    """Trees from points and NDVI; the rest is sealed or bare ground or water if NDVI says so.

    The set's low vegetation follows NDVI alone and so the shadowed edges of roofs too; only what
    is wider counts. 4 is tree or low vegetation (scripts/city_years.py). Dry grass has an NDVI of
    about 0.
    """
    index = ndvi(bands)
    rest = np.where(index < -0.05, BUILDING | ROAD | BARE | WATER, ANY & ~TREE)
    low = ndimage.binary_opening(own == 2, np.ones((5, 5), bool))
    given = [own == 1, low, own == 3, own == 4]
    return np.select(given, [TREE, LOW, rest, TREE | LOW], 0).astype(np.uint8)


@dataclass(frozen=True)
class ImageSet:
    """Images of one source.

    Attributes:
        images: Pattern of the images below DATA.
        rule: Makes labels; None leaves all to what was drawn by eye.
        labels: Path of an image's own labels below DATA, ``{stem}`` being its name.
        place: Place of an image, by its name; images of the same place become one scene.
        order: Bands that are red, green and blue.
    """

    images: str
    rule: Rule | None = None
    labels: str = ""
    place: Callable[[str], str] = lambda stem: stem
    order: tuple[int, ...] = (0, 1, 2)


TREE_OR_REST = {1: TREE, 0: ANY & ~TREE}
BUILDING_OR_REST = {1: BUILDING, 0: ANY & ~BUILDING}
CHESAPEAKE = {1: WATER, 2: TREE, 3: LOW, 4: BARE, 5: BUILDING | ROAD, 6: ROAD}
SETS = {
    "fields": ImageSet("naip_fields/images/*.png", fields, "naip_fields/labels/{stem}.png"),
    "city": ImageSet(
        "naip_urban_*/images/*.tif",
        cities,
        "naip_urban_*/labels/{stem}.*",
        lambda stem: stem.rsplit("_", 1)[0],
    ),
    "desert": ImageSet(
        "naip_desert/images/*.tif", from_values({1: BARE, 2: LOW}), "naip_desert/labels/{stem}.png"
    ),
    "virginia": ImageSet(
        "chesapeake_wv/images/*.png",
        from_values(CHESAPEAKE, border=2),
        "chesapeake_wv/labels/{stem}.*",
        lambda _: "autumn",
    ),
    "virginia_summer": ImageSet(
        "chesapeake_wv/images_old_date/*.png",
        from_values(CHESAPEAKE, border=2),
        "chesapeake_wv/labels/{stem}.*",
        lambda _: "summer",
    ),
    "neon": ImageSet("neon_trees/images/*", from_values({1: TREE}), "neon_trees/labels/{stem}.png"),
    "castile": ImageSet(
        "pnoa_castilla_leon/images/*.tif",
        from_values({1: TREE, 2: BUILDING | ROAD | BARE | LOW}),
        "pnoa_castilla_leon/labels/{stem}.*",
    ),
    "orthophoto": ImageSet("glc22_fr_us/images/*_rgb.jpg"),
    "carolina": ImageSet("noaa_florence/unlabeled/*.jpg"),
    "california": ImageSet("usgs_monterey/unlabeled/*.jpg"),
    "settlement": ImageSet("oam_buildings/images/*.tif"),
    "emirate": ImageSet("dubai_scenes/*_image.tif", order=(2, 1, 0)),
    "coast": ImageSet("usgs_obx_water/images/*.jpg"),
    "plain": ImageSet("geotiff_inputs/*.tif"),
    "plots": ImageSet("neon_more/images/*"),
    "harvard": ImageSet("neon_history/images/HARV_*", place=lambda stem: f"{stem[:-1]}x"),
    "junctions": ImageSet("usgs_junctions/images/*"),
    "kampala": ImageSet(
        "fair_kampala/images/*", from_values(BUILDING_OR_REST), "fair_kampala/labels/{stem}.png"
    ),
    "flanders": ImageSet(
        "flanders_lakehopper/images/*",
        from_values({1: BUILDING, 2: WATER}, border=2),
        "flanders_lakehopper/labels/{stem}.png",
    ),
    "nacala": ImageSet(
        "nacala_mozambique/images/*",
        from_values(BUILDING_OR_REST),
        "nacala_mozambique/labels/{stem}.*",
    ),
    "tropics": ImageSet("africa_asia/images/*", place=lambda stem: stem.partition("_")[0]),
    "massachusetts": ImageSet("massgis_towns/images/*"),
    "kolovai": ImageSet("tonga_coconuts/images/*"),
    "christchurch": ImageSet("christchurch_nz/images/*"),
    "alps": ImageSet("swiss_alps/images/*"),
    "mildenberg": ImageSet("odm_overviews/images/*"),
    "chia": ImageSet("chia_colombia/images/*"),
    "boruszyn": ImageSet("boruszyn_poland/images/*"),
    "drones": ImageSet("drone_misc/images/*"),
    "vienna": ImageSet("vienna_weitsicht/images/*"),
    "austria": ImageSet("austria_bev/images/*"),
    "houston": ImageSet("floodnet_sample/images/*"),
    "japan": ImageSet("japan/images/[!n]*"),
    "japan_kept": ImageSet("japan/images/n*"),
    "riviera": ImageSet("ign_coast/images/*"),
    "regions": ImageSet("uc_merced/images/*[0-7]?.tif", place=lambda stem: f"{stem[:-1]}x"),
    "regions_kept": ImageSet("uc_merced/images/*[89]?.tif", place=lambda stem: f"{stem[:-1]}x"),
    "ohio": ImageSet("naip_landcover6/images/tile_?[!8]*", place=lambda stem: stem[:-3]),
    "ohio_kept": ImageSet("naip_landcover6/images/tile_?8*", place=lambda stem: stem[:-3]),
    "lake": ImageSet("zurich_lake_restor/images/*"),
    "zurich": ImageSet(
        "detectree_zurich/[iu]*/1091-322_*.tif",
        from_values(TREE_OR_REST),
        "detectree_zurich/labels/{stem}.tif",
        lambda _: "1091-322",
    ),
}


def read_tile(data: Path, entry: ImageSet, image: Path) -> tuple[Bands, Labels, Labels]:
    """Red, green, blue (3, H, W), labels (H, W) and validity (H, W) of an image.

    Of an image whose only labels were drawn by eye, the part around them.
    """
    with rasterio.open(image) as source:
        bands, valid = source.read(), source.dataset_mask()
    own = np.full(bands.shape[1:], 255, np.uint8)
    found = sorted(data.glob(entry.labels.format(stem=image.stem))) if entry.labels else []
    if found:
        with rasterio.open(found[0]) as source:
            own = source.read(1)
    labels = entry.rule(bands, own) if entry.rule and found else np.zeros_like(own)
    labels[labels == ANY] = 0
    drawn(labels, image.relative_to(data))
    rows, columns = np.s_[:, :] if entry.rule else surroundings(labels)
    return bands[list(entry.order), rows, columns], labels[rows, columns], valid[rows, columns]


def drawings() -> dict[str, list[tuple[dict, int]]]:
    """Polygons drawn by eye: for each image its polygons and their sets of classes."""
    found: dict[str, list[tuple[dict, int]]] = {}
    for path in sorted(DRAWN.glob("*.geojson")):
        content = json.loads(path.read_text("utf-8"))
        for entry in content["features"]:
            of, classes = entry["properties"], {*entry["properties"]["classes"]}
            image = of.get("image") or content["image"]
            shape = entry["geometry"], sum(CLASSES[name] for name in classes)
            found.setdefault(image, []).append(shape)
    return found


def drawn(labels: Labels, image: Path) -> None:
    """Burn the polygons drawn by eye into the labels."""
    if shapes := DRAWINGS.get(image.as_posix()):
        rasterize(shapes, out=labels)


def surroundings(labels: Labels, margin: int = 512) -> tuple[slice, slice]:
    """Rows and columns of all labels and of ``margin`` pixels around them."""
    edges = []
    for axis in (1, 0):
        lines = np.flatnonzero(labels.any(axis))
        edges.append(slice(max(0, lines[0] - margin), lines[-1] + 1 + margin))
    return edges[0], edges[1]


def side_by_side(tiles: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Tiles (..., H, W) in rows of about as many as there are rows; 0 where there is none."""
    height, width = (max(tile.shape[axis] for tile in tiles) for axis in (-2, -1))
    columns = max(1, round((len(tiles) * height / width) ** 0.5))
    rows = -(-len(tiles) // columns)
    whole = np.zeros((*tiles[0].shape[:-2], rows * height, columns * width), tiles[0].dtype)
    for number, tile in enumerate(tiles):
        row, column = number // columns * height, number % columns * width
        whole[..., row : row + tile.shape[-2], column : column + tile.shape[-1]] = tile
    return whole


def write(path: Path, bands: NDArray[np.uint8], valid: NDArray[np.uint8] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = bands.shape
    profile = {"driver": "GTiff", "dtype": "uint8", "tiled": True, "compress": "deflate"}
    with rasterio.open(path, "w", width=width, height=height, count=count, **profile) as target:
        target.write(bands)
        if valid is not None and not valid.all():
            with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
                target.write_mask(valid)


def main(data: Path, output: Path, names: Sequence[str]) -> None:
    for name in names:
        entry = SETS[name]
        places: dict[str, list[Path]] = {}
        for image in sorted(data.glob(entry.images)):
            if entry.rule or image.relative_to(data).as_posix() in DRAWINGS:
                places.setdefault(entry.place(image.stem), []).append(image)
        for place, images in places.items():
            tiles = [read_tile(data, entry, image) for image in images]
            tiles = [tile for tile in tiles if tile[1].any()]
            if not tiles:
                continue
            bands, labels, valid = (side_by_side(part) for part in zip(*tiles, strict=True))
            write(output / name / "images" / f"{place}.tif", bands, valid)
            write(output / name / "labels" / f"{place}.tif", labels[None])
            shares = [f"{c} {np.mean(labels == bit):.0%}" for c, bit in CLASSES.items()]
            partial = np.mean(np.bitwise_count(labels) > 1)
            print(f"{name} {place}: {', '.join(shares)}, one of several {partial:.0%}", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    if len(sys.argv) < 3 or not SETS.keys() >= {*sys.argv[3:]}:
        raise SystemExit(__doc__)
    DRAWINGS = drawings()
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(SETS))
