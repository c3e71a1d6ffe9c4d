"""Band choice: which bands of a raster feed which inputs of a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader

from core.raster.colour_choice import ColourChoice, choose_colours, colour_choice, doubt_about
from core.raster.colours import described, interpreted, looks_infrared
from core.raster.glance import glance
from core.wire.colour_words import INFRARED, NATURAL
from core.wire.errors import BandError

OTHER_COLOURS = {
    *(ColorInterp.cyan, ColorInterp.magenta, ColorInterp.yellow, ColorInterp.black),
    *(ColorInterp.hue, ColorInterp.saturation, ColorInterp.lightness),
    *(ColorInterp.Y, ColorInterp.Cb, ColorInterp.Cr),
}


@dataclass(frozen=True)
class BandChoice:
    """What to read.

    Attributes:
        bands: 1-based band for each model input.
        palette: Band 1 holds colour numbers: its colour table gives red, green and blue.
        warnings: What was assumed.
        is_infrared: The first inputs are red, green and green again: the file has near infrared in
            the place of blue.
    """

    bands: tuple[int, ...]
    palette: bool = False
    warnings: list[str] = field(default_factory=list)
    is_infrared: bool = False


def choose_bands(
    dataset: DatasetReader,
    name: str,
    inputs: int,
    bands: tuple[int, ...] | None,
    *,
    colours: str | None,
    seen: int | None = None,
    alpha: int | None = None,
    others: int = 0,
) -> BandChoice:
    """Choose the bands of a raster.

    Args:
        dataset: The opened raster.
        name: Its name, for messages.
        inputs: Number of model inputs.
        bands: Band for each input; None picks them by their ``colours``, else the first ones. A
            single grey band feeds all inputs; a single band with a colour table is read as its
            colours.
        colours: What the model's first inputs are: "natural" for red, green and blue; "infrared"
            for red, green and green again, of images whose bands are near infrared, red and green;
            "either" for whichever the image has; None for anything else.
        seen: How many of the inputs, the first ones, are chosen so, and may be given alone; for
            those after them serve the file's other bands, in their order. None for all.
        alpha: The band that is transparency, see ``alpha.alpha_band``.
        others: How many bands beside those of the inputs are chosen too, at most: of the same type,
            for one of another would change that of all; and none at the end that says nothing, as
            one does that is opaque everywhere but not called transparency.

    Raises:
        BandError: The bands do not exist, do not fit the model, or hold complex numbers.
    """
    data = tuple(band for band in dataset.indexes if band != alpha)
    seen = seen or inputs
    held = colour_choice(dataset, data) if len(data) >= seen == len(NATURAL) else None
    choice = (
        _pick(dataset, name, seen, data, colours, held)
        if bands is None
        else _explicit(dataset, name, (seen, inputs), bands, colours)
    )
    if colours and held:
        choice = replace(choice, is_infrared=choice.bands[:seen] == held.infrared)
    if seen < inputs and len(choice.bands) == seen:
        more = () if choice.palette else _others(dataset, data, choice)[: inputs - seen]
        if seen + len(more) < inputs:
            raise BandError(
                f"{name} has {len(data)} bands besides transparency, the model takes {inputs}.",
                "The model was taught on an image with further bands: choose one that has them.",
            )
        choice = replace(choice, bands=choice.bands + more)
    if others and not choice.palette:
        more = _others(dataset, data, choice)[:others]
        while more and _says_nothing(dataset, more[-1]):
            more = more[:-1]
        choice = replace(choice, bands=choice.bands + more)
    for band in choice.bands:
        if "complex" in (dtype := dataset.dtypes[band - 1]):
            raise BandError(
                f"Band {band} of {name} holds complex numbers ({dtype}).",
                "Convert it to amplitude or intensity first.",
            )
    return choice


def _explicit(
    dataset: DatasetReader,
    name: str,
    counts: tuple[int, int],
    bands: tuple[int, ...],
    colours: str | None,
) -> BandChoice:
    seen, inputs = counts
    if missing := sorted({band for band in bands if not 1 <= band <= dataset.count}):
        raise BandError(
            f"{name} has no band {', '.join(map(str, missing))}; its bands are "
            f"1 to {dataset.count}.",
            "Choose bands that exist.",
        )
    if len(bands) not in counts:
        raise BandError(
            f"The model takes {inputs} bands, but {len(bands)} were chosen.",
            f"Name {inputs} bands; the same one may be named more than once.",
        )
    palette = dataset.count == 1 and seen == 3 and dataset.colorinterp[0] is ColorInterp.palette
    shown = bands[:3]
    in_doubt = colours in ("natural", "either") and len(set(shown)) == 3
    if in_doubt and looks_infrared(dataset, shown):
        return BandChoice(tuple(bands), warnings=[doubt_about(shown, name)])
    return BandChoice(tuple(bands), palette)


def _pick(
    dataset: DatasetReader,
    name: str,
    inputs: int,
    data: tuple[int, ...],
    colours: str | None,
    held: ColourChoice | None,
) -> BandChoice:
    meanings = dataset.colorinterp
    if len(data) == 1 and inputs > 1:
        bands = (data[0],) * inputs
        if meanings[data[0] - 1] is ColorInterp.palette and inputs == 3:
            return BandChoice(bands, palette=True)
        return BandChoice(
            bands, warnings=[f"{name} has a single band; it feeds all inputs of the model."]
        )
    others = [each.name for each in meanings if each in OTHER_COLOURS]
    if colours and others and not set(NATURAL) <= set(interpreted(dataset)):
        raise BandError(
            f"{name} holds the colours {', '.join(others)}.",
            "Convert it to red, green and blue first, or choose bands yourself.",
        )
    if len(data) < inputs:
        raise BandError(
            f"{name} has {len(data)} bands besides transparency, the model takes {inputs}.",
            "Choose bands yourself; the same one may be chosen more than once.",
        )
    if not (colours and held):
        return BandChoice(data[:inputs])
    bands, warning = choose_colours(dataset, name, held, colours)
    return BandChoice(bands, warnings=[warning] if warning else [])


def _others(dataset: DatasetReader, data: tuple[int, ...], choice: BandChoice) -> tuple[int, ...]:
    """Bands that hold data of the type of the chosen ones, and are none of them.

    In their order; but near infrared comes first where a model looks for it in the place of blue.
    """
    dtypes = dataset.dtypes
    kind = dtypes[choice.bands[0] - 1]
    others = (b for b in data if b not in choice.bands and dtypes[b - 1] == kind)
    if not choice.is_infrared:
        return tuple(others)
    named = list(zip(described(dataset), interpreted(dataset), strict=True))
    return tuple(sorted(others, key=lambda band: INFRARED not in named[band - 1]))


def _says_nothing(dataset: DatasetReader, band: int) -> bool:
    """Whether a band has one value everywhere, or but for 0 the largest of its type."""
    values = glance(dataset, [band])
    if values is None:
        return False
    values = values.ravel()
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    elif len(found := np.unique(values)) == 2:
        return bool(found[0] == 0 and found[1] == np.iinfo(values.dtype).max)
    return not len(values) or bool((values == values[0]).all())
