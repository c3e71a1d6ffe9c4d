"""Colour choice: which bands are red, green and blue, or serve for them where there is no blue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rasterio.io import DatasetReader

from core.raster.colours import described, interpreted, looks_infrared
from core.wire.colour_words import GREEN, INFRARED, NATURAL, RED

Bands = tuple[int, ...]


@dataclass(frozen=True)
class ColourChoice:
    """What a file holds of a model's colours.

    Attributes:
        natural: Red, green, blue: by their names, else the first three bands.
        is_named: Whether the file says so.
        is_described: ... by the bands' descriptions, which nobody guesses.
        infrared: Red, green, green, as a file is read that has near infrared in the place of blue.
        has_infrared: Whether the file says that it is one: has near infrared, and no blue.
    """

    natural: Bands
    is_named: bool
    is_described: bool
    infrared: Bands
    has_infrared: bool


def colour_choice(dataset: DatasetReader, data: Bands) -> ColourChoice:
    """The colours of a file of three bands or more.

    Args:
        dataset: The opened raster.
        data: Its bands without transparency.
    """
    said, guessed = described(dataset), interpreted(dataset)
    by_description = _places(said, NATURAL)
    natural = by_description or _places(guessed, NATURAL)
    known = _places(said, (INFRARED, RED, GREEN))
    if not natural:
        known = known or _places(guessed, (INFRARED, RED, GREEN))
    green_last = known or _places(said, (RED, RED, GREEN)) or natural or data[:3]
    return ColourChoice(
        natural=natural or data[:3],
        is_named=bool(natural),
        is_described=bool(by_description),
        infrared=(green_last[1], green_last[2], green_last[2]),
        has_infrared=bool(known) and not by_description,
    )


def choose_colours(
    dataset: DatasetReader, name: str, choice: ColourChoice, colours: str
) -> tuple[Bands, str | None]:
    """The bands for a model's three colours, and what to tell of it.

    Args:
        dataset: The opened raster.
        name: Its name, for messages.
        choice: What it holds of the colours.
        colours: See ``bands.choose_bands``.
    """
    natural, infrared = choice.natural, choice.infrared
    looks = not choice.has_infrared and looks_infrared(dataset, natural)
    if colours == "infrared":
        doubt = (
            f"The model was taught on near infrared, red and green, which {name} does not look "
            f"like: bands {_listed(infrared)} are taken for red, green and green."
        )
        return infrared, None if choice.has_infrared or looks else doubt
    if colours == "either" and choice.has_infrared:
        return infrared, None
    if colours == "either" and looks and not choice.is_described:
        return infrared, (
            f"{name} looks like near infrared, red and green: bands {_listed(infrared)} are taken "
            "for red, green and blue. If they are others, choose bands in the toolbox or on the "
            "command line."
        )
    if looks:
        return natural, doubt_about(natural, name)
    if choice.is_named:
        return natural, None
    return natural, (
        f"{name} does not say which bands are red, green and blue: "
        f"bands {_listed(natural)} are taken for them. "
        "If they are others, choose them: for the dock in the layer's symbology, in the toolbox "
        "and on the command line as bands."
    )


def doubt_about(bands: Bands, name: str) -> str:
    """What to tell where bands that are taken for red, green and blue look like something else."""
    return (
        f"Bands {_listed(bands)} of {name} look like near infrared, red and green; the model takes "
        "them for red, green and blue."
    )


def _places(said: Sequence[str | None], wanted: Sequence[str]) -> Bands | None:
    """The first band of each colour, if there is one."""
    if not set(wanted) <= set(said):
        return None
    return tuple(said.index(colour) + 1 for colour in wanted)


def _listed(bands: Bands) -> str:
    return ", ".join(map(str, bands))
