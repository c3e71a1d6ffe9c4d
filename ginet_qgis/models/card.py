"""The model card as the plugin reads it, before the engine opens the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ginet_qgis.i18n import tr
from ginet_qgis.paths import MODELS, bundled_models

LONGEST_HEADER = 10_000_000
"""Bytes; a file that claims more is no model."""


def model_file(model: str) -> Path:
    """The file of a bundled model's name, or of a model file."""
    return MODELS / f"{model}.safetensors" if model in bundled_models() else Path(model)


def read_card(model: str) -> dict[str, Any] | None:
    """A model's card, as ``core/model/card.py`` writes it and unchecked.

    Args:
        model: A bundled model's name or a model file.

    Returns:
        None where there is no card. What is wrong with a file that is no model, the engine tells
        when it opens it.
    """
    try:
        with model_file(model).open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, LONGEST_HEADER)))
        card = json.loads(header["__metadata__"]["card"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return card if isinstance(card, dict) else None


def flaw(path: Path) -> str:
    """What is wrong with a file that should be a model; empty where nothing is seen.

    Only the header is read, which is JSON; no code of a file is ever run. The engine checks card
    and weights once more when it opens the file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(LONGEST_HEADER, size - 8):
                return tr("it is no safetensors file.")
            header = json.loads(file.read(length))
        ends = [each["data_offsets"][1] for name, each in header.items() if name != "__metadata__"]
    except OSError as error:
        return str(error.strerror)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return tr("it is no safetensors file.")
    if not ends or not all(isinstance(end, int) for end in ends) or max(ends) != size - 8 - length:
        return tr("it is not whole; copy or download it again.")
    card = read_card(str(path))
    if card is None:
        return tr("it has no card.")
    if card.get("mlm:architecture") != "GINet":
        return tr("its card is of another kind of network.")
    if not classes(card):
        return tr("its card names no classes.")
    return ""


def ground_resolution(model: str) -> tuple[float, float] | None:
    """Finest and coarsest ground resolution that a model was trained at, in metres a pixel.

    Returns:
        None where the model does not say.
    """
    try:
        finest, coarsest = map(float, read_card(model)["ginet:ground_resolution"])
    except (ValueError, KeyError, TypeError):
        return None
    return finest, coarsest


def bands(card: dict[str, Any], *, seen: bool = False) -> list[str]:
    """Names of the bands that a model needs, or only of those that its encoders see."""
    try:
        names = list(map(str, card["mlm:input"][0]["bands"]))
        return names[: card.get("ginet:encoder_bands")] if seen else names
    except (KeyError, IndexError, TypeError):
        return []


def classes(card: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and colour (``#rrggbb``) of each of a card's classes."""
    try:
        entries = card["mlm:output"][0]["classification:classes"]
        return [(str(each["name"]), f"#{each['color_hint']}") for each in entries]
    except (KeyError, IndexError, TypeError):
        return []
