"""The model card: what is needed to use a model correctly, in the model file's header.

It follows the STAC Machine Learning Model extension 1.4 (keys ``mlm:``) and adds what GINet needs
(keys ``ginet:``). ``modelfile.py`` reads and writes the file around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.model.card_fields import (
    MAX_NAME,
    classes_of,
    first,
    flag,
    listed,
    pair,
    refuse,
    share,
    tables,
    typed,
)
from core.model.encoder import ENCODERS
from core.model.ginet import INJECTIONS
from core.wire.classes import ClassTable
from core.wire.colour_words import GREEN, NATURAL, RED
from core.wire.errors import ModelFileError
from core.wire.fields import is_int

MAX_SIDE = 2048
MAX_WIDTH = 1024
MAX_CONTEXT = 32768
MAX_BANDS = 16
MAX_FEATURES = 64 * MAX_SIDE**2
"""Width times pixels of a patch or a context: with the other limits, it bounds the memory."""
MAX_VALUE = 1e30
MAX_TEXT = 10_000

COLOUR_INFRARED = (RED, GREEN, GREEN)
"""Of images whose bands are near infrared, red and green."""


@dataclass(frozen=True)
class Card:
    """What is known about a model.

    Attributes:
        name: Short name, as shown in lists.
        classes: In the order of the output channels.
        bands: Names of the model's inputs, such as ``NATURAL``.
        encoder_bands: How many of them, the first ones, the encoders see; None for all. The others
            are for the probe.
        encoder: Name in ``model.encoder.ENCODERS``.
        width: Channels of the pyramid.
        injection: One of ``model.ginet.INJECTIONS``.
        probe: Whether it has a ``model.probe.Probe``, as adapted models have.
        familiarity: Whether it has a ``model.familiarity.Familiarity``, as adapted models have.
        image_statistics: Share of an image's own statistics in the batch normalisations of the
            local encoder when the image is classified, 0 to 1, see ``model.statistics``.
        image_colours: Whether the colours that classes have in an image count when it is
            classified, see ``model.image_colours``.
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
    bands: tuple[str, ...] = NATURAL
    encoder_bands: int | None = None
    encoder: str = "efficientnet_lite0"
    width: int = 64
    injection: str = "ggn"
    probe: bool = False
    familiarity: bool = False
    image_statistics: float = 0.0
    image_colours: bool = False
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
            refuse("ginet:ground_resolution", self.ground_resolution, "two numbers, 1e-4 to 1e4")
        if not 0 <= self.image_statistics <= 1:
            refuse("ginet:image_statistics", self.image_statistics, "a number from 0 to 1")
        for dtype, ranges in self.value_scaling.items():
            if len(ranges) != len(self.bands) or not all(map(_is_range, ranges)):
                refuse(f"ginet:value_scaling {dtype}", ranges, "minimum < maximum for each band")

    @property
    def seen(self) -> int:
        """How many of its bands, the first ones, the encoders see."""
        return self.encoder_bands or len(self.bands)

    @property
    def colours(self) -> str | None:
        """What its encoders see, as ``raster.bands.choose_bands`` has it.

        A model that was taught knows the colours of its image; any other takes either, as one does
        that was kept as it was.
        """
        seen = self.bands[: self.encoder_bands]
        if seen == COLOUR_INFRARED:
            return "infrared"
        if seen == NATURAL:
            is_taught = self.probe and not self.training.get("kept_base")
            return "natural" if is_taught else "either"
        return None

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
            "ginet:encoder_bands": self.encoder_bands,
            "ginet:width": self.width,
            "ginet:injection": self.injection,
            "ginet:probe": self.probe,
            "ginet:familiarity": self.familiarity,
            "ginet:image_statistics": self.image_statistics,
            "ginet:image_colours": self.image_colours,
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
            refuse("mlm:architecture", fields.get("mlm:architecture"), "'GINet'")
        model_input = first(fields, "mlm:input")
        model_output = first(fields, "mlm:output")
        resolution = fields.get("ginet:ground_resolution")
        scaling = typed(fields, "ginet:value_scaling", dict)
        return cls(
            name=typed(fields, "mlm:name", str),
            classes=classes_of(model_output),
            bands=tuple(str(band) for band in typed(model_input, "bands", list)),
            encoder=typed(fields, "ginet:encoder", str),
            encoder_bands=fields.get("ginet:encoder_bands"),
            width=typed(fields, "ginet:width", int),
            injection=typed(fields, "ginet:injection", str),
            probe=flag(fields, "ginet:probe"),
            familiarity=flag(fields, "ginet:familiarity"),
            image_statistics=share(fields, "ginet:image_statistics"),
            image_colours=flag(fields, "ginet:image_colours"),
            patch=typed(fields, "ginet:patch", int),
            overlap=typed(fields, "ginet:overlap", int),
            context=typed(fields, "ginet:context", int),
            global_size=typed(fields, "ginet:global_size", int),
            ground_resolution=None if resolution is None else pair(resolution, "ground_resolution"),
            value_scaling={
                str(dtype): tuple(pair(each, "value_scaling") for each in listed(ranges))
                for dtype, ranges in scaling.items()
            },
            description=typed(fields, "description", str),
            licence=typed(fields, "license", str),
            training_data=tables(fields, "ginet:training_data"),
            scores=tables(fields, "ginet:scores"),
            training=typed(fields, "ginet:training", dict),
        )


def _check_texts(card: Card) -> None:
    if card.encoder not in ENCODERS:
        refuse("ginet:encoder", card.encoder, f"one of {', '.join(ENCODERS)}")
    if card.injection not in INJECTIONS:
        refuse("ginet:injection", card.injection, f"one of {', '.join(INJECTIONS)}")
    if not 1 <= len(card.bands) <= MAX_BANDS:
        refuse("mlm:input bands", card.bands, f"1 to {MAX_BANDS} names")
    if card.encoder_bands is not None and not (
        is_int(card.encoder_bands) and 1 <= card.encoder_bands <= len(card.bands)
    ):
        refuse("ginet:encoder_bands", card.encoder_bands, f"from 1 to {len(card.bands)}")
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
        refuse("ginet:width", card.width, f"8 to {MAX_WIDTH}")
    if not (64 <= card.patch <= MAX_SIDE and card.patch % 64 == 0):
        refuse("ginet:patch", card.patch, f"a multiple of 64 up to {MAX_SIDE}")
    if not (0 <= card.overlap < card.patch / 2 and card.overlap % 8 == 0):
        refuse("ginet:overlap", card.overlap, "a multiple of 8 and less than half a patch")
    if not (32 <= card.global_size <= MAX_SIDE and card.global_size % 32 == 0):
        refuse("ginet:global_size", card.global_size, f"a multiple of 32 up to {MAX_SIDE}")
    if not card.patch <= card.context <= MAX_CONTEXT:
        refuse("ginet:context", card.context, f"from the patch's side up to {MAX_CONTEXT}")
    for side in (card.patch, card.global_size):
        if card.width * side**2 > MAX_FEATURES:
            refuse("ginet:width", card.width, f"up to {MAX_FEATURES // side**2} at {side} pixels")


def _check_text(key: str, value: object, longest: int) -> None:
    if not isinstance(value, str) or len(value) > longest:
        refuse(key, value, f"text of at most {longest} characters")


def _is_range(pair: tuple[float, float]) -> bool:
    """Whether minimum and maximum differ in single precision too, in which they are used."""
    low, high = pair
    return -MAX_VALUE <= low <= high <= MAX_VALUE and bool(np.float32(low) < np.float32(high))
