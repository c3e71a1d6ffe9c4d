"""Paths: GDAL's names of datasets taken apart, and names of rasters that may be shown and logged.

Only of the standard library, and for Python 3.9 too: the plugin uses it inside QGIS.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

NETWORK_HANDLER = r"/vsi(?:curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(?:_streaming)?(?=[/?]|$)"
NETWORK_SCHEME = (
    r"(?:(?:zip|tar|gzip)\+)?"
    r"(?:https?:/|ftps?:/|(?:s3|gs|gcs|az|adl|abfss?|oss|swift|webhdfs|hdfs)://)"
)
NETWORK_DRIVER = (
    r"(?:PG|postgres(?:ql)?|MySQL|MSSQL|OCI|GeoRaster|WMS|WMTS|WCS|WFS|OAPIF|EEDAI?|PLScenes"
    r"|PLMosaic|DAAS|NGW|IIP):"
)
NETWORK = re.compile(f"{NETWORK_HANDLER}|(?i:{NETWORK_SCHEME}|{NETWORK_DRIVER})")
"""How a name begins that leads to the network."""
CONTAINER = re.compile(
    r"/vsi(?:zip|tar|gzip|7z|rar|sparse)/|/vsisubfile/[^,]*,|/vsicrypt/(?:[^,/]*,)*?(?:file=)?"
    r"|/vsicached\?(?:[^&]*&)*?file=|(?i:(?:vrt|(?:(?:zip|tar|gzip)\+)?file|zip|tar|gzip)://)"
)
"""How a name begins that goes on with another name: a file's, or one that leads to the network."""
NO_FILE = re.compile(r"/vsi(?:mem|stdin|stdout|stdout_redirect)(?:[/?]|$)|\s*<")
DRIVER = re.compile(r"[A-Za-z]\w+:(?!//)")
"""``NETCDF:"a.nc":band`` and such; a single letter is a drive of Windows."""

LONGEST = 300
ADDRESS = re.compile(
    rf"(?<![\w.-]){NETWORK_HANDLER}[/?][^\s'\"`<>]*|\b[\w+.-]*\w://[^\s'\"`<>]*"
    r"|\b(?:user|password)=\S*",
    re.I,
)
IN_XML = re.compile(rf">\s*(?:{NETWORK.pattern})|\bhttps?:/|(?<![\w.-]){NETWORK_HANDLER}")


class Name(NamedTuple):
    """GDAL's name of a dataset, in three parts that make it up again.

    Attributes:
        before: Handlers and drivers: ``/vsizip/``, ``NETCDF:"``.
        file: The file's own path; of one within an archive, behind the archive's. Empty where it is
            no file of this machine's disks, or none that can be found.
        after: What of the file is meant: ``":temperature``.
    """

    before: str
    file: str
    after: str


def parse_name(name: str, folders: Sequence[str] = ("",)) -> Name:
    """Take apart GDAL's name of a dataset.

    Args:
        name: A path, ``/vsizip/images.zip/a.tif``, ``GPKG:images.gpkg:first``,
            ``points.gpkg|layername=a`` and so on.
        folders: Where relative paths are looked for, which tells files from other parts between
            colons; "" is the current folder.
    """
    if NO_FILE.match(name) or is_remote(name):
        return Name(name, "", "")
    if found := CONTAINER.match(name):
        return _within(found[0], name[found.end() :], folders)
    if _is_there(name, folders):
        return Name("", name, "")
    if found := DRIVER.match(name):
        return _in_driver(found[0], name[found.end() :], folders)
    file, bar, options = name.partition("|")
    return Name("", file, bar + options)


def _within(before: str, rest: str, folders: Sequence[str]) -> Name:
    """Behind a handler or scheme."""
    after = ""
    if rest.startswith("{") and "}" in rest:
        before, (rest, _, after) = before + "{", rest[1:].rpartition("}")
        after = "}" + after
    elif "?" in before:
        rest, sign, after = rest.partition("&")
        after = sign + after
    elif before.endswith("://"):
        end = min(at for at in (rest.find("?"), rest.find("!"), len(rest)) if at >= 0)
        rest, after = rest[:end], rest[end:]
    inner = parse_name(rest, folders)
    return Name(before + inner.before, inner.file, inner.after + after)


def _in_driver(before: str, rest: str, folders: Sequence[str]) -> Name:
    """Behind a driver's name: what is quoted, else the longest file between two colons."""
    if quoted := re.search(r'"([^"]+)"', rest):
        stretches = [quoted.span(1)]
    else:
        colons = [at for at, sign in enumerate(rest) if sign == ":"]
        starts, ends = [0, *(at + 1 for at in colons)], [*colons, len(rest)]
        stretches = [(start, end) for start in starts for end in ends if start < end]
    best, rank = Name(before + rest, "", ""), (False, 0)
    for start, end in stretches:
        inner = parse_name(rest[start:end], folders)
        is_file = any(map(os.path.isfile, _places(inner.file, folders)))
        found = quoted or is_file or _is_there(inner.file, folders)
        if found and inner.file.strip("/\\") and (is_file, len(inner.file)) > rank:
            rank = is_file, len(inner.file)
            best = Name(before + rest[:start] + inner.before, inner.file, inner.after + rest[end:])
    return best


def _places(file: str, folders: Sequence[str]) -> list[str]:
    """Where on the disk a file may be."""
    return [on_disk(os.path.join(each, file)) for each in folders if file]  # noqa: PTH118


def _is_there(file: str, folders: Sequence[str]) -> bool:
    # pathlib raises for what cannot be reached, such as a share that lets nobody in any more.
    return any(map(os.path.exists, _places(file, folders)))


def on_disk(file: str) -> str:
    """The file of the disk that a file is in: the archive around it, else itself."""
    path = file
    while path and not os.path.exists(path):  # noqa: PTH110
        path, former = os.path.dirname(path), path  # noqa: PTH120
        if path == former:
            break
    return path if os.path.isfile(path) else file  # noqa: PTH113


def absolute_name(name: str, folders: Sequence[str] = ("",)) -> str:
    """The same dataset for a process that runs in another folder.

    Args:
        name: As in ``parse_name``.
        folders: Where a relative path is looked for; the first that has it is taken.

    Returns:
        The name as it is where it holds no relative path that can be found.
    """
    parts = parse_name(name, folders)
    if parts.file and not os.path.isabs(parts.file):  # noqa: PTH117
        for folder in folders:
            path = os.path.join(os.getcwd(), folder, parts.file)  # noqa: PTH109, PTH118
            if os.path.exists(on_disk(path)):  # noqa: PTH110
                return parts.before + path + parts.after
    return name


def is_remote(path: str) -> bool:
    """Whether a dataset's name leads to the network: by how it begins, whatever its folders' names.

    Inline XML does where an address is in it.
    """
    if NETWORK.match(path):
        return True
    if path.lstrip().startswith("<"):
        return bool(IN_XML.search(path))
    if NO_FILE.match(path):
        return False
    if found := CONTAINER.match(path):
        return is_remote(path[found.end() :].lstrip("{"))
    if found := DRIVER.match(path):
        rest = path[found.end() :]
        parts = re.findall(r'"([^"]+)"', rest) or [
            rest[at:] for at in (0, *(each.end() for each in re.finditer(":", rest)))
        ]
        return any(map(is_remote, parts))
    return False


def is_private(path: str) -> bool:
    """Whether a path may carry credentials: an address, a connection string, inline XML."""
    is_address = is_remote(path) or re.match(r"[\w+.-]*\w://", path)
    return bool(is_address) or any(sign in path for sign in ("<", "password=", "?"))


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


def names_an_address(text: str) -> bool:
    """Whether what another program says names an address, wherever in it."""
    return bool(ADDRESS.search(text))


def without_addresses(text: str) -> str:
    """A text with each address in it cut down to the file's name."""
    return ADDRESS.sub(lambda found: display_name(found[0].rstrip(".,;:)")), text)


def redact(text: str) -> str:
    """What another program says (GDAL, a server) as one line for a message, without addresses."""
    line = " ".join(without_addresses(re.sub(r"<[^>]*>?", " ", text)).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
