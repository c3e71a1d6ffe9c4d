"""What a project remembers of the dock, as one entry of the project."""

from __future__ import annotations

import json
from typing import Any

from qgis.core import QgsProject

from ginet_qgis.layers.stored_result import json_object

SCOPE, KEY = "ginet", "dock"


def remember(state: dict[str, Any]) -> None:
    """Put the dock's state into the project; one that is there already leaves it unchanged."""
    if state != recall():
        QgsProject.instance().writeEntry(SCOPE, KEY, json.dumps(state))


def recall() -> dict[str, Any]:
    """The state that the project holds; empty where it holds none or no good one."""
    text, _ = QgsProject.instance().readEntry(SCOPE, KEY, "")
    return json_object(text)
