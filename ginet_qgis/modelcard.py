"""What the plugin must know of a model before the engine opens it: its card, no weights."""

from __future__ import annotations

import json
from pathlib import Path

from ginet_qgis.paths import MODELS, bundled_models

LONGEST_HEADER = 10_000_000
"""Bytes; a file that claims more is no model."""


def ground_resolution(model: str) -> tuple[float, float] | None:
    """Finest and coarsest ground resolution that a model was trained at, in metres a pixel.

    Args:
        model: A bundled model's name or a model file.

    Returns:
        None where the model does not say. What is wrong with a file that is no model, the engine
        tells when it opens it.
    """
    path = MODELS / f"{model}.safetensors" if model in bundled_models() else Path(model)
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, LONGEST_HEADER)))
        card = json.loads(header["__metadata__"]["card"])
        finest, coarsest = map(float, card["ginet:ground_resolution"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return finest, coarsest
