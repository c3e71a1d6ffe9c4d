"""The user's settings, as the page in QGIS's options shows them."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsSettings

DEVICES = ("auto", "cpu", "cuda", "mps")
SCOPE = "ginet"
MOST_THREADS = 1024
"""As many as a job may ask for."""


def device() -> str:
    """Where to compute unless a run says otherwise: one of ``DEVICES``."""
    chosen = _value("device")
    return chosen if chosen in DEVICES else DEVICES[0]


def threads() -> int:
    """Processor threads that the engine may use; 0 is all cores."""
    try:
        chosen = int(_value("threads") or 0)
    except ValueError:
        return 0
    return chosen if 0 <= chosen <= MOST_THREADS else 0


def learns_as_is() -> bool:
    """Whether images of a few centimetres are learned on as they are."""
    return _is_on("learns_as_is")


def learns_inputs_alone() -> bool:
    """Whether an image's bands beside those of the base model's inputs are not learned from."""
    return _is_on("learns_inputs_alone")


def models_folder() -> str:
    """Where the user's own models are; empty is the folder in QGIS's profile."""
    return str(_value("models_folder") or "")


def was_opened() -> bool:
    """Whether the dock was ever open, so that its width is the user's."""
    return bool(_value("was_opened"))


def keep(**values: Any) -> None:
    """Store settings by their names; what is empty, 0 or None goes back to its default."""
    store = QgsSettings()
    for name, value in values.items():
        if value:
            store.setValue(f"{SCOPE}/{name}", value)
        else:
            store.remove(f"{SCOPE}/{name}")


def _value(name: str) -> Any:
    return QgsSettings().value(f"{SCOPE}/{name}")


def _is_on(name: str) -> bool:
    """QGIS gives back what was stored as text once it was started anew."""
    return str(_value(name)).lower() == "true"
