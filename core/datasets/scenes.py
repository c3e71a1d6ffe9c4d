"""Labelled scenes: an image raster and a label raster; a label value is one class or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.windows import Window

from core.datasets.decoding import Decode, StrayLabel, decoded_bands, first_band
from core.raster.gdal import GDAL_ERRORS, open_dataset
from core.raster.grid import PixelWindow
from core.raster.validity import valid_pixels
from core.wire.classes import ClassTable
from core.wire.errors import DatasetError

Pixels = tuple[NDArray[np.uint8], NDArray[np.unsignedinteger], NDArray[np.bool_]]
"""Image, label sets and validity, see ``LabelledScene.read``."""


@dataclass(frozen=True)
class LabelledScene:
    """One labelled scene; pixels are those of the scene, which may be coarser than the file's.

    Attributes:
        name: For messages and scores.
        image: The image raster, uint8.
        label: The label raster, of the same size.
        width: In pixels.
        height: In pixels.
        masks: (256,) for each label value the bit mask of the classes that it may mean, in the
            smallest unsigned type that holds them; 0 is unlabelled.
        groups: For each class the index of the label set it falls in, -1 where it is in none;
            None where the scene's label sets overlap, which no confusion matrix can count.
        inputs: Bands of the image that are used, the first ones.
        decode: Makes label values of the label raster's bands.
        window: Part of the files (column, row, width, height).
        reduce: Pixels of the file, side by side, that make one of the scene.
        weight: How often the scene is drawn, relative to the others.
        scale: Range of the random factor on ground resolution; None takes the recipe's.
        held: Image (H, W, inputs), label sets (H, W) and validity (H, W) in memory; None reads them
            each time.
    """

    name: str
    image: Path
    label: Path
    width: int
    height: int
    masks: NDArray[np.unsignedinteger]
    groups: tuple[int, ...] | None
    inputs: int
    decode: Decode
    window: PixelWindow
    reduce: int = 1
    weight: float = 1.0
    scale: tuple[float, float] | None = None
    held: Pixels | None = None

    def read(self, window: PixelWindow | None = None) -> Pixels:
        """Pixels of a window (column, row, width, height), or of all of the scene.

        Returns:
            Image (h, w, inputs), bit masks of the allowed classes (h, w) and where the image holds
            data (h, w); where it does not, the image is 0, but may be labelled.

        Raises:
            DatasetError: A file breaks off there.
        """
        window = window or (0, 0, self.width, self.height)
        if self.held:
            part = _part(window)
            return self.held[0][part], self.held[1][part], self.held[2][part]
        files, (width, height) = self._in_files(window), window[2:]
        try:
            with open_dataset(str(self.image)) as source:
                image = source.read(
                    list(range(1, self.inputs + 1)),
                    window=files,
                    out_shape=(self.inputs, height, width),
                    resampling=Resampling.average,
                )
                # Of its bands together, as rasters are read.
                inside = source.dataset_mask(window=files, out_shape=(height, width)) > 0
        except GDAL_ERRORS as error:
            raise self._unreadable(error) from error
        image[:, ~inside] = 0
        return np.ascontiguousarray(np.moveaxis(image, 0, -1)), self.read_labels(window), inside

    def read_labels(self, window: PixelWindow) -> NDArray[np.unsignedinteger]:
        """Bit masks of the allowed classes (h, w) in a window (column, row, width, height).

        What holds no data (nodata, mask, alpha, NaN) is unlabelled, whatever its value may mean.

        Raises:
            DatasetError: The label raster breaks off there, or holds what is no label.
        """
        if self.held:
            return self.held[1][_part(window)]
        files, (width, height) = self._in_files(window), window[2:]
        try:
            with open_dataset(str(self.label)) as source:
                used = decoded_bands(self.decode, source.count)
                bands = source.read(used, window=files, out_shape=(len(used), height, width))
                valid = valid_pixels(source, used, bands, files)
        except GDAL_ERRORS as error:
            raise self._unreadable(error) from error
        allowed = np.zeros(valid.shape, self.masks.dtype)
        try:
            allowed[valid] = self.masks[self.decode(bands[:, None, valid])[0]]
        except StrayLabel as stray:
            row, column = divmod(int(np.flatnonzero(valid)[stray.column]), width)
            place = (
                f"row {files.row_off + row * self.reduce}, "
                f"column {files.col_off + column * self.reduce}"
            )
            raise DatasetError(f"{self.label}, {place}: {stray.what}.") from stray
        except DatasetError as error:
            raise DatasetError(f"{self.label}: {error.message}.") from error
        return allowed

    def _unreadable(self, error: Exception) -> DatasetError:
        return DatasetError(f"{self.image} or its label cannot be read: {error}.")

    def _in_files(self, window: PixelWindow) -> Window:
        col, row, width, height = (number * self.reduce for number in window)
        return Window(self.window[0] + col, self.window[1] + row, width, height)

    def hold(self) -> LabelledScene:
        """Read all pixels of the scene into memory.

        Raises:
            DatasetError: It cannot be read, or no pixel of it is labelled.
        """
        held = self.read()
        if not held[1].any():
            raise DatasetError(f"{self.label} holds none of the labels that the recipe names.")
        return replace(self, held=held)

    @property
    def size(self) -> int:
        """Bytes of memory that ``hold`` needs."""
        return self.width * self.height * (self.inputs + self.masks.itemsize + 1)


def _part(window: PixelWindow) -> tuple[slice, slice]:
    col, row, width, height = window
    return np.s_[row : row + height, col : col + width]


def group_truth(
    allowed: NDArray[np.integer], groups: Sequence[int]
) -> tuple[NDArray[np.int64], int]:
    """True groups of pixels, where a label that may be several classes makes these one group.

    Args:
        allowed: Bit masks of allowed classes, any shape.
        groups: As in ``LabelledScene.groups``.

    Returns:
        Group of each pixel, -1 where it is unlabelled; and the number of groups.
    """
    count = max(groups) + 1
    truth = np.full(allowed.shape, -1)
    for group in range(count):
        mask = sum(1 << channel for channel, member in enumerate(groups) if member == group)
        truth[allowed == mask] = group
    return truth, count


def group_names(groups: Sequence[int], classes: ClassTable) -> tuple[str, ...]:
    """What to call each group of ``LabelledScene.groups``: "low vegetation or tree"."""
    members = list(zip(classes, groups, strict=True))
    return tuple(
        " or ".join(entry.name for entry, member in members if member == group)
        for group in range(max(groups) + 1)
    )


def open_scene(
    folder: Path,
    entry: Mapping[str, Any],
    labels: Mapping[str, Mapping[str, Sequence[str]]],
    classes: ClassTable,
    inputs: int = 3,
    decode: Decode = first_band,
) -> LabelledScene:
    """Check one scene of a recipe; its pixels are read later.

    Args:
        folder: Where the recipe's relative paths start.
        entry: The recipe's table: ``name``, ``image``, ``label``, ``labels`` (a key of the next
            argument), optional ``weight``, ``window`` (column, row, width, height), ``reduce``
            and ``scale``.
        labels: For each labelling scheme, label value -> names of the classes it may mean.
        classes: The model's classes.
        inputs: Number of the model's inputs: the image's first bands.
        decode: Makes label values of the label raster's bands.

    Raises:
        DatasetError: A file is missing, unreadable or does not fit, or a name is unknown.
    """
    try:
        scheme = labels[entry["labels"]]
        image, label, name = folder / entry["image"], folder / entry["label"], entry["name"]
    except KeyError as error:
        raise DatasetError(f"The recipe lacks {error} in a scene or among its labels.") from error
    width, height, bands, dtype = _look(image)
    if (size := _look(label)[:2]) != (width, height):
        raise DatasetError(
            f"{label} is not of the size of {image}: {size[0]} x {size[1]}, not {width} x {height}."
        )
    if bands < inputs:
        raise DatasetError(f"{image} has {bands} bands; the model takes {inputs}.")
    if dtype != "uint8":
        raise DatasetError(
            f"{image} is {dtype}; scenes to train on and to evaluate on are uint8.",
            "Convert it: gdal_translate -ot Byte -scale.",
        )
    col, row, wide, high = window = tuple(entry.get("window", (0, 0, width, height)))
    if min(col, row) < 0 or col + wide > width or row + high > height:
        raise DatasetError(f"The window {list(window)} is not within {image}, {width} x {height}.")
    reduce = int(entry.get("reduce", 1))
    if not 1 <= reduce <= min(wide, high):
        raise DatasetError(f"{name}: reduce is {reduce}, not 1 to {min(wide, high)}.")
    masks, groups = label_sets(scheme, classes)
    return LabelledScene(
        name=name,
        image=image,
        label=label,
        width=wide // reduce,
        height=high // reduce,
        masks=masks,
        groups=groups,
        inputs=inputs,
        decode=decode,
        window=(col, row, wide, high),
        reduce=reduce,
        weight=float(entry.get("weight", 1.0)),
        scale=tuple(entry["scale"]) if "scale" in entry else None,
    )


def _look(path: Path) -> tuple[int, int, int, str]:
    """Width, height, bands and data type of a raster."""
    if not path.exists():
        raise DatasetError(
            f"{path} does not exist.", "The head of the recipe says how its data is laid out."
        )
    try:
        with open_dataset(str(path)) as source:
            return source.width, source.height, source.count, source.dtypes[0]
    except GDAL_ERRORS as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from error


def label_sets(
    scheme: Mapping[str, Sequence[str]], classes: ClassTable
) -> tuple[NDArray[np.unsignedinteger], tuple[int, ...] | None]:
    """Which classes a labelling scheme allows, as ``LabelledScene`` has them.

    Args:
        scheme: Label value -> names of the classes it may mean.
        classes: The model's classes.

    Raises:
        DatasetError: A value is not 0 to 255 or a name is no class.
    """
    masks = np.zeros(256, np.min_scalar_type(2 ** len(classes) - 1))
    try:
        for value, names in scheme.items():
            if int(value) not in range(256):
                raise ValueError("label values go from 0 to 255")
            if not isinstance(names, list | tuple):
                raise ValueError("it takes a list of class names")  # noqa: TRY004 - caught below
            masks[int(value)] = sum(1 << classes.channel(name) for name in {*names})
    except (KeyError, ValueError) as error:
        raise DatasetError(f"Label {value!r} of the recipe: {error}.") from error
    return masks, label_groups(masks, len(classes))


def label_groups(masks: NDArray[np.unsignedinteger], classes: int) -> tuple[int, ...] | None:
    """``LabelledScene.groups`` of ``LabelledScene.masks``, for so many classes."""
    sets = sorted({int(mask) for mask in masks if mask})
    groups = []
    for channel in range(classes):
        holders = [index for index, mask in enumerate(sets) if mask >> channel & 1]
        if len(holders) > 1:
            return None
        groups.append(holders[0] if holders else -1)
    return tuple(groups)
