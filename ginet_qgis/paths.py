"""Where the plugin's own files are: the same names in a checkout and in an installed plugin."""

from __future__ import annotations

from pathlib import Path

PLUGIN = Path(__file__).parent


def _root(name: str) -> Path:
    """The folder that holds ``name``: the plugin, or the checkout where links are no links."""
    return PLUGIN if (PLUGIN / name).is_dir() else PLUGIN.parent


ENGINE_ROOT = _root("core")
"""The engine starts here, so that ``-m core`` is the engine."""
RESOURCES = _root("resources") / "resources"
ICON = RESOURCES / "icons" / "ginet.svg"
MODELS = RESOURCES / "models"
TRANSLATIONS = RESOURCES / "i18n"
HELP = (
    (PLUGIN / "help", ".html"),
    (PLUGIN.parent / "dist" / "docs", ".html"),
    (PLUGIN.parent / "docs", ".md"),
)
"""Where the manual may be, and how its pages end: as installed, built and unbuilt in a checkout."""


DEFAULT_MODEL = "landcover"


def bundled_models() -> list[str]:
    """Names of the models that come with the plugin, the default one first."""
    names = (path.stem for path in MODELS.glob("*.safetensors"))
    return sorted(names, key=lambda name: (name != DEFAULT_MODEL, name))
