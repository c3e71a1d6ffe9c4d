"""Where the plugin's own files are: the same names in a checkout and in an installed plugin."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from ginet_qgis.core.wire.paths import is_remote

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


SECRETS = (
    (re.compile(r"(\w://)[^/\s]*@"), r"\1"),  # user and password
    (re.compile(r"\?[^\s'\"<>]*=[^\s'\"<>]*"), ""),  # a query, where keys and signatures are
    (re.compile(r"\b(user|username|password|authcfg)=[^\s&]*", re.IGNORECASE), r"\1=..."),
)
LINK = re.compile(
    r"<\w*(?:url|filename|dataset)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]+)", re.IGNORECASE
)
SHORT = 1_000_000
"""Bytes in which a text file that leads to the network says so."""


def without_secrets(text: str) -> str:
    """A name or message without the passwords and keys of addresses in it."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def leads_to_the_network(path: str) -> bool:
    """Whether a local file is XML, such as a VRT, whose pixels are at an address."""
    try:
        with Path(path).open("rb") as file:
            start = file.read(SHORT)
    except (OSError, ValueError):
        return False
    if start.lstrip()[:1] != b"<":
        return False
    return any(is_remote(unescape(link)) for link in LINK.findall(start.decode("utf-8", "replace")))
