"""The model card: what is needed to use a model correctly, in the model file's header.

It follows the STAC Machine Learning Model extension 1.4 (keys ``mlm:``) and adds what GINet needs
(keys ``ginet:``). ``modelfile.py`` reads and writes the file around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from core.model.encoder import ENCODERS
from core.model.ginet import INJECTIONS
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import ModelFileError, shown

MAX_SIDE = 2048
MAX_WIDTH = 1024
MAX_CONTEXT = 32768
MAX_BANDS = 16
MAX_FEATURES = 64 * MAX_SIDE**2
"""Width times pixels of a patch or a context: with the other limits, it bounds the memory."""
MAX_VALUE = 1e30
MAX_NAME, MAX_TEXT = 200, 10_000


@dataclass(frozen=True)
class Card:
    """What is known about a model.

    Attributes:
        name: Short name, as shown in lists.
        classes: In the order of the output channels.
        bands: Names of the model's inputs ("red", "green", "blue").
        encoder: Name in ``model.encoder.ENCODERS``.
        width: Channels of the pyramid.
        injection: One of ``model.ginet.INJECTIONS``.
        probe: Whether it has a ``model.probe.Probe``, as adapted models have.
        patch: Side of a full-resolution patch in pixels, a multiple of 64.
        overlap: Pixels that neighbouring patches share, a multiple of 8, less than half a patch.
        context: Side in pixels of the ground extent that the global branch sees.
        global_size: Side to which that extent is downsampled, a multiple of 32.
        ground_resolution: Finest and coarsest ground resolution trained at, metres a pixel.
        value_scaling: For each raster data type (minimum, maximum) of each input, mapped to 0..1.
        description: A sentence or two.
        licence: SPDX expression of the weights' licence.
        training_data: name, source, licence and credit of each set.
        scores: What was measured: data, metric, value, and how.
        training: Recipe, steps, seed and such.
    """

    name: str
    classes: ClassTable
    bands: tuple[str, ...] = ("red", "green", "blue")
    encoder: str = "efficientnet_lite0"
    width: int = 64
    injection: str = "ggn"
    probe: bool = False
    patch: int = 576
    overlap: int = 64
    context: int = 3072
    global_size: int = 512
    ground_resolution: tuple[float, float] | None = None
    value_scaling: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    description: str = ""
    licence: str = ""
    training_data: tuple[Mapping[str, str], ...] = ()
    scores: tuple[Mapping[str, Any], ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be used, naming the field.

        Raises:
            ModelFileError: A field is out of range.
        """
        _check_texts(self)
        _check_sizes(self)
        if self.ground_resolution is not None and not (
            1e-4 <= self.ground_resolution[0] <= self.ground_resolution[1] <= 1e4
        ):
            _refuse("ginet:ground_resolution", self.ground_resolution, "two numbers, 1e-4 to 1e4")
        for dtype, ranges in self.value_scaling.items():
            if len(ranges) != len(self.bands) or not all(map(_is_range, ranges)):
                _refuse(f"ginet:value_scaling {dtype}", ranges, "minimum < maximum for each band")

    @property
    def is_rgb(self) -> bool:
        """Whether its inputs are red, green and blue, in that order."""
        return self.bands == ("red", "green", "blue")

    def to_dict(self) -> dict[str, Any]:
        """The card as JSON values."""
        size = {"dim_order": ["batch", "bands", "height", "width"], "data_type": "float32"}
        byte = self.value_scaling.get("uint8", ())
        return {
            "mlm:name": self.name,
            "mlm:architecture": "GINet",
            "mlm:tasks": ["semantic-segmentation"],
            "mlm:framework": "pytorch",
            "mlm:input": [
                {
                    "name": "image",
                    "bands": list(self.bands),
                    "input": {"shape": [-1, len(self.bands), self.patch, self.patch], **size},
                    "value_scaling": [
                        {"type": "min-max", "minimum": low, "maximum": high} for low, high in byte
                    ]
                    or None,
                }
            ],
            "mlm:output": [
                {
                    "name": "classes",
                    "tasks": ["semantic-segmentation"],
                    "result": {"shape": [-1, len(self.classes), self.patch, self.patch], **size},
                    "classification:classes": [
                        {
                            "value": entry.id,
                            "name": entry.name,
                            "color_hint": entry.colour[1:].upper(),
                        }
                        for entry in self.classes
                    ],
                }
            ],
            "description": self.description,
            "license": self.licence,
            "ginet:encoder": self.encoder,
            "ginet:width": self.width,
            "ginet:injection": self.injection,
            "ginet:probe": self.probe,
            "ginet:patch": self.patch,
            "ginet:overlap": self.overlap,
            "ginet:context": self.context,
            "ginet:global_size": self.global_size,
            "ginet:ground_resolution": self.ground_resolution and list(self.ground_resolution),
            "ginet:value_scaling": {
                dtype: [list(pair) for pair in ranges]
                for dtype, ranges in self.value_scaling.items()
            },
            "ginet:training_data": [dict(entry) for entry in self.training_data],
            "ginet:scores": [dict(entry) for entry in self.scores],
            "ginet:training": dict(self.training),
        }

    @classmethod
    def from_dict(cls, fields: Any) -> Card:
        """Read a card from JSON values.

        Raises:
            ModelFileError: A field is missing, of the wrong type or out of range; it is named.
        """
        if not isinstance(fields, dict):
            raise ModelFileError("The model's card is no JSON object.")
        if fields.get("mlm:architecture") != "GINet":
            _refuse("mlm:architecture", fields.get("mlm:architecture"), "'GINet'")
        model_input = _first(fields, "mlm:input")
        model_output = _first(fields, "mlm:output")
        resolution = fields.get("ginet:ground_resolution")
        scaling = _typed(fields, "ginet:value_scaling", dict)
        return cls(
            name=_typed(fields, "mlm:name", str),
            classes=_classes(model_output),
            bands=tuple(str(band) for band in _typed(model_input, "bands", list)),
            encoder=_typed(fields, "ginet:encoder", str),
            width=_typed(fields, "ginet:width", int),
            injection=_typed(fields, "ginet:injection", str),
            probe=_flag(fields, "ginet:probe"),
            patch=_typed(fields, "ginet:patch", int),
            overlap=_typed(fields, "ginet:overlap", int),
            context=_typed(fields, "ginet:context", int),
            global_size=_typed(fields, "ginet:global_size", int),
            ground_resolution=None
            if resolution is None
            else _pair(resolution, "ground_resolution"),
            value_scaling={
                str(dtype): tuple(_pair(pair, "value_scaling") for pair in _listed(ranges))
                for dtype, ranges in scaling.items()
            },
            description=_typed(fields, "description", str),
            licence=_typed(fields, "license", str),
            training_data=_tables(fields, "ginet:training_data"),
            scores=_tables(fields, "ginet:scores"),
            training=_typed(fields, "ginet:training", dict),
        )


def _refuse(key: str, value: object, wanted: str) -> NoReturn:
    raise ModelFileError(f"The model's card: {key[:MAX_NAME]} is {shown(value)}, not {wanted}.")


def _check_texts(card: Card) -> None:
    if card.encoder not in ENCODERS:
        _refuse("ginet:encoder", card.encoder, f"one of {', '.join(ENCODERS)}")
    if card.injection not in INJECTIONS:
        _refuse("ginet:injection", card.injection, f"one of {', '.join(INJECTIONS)}")
    if not 1 <= len(card.bands) <= MAX_BANDS:
        _refuse("mlm:input bands", card.bands, f"1 to {MAX_BANDS} names")
    _check_text("mlm:name", card.name, MAX_NAME)
    for band in card.bands:
        _check_text("mlm:input bands", band, MAX_NAME)
    _check_text("description", card.description, MAX_TEXT)
    _check_text("license", card.licence, MAX_TEXT)
    for entry in card.training_data:
        for key, value in entry.items():
            _check_text(f"ginet:training_data {key}", value, MAX_TEXT)


def _check_sizes(card: Card) -> None:
    if not 8 <= card.width <= MAX_WIDTH:
        _refuse("ginet:width", card.width, f"8 to {MAX_WIDTH}")
    if not (64 <= card.patch <= MAX_SIDE and card.patch % 64 == 0):
        _refuse("ginet:patch", card.patch, f"a multiple of 64 up to {MAX_SIDE}")
    if not (0 <= card.overlap < card.patch / 2 and card.overlap % 8 == 0):
        _refuse("ginet:overlap", card.overlap, "a multiple of 8 and less than half a patch")
    if not (32 <= card.global_size <= MAX_SIDE and card.global_size % 32 == 0):
        _refuse("ginet:global_size", card.global_size, f"a multiple of 32 up to {MAX_SIDE}")
    if not card.patch <= card.context <= MAX_CONTEXT:
        _refuse("ginet:context", card.context, f"from the patch's side up to {MAX_CONTEXT}")
    for side in (card.patch, card.global_size):
        if card.width * side**2 > MAX_FEATURES:
            _refuse("ginet:width", card.width, f"up to {MAX_FEATURES // side**2} at {side} pixels")


def _check_text(key: str, value: object, longest: int) -> None:
    if not isinstance(value, str) or len(value) > longest:
        _refuse(key, value, f"text of at most {longest} characters")


def _is_range(pair: tuple[float, float]) -> bool:
    """Whether minimum and maximum differ in single precision too, in which they are used."""
    low, high = pair
    return -MAX_VALUE <= low <= high <= MAX_VALUE and bool(np.float32(low) < np.float32(high))


def _typed(fields: Mapping[str, Any], key: str, kind: type) -> Any:
    value = fields.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        _refuse(key, value, f"a {kind.__name__}")
    return value


def _flag(fields: Mapping[str, Any], key: str) -> bool:
    """A yes or no; no where it is missing, as in cards of earlier versions."""
    value = fields.get(key, False)
    if not isinstance(value, bool):
        _refuse(key, value, "true or false")
    return value


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        _refuse("ginet:value_scaling", value, "a list of pairs")
    return value


def _first(fields: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = fields.get(key)
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], dict):
        _refuse(key, value, "a list of one object")
    return value[0]


def _tables(fields: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    value = _typed(fields, key, list)
    if not all(isinstance(entry, dict) for entry in value):
        _refuse(key, value, "a list of objects")
    return tuple(value)


def _pair(value: object, what: str) -> tuple[float, float]:
    if (
        not isinstance(value, list | tuple)
        or len(value) != 2
        or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    ):
        _refuse(f"ginet:{what}", value, "two numbers")
    return float(value[0]), float(value[1])


def _classes(output: Mapping[str, Any]) -> ClassTable:
    entries = []
    for entry in _typed(output, "classification:classes", list):
        if not isinstance(entry, dict):
            _refuse("classification:classes", entry, "a list of objects")
        entries.append(
            LandCoverClass(
                id=_typed(entry, "value", int),
                name=_typed(entry, "name", str),
                colour=f"#{_typed(entry, 'color_hint', str).lower()}",
            )
        )
    return ClassTable(entries)
