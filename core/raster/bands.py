"""Band choice: which bands of a raster feed which inputs of a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader

from core.raster.glance import glance
from core.wire.errors import BandError

RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
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
    """

    bands: tuple[int, ...]
    palette: bool = False
    warnings: list[str] = field(default_factory=list)


def choose_bands(
    dataset: DatasetReader,
    name: str,
    inputs: int,
    bands: tuple[int, ...] | None,
    *,
    rgb: bool,
    seen: int | None = None,
    alpha: int | None = None,
    others: int = 0,
) -> BandChoice:
    """Choose the bands of a raster.

    Args:
        dataset: The opened raster.
        name: Its name, for messages.
        inputs: Number of model inputs.
        bands: Band for each input; None picks them by colour interpretation where ``rgb``, else
            the first ones. A single grey band feeds all inputs; a single band with a colour table
            is read as its colours.
        rgb: The model's first inputs are red, green, blue.
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
    choice = (
        _pick(dataset, name, seen, data, rgb=rgb)
        if bands is None
        else _explicit(dataset, name, (seen, inputs), bands)
    )
    if seen < inputs and len(choice.bands) == seen:
        more = () if choice.palette else _others(dataset, data, choice.bands)[: inputs - seen]
        if seen + len(more) < inputs:
            raise BandError(
                f"{name} has {len(data)} bands besides transparency, the model takes {inputs}.",
                "The model was taught on an image with further bands: choose one that has them.",
            )
        choice = replace(choice, bands=choice.bands + more)
    if others and not choice.palette:
        more = _others(dataset, data, choice.bands)[:others]
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
    dataset: DatasetReader, name: str, counts: tuple[int, int], bands: tuple[int, ...]
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
    return BandChoice(tuple(bands), palette)


def _pick(
    dataset: DatasetReader, name: str, inputs: int, data: tuple[int, ...], *, rgb: bool
) -> BandChoice:
    meanings = dataset.colorinterp
    if len(data) == 1 and inputs > 1:
        bands = (data[0],) * inputs
        if meanings[data[0] - 1] is ColorInterp.palette and inputs == 3:
            return BandChoice(bands, palette=True)
        return BandChoice(
            bands, warnings=[f"{name} has a single band; it feeds all inputs of the model."]
        )
    if rgb and set(RGB) <= set(meanings):
        return BandChoice(tuple(meanings.index(colour) + 1 for colour in RGB))
    if rgb and (others := [each.name for each in meanings if each in OTHER_COLOURS]):
        raise BandError(
            f"{name} holds the colours {', '.join(others)}.",
            "Convert it to red, green and blue first, or choose bands yourself.",
        )
    if len(data) < inputs:
        raise BandError(
            f"{name} has {len(data)} bands besides transparency, the model takes {inputs}.",
            "Choose bands yourself; the same one may be chosen more than once.",
        )
    chosen = data[:inputs]
    if not rgb:
        return BandChoice(chosen)
    assumption = (
        f"{name} does not say which bands are red, green and blue: "
        f"bands {', '.join(map(str, chosen))} are taken for them. "
        "If they are others, choose them: for the dock in the layer's symbology, in the toolbox "
        "and on the command line as bands."
    )
    return BandChoice(chosen, warnings=[assumption])


def _others(
    dataset: DatasetReader, data: tuple[int, ...], chosen: tuple[int, ...]
) -> tuple[int, ...]:
    """Bands that hold data of the type of the chosen ones, and are none of them."""
    dtypes = dataset.dtypes
    kind = dtypes[chosen[0] - 1]
    return tuple(band for band in data if band not in chosen and dtypes[band - 1] == kind)


def _says_nothing(dataset: DatasetReader, band: int) -> bool:
    """Whether a band has one value everywhere, or but for 0 the largest of its type."""
    values = glance(dataset, band)
    if values is None:
        return False
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    elif len(found := np.unique(values)) == 2:
        return bool(found[0] == 0 and found[1] == np.iinfo(values.dtype).max)
    return not len(values) or bool((values == values[0]).all())
