"""The labels by eye, the script that makes scenes of them, and the recipe that trains on these."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
import tomllib

from scripts import places_data

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
ROOT = Path(__file__).parents[2]
DRAWN = sorted((ROOT / "training-data" / "places").glob("*.geojson"))
RECIPE = tomllib.loads((ROOT / "core/training/recipes/landcover.toml").read_text("utf-8"))


def test_a_drawing_says_what_and_whose_it_is():
    for path in DRAWN:
        content = json.loads(path.read_text("utf-8"))
        assert all(content[key] for key in ("credit", "licence", "labelled")), path
        assert content["features"], path
        for feature in content["features"]:
            classes = feature["properties"]["classes"]
            assert feature["properties"].get("image") or content["image"], path
            assert 1 <= len(classes) <= 5, path
            assert set(classes) <= set(places_data.CLASSES), path
            for ring in feature["geometry"]["coordinates"]:
                assert ring[0] == ring[-1], path
                assert len(ring) >= 4, path
                assert min(min(point) for point in ring) >= 0, path


def test_each_drawing_belongs_to_a_set_and_the_recipe_takes_its_classes():
    sets = {item["name"] for item in RECIPE["set"]}
    known = {int(value) for value in RECIPE["labels"]["places"]}
    for image, shapes in places_data.drawings().items():
        names = {
            name for name, entry in places_data.SETS.items() if Path(image).match(entry.images)
        }
        assert names, image
        if names <= {"zurich", "lake", "regions_kept", "ohio_kept", "japan_kept"}:
            assert not names & sets, "kept for tests and for the choice of a model"
            continue
        assert names & sets, f"the recipe leaves out {names}"
        for _, label in shapes:
            assert label in known, f"{image}: the recipe has no label {label}"


def test_the_recipes_labels_are_sums_of_classes():
    for value, names in RECIPE["labels"]["places"].items():
        assert sum(places_data.CLASSES[name] for name in names) == int(value)


def test_scenes_are_made_of_a_sets_labels_and_of_drawings(tmp_path, monkeypatch):
    """Two tiles of a city side by side: NDVI tells sealed ground; what was drawn lies on top."""
    data, output = tmp_path / "a set", tmp_path / "场景"
    for number in range(2):
        save(data / f"naip_urban_trees/images/town_2020_{number}.tif", [200, 100, 100, 50])
        save(data / f"naip_urban_trees/labels/town_2020_{number}.tif", [3])
    square = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]}
    image = "naip_urban_trees/images/town_2020_1.tif"
    drawn = {image: [(square, places_data.TREE)]}
    monkeypatch.setattr(places_data, "DRAWINGS", drawn, raising=False)
    places_data.main(data, output, ["city"])
    with rasterio.open(output / "city/images/town_2020.tif") as source:
        assert (source.count, source.height * source.width) == (3, 2 * 16 * 16)
    with rasterio.open(output / "city/labels/town_2020.tif") as source:
        values, counts = np.unique(source.read(1), return_counts=True)
    sealed = places_data.BUILDING | places_data.ROAD | places_data.BARE | places_data.WATER
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {
        places_data.TREE: 16,
        sealed: 2 * 16 * 16 - 16,
    }


def test_an_image_with_drawings_only_is_cut_around_them(tmp_path, monkeypatch):
    save(tmp_path / "glc22_fr_us/images/1_rgb.jpg.tif", [1, 2, 3], side=1600)
    (tmp_path / "glc22_fr_us/images/1_rgb.jpg.tif").rename(
        tmp_path / "glc22_fr_us/images/1_rgb.jpg"
    )
    square = {"type": "Polygon", "coordinates": [[[10, 0], [40, 0], [40, 9], [10, 9], [10, 0]]]}
    drawn = {"glc22_fr_us/images/1_rgb.jpg": [(square, places_data.LOW)]}
    monkeypatch.setattr(places_data, "DRAWINGS", drawn, raising=False)
    places_data.main(tmp_path, tmp_path / "out", ["orthophoto"])
    with rasterio.open(tmp_path / "out/orthophoto/labels/1_rgb.tif") as source:
        assert (source.width, source.height) == (40 + 512, 9 + 512)
        assert (source.read(1)[:9, 10:40] == places_data.LOW).all()


def save(path: Path, values: list[int], side: int = 16) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {"driver": "GTiff", "count": len(values), "dtype": "uint8"}
    with rasterio.open(path, "w", width=side, height=side, **profile) as target:
        for band, value in enumerate(values, 1):
            target.write(np.full((side, side), value, np.uint8), band)
