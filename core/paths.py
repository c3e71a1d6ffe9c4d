"""Paths: names of rasters that may be shown and logged."""

from __future__ import annotations

import re
from urllib.parse import unquote


def is_private(path: str) -> bool:
    """Whether a path may carry credentials: an address, a connection string, inline XML."""
    return bool(re.match(r"/vsi(?!mem/|zip/|tar/|gzip/|7z/|rar/)", path)) or any(
        sign in path for sign in ("://", "http:/", "https:/", "<", "password=", "?")
    )


def display_name(path: str) -> str:
    """A name for messages: the path itself, or of a private one only the file's name.

    Query strings (signed addresses carry their key there), user names and passwords are left out.
    """
    if not is_private(path):
        return path
    if path.lstrip().startswith("<"):
        return "the raster"
    if path.startswith("/vsi") and (address := re.search(r"[?&]url=([^&]*)", path)):
        path = unquote(address[1])
    path = re.split(r"[?#]", path, maxsplit=1)[0]
    file = path.rstrip("/").rsplit("/", 1)[-1]
    return "the raster" if re.search(r"[@=:]", file) or not file else file
