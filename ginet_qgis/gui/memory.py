"""What a project remembers of the dock: one entry of the project, and one of each result."""

from __future__ import annotations

import json
from typing import Any

from qgis.core import QgsMapLayer, QgsProject

SCOPE, KEY = "ginet", "dock"
RESULT = "ginet/result"


def remember(state: dict[str, Any]) -> None:
    """Put the dock's state into the project; one that is there already leaves it unchanged."""
    if state != recall():
        QgsProject.instance().writeEntry(SCOPE, KEY, json.dumps(state))


def recall() -> dict[str, Any]:
    """The state that the project holds; empty where it holds none or no good one."""
    text, _ = QgsProject.instance().readEntry(SCOPE, KEY, "")
    return _object(text)


def remember_result(layer: QgsMapLayer, result: dict[str, Any]) -> None:
    """Put areas and confidence into the layer's own properties: they go where it goes."""
    layer.setCustomProperty(RESULT, json.dumps(result))


def recall_result(layer: QgsMapLayer) -> dict[str, Any]:
    """What a result layer holds; empty for other layers."""
    return _object(layer.customProperty(RESULT, ""))


def _object(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
