"""Paths: names of rasters that may be shown and logged."""

from __future__ import annotations

import re
from urllib.parse import unquote

LOCAL = r"(?!mem/|zip/|tar/|gzip/|7z/|rar/|subfile/|sparse/|cached)"
"""What follows ``/vsi`` in paths that by themselves lead to nothing outside this machine."""
REMOTE = re.compile(rf"/vsi{LOCAL}\w|\w://|https?:/|^(PG|MySQL|MSSQL|OCI|WMS|WMTS|WCS):", re.I)
LONGEST = 300
ADDRESS = re.compile(
    rf"/vsi{LOCAL}\w+[/?][^\s'\"`<>]*|\b[\w+.-]*\w://[^\s'\"`<>]*|\b(?:user|password)=\S*", re.I
)


def is_remote(path: str) -> bool:
    """Whether a path names an address on a network."""
    return bool(REMOTE.search(path))


def is_private(path: str) -> bool:
    """Whether a path may carry credentials: an address, a connection string, inline XML."""
    return is_remote(path) or any(sign in path for sign in ("<", "password=", "?"))


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


def without_addresses(text: str) -> str:
    """A text with each address in it cut down to the file's name."""
    return ADDRESS.sub(lambda found: display_name(found[0].rstrip(".,;:)")), text)


def redact(text: str) -> str:
    """What another program says (GDAL, a server) as one line for a message, without addresses."""
    line = " ".join(without_addresses(re.sub(r"<[^>]*>?", " ", text)).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
