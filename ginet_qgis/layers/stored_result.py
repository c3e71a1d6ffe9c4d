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
    """Store a result in the layer's custom properties.

    Args:
        layer: The classified layer.
        figures: ``areas`` of the engine's result, and ``low_confidence`` in per cent or None.
    """
    layer.setCustomProperty(PROPERTY, json.dumps(figures))


def stored_result(layer: QgsMapLayer) -> dict[str, Any]:
    """The result that is stored in a classified layer; empty for other layers."""
    return json_object(layer.customProperty(PROPERTY, ""))


def is_result(style: Path) -> bool:
    """Whether a style file is that of a classified layer."""
    try:
        return PROPERTY in style.read_text("utf-8")
    except (OSError, ValueError):
        return False


def json_object(text: Any) -> dict[str, Any]:
    """Parse a JSON object; empty where the text is none."""
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
