"""Areas and confidence, stored in the classified layer, and so in its style."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer

PROPERTY = "ginet/result"

LOW_CONFIDENCE = 50
"""Per cent: below it the class is less likely than all others together."""


def store_result(layer: QgsMapLayer, figures: dict[str, Any]) -> None:
    """Put them into the layer's own properties.

    Args:
        layer: The classified layer.
        figures: ``areas`` of the engine's result, and ``low_confidence`` in per cent or None.
    """
    layer.setCustomProperty(PROPERTY, json.dumps(figures))


def stored_result(layer: QgsMapLayer) -> dict[str, Any]:
    """What a classified layer holds; empty for other layers."""
    return json_object(layer.customProperty(PROPERTY, ""))


def is_result(style: Path) -> bool:
    """Whether a style file is that of a classified layer."""
    try:
        return PROPERTY in style.read_text("utf-8")
    except (OSError, ValueError):
        return False


def json_object(text: Any) -> dict[str, Any]:
    """What a text holds; empty where it is no JSON object."""
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
