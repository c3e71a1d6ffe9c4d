"""Digest: the SHA-256 of a file's content."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of(path: str | Path) -> str:
    """Of a file's content, which may be of any size, in hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while data := file.read(2**20):
            digest.update(data)
    return digest.hexdigest()
